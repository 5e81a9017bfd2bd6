//! The command that explains the others.

mod explain;

pub use explain::Help;
