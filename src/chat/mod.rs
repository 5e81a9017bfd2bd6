//! Chat platforms, one folder each: inbound, render, deliver.

pub mod console;
mod desk;
pub mod discord;
pub mod names;
mod replay;
pub mod slack;
