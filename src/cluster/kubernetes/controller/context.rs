//! What every look at an environment has at hand.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use kube::Client;

use super::{bell::Bell, memory::Memory, probes::Probes, stores::Stores};
use crate::{cluster::kubernetes::settings::Making, ports::clock::Clock};

/// How the controller goes about its work.
#[derive(Debug, Clone)]
pub struct Options {
    /// How often everything is looked at, changed or not.
    pub resync: Duration,
    /// How soon it is asked again whether the SSH server answers, while it is awaited.
    pub probe: Duration,
    /// How many environments are looked at at once.
    pub at_once: u16,
    /// How often it is counted what is left in the cluster.
    pub headroom: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            resync: Duration::from_secs(600),
            probe: Duration::from_millis(1500),
            at_once: 16,
            headroom: Duration::from_secs(60),
        }
    }
}

/// What every look has at hand.
pub(super) struct Context {
    pub(super) client: Client,
    /// The namespace of the `Environment` resources.
    pub(super) home: String,
    pub(super) making: Making,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) options: Options,
    pub(super) stores: Stores,
    pub(super) bell: Arc<Bell>,
    pub(super) probes: Probes,
    memories: Mutex<HashMap<String, Memory>>,
}

impl Context {
    pub(super) fn new(
        client: Client,
        home: String,
        making: Making,
        clock: Arc<dyn Clock>,
        options: Options,
        (stores, bell): (Stores, Arc<Bell>),
    ) -> Self {
        let probes = Probes::new(bell.clone());
        let memories = Mutex::default();
        Self { client, home, making, clock, options, stores, bell, probes, memories }
    }

    /// Takes what is remembered of an environment; no two looks at one happen at once.
    pub(super) fn recall(&self, name: &str) -> Memory {
        self.memories.lock().unwrap_or_else(PoisonError::into_inner).remove(name).unwrap_or_default()
    }

    /// Gives it back.
    pub(super) fn remember(&self, name: &str, memory: Memory) {
        self.memories.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), memory);
    }

    /// The environment is gone.
    pub(super) fn forget(&self, name: &str) {
        self.memories.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        self.probes.forget(name);
    }
}
