//! Documents made from the catalogue.

pub mod discord;
pub mod markdown;
pub mod slack;
pub mod text;
