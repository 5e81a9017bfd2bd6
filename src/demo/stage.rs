//! The tour's stage: the console, the clock, and what is printed while the scenes play.

use std::{fmt::Display, path::PathBuf, sync::Arc, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::chat::Console;
use crate::{
    clock::WarpClock,
    config::Config,
    domain::{ids::EnvName, lease::Lease},
    ports::chat::Room,
    wiring::Running,
};

/// How long the tour waits for something to happen before it says that it did not.
const PATIENCE: Duration = Duration::from_secs(25);
/// The same where a cluster must pull images and take namespaces away.
const PATIENCE_ON_KUBERNETES: Duration = Duration::from_secs(180);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(60);

/// Everything the script plays with.
pub struct Stage<'a> {
    /// The console.
    pub chat: Console<'a>,
    /// The clock that is put forward.
    pub clock: Arc<WarpClock>,
    /// Where the tour keeps its keys.
    pub keys: PathBuf,
    /// The size that is asked for: one that a laptop's cluster has, too.
    pub size: &'static str,
    patience: Duration,
    running: &'a Running,
    bar: ProgressBar,
}

impl<'a> Stage<'a> {
    /// A stage for that many scenes.
    pub fn new(running: &'a Running, clock: Arc<WarpClock>, config: &Config, scenes: u64) -> Self {
        let bar = ProgressBar::new(scenes).with_style(
            ProgressStyle::with_template("{bar:24} {pos}/{len} {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar.set_draw_target(ProgressDrawTarget::stderr());
        let keys = config.data.folder.join("tour");
        let (size, patience) = if config.kubernetes.enabled {
            ("cpu=250m memory=256Mi", PATIENCE_ON_KUBERNETES)
        } else {
            ("cpu=2 memory=4Gi", PATIENCE)
        };
        Self { chat: Console::of(running), clock, keys, size, patience, running, bar }
    }

    /// A scene begins.
    pub fn scene(&self, title: &str) {
        self.bar.inc(1);
        self.bar.set_message(title.to_owned());
        self.line(format!("\n{}. {title}", self.bar.position()));
    }

    /// Something worth reading.
    pub fn line(&self, words: impl Display) {
        self.bar.suspend(|| println!("{words}"));
    }

    /// The lease of that name.
    pub async fn lease(&self, name: &EnvName) -> anyhow::Result<Option<Lease>> {
        let mut tx = self.running.world.store.read().await?;
        Ok(tx.lease_by_name(name).await?)
    }

    /// The name of somebody's newest request.
    pub async fn newest(&self, handle: &str) -> anyhow::Result<Option<EnvName>> {
        let person = self.chat.person(handle).await?;
        let mut tx = self.running.world.store.read().await?;
        Ok(tx.requests_of(&person.id, 1).await?.pop().map(|request| request.name))
    }

    /// Waits until something is so, and returns it.
    ///
    /// # Errors
    /// When it is not so in time.
    pub async fn until<T>(
        &self,
        what: &str,
        so: impl AsyncFn() -> anyhow::Result<Option<T>>,
    ) -> anyhow::Result<T> {
        let waited = tokio::time::timeout(self.patience, async {
            loop {
                if let Some(found) = so().await? {
                    return anyhow::Ok(found);
                }
                tokio::time::sleep(LOOK).await;
            }
        });
        waited.await.unwrap_or_else(|_| anyhow::bail!("not as told: {what} did not happen"))
    }

    /// The scenes are over.
    pub fn over(&self) {
        self.bar.finish_and_clear();
    }

    /// Prints what each person reads in the end.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tell_what_was_seen(&self) -> anyhow::Result<()> {
        let dana = Room::Direct(self.chat.person("dana").await?.id);
        for (title, handle, room) in
            [("What Dana saw", "dana", &dana), ("What the approvers saw (as Ada)", "ada", &Room::Approvers)]
        {
            println!("\n{title}");
            for line in self.chat.read(handle, room).await? {
                println!("  {line}");
            }
        }
        Ok(())
    }
}
