//! What actions may use: the database, the time, the templates, the rules.

use std::{os::unix::fs::DirBuilderExt, sync::Arc};

use anyhow::Context as _;
use secrecy::ExposeSecret;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{
    actions::{self, World},
    clock::UuidIds,
    config::Config,
    domain::policy::Policy,
    ports::{clock::Clock, store::Store},
    store,
    templates::Folder,
};

/// Opens it, and brings in what the configuration and the templates' files say.
///
/// # Errors
/// What could not be opened, in words.
pub(super) async fn open(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<(World, Arc<Folder>)> {
    make_data_folder(config)?;
    let store = store::open(config.database.url.expose_secret(), &options(config)).await?;
    let (folder, _) = Folder::open(&config.templates.folder);
    let folder = Arc::new(folder);
    let world = World {
        store,
        clock,
        ids: Arc::new(UuidIds),
        templates: folder.clone(),
        policy: Arc::new(policy(config)),
        wake: Arc::new(Notify::new()),
    };
    actions::people::bring_in(&world, &config.people).await?;
    actions::quotas::stock::take(&world).await?;
    actions::templates::keep(&world).await?;
    Ok((world, folder))
}

/// The database as it is: whoever only reads changes nothing, not even tables.
///
/// # Errors
/// It does not answer, or its tables are not up to date.
pub(super) async fn existing(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let options = store::Options { migrate: false, ..options(config) };
    store::open(config.database.url.expose_secret(), &options).await
}

/// The data folder, for this user only.
pub(super) fn make_data_folder(config: &Config) -> anyhow::Result<()> {
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

/// Reads the templates again when their files change, and keeps what they say now.
pub(super) async fn reload(
    folder: Arc<Folder>,
    world: Arc<World>,
    every: std::time::Duration,
    stop: CancellationToken,
) {
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
