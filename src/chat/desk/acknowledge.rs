//! The chance to acknowledge, which passes.

use tokio::sync::oneshot;

/// The chance to tell the platform at once what `R` says.
pub struct Acknowledge<R>(Option<oneshot::Sender<R>>);

impl<R> Acknowledge<R> {
    /// A chance, and where its acknowledgement arrives.
    pub fn chance() -> (Self, oneshot::Receiver<R>) {
        let (give, take) = oneshot::channel();
        (Self(Some(give)), take)
    }

    /// Acknowledges. `false` when the time is over, or it was done before: then another way must be found.
    pub fn with(&mut self, reply: R) -> bool {
        self.0.take().is_some_and(|give| give.send(reply).is_ok())
    }
}
