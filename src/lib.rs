//! Sublet lets a team borrow environments from chat. The map is in the README.

pub mod actions;
pub mod api;
pub mod cards;
pub mod chat;
pub mod clock;
pub mod cluster;
pub mod config;
pub mod demo;
pub mod document;
pub mod domain;
pub mod engine;
pub mod faults;
pub mod fed;
pub mod hooks;
pub mod https;
pub mod mail;
pub mod oidc;
pub mod ports;
pub mod store;
pub mod telemetry;
pub mod templates;
pub mod values;
pub mod web;
pub mod wiring;
