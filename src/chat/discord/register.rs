//! Registers the commands: looks at what Discord has, and writes only what differs.

mod same;

use std::{borrow::Cow, collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{
    client::Client,
    settings::{Registration, Settings},
    trouble::{Kind, Trouble},
};

/// How soon it is tried again while Discord is away.
const SOON: Duration = Duration::from_secs(30);
/// How soon it is tried again when somebody has to do something first.
const LATER: Duration = Duration::from_secs(5 * 60);

/// Registers the commands.
pub struct Register {
    client: Arc<Client>,
    wanted: Value,
    /// Where the commands are still to be compared, with what was last told of it. `None` is everywhere.
    open: BTreeMap<Option<String>, Option<Cow<'static, str>>>,
}

impl Register {
    /// What registers these commands where the settings say.
    pub fn new(client: Arc<Client>, settings: &Settings, wanted: &Value) -> Self {
        let places = match settings.commands {
            Registration::Global => vec![None],
            Registration::Guild => settings.guilds.iter().map(|guild| Some(guild.id.clone())).collect(),
            Registration::Off => Vec::new(),
        };
        let open = places.into_iter().map(|place| (place, None)).collect();
        Self { client, wanted: wanted.clone(), open }
    }

    /// Works until the commands are registered everywhere, or until told to stop.
    pub async fn run(mut self, stop: &CancellationToken) {
        while !self.is_done() {
            tokio::select! {
                () = stop.cancelled() => return,
                wait = self.look() => tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(wait) => {}
                },
            }
        }
    }

    /// Tries every place that is left; answers with how long to wait until the next time.
    pub async fn look(&mut self) -> Duration {
        let mut wait = SOON;
        for place in self.open.keys().cloned().collect::<Vec<_>>() {
            let guild = place.as_deref().unwrap_or("everywhere").to_owned();
            match self.bring(place.as_deref()).await {
                Ok(()) => {
                    self.open.remove(&place);
                }
                Err(trouble) if matches!(trouble.kind, Kind::Ours | Kind::Unknown) => {
                    // It was told as a fault, and another try would be refused like this one.
                    self.open.remove(&place);
                }
                Err(trouble) => {
                    if trouble.kind != Kind::Passing {
                        wait = LATER;
                    }
                    self.tell(place, &guild, &trouble);
                }
            }
        }
        wait
    }

    /// Whether nothing is left to be done.
    pub fn is_done(&self) -> bool {
        self.open.is_empty()
    }

    async fn bring(&self, guild: Option<&str>) -> Result<(), Trouble> {
        let known = self.client.commands(guild).await?;
        let wanted = guild.map_or_else(|| self.wanted.clone(), |_| without_places(&self.wanted));
        if same::commands(&wanted, &known) {
            return Ok(());
        }
        self.client.set_commands(guild, &wanted).await?;
        tracing::info!(guild = guild.unwrap_or("everywhere"), "the commands were registered");
        Ok(())
    }

    fn tell(&mut self, place: Option<String>, guild: &str, trouble: &Trouble) {
        let told = self.open.entry(place).or_default();
        if told.as_ref() != Some(&trouble.code) {
            *told = Some(trouble.code.clone());
            tracing::warn!(guild, %trouble, "the commands cannot be registered yet");
        }
    }
}

/// The commands without where they may be used: Discord takes that for commands that are registered everywhere only
/// (its reference, “Application Command Object”).
fn without_places(commands: &Value) -> Value {
    let mut commands = commands.clone();
    for command in commands.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        command.remove("contexts");
        command.remove("integration_types");
    }
    commands
}
