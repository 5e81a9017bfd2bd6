//! Slack: what people do there comes in by Socket Mode or HTTP, and our messages go out by the Web API.

pub mod render;
pub mod settings;
