//! Chat platforms, one folder each: inbound, render, deliver.

pub mod console;
mod desk;
mod directs;
pub mod discord;
pub mod kind;
pub mod names;
mod render;
mod replay;
pub mod slack;
#[cfg(test)]
mod stage;
pub mod standing;
