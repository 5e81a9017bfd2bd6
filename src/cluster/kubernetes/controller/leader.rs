//! One controller at a time, by a Kubernetes `Lease`: the others wait, and take over when it goes or falls silent.

use std::{future::Future, time::Duration};

use kube::Client;
use kube_lease_manager::{LeaseManager, LeaseManagerBuilder, LeaseManagerError};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    faults::{self, Told},
    standing::{Standing, Stands},
};
use crate::cluster::kubernetes::settings::Leading;

/// The longest wait before the Lease is asked for again.
const LONGEST: Duration = Duration::from_secs(10);
/// Between a renewal that failed and the next try.
const AGAIN: Duration = Duration::from_millis(500);

/// How long one request about the Lease may take, so that two that fail end well before the Lease does.
pub fn patience(leading: &Leading) -> Duration {
    leading.duration / 5
}

/// Works whenever this is the one that holds the Lease, until it is told to stop; then gives it back. `work` gets a
/// token that says when the Lease is lost; `standing` tells others how it stands. `client` should give up as early as [`patience`] says.
pub async fn lead<W>(
    client: Client,
    namespace: &str,
    leading: &Leading,
    who: &str,
    stop: CancellationToken,
    standing: &Standing,
    work: impl Fn(CancellationToken) -> W,
) where
    W: Future<Output = ()> + Send + 'static,
{
    let mut told = Told::default();
    let mut failures = 0;
    while !stop.is_cancelled() {
        let campaign = async {
            let manager = candidate(&client, namespace, leading, who).await?;
            standing.becomes(Stands::By);
            let work = |lost| {
                standing.becomes(Stands::Reading);
                work(lost)
            };
            term(&manager, leading, who, &stop, &work, &mut told).await
        };
        match campaign.await {
            Ok(()) => {
                failures = 0;
                standing.becomes(Stands::Aside);
            }
            Err(error) => {
                failures += 1;
                faults::count("lease");
                let words = words(&error);
                standing.becomes(Stands::Failing(words.clone()));
                if told.is_news(&words) {
                    tracing::warn!(
                        error = words,
                        "the Lease of the controller cannot be held; it is tried again"
                    );
                }
                let wait = faults::wait(failures, who).min(LONGEST);
                stop.run_until_cancelled(sleep(wait)).await;
            }
        }
    }
}

async fn candidate(
    client: &Client,
    namespace: &str,
    leading: &Leading,
    who: &str,
) -> Result<LeaseManager, LeaseManagerError> {
    let seconds = leading.duration.as_secs().max(3);
    LeaseManagerBuilder::new(client.clone(), &leading.lease)
        .with_namespace(namespace)
        .with_identity(who)
        .with_duration(seconds)
        // Renewed when two thirds of it are left.
        .with_grace(seconds * 2 / 3)
        .build()
        .await
}

/// Waits for the Lease, works while it is held, and ends when it is lost or nothing is to be done any more.
async fn term<W>(
    manager: &LeaseManager,
    leading: &Leading,
    who: &str,
    stop: &CancellationToken,
    work: &impl Fn(CancellationToken) -> W,
    told: &mut Told,
) -> Result<(), LeaseManagerError>
where
    W: Future<Output = ()> + Send + 'static,
{
    let mut working: Option<Working> = None;
    let mut failed: Option<Instant> = None;
    let end = loop {
        let Some(changed) = stop.run_until_cancelled(manager.changed()).await else { break Ok(()) };
        match changed {
            Ok(true) => {
                told.is_over();
                tracing::info!(who, "this controller leads");
                let lost = stop.child_token();
                working = Some(Working { task: tokio::spawn(work(lost.clone())), lost });
            }
            Ok(false) => break Ok(()),
            // One more try, while the Lease is still ours.
            Err(_) if working.is_some() && failed.is_none_or(|at| at.elapsed() > leading.duration) => {
                failed = Some(Instant::now());
                sleep(AGAIN).await;
            }
            Err(error) => break Err(error),
        }
    };
    if let Some(Working { task, lost }) = working {
        lost.cancel();
        if let Err(error) = task.await {
            tracing::error!(%error, "the controller ended badly");
        }
        tracing::info!(who, "this controller does not lead any more");
    }
    if end.is_ok() {
        // Whoever waits need not wait until it runs out.
        manager.release().await?;
    }
    end
}

struct Working {
    task: JoinHandle<()>,
    lost: CancellationToken,
}

fn words(error: &LeaseManagerError) -> String {
    match error {
        LeaseManagerError::KubeError(error) => faults::words(error),
        other => other.to_string(),
    }
}
