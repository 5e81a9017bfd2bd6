//! Chat platforms, one folder each: inbound, render, deliver.

pub mod console;
pub mod slack;
