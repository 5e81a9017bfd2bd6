//! What comes in, with a Web API that only notes what it is told: who is let in, and where each answer goes.

mod acting;
mod identity;
mod time;
pub mod world;
