//! Commands about people, for those who look after the installation, one file each.

mod erase;
mod link;
mod people;
mod remove;
mod restore;
mod role;
mod team;

pub use erase::AdminErase;
pub use link::AdminLink;
pub use people::AdminPeople;
pub use remove::AdminRemove;
pub use restore::AdminRestore;
pub use role::{AdminRole, ROLES};
pub use team::AdminTeam;
