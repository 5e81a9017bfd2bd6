//! The acknowledgement, which Slack wants within three seconds, and what may go with it.

use serde_json::Value;
use tokio::sync::oneshot;

/// What Slack is told at once.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// That it came in.
    Empty,
    /// That it came in, and this: the answer to a command, or what becomes of a form.
    With(Value),
    /// That it could not be dealt with: Slack sends events again.
    NotTaken,
}

/// The chance to acknowledge, which passes.
pub struct Acknowledge(Option<oneshot::Sender<Reply>>);

impl Acknowledge {
    /// A chance, and where its acknowledgement arrives.
    pub fn chance() -> (Self, oneshot::Receiver<Reply>) {
        let (give, take) = oneshot::channel();
        (Self(Some(give)), take)
    }

    /// Acknowledges. `false` when the time is over, or it was done before: then another way must be found.
    pub fn with(&mut self, reply: Reply) -> bool {
        self.0.take().is_some_and(|give| give.send(reply).is_ok())
    }
}
