//! What goes out, against a small server that answers as it is told: a stand-in for single answers, not for Discord.

mod api;
mod client;
mod deliver;
mod pace;
mod register;
mod threads;
mod trouble;
mod watch;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chrono::TimeDelta;

use self::api::Api;
use super::{
    client::Client,
    deliver::chats,
    settings::{DiscordGuild, Inbound, Registration, Settings},
    standing::Standing,
};
use crate::{
    actions::World,
    chat::stage::{Fed, world},
    ports::chat::Chat,
};

const APP: &str = "900000000000000001";
const TOKEN: &str = "MTk4.bot-token.secret";
const FIRST: &str = "100000000000000001";
const SECOND: &str = "100000000000000002";
const APPROVERS: &str = "200000000000000001";
const ROLE: &str = "300000000000000001";

/// What goes out, with what it goes out to.
struct Stage {
    api: Api,
    clock: Arc<Fed>,
    world: World,
    settings: Settings,
    client: Arc<Client>,
    standing: Arc<Standing>,
}

/// Two guilds; approvers are asked in the first, with a thread for each request.
fn settings(api: &str) -> Settings {
    let guild = |id: &str, approvers: Option<&str>| DiscordGuild {
        id: id.to_owned(),
        approvers: approvers.map(str::to_owned),
        mention: approvers.map(|_| ROLE.to_owned()),
        threads: approvers.is_some(),
        roles: BTreeMap::new(),
    };
    Settings {
        inbound: Inbound::Gateway,
        api: api.to_owned(),
        timeout: Duration::from_millis(300),
        application: APP.to_owned(),
        token: TOKEN.into(),
        commands: Registration::Global,
        recheck: TimeDelta::hours(1),
        listed: BTreeMap::new(),
        guilds: vec![guild(FIRST, Some(APPROVERS)), guild(SECOND, None)],
    }
}

impl Stage {
    async fn open() -> Self {
        let api = Api::start().await;
        Self::of(api.clone(), settings(&api.url)).await
    }

    async fn of(api: Api, settings: Settings) -> Self {
        let clock = Fed::new();
        let world = world(clock.clone()).await;
        let standing = Arc::new(Standing::of(settings.guilds.iter().map(|guild| guild.id.as_str())));
        let client = Client::new(&world, &settings, standing.clone()).expect("a client");
        Self { api, clock, world, settings, client: Arc::new(client), standing }
    }

    fn chat(&self, guild: &str) -> Arc<dyn Chat> {
        let mut chats = chats(&self.world, &self.client, &self.standing, &self.settings).into_iter();
        chats.find(|chat| chat.workspace().id == guild).expect("that guild")
    }

    /// How a line of the standing is, by its name.
    fn line(&self, name: &str) -> (bool, String) {
        let line = self.standing.lines().into_iter().find(|line| line.name == name).expect("that line");
        (line.ready, line.says)
    }
}
