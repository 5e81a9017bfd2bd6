//! Discord in a conversation: the real adapter against the stand-in, and what people do and see there.

mod directory;
mod forms;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::TimeDelta;
use chrono_tz::Tz;
use secrecy::SecretString;
use sublet::{
    actions::World as Means,
    chat::discord::{
        Discord as Adapter,
        settings::{DiscordGuild, Inbound, Registration, Settings},
    },
    domain::person::{Rights, Role},
};
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;

pub use self::directory::{
    APPROVERS, GENERAL, GUILD, OTHER, OTHER_APPROVERS, ROLE_APPROVER, ROLE_DEVELOPER, account, direct,
    directory,
};
use super::places;
use crate::discord::{
    APPLICATION, Discord, TOKEN,
    act::{Act, Pressable, Said},
    schemas,
    trouble::Trouble,
};

/// How long a call may take.
const TIMEOUT: Duration = Duration::from_millis(700);
/// What nobody but its owner may read.
const SECRETS: [&str; 4] = ["ssh -p", "AAAAhost", "bot-token", "aW50ZXJhY3Rpb246"];

/// Discord, the adapter, and what people have before them.
pub struct DiscordSide {
    pub discord: Discord,
    pub adapter: Arc<Adapter>,
    /// The adapter's work. Whoever aborts it kills the process: nothing is finished, nothing handed on.
    pub running: AbortHandle,
    stop: CancellationToken,
    last: Mutex<Option<Act>>,
    /// The forms that people have before them as messages, by account.
    forms: Mutex<BTreeMap<String, String>>,
}

impl Drop for DiscordSide {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl DiscordSide {
    /// `both`: in two guilds, whose roles make people of Sublet's.
    pub async fn new(world: &Means, http: bool, both: bool) -> Self {
        let discord = Discord::start(directory(), world.clock.clone()).await;
        let inbound =
            if http { Inbound::Http { public_key: discord.public_key() } } else { Inbound::Gateway };
        let settings = settings(&discord, inbound, both);
        Self::with(world, discord, settings).await
    }

    /// The adapter with other settings, on a Discord that is there.
    pub async fn with(world: &Means, discord: Discord, settings: Settings) -> Self {
        let adapter = Adapter::open(world.clone(), settings, "first").expect("the adapter opens");
        let stop = CancellationToken::new();
        let routes = adapter.routes();
        let running = tokio::spawn(adapter.clone().run(stop.clone())).abort_handle();
        match routes {
            Some(router) => {
                let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
                let at = listener.local_addr().expect("an address");
                let serving =
                    axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
                tokio::spawn(async move { serving.await.expect("it is served") });
                let entered = discord.enters_the_address(&format!("http://{at}/discord/interactions")).await;
                assert_eq!(entered, Ok(()), "Discord does not take the address");
            }
            None => discord.connected(1).await,
        }
        discord.until("the commands", |state| (!state.commands.is_empty()).then_some(())).await;
        Self { discord, adapter, running, stop, last: Mutex::default(), forms: Mutex::default() }
    }

    /// Somebody types a line in a channel for everybody.
    pub async fn says(&self, who: &str, line: &str, zone: Tz) -> String {
        self.says_in(who, GENERAL, line, zone).await
    }

    /// The same in any channel.
    pub async fn says_in(&self, who: &str, channel: &str, line: &str, zone: Tz) -> String {
        let user = account(who);
        self.discord.dismisses(&user);
        match self.discord.command(&user, channel, line).await {
            Ok(act) => self.shows(act, zone).await,
            Err(words) => format!("Discord: {words}"),
        }
    }

    /// Somebody presses something; where Discord has no confirm dialog, they are asked, and sure.
    pub async fn presses(&self, who: &str, what: &Pressable, zone: Tz) -> String {
        let user = account(who);
        self.discord.dismisses(&user);
        let act = self.discord.presses(&user, what).await;
        let asks = what.value().strip_prefix('!').is_some();
        if let (true, Said::Message(id)) = (asks, self.discord.answer(&act).await) {
            let sure = self.discord.finds_on(&id, |_, value| value.contains('|'));
            let sure = sure.unwrap_or_else(|| panic!("nobody asks whether {who} is sure"));
            let act = self.discord.presses(&user, &sure).await;
            return self.shows(act, zone).await;
        }
        self.shows(act, zone).await
    }

    pub async fn again(&self) {
        let last = self.last.lock().expect("the last act").take().expect("somebody did something");
        self.discord.again(&last).await;
    }

    pub fn button(&self, who: &str, place: &str, label: &str) -> Pressable {
        let found = self.discord.finds(&account(who), &channel(place), label, 0);
        found.unwrap_or_else(|| panic!("there is no button [{label}] in {place}"))
    }

    pub fn reads(&self, place: &str, zone: Tz) -> Vec<(bool, String)> {
        self.discord.reads(&channel(place), zone)
    }

    /// What somebody sees in answer to what they did.
    pub async fn shows(&self, act: Act, zone: Tz) -> String {
        let said = self.discord.answer(&act).await;
        let user = act.user.clone();
        *self.last.lock().expect("the last act") = Some(act);
        match said {
            Said::Message(id) | Said::Rewritten(id) => self.shows_message(&user, &id, zone),
            Said::Modal => {
                self.forms.lock().expect("the forms").remove(&user);
                forms::modal(&self.discord, &user)
            }
            Said::Choices(choices) => panic!("a command was answered with choices: {choices:?}"),
            Said::Problem(words) => format!("Discord: {words}"),
        }
    }

    fn shows_message(&self, user: &str, id: &str, zone: Tz) -> String {
        let text = self.discord.shows(id, zone);
        let mut forms = self.forms.lock().expect("the forms");
        if self.discord.finds_on(id, |_, value| value.starts_with("s|")).is_some() {
            forms.insert(user.to_owned(), id.to_owned());
            return forms::message(&text);
        }
        forms.remove(user);
        text
    }

    /// No limit was broken, nothing was sent that Discord refuses as ill-made, no secret stands where others read,
    /// nobody was called who should not be.
    pub fn ends(&self) {
        self.discord.with(|state| {
            assert_eq!(state.violations, Vec::<String>::new(), "rules of Discord were broken");
            assert_eq!(schemas::faults(state), Vec::<String>::new(), "Discord's schemas know no such thing");
            let ill = ["50035", "50006", "50109", "20012", "40060", "10015"];
            let again = state.interactions.values().any(|known| known.delivered > 1);
            for call in &state.calls {
                // What Discord had no answer of in time, it does not know by its token either.
                let late = state.interactions.values().any(|known| known.first.is_none());
                let excused = (again && call.outcome == "40060") || (late && call.outcome == "10015");
                assert!(excused || !ill.contains(&call.outcome.as_str()), "ill-made: {call:?}");
            }
            for message in state.messages.iter().filter(|message| message.only_for.is_none()) {
                let open = state.directory.channels[&message.channel].recipient.is_none();
                let said = format!("{:?}", message.versions);
                let secret = SECRETS.iter().find(|secret| said.contains(**secret));
                assert!(!open || secret.is_none(), "{secret:?} in an open channel: {said}");
                assert!(!message.now().text.trim().is_empty(), "nothing to read aloud: {message:?}");
                let called: Vec<&String> =
                    message.versions.iter().flat_map(|version| &version.calls).collect();
                assert!(called.iter().all(|id| *id == ROLE_APPROVER), "somebody was called: {called:?}");
            }
        });
    }

    /// The adapter asks whether its token is good, as it does every half minute while it is not.
    pub async fn looks_at_the_token(&self) {
        self.adapter.client.who_am_i().await.expect("the token is good again");
    }

    /// The next calls of a route go wrong like this.
    pub fn troubles(&self, route: &str, trouble: Trouble, times: u32) {
        self.discord.with(|state| state.troubles.plan(route, trouble, times));
    }
}

fn gives(role: Role) -> Rights {
    Rights { roles: [role].into(), ..Rights::default() }
}

/// The settings of the contract.
pub fn settings(discord: &Discord, inbound: Inbound, both: bool) -> Settings {
    let guild = |id: &str, approvers: &str| DiscordGuild {
        id: id.to_owned(),
        approvers: Some(approvers.to_owned()),
        mention: (id == GUILD).then(|| ROLE_APPROVER.to_owned()),
        threads: both,
        roles: BTreeMap::from([
            (ROLE_APPROVER.to_owned(), gives(Role::Approver)),
            (ROLE_DEVELOPER.to_owned(), gives(Role::Developer)),
        ]),
    };
    let guilds = [guild(GUILD, APPROVERS), guild(OTHER, OTHER_APPROVERS)];
    let listed = places::people().into_iter().map(|person| (account(&person.handle), person.handle));
    Settings {
        inbound,
        api: discord.api(),
        timeout: TIMEOUT,
        application: APPLICATION.to_owned(),
        token: SecretString::from(TOKEN),
        commands: Registration::Global,
        recheck: TimeDelta::hours(1),
        listed: listed.collect(),
        guilds: guilds.into_iter().take(if both { 2 } else { 1 }).collect(),
    }
}

/// The channel of a place: the approvers', or somebody's direct messages with the bot.
pub fn channel(place: &str) -> String {
    if place == "#approvers" { APPROVERS.to_owned() } else { direct(place) }
}
