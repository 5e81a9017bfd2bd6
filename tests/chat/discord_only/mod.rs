//! What only Discord can tell: roles and membership at the moment of the press, codes, threads, what is offered while
//! somebody types, several guilds, hostile words, and people who take no direct messages.

pub mod admission;
pub mod deliveries;
pub mod guilds;
pub mod threads;
pub mod typing;
pub mod words;
