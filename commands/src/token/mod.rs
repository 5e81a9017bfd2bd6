//! Commands about tokens of the API, one file each.

mod create;
mod list;
mod revoke;

pub use create::TokenCreate;
pub use list::TokenList;
pub use revoke::TokenRevoke;
