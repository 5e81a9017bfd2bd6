//! What comes in, with an API that only notes what it is told: who is let in, and where each answer goes.

mod acting;
mod forms;
mod gateway;
mod identity;
mod offers;
pub mod world;
