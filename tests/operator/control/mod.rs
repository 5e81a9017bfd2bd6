//! The running controller against a real API server: what it makes, mends, reports and removes.

mod drift;
mod faults;
mod headroom;
mod leaders;
mod life;
mod probes;
mod proxy;
mod purge;
mod stage;
