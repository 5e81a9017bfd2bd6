//! What is in the cluster, followed by watches into stores, so that a look asks the API server for almost nothing.

use std::{fmt::Debug, hash::Hash, pin::pin, time::Duration};

use futures_util::StreamExt;
use kube::{
    Api, Resource,
    runtime::{
        reflector::{self, Store},
        watcher::{self, Event, watcher},
    },
};
use serde::de::DeserializeOwned;
use tokio::{sync::watch, task::JoinSet, time::Instant};

use super::faults::{self, Told};
use crate::cluster::kubernetes::client::WATCH_SECONDS;

/// What a watch has seen.
pub(super) enum Seen<'a, K> {
    /// This one was made or changed.
    One(&'a K),
    /// This one was deleted.
    Gone(&'a K),
    /// All were read again: some may have gone unseen.
    All,
}

/// After so long without a fault, the next one is the first again.
const CALM: Duration = Duration::from_secs(120);

/// Follows all of a kind in a task of its own. `trim` takes away what is not needed, before it is kept; `tell` hears
/// what was seen, after it is kept. `unread` counts the kinds of which not all was read yet.
pub(super) fn follow<K>(
    tasks: &mut JoinSet<()>,
    api: Api<K>,
    labels: Option<&str>,
    trim: fn(&mut K),
    unread: &watch::Sender<usize>,
    mut tell: impl FnMut(Seen<'_, K>) + Send + 'static,
) -> Store<K>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + Sync + 'static,
{
    let (store, mut writer) = reflector::store();
    let config = match labels {
        Some(labels) => watcher::Config::default().labels(labels),
        None => watcher::Config::default(),
    };
    let config = config.timeout(WATCH_SECONDS);
    let kind = K::plural(&());
    unread.send_modify(|kinds| *kinds += 1);
    let unread = unread.clone();
    tasks.spawn(async move {
        let mut events = pin!(watcher(api, config));
        let mut trouble = Trouble::default();
        let mut whole = false;
        while let Some(event) = events.next().await {
            let event = match event {
                Ok(event) => event.modify(trim),
                Err(error) => {
                    tokio::time::sleep(trouble.wait(&kind, &error)).await;
                    continue;
                }
            };
            writer.apply_watcher_event(&event);
            match &event {
                // A list that begins proves nothing yet.
                Event::Init => continue,
                Event::InitApply(one) | Event::Apply(one) => tell(Seen::One(one)),
                Event::Delete(one) => tell(Seen::Gone(one)),
                Event::InitDone if whole => tell(Seen::All),
                Event::InitDone => {
                    whole = true;
                    unread.send_modify(|kinds| *kinds -= 1);
                }
            }
            match event {
                Event::Init | Event::InitApply(_) => {}
                // A watch that begins may end at once.
                Event::InitDone => trouble.over(&kind),
                Event::Apply(_) | Event::Delete(_) => {
                    trouble.over(&kind);
                    trouble.failures = 0;
                }
            }
        }
    });
    store
}

/// What is wrong with one watch.
#[derive(Default)]
struct Trouble {
    failures: u32,
    last: Option<Instant>,
    told: Told,
}

impl Trouble {
    fn wait(&mut self, kind: &str, error: &watcher::Error) -> Duration {
        let now = Instant::now();
        if self.last.is_some_and(|last| now - last > CALM) {
            self.failures = 0;
        }
        self.failures = self.failures.saturating_add(1);
        self.last = Some(now);
        faults::count("watch");
        let words = match error {
            watcher::Error::InitialListFailed(error)
            | watcher::Error::WatchStartFailed(error)
            | watcher::Error::WatchFailed(error) => faults::words(error),
            watcher::Error::WatchError(status) => {
                format!("the API server answered {}: {}", status.code, status.message)
            }
            watcher::Error::NoResourceVersion => error.to_string(),
        };
        if self.told.is_news(&words) {
            tracing::warn!(kind, error = words, "a watch of the cluster is interrupted; it is tried again");
        }
        faults::wait(self.failures, kind).min(Duration::from_secs(30))
    }

    fn over(&mut self, kind: &str) {
        if self.told.is_over() {
            tracing::info!(kind, "the watch of the cluster goes on");
        }
    }
}

/// A key of a store, for what lies in a namespace or does not.
pub(super) fn at<K>(namespace: Option<&str>, name: &str) -> reflector::ObjectRef<K>
where
    K: Resource<DynamicType = ()> + Clone,
    K::DynamicType: Hash + Eq,
{
    let key = reflector::ObjectRef::new(name);
    match namespace {
        Some(namespace) => key.within(namespace),
        None => key,
    }
}
