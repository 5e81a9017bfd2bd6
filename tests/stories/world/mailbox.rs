//! Letters that were handed over, and a mail server that fails when told to.

use std::sync::Mutex;

use async_trait::async_trait;
use sublet::ports::{
    Failure,
    mail::{Letter, Mail},
};

/// The mail server with everybody's letters.
#[derive(Default)]
pub struct Mailbox {
    letters: Mutex<Vec<Letter>>,
    trouble: Mutex<Option<Failure>>,
}

impl Mailbox {
    /// Every letter fails until it heals.
    pub fn fails(&self, failure: Failure) {
        *self.trouble.lock().expect("the mail server") = Some(failure);
    }

    /// Nothing fails any more.
    pub fn heals(&self) {
        *self.trouble.lock().expect("the mail server") = None;
    }

    /// Every letter so far, oldest first.
    pub fn letters(&self) -> Vec<Letter> {
        self.letters.lock().expect("the letters").clone()
    }
}

#[async_trait]
impl Mail for Mailbox {
    async fn send(&self, letter: &Letter) -> Result<(), Failure> {
        if let Some(failure) = self.trouble.lock().expect("the mail server").clone() {
            return Err(failure);
        }
        self.letters.lock().expect("the letters").push(letter.clone());
        Ok(())
    }
}
