//! The controller of environments on Kubernetes: in a process of its own with its probes, or beside the bot.

use std::sync::Arc;

use anyhow::Context as _;
use kube::Client;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{served::listen, told_to_stop};
use crate::{
    clock::{SystemClock, UuidIds},
    cluster::kubernetes::{
        client,
        controller::{
            leader, run,
            standing::{Standing, Stands},
        },
    },
    config::{self, kubernetes::Kubernetes},
    ports::clock::{Clock, Ids},
    web::{self, Part, Probes},
};

/// Runs the controller of environments on Kubernetes alone, until it is told to stop.
///
/// # Errors
/// When there is no way to the cluster, or the address cannot be listened on.
pub async fn controller(
    config: &config::Controller,
    metrics: Option<PrometheusHandle>,
) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let (standing, kubernetes) = (Standing::default(), &config.kubernetes);
    let client = client::connect_within(&kubernetes.access, leader::patience(&kubernetes.leading))
        .await
        .context("no way to the Kubernetes cluster")?;
    let parts = Arc::new(Parts { client, standing: standing.clone() });
    let probes = Probes { parts, ids: Arc::new(UuidIds), metrics, closing: stop.clone() };
    let (address, serving) =
        listen(kubernetes.listen, web::health(probes), web::serve::Patience::default(), &stop).await?;
    let working = control(kubernetes, standing, stop.clone()).await?;
    tracing::info!(%address, namespace = kubernetes.access.namespace, "the controller is running");
    told_to_stop().await?;
    tracing::info!("stopping: what is under way finishes first");
    stop.cancel();
    let ended = working.await;
    serving.await.context("the web server ended badly")?;
    ended.context("the controller ended badly")
}

/// Starts to make environments on Kubernetes whenever this process is the one that leads.
pub(super) async fn control(
    kubernetes: &Kubernetes,
    standing: Standing,
    stop: CancellationToken,
) -> anyhow::Result<JoinHandle<()>> {
    let Kubernetes { access, making, leading, .. } = kubernetes.clone();
    let client = client::connect(&access).await.context("no way to the Kubernetes cluster")?;
    let campaign = client::connect_within(&access, leader::patience(&leading)).await?;
    let who = format!("{}/{}", std::process::id(), UuidIds.next().simple());
    // Deadlines in the cluster are of the cluster's time, also when the demo puts its own clock forward.
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let home = access.namespace.clone();
    Ok(tokio::spawn(async move {
        let work = |lost| {
            let (client, clock, options) = (client.clone(), clock.clone(), run::Options::default());
            run::run(client, home.clone(), making.clone(), clock, lost, options, standing.clone())
        };
        leader::lead(campaign, &access.namespace, &leading, &who, stop, &standing, work).await;
    }))
}

/// What the controller needs for its work.
struct Parts {
    client: Client,
    standing: Standing,
}

#[async_trait::async_trait]
impl web::Parts for Parts {
    async fn look(&self) -> Vec<Part> {
        let asked = self.client.apiserver_version().await;
        if let Err(error) = &asked {
            tracing::warn!(%error, "the API server does not answer");
        }
        let (ready, says) = match self.standing.now() {
            Stands::Aside => (false, "does not ask for the Lease yet".to_owned()),
            Stands::By => (true, "stands by: takes over when nobody leads".to_owned()),
            Stands::Reading => (false, "leads, and still reads what is in the cluster".to_owned()),
            Stands::Leading => (true, "leads".to_owned()),
            Stands::Failing(why) => (false, format!("cannot ask for the Lease: {why}")),
        };
        vec![
            Part::answers("api_server", asked.is_ok()),
            Part { name: "controller", ready, says: says.into() },
        ]
    }
}
