//! Templates as files: one TOML file each, read with all faults at once, reloaded when they change.

mod approval;
mod container;
pub mod demo;
mod dependent;
mod folder;
mod parameter;
mod read;
mod sizes;

pub use approval::optional as rule;
pub use folder::Folder;
pub use read::read;
