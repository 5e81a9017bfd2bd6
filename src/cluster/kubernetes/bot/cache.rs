//! The bot's picture of its custom resources: kept by one watch, and never older than what the bot itself wrote.

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::DateTime;
use futures_util::StreamExt;
use kube::{
    Api, ResourceExt,
    runtime::{WatchStreamExt, watcher},
};
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

use super::failure::failure;
use crate::{
    cluster::kubernetes::{client::WATCH_SECONDS, faults::Told, resource::Environment, settings::Access},
    domain::{Instant, ids::LeaseId},
    ports::Failure,
};

/// How long a question waits for the first picture.
const PATIENCE: Duration = Duration::from_secs(5);

/// A custom resource, and when its spec was last changed.
#[derive(Debug, Clone)]
pub struct Known {
    /// The resource, without its managed fields.
    pub environment: Environment,
    /// When its spec was last changed, by the clock of the API server.
    pub asked: Option<Instant>,
}

/// The picture.
pub struct Cache {
    known: Mutex<BTreeMap<String, Known>>,
    /// Whether all resources were seen once; until then the last trouble, in words.
    whole: watch::Sender<Result<(), String>>,
    news: Notify,
}

impl Cache {
    /// An empty picture, of which nobody was told anything yet.
    pub fn new() -> Self {
        let (whole, _) = watch::channel(Err("it has not been asked yet".to_owned()));
        Self { known: Mutex::default(), whole, news: Notify::new() }
    }

    /// The resource of a lease; waits for the first picture.
    ///
    /// # Errors
    /// When the cluster did not tell what it has.
    pub async fn of(&self, lease: &LeaseId) -> Result<Option<Known>, Failure> {
        self.whole().await?;
        let known = self.lock();
        Ok(known.values().find(|known| known.environment.spec.lease == lease.as_str()).cloned())
    }

    /// The leases of all resources; waits for the first picture.
    ///
    /// # Errors
    /// When the cluster did not tell what it has.
    pub async fn leases(&self) -> Result<Vec<LeaseId>, Failure> {
        self.whole().await?;
        let known = self.lock();
        let leases: BTreeSet<LeaseId> =
            known.values().filter_map(|known| LeaseId::parse(&known.environment.spec.lease)).collect();
        Ok(leases.into_iter().collect())
    }

    /// What the API server answered is known from now on, unless something newer is.
    pub fn put(&self, mut environment: Environment) {
        let asked = asked(&environment);
        environment.metadata.managed_fields = None;
        let mut known = self.lock();
        let newer = known
            .get(&environment.name_any())
            .is_none_or(|known| version(&known.environment) <= version(&environment));
        if newer {
            known.insert(environment.name_any(), Known { environment, asked });
            drop(known);
            self.tell();
        }
    }

    /// Nothing of the lease exists, as the API server said.
    pub fn forget(&self, lease: &LeaseId) {
        self.lock().retain(|_, known| known.environment.spec.lease != lease.as_str());
        self.tell();
    }

    /// Waits until something changed since this was last called.
    pub async fn changed(&self) {
        self.news.notified().await;
    }

    /// Keeps the picture up to date, for ever.
    pub async fn follow(&self, api: Api<Environment>, access: &Access) {
        let mut events =
            pin!(watcher(api, watcher::Config::default().timeout(WATCH_SECONDS)).default_backoff());
        let (mut listed, mut told) = (BTreeSet::new(), Told::default());
        while let Some(event) = events.next().await {
            match event {
                Ok(event) => {
                    if told.is_over() {
                        tracing::info!("the cluster tells its environments again");
                    }
                    self.take(event, &mut listed);
                }
                Err(error) => {
                    let why = why(&error, access);
                    if told.is_news(&why) {
                        tracing::warn!(why, "the cluster does not tell its environments");
                    }
                    self.whole.send_if_modified(|whole| match whole {
                        Ok(()) => false,
                        Err(before) => {
                            *before = why;
                            true
                        }
                    });
                }
            }
        }
    }

    fn take(&self, event: watcher::Event<Environment>, listed: &mut BTreeSet<String>) {
        match event {
            watcher::Event::Init => listed.clear(),
            watcher::Event::InitApply(environment) => {
                listed.insert(environment.name_any());
                self.put(environment);
            }
            watcher::Event::InitDone => {
                self.lock().retain(|name, _| listed.contains(name));
                drop(self.whole.send_replace(Ok(())));
                self.tell();
            }
            watcher::Event::Apply(environment) => self.put(environment),
            watcher::Event::Delete(environment) => {
                let mut known = self.lock();
                let name = environment.name_any();
                if known.get(&name).is_some_and(|known| known.environment.uid() == environment.uid()) {
                    known.remove(&name);
                }
                drop(known);
                self.tell();
            }
        }
    }

    async fn whole(&self) -> Result<(), Failure> {
        let mut whole = self.whole.subscribe();
        if timeout(PATIENCE, whole.wait_for(Result::is_ok)).await.is_ok() {
            return Ok(());
        }
        let why = self.whole.borrow().clone().err().unwrap_or_default();
        Err(Failure::later(why))
    }

    fn tell(&self) {
        self.news.notify_waiters();
        self.news.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why the watch has nothing to tell, in the words of any other request.
fn why(error: &watcher::Error, access: &Access) -> String {
    match error {
        watcher::Error::InitialListFailed(error)
        | watcher::Error::WatchStartFailed(error)
        | watcher::Error::WatchFailed(error) => failure(error, access).why().to_owned(),
        watcher::Error::WatchError(_) | watcher::Error::NoResourceVersion => error.to_string(),
    }
}

/// Versions of one resource grow; one that is no number is as old as can be.
fn version(environment: &Environment) -> u64 {
    environment.resource_version().and_then(|version| version.parse().ok()).unwrap_or_default()
}

/// When the spec was last changed: what writes the status is listed apart.
fn asked(environment: &Environment) -> Option<Instant> {
    let writers = environment.metadata.managed_fields.iter().flatten();
    let of_spec = writers.filter(|writer| writer.subresource.is_none());
    let times = of_spec.filter_map(|writer| writer.time.as_ref());
    let last = times.map(|time| time.0.as_second()).max();
    last.and_then(|seconds| DateTime::from_timestamp(seconds, 0))
}
