//! The main job while everything goes wrong: people insist, trouble ends, and then all is as it should be.

mod chance;
mod cuts;
mod end;
mod gateway;
mod hands;
mod job;
mod presses;
mod storms;

pub use cuts::{the_socket_is_cut_at_each_step, the_socket_is_refreshed_at_each_step};
pub use gateway::{
    a_process_dies_and_another_takes_over, heartbeats_are_not_answered, processes_take_turns,
    sessions_are_forgotten, the_gateway_asks_to_come_again_at_each_step, the_gateway_is_cut_at_each_step,
};
pub use presses::out_of_order_and_on_old_cards;
pub use storms::{
    discord_is_in_trouble, errors_and_lost_answers, limits_without_end, the_token_comes_and_goes,
};
