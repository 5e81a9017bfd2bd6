//! The controller: makes what `Environment` resources ask for, and reports by their status.
//!
//! Each time one is looked at: gather what is there → validate what is asked → build what should be there →
//! apply what differs → report. Only gather and apply talk to the API server; the rest is pure.

pub mod build;
pub mod gathered;
pub mod plan;
pub mod ranges;
pub mod report;
pub mod validate;
