//! Environments on Kubernetes: the custom resource that asks for them, the controller that makes them, and the
//! bot's side, which writes the resource and reads its status.

pub mod bot;
pub mod client;
pub mod controller;
pub mod definition;
pub mod faults;
pub mod headroom;
pub mod install;
pub mod names;
pub mod quantity;
pub mod render;
pub mod resource;
pub mod settings;
