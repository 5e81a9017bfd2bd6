//! Commands about SSH keys, one file each.

mod add;
mod list;
mod remove;

pub use add::KeyAdd;
pub use list::KeyList;
pub use remove::KeyRemove;
