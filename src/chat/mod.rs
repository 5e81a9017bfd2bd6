//! Chat platforms, one folder each: inbound, render, deliver.

pub mod console;
mod desk;
pub mod discord;
mod fed;
mod https;
pub mod names;
mod render;
mod replay;
pub mod slack;
#[cfg(test)]
mod stage;
pub mod standing;
