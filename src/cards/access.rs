//! How to log in, wherever it is told.

use crate::{
    domain::environment::SshAccess,
    ports::chat::{Block, Text},
};

/// How to log in, as blocks.
pub fn blocks(access: &SshAccess) -> Vec<Block> {
    let mut blocks = vec![
        Block::Code(access.command()),
        Block::Note(Text::plain("Host key ").code(access.fingerprint.clone())),
    ];
    if let Some(isolation) = &access.isolation {
        blocks.push(Block::Note(Text::plain(isolation.clone())));
    }
    blocks
}
