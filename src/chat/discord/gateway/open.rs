//! How many connections are open, for whom it may concern.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use super::Adapter;

/// The connections that are open.
pub(super) struct Open {
    count: AtomicU32,
    adapter: Arc<dyn Adapter>,
}

/// One of them. It counts until this is dropped.
pub(super) struct Counted<'a>(&'a Open);

impl Open {
    /// None yet.
    pub(super) fn none(adapter: Arc<dyn Adapter>) -> Self {
        adapter.shards(Some(0));
        Self { count: AtomicU32::new(0), adapter }
    }

    /// Counts one more.
    pub(super) fn count(&self) -> Counted<'_> {
        let before = self.count.fetch_add(1, Ordering::SeqCst);
        self.adapter.shards(Some(before + 1));
        Counted(self)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        let before = self.0.count.fetch_sub(1, Ordering::SeqCst);
        self.0.adapter.shards(Some(before - 1));
    }
}
