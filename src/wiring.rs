//! The only file that knows every concrete type: puts them together, starts them, and stops them.

pub mod check;
mod control;
mod platforms;

use std::{collections::BTreeMap, net::SocketAddr, os::unix::fs::DirBuilderExt, sync::Arc};

use anyhow::Context as _;
use chrono::TimeDelta;
use metrics_exporter_prometheus::PrometheusHandle;
use secrecy::ExposeSecret;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::Notify,
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

pub use control::controller;

use self::platforms::Platforms;
use crate::{
    actions::{self, World, audit::Verified},
    api::{self, Api, caller::Gate},
    chat::console::Console,
    clock::{SystemClock, UuidIds},
    cluster::{
        kubernetes::{bot::KubernetesCluster, client, controller::standing::Standing},
        local::{LocalCluster, LocalConfig},
    },
    config::Config,
    domain::{
        audit::{Entry, Filter},
        chain::Head,
        policy::Policy,
        workload::KUBERNETES,
    },
    engine::{Engine, LANES},
    hooks::Post,
    mail,
    oidc::Issuer,
    ports::{
        chat::Chat,
        clock::{Clock, Ids},
        cluster::Cluster,
        hooks::Hooks,
        templates::Templates,
    },
    store,
    templates::Folder,
    web::{self, Probes, Web, serve::Patience},
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
#[expect(clippy::too_many_lines, reason = "it names every part once")]
pub async fn start(
    config: &Config,
    clock: Arc<dyn Clock>,
    metrics: Option<PrometheusHandle>,
) -> anyhow::Result<Running> {
    let stop = CancellationToken::new();
    make_data_folder(config)?;
    let ids: Arc<dyn Ids> = Arc::new(UuidIds);
    let store = store::open(config.database.url.expose_secret(), &options(config)).await?;
    let (folder, _) = Folder::open(&config.templates.folder);
    let folder = Arc::new(folder);
    let templates: Arc<dyn Templates> = folder.clone();
    let world = World {
        store: store.clone(),
        clock: clock.clone(),
        ids: ids.clone(),
        templates,
        policy: Arc::new(policy(config)),
        wake: Arc::new(Notify::new()),
    };
    actions::people::bring_in(&world, &config.people).await?;
    actions::quotas::stock::take(&world).await?;
    actions::templates::keep(&world).await?;
    let console = Arc::new(Console::new(store, clock.clone(), ids));
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
    let web = Web {
        world: world.clone(),
        console: console.clone(),
        settings: Arc::new(pages(config)),
        metrics,
        closing: stop.clone(),
    };
    let probes = Probes { parts: platforms.parts(&world), ..web.probes() };
    let beside = platforms.routes().merge(calls(config, &world, &stop)?);
    let router = if config.console.enabled {
        web::router_beside(web, probes, beside)
    } else {
        web::health_beside(probes, beside)
    };
    let (address, serving) = listen(config.server.listen, router, config.server.patience, &stop).await?;
    let schedule = config.reaper.schedule.clone();
    let mut tasks = vec![
        tokio::spawn(engine.run(Arc::new(move |after| schedule.after(after)), stop.clone())),
        tokio::spawn(reload(folder, world.clone(), config.templates.reload.to_std()?, stop.clone())),
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

/// The REST API's addresses, if it is to be there.
fn calls(config: &Config, world: &Arc<World>, stop: &CancellationToken) -> anyhow::Result<axum::Router> {
    if !config.api.enabled {
        return Ok(axum::Router::new());
    }
    let gate = Arc::new(gate(config, world, stop)?);
    Ok(api::router(Api { world: world.clone(), gate }))
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

/// Answers on an address until `stop`; the task ends when the last answer is given.
async fn listen(
    on: SocketAddr,
    router: axum::Router,
    patience: Patience,
    stop: &CancellationToken,
) -> anyhow::Result<(SocketAddr, JoinHandle<()>)> {
    let listener = TcpListener::bind(on).await.with_context(|| format!("cannot listen on {on}"))?;
    let address = listener.local_addr()?;
    Ok((address, tokio::spawn(web::serve::serve(listener, router, patience, stop.clone()))))
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
    make_data_folder(config)?;
    store::migrate(config.database.url.expose_secret()).await
}

/// Verifies the chain of the audit log. Answers with its head; `checkpoint` is one that was written down elsewhere.
///
/// # Errors
/// The first entry that is not as it was written; or the database does not answer, or its tables are not up to
/// date.
pub async fn verify_audit(config: &Config, checkpoint: Option<Head>) -> anyhow::Result<Verified> {
    // Whoever only verifies changes nothing, not even tables.
    let options = store::Options { migrate: false, ..options(config) };
    let store = store::open(config.database.url.expose_secret(), &options).await?;
    Ok(actions::audit::verify(store.as_ref(), checkpoint).await??)
}

/// Gives every entry of the audit log that a filter lets through to `take`; `who` is a handle.
///
/// # Errors
/// Nobody has that handle; or the database does not answer, or its tables are not up to date; or `take` fails.
pub async fn export_audit(
    config: &Config,
    filter: Filter,
    who: Option<&str>,
    take: &mut (dyn FnMut(&Entry) -> anyhow::Result<()> + Send),
) -> anyhow::Result<()> {
    let options = store::Options { migrate: false, ..options(config) };
    let store = store::open(config.database.url.expose_secret(), &options).await?;
    let mut filter = filter;
    if let Some(who) = who.map(|who| who.trim_start_matches('@')) {
        let person = store.read().await?.person_by_handle(who).await?;
        filter.who = Some(person.with_context(|| format!("nobody is known as `{who}`"))?.id);
    }
    Ok(actions::audit::export(store.as_ref(), &filter, take).await?)
}

/// Removes entries of the audit log that are older than `keep`, else than the configuration says. Answers how many.
///
/// # Errors
/// Neither says how long entries are kept; or the database does not answer, or its tables are not up to date.
pub async fn prune_audit(config: &Config, keep: Option<TimeDelta>) -> anyhow::Result<i64> {
    let keep = keep.or(config.audit.keep);
    let keep = keep.context("nothing says how long entries are kept: give --keep, or set audit.keep")?;
    let options = store::Options { migrate: false, ..options(config) };
    let store = store::open(config.database.url.expose_secret(), &options).await?;
    Ok(actions::audit::prune(store.as_ref(), SystemClock.now(), keep).await?)
}

/// The data folder, for this user only.
fn make_data_folder(config: &Config) -> anyhow::Result<()> {
    let folder = &config.data.folder;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("cannot make the data folder {}", folder.display()))
}

fn options(config: &Config) -> store::Options {
    store::Options {
        connections: config.database.connections,
        migrate: config.database.migrate,
        ..store::Options::default()
    }
}

fn policy(config: &Config) -> Policy {
    Policy {
        domains: config.policy.email_domains.clone(),
        patience: config.policy.patience.clone(),
        open_requests: config.policy.open_requests,
        tokens: config.api.tokens.clone(),
        keep_audit: config.audit.keep,
        quotas: config.quotas.clone(),
        rules: config.approval.clone(),
        lent: config.lent(),
        prices: config.prices.clone(),
    }
}

/// What stands in front of the API.
fn gate(config: &Config, world: &World, stop: &CancellationToken) -> anyhow::Result<Gate> {
    let issuer = config.oidc.clone().map(Issuer::new).transpose()?.map(Arc::new);
    Ok(Gate::new(config.api.limits.clone(), issuer, world.clock.clone(), stop.clone()))
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

/// How the pages are served: under which names, and with the letters that are kept instead of sent.
fn pages(config: &Config) -> web::Settings {
    let address = config.server.public_url.parse::<axum::http::Uri>();
    let kept = config.mail.as_ref().and_then(|mail| match &mail.transport {
        mail::Transport::Folder(path) => Some(Arc::new(KeptLetters(mail::Folder::at(path)))),
        mail::Transport::Smtp(_) => None,
    });
    web::Settings {
        first: None,
        hosts: address.iter().filter_map(|address| address.host().map(str::to_owned)).collect(),
        letters: kept.map(|letters| letters as Arc<dyn web::Letters>),
    }
}

/// The mail adapter's folder, as the pages read it.
struct KeptLetters(mail::Folder);

#[async_trait::async_trait]
impl web::Letters for KeptLetters {
    async fn to(&self, address: &str) -> anyhow::Result<Vec<web::Kept>> {
        let letters = self.0.letters().await?.into_iter().filter(|letter| letter.to == address);
        let shown =
            |letter: mail::Kept| web::Kept { at: letter.at, subject: letter.subject, text: letter.text };
        Ok(letters.map(shown).collect())
    }
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

/// Reads the templates again when their files change, and keeps what they say now.
async fn reload(folder: Arc<Folder>, world: Arc<World>, every: std::time::Duration, stop: CancellationToken) {
    let mut unkept = false;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(every) => {}
        }
        unkept |= folder.refresh();
        if unkept {
            match actions::templates::keep(&world).await {
                Ok(()) => unkept = false,
                // It is tried again with the next look; a request keeps what it was made of in any case.
                Err(error) => tracing::warn!(%error, "the templates' versions could not be kept"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    //! What pages see of the folder of letters.

    use super::*;
    use crate::{clock::SystemClock, ports::mail::Letter, web::Letters};

    #[tokio::test]
    async fn kept_letters_are_given_to_their_reader_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let transport = mail::Transport::Folder(folder.path().to_owned());
        let settings = mail::Settings { from: "Sublet <sublet@example.org>".into(), transport };
        let sent = mail::open(&settings, Arc::new(SystemClock)).expect("a transport");
        for (to, subject) in [("dana@example.org", "for Dana"), ("dave@example.org", "for Dave")] {
            let (name, text, key) = ("Somebody".to_owned(), "Hello\n".to_owned(), subject.to_owned());
            let letter = Letter { to: to.into(), name, subject: subject.into(), text, html: None, key };
            sent.send(&letter).await.expect("kept");
        }
        let kept = KeptLetters(mail::Folder::at(folder.path())).to("dana@example.org").await.expect("read");
        let subjects: Vec<&str> = kept.iter().map(|letter| letter.subject.as_str()).collect();
        assert_eq!(subjects, ["for Dana"]);
    }
}
