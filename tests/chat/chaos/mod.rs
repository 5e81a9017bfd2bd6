//! The main job in Slack while everything goes wrong: people insist, trouble ends, and then all is as it should be.

mod chance;
mod cuts;
mod end;
mod job;
mod presses;
mod storms;

pub use cuts::{the_socket_is_cut_at_each_step, the_socket_is_refreshed_at_each_step};
pub use presses::out_of_order_and_on_old_cards;
pub use storms::{errors_and_lost_answers, limits_without_end, the_token_comes_and_goes};
