//! The controller: makes what `Environment` resources ask for, and reports by their status.
//!
//! Each time one is looked at: gather what is there → validate what is asked → build what should be there →
//! apply what differs → report. Only gather and apply talk to the API server; the rest is pure.

mod apply;
mod bell;
pub mod build;
mod context;
mod differs;
mod gather;
pub mod gathered;
mod headroom;
pub mod leader;
mod look;
mod memory;
mod orphans;
pub mod plan;
mod probe;
mod probes;
mod purge;
pub mod ranges;
pub mod report;
mod room;
pub mod run;
pub mod standing;
mod stores;
pub mod validate;
mod watch;

use super::faults;
