//! What the controller remembers between two looks at an environment. All of it can be found out again.

use std::{collections::BTreeSet, hash::Hash, sync::Arc, time::Duration};

use k8s_openapi::api::core::v1::Secret;
use kube::ResourceExt;
use tokio::time::Instant;

use super::faults::{self, Fault, Told};
use crate::cluster::{host_key::HostKey, kubernetes::resource::Environment};

/// What is remembered of one environment.
#[derive(Default)]
pub(super) struct Memory {
    /// Which one it was: another one may get the same name.
    uid: Option<String>,
    /// Looks in a row that could not be finished.
    failures: u32,
    /// No look before then, and for which generation that holds.
    quiet: Option<(Instant, Option<i64>)>,
    told: Told,
    /// As the API server gave it back after our last write, until the store has it too.
    written: Option<Arc<Environment>>,
    /// The Secret, which is not followed.
    pub(super) secret: Option<Fetched>,
    /// The host key, so that it survives whatever happens to the Secret.
    pub(super) key: Option<HostKey>,
    /// Volumes that its claims were bound to.
    pub(super) volumes: BTreeSet<String>,
    /// The last line of the container's last end, and which end that was.
    pub(super) last_line: Option<(String, Option<String>)>,
    /// Warnings about its claim, and when they were asked for.
    pub(super) warnings: Option<(Instant, Vec<String>)>,
}

/// The Secret as it was fetched.
#[derive(Clone)]
pub(super) struct Fetched {
    /// From which namespace: another one may get the same name.
    pub(super) namespace: Option<String>,
    pub(super) at: Instant,
    pub(super) secret: Option<Secret>,
}

impl Memory {
    /// The newest that is known of the environment: what the store has may be older than our own last write.
    pub(super) fn newest(&mut self, stored: Arc<Environment>) -> Arc<Environment> {
        if self.uid != stored.metadata.uid {
            *self = Self { uid: stored.metadata.uid.clone(), ..Self::default() };
        }
        match &self.written {
            Some(written) if version(written) > version(&stored) => written.clone(),
            _ => {
                self.written = None;
                stored
            }
        }
    }

    /// The API server gave this back.
    pub(super) fn wrote(&mut self, mut environment: Environment) -> Arc<Environment> {
        environment.metadata.managed_fields = None;
        let environment = Arc::new(environment);
        self.written = Some(environment.clone());
        environment
    }

    /// How long no look is worth while. A new spec is always worth one.
    pub(super) fn quiet(&self, generation: Option<i64>, now: Instant) -> Option<Duration> {
        let (until, of) = self.quiet?;
        (of == generation).then(|| until.saturating_duration_since(now)).filter(|rest| !rest.is_zero())
    }

    /// A look was finished; what was wrong is over.
    pub(super) fn went_well(&mut self, name: &str) {
        (self.failures, self.quiet) = (0, None);
        if self.told.is_over() {
            tracing::info!(environment = name, "the environment can be looked after again");
        }
    }

    /// A look could not be finished. Answers when to try again.
    pub(super) fn went_wrong(&mut self, name: &str, generation: Option<i64>, fault: &Fault) -> Duration {
        self.failures = self.failures.saturating_add(1);
        let error = fault.to_string();
        // A binding that was just made is not known to all of the API server at once.
        let settling = self.failures == 1 && fault.code() == Some(403);
        if !settling && self.told.is_news(&error) {
            tracing::warn!(
                environment = name,
                error,
                "the environment cannot be looked after now; it is tried again"
            );
        }
        let wait = self.wait(name);
        self.quiet = Some((Instant::now() + wait, generation));
        wait
    }

    /// The wait after something was refused: it will hardly be taken a moment later.
    pub(super) fn was_refused(&mut self, who: &str) -> Duration {
        self.failures = self.failures.saturating_add(1);
        self.wait(who)
    }

    fn wait(&self, who: impl Hash) -> Duration {
        faults::wait(self.failures, who)
    }
}

/// Versions grow with every write.
fn version(environment: &Environment) -> u64 {
    environment.resource_version().and_then(|version| version.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

    use super::*;

    fn environment(uid: &str, version: &str) -> Environment {
        let spec = serde_json::json!({
            "lease": "a", "owner": "a@example.org", "template": "web", "authorizedKeys": [],
            "size": { "cpu": "1", "memory": "1Gi" },
        });
        let spec = serde_json::from_value(spec).expect("a spec");
        let metadata = ObjectMeta {
            uid: Some(uid.to_owned()),
            resource_version: Some(version.to_owned()),
            ..ObjectMeta::default()
        };
        Environment { metadata, spec, status: None }
    }

    #[test]
    fn our_own_write_is_newer_than_a_store_that_lags() {
        let mut memory = Memory::default();
        memory.newest(Arc::new(environment("a", "9")));
        memory.wrote(environment("a", "10"));
        let newest = |memory: &mut Memory, version| {
            memory.newest(Arc::new(environment("a", version))).resource_version().unwrap_or_default()
        };
        assert_eq!(newest(&mut memory, "9"), "10");
        assert_eq!(newest(&mut memory, "11"), "11");
        memory.volumes.insert("pv-1".to_owned());
        assert_eq!(memory.newest(Arc::new(environment("b", "5"))).resource_version().as_deref(), Some("5"));
        assert!(memory.volumes.is_empty(), "what was known of another one of that name is forgotten");
    }

    #[test]
    fn failures_bring_quiet_that_a_new_spec_ends() {
        let mut memory = Memory::default();
        let fault = Fault::Slow(Duration::from_secs(1));
        let waits: Vec<Duration> = (0..3).map(|_| memory.went_wrong("a", Some(1), &fault)).collect();
        assert!(waits.is_sorted() && waits[2] > Duration::from_secs(3), "{waits:?}");
        let now = Instant::now();
        assert!(memory.quiet(Some(1), now).is_some());
        assert_eq!(memory.quiet(Some(2), now), None);
        assert_eq!(memory.quiet(Some(1), now + waits[2]), None);
        memory.went_well("a");
        assert!(memory.went_wrong("a", Some(1), &fault) < Duration::from_secs(2));
    }
}
