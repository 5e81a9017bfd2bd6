//! Runs the controller: looks at every environment when something changed for it, and now and then.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use futures_util::{StreamExt, TryFutureExt, stream};
use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use kube::{
    Api, Client, ResourceExt,
    api::PostParams,
    runtime::{
        applier,
        controller::{Action, Config, Error},
        reflector::{ObjectRef, Store},
    },
};
use tokio::{
    sync::mpsc::UnboundedReceiver,
    task::{JoinHandle, JoinSet},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

pub use super::context::Options;
use super::{
    bell::{Bell, Ring},
    context::Context,
    faults::{self, Told},
    headroom,
    look::look,
    orphans,
    standing::Standing,
    stores::Stores,
};
use crate::{
    cluster::kubernetes::{
        resource::Environment,
        settings::{Account, Making},
    },
    ports::clock::Clock,
};

/// Changes come in groups; one look is enough for what comes so close together.
const TOGETHER: Duration = Duration::from_millis(100);
/// How long looks that are under way may take to end when the controller stops.
const LAST: Duration = Duration::from_secs(5);

/// Makes what the `Environment` resources of the namespace `home` ask for, until it is told to stop. `standing` hears
/// when all was read.
pub async fn run(
    client: Client,
    home: String,
    mut making: Making,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
    options: Options,
    standing: Standing,
) {
    if making.account.is_none() {
        let Some(account) = stop.run_until_cancelled(account(&client)).await else { return };
        making.account = account;
    }
    let (bell, rings) = Bell::new();
    let bell = Arc::new(bell);
    // Everything that follows the cluster ends when this is dropped.
    let mut tasks = JoinSet::new();
    let stores = Stores::open(&client, &home, &bell, &mut tasks);
    let store = stores.environments.clone();
    let config = Config::default().debounce(TOGETHER).concurrency(options.at_once);
    let context = Arc::new(Context::new(client, home.clone(), making, clock, options, (stores, bell)));
    tasks.spawn(watch_orphans(context.clone(), standing));
    tasks.spawn(headroom::keep(context.clone()));
    let queue = heard(rings, store.clone(), home).take_until(stop.clone().cancelled_owned());
    let looks = applier(
        |environment, context: Arc<Context>| spawn(look(environment, context)),
        |environment, fault: &Broken, _| {
            tracing::error!(environment = environment.name_any(), error = %fault, "a look ended badly");
            Action::requeue(Duration::from_secs(60))
        },
        context.clone(),
        store,
        queue,
        config,
    );
    let looks = looks.for_each(|looked| {
        if let Err(Error::ObjectNotFound(gone)) = looked {
            context.forget(&gone.name);
        }
        std::future::ready(())
    });
    tokio::pin!(looks);
    tokio::select! {
        () = &mut looks => {}
        () = stop.cancelled() => {
            let _unfinished = timeout(LAST, looks).await;
        }
    }
}

/// A look that ended without an answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Broken(tokio::task::JoinError);

/// Runs a look by itself: one that panics takes nobody with it, and none outlives the controller.
fn spawn(
    looking: impl Future<Output = Duration> + Send + 'static,
) -> impl Future<Output = Result<Action, Broken>> + Unpin {
    let task = AbortOnDrop(tokio::spawn(looking));
    Box::pin(async move {
        let mut task = task;
        let waited = (&mut task.0).map_err(Broken).await;
        waited.map(Action::requeue)
    })
}

struct AbortOnDrop(JoinHandle<Duration>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Whom the bell rings for, as references.
fn heard(
    rings: UnboundedReceiver<Ring>,
    store: Store<Environment>,
    home: String,
) -> impl futures_util::Stream<Item = Result<ObjectRef<Environment>, std::convert::Infallible>> {
    let heard = stream::unfold(rings, |mut rings| async move { Some((rings.recv().await?, rings)) });
    heard.flat_map(move |ring| {
        let names = match ring {
            Ring::One(name) => vec![name],
            Ring::All => store.state().iter().map(|environment| environment.name_any()).collect(),
        };
        let home = home.clone();
        stream::iter(names.into_iter().map(move |name| Ok(ObjectRef::new(&name).within(&home))))
    })
}

/// Looks for orphans at the start, and as often as for everything.
async fn watch_orphans(context: Arc<Context>, standing: Standing) {
    let (mut known, mut told) = (BTreeSet::new(), Told::default());
    let mut failures = 0;
    while context.stores.are_whole().await {
        standing.has_read();
        let pause = match orphans::look(&context, &mut known).await {
            Ok(()) => {
                failures = 0;
                faults::spread(context.options.resync, "orphans")
            }
            Err(fault) => {
                failures += 1;
                faults::count("orphans");
                if told.is_news(&fault.to_string()) {
                    tracing::warn!(error = %fault, "orphans cannot be looked for now; it is tried again");
                }
                faults::wait(failures, "orphans")
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// The service account that this runs with, if it is one.
async fn account(client: &Client) -> Option<Account> {
    let (mut failures, mut told) = (0, Told::default());
    loop {
        let asked = Api::<SelfSubjectReview>::all(client.clone())
            .create(&PostParams::default(), &SelfSubjectReview::default())
            .await;
        match asked {
            Ok(review) => {
                let user = review.status.and_then(|status| status.user_info?.username)?;
                let (namespace, name) = user.strip_prefix("system:serviceaccount:")?.split_once(':')?;
                return Some(Account { namespace: namespace.to_owned(), name: name.to_owned() });
            }
            Err(error) => {
                failures += 1;
                let words = faults::words(&error);
                if told.is_news(&words) {
                    tracing::warn!(
                        error = words,
                        "the API server cannot be asked who this is; it is tried again"
                    );
                }
                tokio::time::sleep(faults::wait(failures, "account").min(Duration::from_secs(30))).await;
            }
        }
    }
}
