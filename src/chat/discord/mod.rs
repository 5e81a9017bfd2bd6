//! Discord: what people do there comes in by the gateway or HTTP, and our messages go out by its API.

pub mod client;
pub mod inbound;
pub mod render;
pub mod settings;
pub mod trouble;
