//! What only Slack has: kinds of accounts, several workspaces, App Home, menus, its own limits and signatures.

pub mod admission;
pub mod deliveries;
pub mod forms;
pub mod home;
pub mod words;
pub mod workspaces;
