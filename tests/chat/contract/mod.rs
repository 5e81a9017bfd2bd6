//! The contract: what holds on every platform.

pub mod decisions;
pub mod main_job;
pub mod talk;
pub mod warnings;
