//! The only file that knows every concrete type: puts them together, starts them, and stops them.

mod audit;
pub mod check;
mod control;
mod platforms;
mod served;
mod world;

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use anyhow::Context as _;
use metrics_exporter_prometheus::PrometheusHandle;
use secrecy::ExposeSecret;
use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

pub use audit::{export_audit, prune_audit, verify_audit};
pub use control::controller;

use self::platforms::Platforms;
use crate::{
    actions::World,
    chat::console::Console,
    clock::{SystemClock, UuidIds},
    cluster::{
        kubernetes::{bot::KubernetesCluster, client, controller::standing::Standing},
        local::{LocalCluster, LocalConfig},
    },
    config::Config,
    domain::workload::KUBERNETES,
    engine::{Engine, LANES},
    hooks::Post,
    mail,
    ports::{
        chat::Chat,
        clock::{Clock, Ids},
        cluster::Cluster,
        hooks::Hooks,
    },
    store,
};

/// Sublet, running.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// What actions may use.
    pub world: Arc<World>,
    /// The chat console.
    pub console: Arc<Console>,
    local: Option<Arc<LocalCluster>>,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts everything that the configuration names. When this returns, requests are answered.
///
/// # Errors
/// What could not be opened, in words: the database, the templates' folder, the address.
pub async fn start(
    config: &Config,
    clock: Arc<dyn Clock>,
    metrics: Option<PrometheusHandle>,
) -> anyhow::Result<Running> {
    let stop = CancellationToken::new();
    let (world, folder) = world::open(config, clock.clone()).await?;
    let console = Arc::new(Console::new(world.store.clone(), clock.clone(), world.ids.clone()));
    let local = open_local(config).await?;
    let kubernetes = open_kubernetes(config, &clock).await?;
    let holder = format!("{}/{}", std::process::id(), UuidIds.next().simple());
    let platforms = Platforms::open(config, &world, &holder)?;
    let engine = Arc::new(Engine {
        world: world.clone(),
        chats: chats(config, &console, &platforms),
        mail: config.mail.as_ref().map(|settings| mail::open(settings, clock)).transpose()?,
        clusters: clusters(local.as_ref(), kubernetes),
        devops: config.devops.emails.clone(),
        hooks: hooks(config)?,
        lanes: LANES,
        holder,
    });
    let world = Arc::new(world);
    let router = served::router(config, &world, &console, &platforms, metrics, &stop)?;
    let server = &config.server;
    let (address, serving) = served::listen(server.listen, router, server.patience, &stop).await?;
    let schedule = config.reaper.schedule.clone();
    let every = config.templates.reload.to_std()?;
    let mut tasks = vec![
        tokio::spawn(engine.run(Arc::new(move |after| schedule.after(after)), stop.clone())),
        tokio::spawn(world::reload(folder, world.clone(), every, stop.clone())),
        serving,
    ];
    tasks.extend(platforms.run(&stop));
    if config.kubernetes.controller {
        tasks.push(control::control(&config.kubernetes, Standing::default(), stop.clone()).await?);
    }
    Ok(Running { address, world, console, local, stop, tasks })
}

impl Running {
    /// Stops: no new work is taken, what is in flight finishes or is left claimable.
    pub async fn stop(self) {
        self.stop.cancel();
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a part of Sublet ended badly");
            }
        }
        if let Some(local) = self.local {
            local.close().await;
        }
    }
}

/// The chat platforms, the preferred first: where people are anyway goes before the page that they must open.
fn chats(config: &Config, console: &Arc<Console>, platforms: &Platforms) -> Vec<Arc<dyn Chat>> {
    let mut chats = platforms.chats();
    if config.console.enabled {
        chats.push(console.clone());
    }
    chats
}

/// Runs what the configuration names until it is told to stop.
///
/// # Errors
/// What could not be opened, in words.
pub async fn serve(config: &Config, metrics: Option<PrometheusHandle>) -> anyhow::Result<()> {
    let running = start(config, Arc::new(SystemClock), metrics).await?;
    tracing::info!(address = %running.address, "Sublet is running");
    told_to_stop().await?;
    tracing::info!("stopping: what is in flight finishes first");
    running.stop().await;
    Ok(())
}

/// Returns when an init system or a person at the keyboard ends this process.
///
/// # Errors
/// When signals cannot be waited for.
pub async fn told_to_stop() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Brings the database's tables up to date.
///
/// # Errors
/// When the database does not answer, or a migration fails.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    world::make_data_folder(config)?;
    store::migrate(config.database.url.expose_secret()).await
}

/// Who outside is told what happens.
fn hooks(config: &Config) -> anyhow::Result<Option<Arc<dyn Hooks>>> {
    if config.webhooks.is_empty() {
        return Ok(None);
    }
    Ok(Some(Arc::new(Post::new(&config.webhooks)?)))
}

async fn open_local(config: &Config) -> anyhow::Result<Option<Arc<LocalCluster>>> {
    if !config.local.enabled {
        return Ok(None);
    }
    let mut settings = LocalConfig::new(&config.local.folder);
    settings.host = config.local.host;
    settings.ports = config.local.ports.clone();
    Ok(Some(LocalCluster::open(settings).await?))
}

/// The bot's side of the cluster, which need not answer yet.
async fn open_kubernetes(
    config: &Config,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Option<Arc<KubernetesCluster>>> {
    let kubernetes = &config.kubernetes;
    if !kubernetes.enabled {
        return Ok(None);
    }
    let client = client::connect(&kubernetes.access).await.context("no way to the Kubernetes cluster")?;
    Ok(Some(KubernetesCluster::open(client, &kubernetes.access, clock.clone())))
}

fn clusters(
    local: Option<&Arc<LocalCluster>>,
    kubernetes: Option<Arc<KubernetesCluster>>,
) -> BTreeMap<String, Arc<dyn Cluster>> {
    let local = local.map(|local| ("local".to_owned(), local.clone() as Arc<dyn Cluster>));
    let kubernetes = kubernetes.map(|cluster| (KUBERNETES.to_owned(), cluster as Arc<dyn Cluster>));
    local.into_iter().chain(kubernetes).collect()
}
