//! Slack, Discord and the console, served by two instances on one database: what people press reaches either.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Router, body::Body, extract::Request, response::Response};
use chrono_tz::Tz;
use secrecy::SecretString;
use sublet::{
    actions::World as Means,
    chat::{
        console::{
            Body as Stored, Console,
            inbound::{Act, Reply, What, receive},
        },
        discord::{Discord as DiscordAdapter, settings::Inbound as DiscordInbound},
        slack::{
            Slack as SlackAdapter,
            settings::{Inbound as SlackInbound, Newcomers, Settings as SlackSettings, SlackWorkspace},
        },
    },
    domain::person::{Person, Role},
    engine::{Engine, LANES},
    ports::{
        chat::{Block, Chat, Message, Room},
        cluster::Cluster,
        mail::Mail,
    },
    store::{Options, open},
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::{
    discord::{self, Discord},
    slack::{self, SIGNING_SECRET, Slack, state::RequestUrls},
    support::databases::Database,
    world::{
        clock::{CountedIds, FrozenClock},
        cluster::FakeCluster,
        discord as on_discord,
        mailbox::Mailbox,
        paper, places, slack as on_slack,
    },
};

/// How long a call of a platform may take.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);
/// How many people decide, besides those of the stories.
pub const DECIDERS: usize = 64;

/// One instance.
pub struct Bot {
    pub engine: Engine,
    slack: Arc<SlackAdapter>,
    discord: Arc<DiscordAdapter>,
    console: Arc<Console>,
}

/// Both of them, and what is around them.
pub struct Together {
    pub bots: [Arc<Bot>; 2],
    pub slack: Slack,
    pub discord: Discord,
    pub clock: Arc<FrozenClock>,
    pub cluster: Arc<FakeCluster>,
    stop: CancellationToken,
}

impl Drop for Together {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The handle of a decider.
pub fn decider(number: usize) -> String {
    format!("lead{number:02}")
}

/// The Discord account of a decider.
pub fn discord_account(number: usize) -> String {
    (1_600_000_000_000_000_000_u64 + number as u64).to_string()
}

/// Everybody of the stories, and those who decide.
fn people() -> Vec<Person> {
    let known = places::people();
    let deciders = (0..DECIDERS).map(|number| {
        let handle = decider(number);
        Person {
            id: places::id(&handle),
            name: handle.clone(),
            email: format!("{handle}@example.org"),
            zone: Tz::UTC,
            roles: [Role::Approver].into(),
            handle,
            ..known[0].clone()
        }
    });
    known.iter().cloned().chain(deciders).collect()
}

impl Together {
    pub async fn new(database: &Database) -> Self {
        let start = chrono::NaiveDateTime::parse_from_str("2026-11-23 09:00", "%Y-%m-%d %H:%M");
        let clock = Arc::new(FrozenClock::at(start.expect("a moment").and_utc()));
        let slack = Slack::start(slack_directory(), clock.clone()).await;
        let discord = Discord::start(discord_directory(), clock.clone()).await;
        let (cluster, mail): (Arc<FakeCluster>, Arc<Mailbox>) = (Arc::default(), Arc::default());
        let ids: Arc<CountedIds> = Arc::default();
        let stop = CancellationToken::new();
        let mut bots = Vec::new();
        for holder in ["one", "two"] {
            let means = Means {
                store: open(&database.url, &Options::default()).await.expect("the store opens"),
                clock: clock.clone(),
                ids: ids.clone(),
                templates: Arc::new(places::shelf()),
                policy: Arc::new(places::policy()),
                wake: Arc::new(Notify::new()),
            };
            let bot = Bot::new(means, &slack, &discord, &cluster, &mail, holder);
            tokio::spawn(bot.slack.clone().run(stop.clone()));
            tokio::spawn(bot.discord.clone().run(stop.clone()));
            bots.push(Arc::new(bot));
        }
        let bots: [Arc<Bot>; 2] = bots.try_into().unwrap_or_else(|_| panic!("two bots"));
        let together = Self { bots, slack, discord, clock, cluster, stop };
        together.serves().await;
        let means = &together.bots[0].engine.world;
        sublet::actions::people::bring_in(means, &people()).await.expect("people come in");
        together
    }

    /// Each request of a platform reaches the next instance.
    async fn serves(&self) {
        let routers = self.bots.clone().map(|bot| {
            let slack = bot.slack.routes().expect("Slack calls");
            slack.merge(bot.discord.routes().expect("Discord calls"))
        });
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let at = format!("http://{}", listener.local_addr().expect("an address"));
        let balanced = alternating(routers);
        let serving =
            axum::serve(listener, balanced).with_graceful_shutdown(self.stop.clone().cancelled_owned());
        tokio::spawn(async move { serving.await.expect("it is served") });
        let urls = RequestUrls {
            commands: format!("{at}/slack/commands"),
            interactions: format!("{at}/slack/interactions"),
            events: format!("{at}/slack/events"),
        };
        self.slack.with(|state| state.request_urls = Some(urls));
        let entered = self.discord.enters_the_address(&format!("{at}/discord/interactions")).await;
        assert_eq!(entered, Ok(()), "Discord does not take the address");
    }

    /// Somebody does something in the console of one of the instances; the words of the answer.
    pub async fn in_the_console(&self, bot: usize, who: &str, what: What) -> String {
        let bot = &self.bots[bot % 2];
        let people = bot.engine.world.store.read().await.expect("a look").people().await.expect("people");
        let by = people.into_iter().find(|person| person.handle == who).expect("that person");
        let id = bot.engine.world.ids.next();
        let act = Act { id, by: by.clone(), room: Room::Direct(by.id.clone()), what };
        let reply = receive(&bot.console, &bot.engine.world, act).await.expect("the console takes it");
        assert!(matches!(reply, Reply::Done), "a form was opened");
        let (messages, _) =
            bot.console.look(&Room::Direct(by.id.clone()), &by.id, 1_000).await.expect("the room");
        let answer = messages.iter().rev().find_map(|stored| match serde_json::from_str(&stored.body) {
            Ok(Stored::Answered { message, .. }) => Some(message),
            _ => None,
        });
        paper::message(&answer.expect("a private answer"), Tz::UTC)
    }

    /// The approvers' card as each platform shows it now: the console, Slack, Discord.
    pub async fn cards(&self) -> [String; 3] {
        let console = self.bots[0].console.clone();
        let (messages, _) =
            console.look(&Room::Approvers, &places::id("ada"), 1_000).await.expect("the room");
        let posted = messages.iter().find_map(|stored| match serde_json::from_str(&stored.body) {
            Ok(Stored::Posted { message }) => Some(message),
            _ => None,
        });
        let slack = self.slack.reads(on_slack::APPROVERS, Tz::UTC).into_iter().next();
        let discord = self.discord.reads(on_discord::APPROVERS, Tz::UTC).into_iter().next();
        let shown = |card: Option<(bool, String)>| card.expect("a card that is new or was rewritten").1;
        [paper::message(&posted.expect("a card"), Tz::UTC), shown(slack), shown(discord)]
    }

    /// The line that a button of the approvers' card in the console carries.
    pub async fn line(&self, label: &str) -> String {
        let console = self.bots[0].console.clone();
        let (messages, _) =
            console.look(&Room::Approvers, &places::id("ada"), 1_000).await.expect("the room");
        let posted = messages.iter().filter_map(|stored| match serde_json::from_str(&stored.body) {
            Ok(Stored::Posted { message }) => Some(message),
            _ => None,
        });
        let lines = posted.flat_map(|message: Message| message.blocks).filter_map(|block| match block {
            Block::Actions(buttons) => buttons.into_iter().find(|button| button.label == label),
            _ => None,
        });
        lines.map(|button| button.line).next().expect("that button")
    }

    /// Both instances work at once until nothing waits; time goes by while it does.
    pub async fn settles(&self) {
        for _ in 0..600 {
            let work = |bot: Arc<Bot>| async move {
                for _ in 0..2 {
                    bot.engine.tick().await.expect("the reaper looks");
                    bot.engine.drain().await.expect("the outbox drains");
                    bot.engine.observe().await.expect("the observer looks");
                }
            };
            let [one, two] = self.bots.clone();
            tokio::join!(work(one), work(two));
            if self.backlog().await == 0 {
                return;
            }
            self.clock
                .set(sublet::ports::clock::Clock::now(self.clock.as_ref()) + chrono::TimeDelta::seconds(5));
        }
        panic!("after fifty minutes something is still undelivered");
    }

    async fn backlog(&self) -> u64 {
        let mut tx = self.bots[0].engine.world.store.read().await.expect("a look");
        tx.backlog().await.expect("the backlog").0
    }
}

impl Bot {
    fn new(
        means: Means,
        slack: &Slack,
        discord: &Discord,
        cluster: &Arc<FakeCluster>,
        mail: &Arc<Mailbox>,
        holder: &str,
    ) -> Self {
        let at = SlackWorkspace {
            id: on_slack::TEAM.to_owned(),
            token: slack.with(|state| SecretString::from(state.team(on_slack::TEAM).token.clone())),
            approvers: Some(on_slack::APPROVERS.to_owned()),
            group: None,
            groups: Default::default(),
        };
        let settings = SlackSettings {
            inbound: SlackInbound::Http { signing_secret: SecretString::from(SIGNING_SECRET) },
            api: slack.api(),
            timeout: TIMEOUT,
            newcomers: Newcomers::Nobody,
            match_email: true,
            recheck: chrono::TimeDelta::hours(1),
            workspaces: vec![at],
        };
        let slack = SlackAdapter::open(means.clone(), settings).expect("Slack's adapter opens");
        let inbound = DiscordInbound::Http { public_key: discord.public_key() };
        let mut settings = on_discord::settings(discord, inbound, false);
        settings.timeout = TIMEOUT;
        settings.listed.extend((0..DECIDERS).map(|number| (discord_account(number), decider(number))));
        let discord = DiscordAdapter::open(means.clone(), settings, holder).expect("Discord's adapter opens");
        let console = Console::new(means.store.clone(), means.clock.clone(), means.ids.clone());
        let console = Arc::new(console);
        let mut chats: Vec<Arc<dyn Chat>> = slack.chats();
        chats.extend(discord.chats());
        chats.push(console.clone());
        let engine = Engine {
            world: means,
            chats,
            mail: Some(mail.clone() as Arc<dyn Mail>),
            clusters: BTreeMap::from([("paper".to_owned(), cluster.clone() as Arc<dyn Cluster>)]),
            devops: Vec::new(),
            hooks: None,
            lanes: LANES,
            holder: holder.to_owned(),
        };
        Self { engine, slack, discord, console }
    }
}

/// A server that gives each request to the next of these.
fn alternating(routers: [Router; 2]) -> Router {
    let next = Arc::new(AtomicUsize::new(0));
    Router::new().fallback(move |request: Request<Body>| {
        let router = routers[next.fetch_add(1, Ordering::Relaxed) % 2].clone();
        async move {
            let answered: Result<Response, std::convert::Infallible> = router.oneshot(request).await;
            answered.unwrap_or_else(|never| match never {})
        }
    })
}

fn slack_directory() -> slack::people::Directory {
    let mut directory = on_slack::directory();
    let known = directory.users[&on_slack::account("dana")].clone();
    for number in 0..DECIDERS {
        let handle = decider(number);
        let email = Some(format!("{handle}@example.org"));
        let (id, name) = (on_slack::account(&handle), handle.clone());
        directory = directory.user(slack::people::User { id, handle, name, email, ..known.clone() });
    }
    directory
}

fn discord_directory() -> discord::people::Directory {
    let mut directory = on_discord::directory();
    let known = directory.users[&on_discord::account("dana")].clone();
    for number in 0..DECIDERS {
        let (id, handle) = (discord_account(number), decider(number));
        let user = discord::people::User { id: id.clone(), name: handle.clone(), handle, ..known.clone() };
        directory = directory.user(user).member(on_discord::GUILD, &id, &[]);
    }
    directory
}
