//! Letters.

use async_trait::async_trait;

use super::Failure;

/// A letter to one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// Address of the recipient.
    pub to: String,
    /// Name of the recipient.
    pub name: String,
    /// One line; line breaks in it are never sent as headers.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same as HTML, if there is one.
    pub html: Option<String>,
    /// Stable id: the same letter sent twice carries the same Message-ID.
    pub key: String,
}

/// Where letters are handed over.
#[async_trait]
pub trait Mail: Send + Sync {
    /// Hands a letter over. `Ok` means that the next server accepted it.
    async fn send(&self, letter: &Letter) -> Result<(), Failure>;
}
