//! The bell: rings for an environment when something may have changed for it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Whom it rang for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ring {
    /// The environment of this name.
    One(String),
    /// All of them.
    All,
}

/// Rings; the other end hears.
pub(super) struct Bell {
    heard: UnboundedSender<Ring>,
    /// Which environment a namespace belongs to, also after it is gone.
    namespaces: Mutex<HashMap<String, String>>,
}

impl Bell {
    /// A bell, and the end that hears it.
    pub(super) fn new() -> (Self, UnboundedReceiver<Ring>) {
        let (heard, hears) = unbounded_channel();
        (Self { heard, namespaces: Mutex::default() }, hears)
    }

    /// Rings for the environment of this name.
    pub(super) fn ring(&self, name: &str) {
        let _stopping = self.heard.send(Ring::One(name.to_owned()));
    }

    /// Rings for all.
    pub(super) fn ring_all(&self) {
        let _stopping = self.heard.send(Ring::All);
    }

    /// Rings for the environment that this namespace belongs to, if that is known.
    pub(super) fn ring_for_namespace(&self, namespace: &str) {
        let name = self.namespaces.lock().unwrap_or_else(PoisonError::into_inner).get(namespace).cloned();
        if let Some(name) = name {
            self.ring(&name);
        }
    }

    /// This namespace belongs to that environment.
    pub(super) fn belongs(&self, namespace: &str, name: &str) {
        let mut namespaces = self.namespaces.lock().unwrap_or_else(PoisonError::into_inner);
        if namespaces.get(namespace).is_none_or(|known| known != name) {
            namespaces.insert(namespace.to_owned(), name.to_owned());
        }
    }

    /// This namespace is gone for good.
    pub(super) fn forget(&self, namespace: &str) {
        self.namespaces.lock().unwrap_or_else(PoisonError::into_inner).remove(namespace);
    }
}
