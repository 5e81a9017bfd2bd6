//! Templates as files: one TOML file each, read with all faults at once, reloaded when they change.

mod container;
pub mod demo;
mod folder;
mod parameter;
mod read;

pub use folder::Folder;
pub use read::read;
