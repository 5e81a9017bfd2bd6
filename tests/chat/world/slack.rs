//! Slack in a conversation: the real adapter against the stand-in, and what people do and see there.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::TimeDelta;
use chrono_tz::Tz;
use secrecy::SecretString;
use sublet::{
    actions::World as Means,
    chat::slack::{
        Slack as Adapter,
        settings::{Inbound, Newcomers, Settings, SlackWorkspace},
    },
    domain::person::Person,
};
use tokio_util::sync::CancellationToken;

use super::places;
use crate::slack::{
    APP_TOKEN, SIGNING_SECRET, Slack,
    act::{Act, Pressable, Said},
    forms::Sent,
    people::{Directory, Kind, User},
    state::RequestUrls,
};

/// The workspace of the contract.
pub const TEAM: &str = "T0MAIN";
/// Its channel for everybody, of which the app is no member.
pub const GENERAL: &str = "C0GENERAL";
/// Its approvers' channel.
pub const APPROVERS: &str = "C0APPROVERS";
/// Another workspace with the same app.
pub const OTHER: &str = "T0OTHER";
/// The approvers' channel there.
pub const OTHER_APPROVERS: &str = "C0OTHERAPP";
/// How long a call may take.
const TIMEOUT: Duration = Duration::from_millis(700);

/// Slack, the adapter, and what people have before them.
pub struct SlackSide {
    pub slack: Slack,
    pub adapter: Arc<Adapter>,
    stop: CancellationToken,
    last: Mutex<Option<Act>>,
}

impl Drop for SlackSide {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The account of a person by their handle, in the workspace of the contract.
pub fn account(handle: &str) -> String {
    format!("U{}", handle.to_uppercase())
}

/// The direct messages of a person with the app.
pub fn direct(handle: &str) -> String {
    format!("D{}", handle.to_uppercase())
}

impl SlackSide {
    /// `open`: all members may come in, in both workspaces.
    pub async fn new(world: &Means, http: bool, open: bool) -> Self {
        let slack = Slack::start(directory(), world.clock.clone()).await;
        let inbound = if http {
            Inbound::Http { signing_secret: SecretString::from(SIGNING_SECRET) }
        } else {
            Inbound::Socket { app_token: SecretString::from(APP_TOKEN), connections: 2 }
        };
        let workspace = |id: &str, approvers: &str| SlackWorkspace {
            id: id.to_owned(),
            token: slack.with(|state| SecretString::from(state.team(id).token.clone())),
            approvers: Some(approvers.to_owned()),
            group: None,
            groups: Default::default(),
        };
        let all = [(TEAM, APPROVERS), (OTHER, OTHER_APPROVERS)].into_iter().map(|(id, at)| workspace(id, at));
        let settings = Settings {
            inbound,
            api: slack.api(),
            timeout: TIMEOUT,
            newcomers: if open { Newcomers::Members } else { Newcomers::Nobody },
            match_email: true,
            recheck: TimeDelta::hours(1),
            workspaces: all.take(if open { 2 } else { 1 }).collect(),
        };
        Self::with(world, slack, settings).await
    }

    /// The adapter with other settings, on a Slack that is there.
    pub async fn with(world: &Means, slack: Slack, settings: Settings) -> Self {
        let socket = matches!(settings.inbound, Inbound::Socket { .. });
        let adapter = Adapter::open(world.clone(), settings).expect("the adapter opens");
        let stop = CancellationToken::new();
        if let Some(router) = adapter.routes() {
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
            let at = format!("http://{}/slack", listener.local_addr().expect("an address"));
            let urls = RequestUrls {
                commands: format!("{at}/commands"),
                interactions: format!("{at}/interactions"),
                events: format!("{at}/events"),
            };
            slack.with(|state| state.request_urls = Some(urls));
            let serving =
                axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
            tokio::spawn(async move { serving.await.expect("it is served") });
        }
        tokio::spawn(adapter.clone().run(stop.clone()));
        if socket {
            slack.connected(1).await;
        }
        Self { slack, adapter, stop, last: Mutex::default() }
    }

    /// Somebody types a line in a channel for everybody; lines that no command of Slack's can be go by `/sublet`.
    pub async fn says(&self, who: &str, line: &str, zone: Tz) -> String {
        let typed = registered(line);
        let act = self.slack.command(TEAM, &account(who), GENERAL, &typed).await;
        self.shows(act, zone).await
    }

    pub async fn presses(&self, who: &str, what: &Pressable, zone: Tz) -> String {
        let act = self.slack.presses(TEAM, &account(who), what).await;
        self.shows(act, zone).await
    }

    pub async fn fills(&self, who: &str, given: &[(&str, &str)], zone: Tz) -> String {
        let user = account(who);
        for (field, text) in given {
            self.slack.fills(TEAM, &user, field, text).await;
        }
        match self.slack.submits(TEAM, &user).await {
            Sent::Held(labels) => format!("Slack: please fill in {}", labels.join(", ")),
            Sent::Stays => self.modal(who, zone),
            Sent::Closed(act) => self.shows(act, zone).await,
        }
    }

    /// The form that somebody has before them; when it only tells something, they close it.
    pub fn modal(&self, who: &str, zone: Tz) -> String {
        let user = account(who);
        let view = self.slack.modal(&user).expect("a view is open");
        if view.json["submit"].is_null() {
            self.slack.dismisses(&user);
        }
        self.slack.shows_view(&view, zone)
    }

    pub async fn again(&self) {
        let last = self.last.lock().expect("the last act").take().expect("somebody did something");
        let act = self.slack.again(&last).await;
        assert!(act.ack.is_ok(), "a repeated delivery is not acknowledged: {:?}", act.ack);
    }

    pub fn button(&self, who: &str, place: &str, label: &str) -> Pressable {
        let found = self.slack.finds(&account(who), &channel(place), label, 0);
        found.unwrap_or_else(|| panic!("there is no button [{label}] in {place}"))
    }

    pub fn reads(&self, place: &str, zone: Tz) -> Vec<(bool, String)> {
        self.slack.reads(&channel(place), zone)
    }

    /// What somebody sees in answer to what they did.
    pub async fn shows(&self, act: Act, zone: Tz) -> String {
        let said = self.slack.answer(&act).await;
        let who = act.user.clone();
        *self.last.lock().expect("the last act") = Some(act);
        match said {
            Said::Message(content) => self.slack.shows(&content, zone),
            Said::View(id) => {
                let view = self.slack.with(|state| state.views[&id].clone());
                if view.json["submit"].is_null() {
                    self.slack.dismisses(&who);
                }
                self.slack.shows_view(&view, zone)
            }
            Said::Problem(problem) => format!("Slack: {problem:?}"),
        }
    }

    /// No limit was broken, nothing was sent that Slack refuses as ill-made, no secret stands where others read.
    pub fn ends(&self) {
        self.slack.with(|state| {
            assert_eq!(state.violations, Vec::<String>::new(), "limits of Slack were broken");
            let ill = ["invalid_blocks", "invalid_arguments", "no_text", "unknown_method", "missing_scope"];
            for call in &state.calls {
                assert!(!ill.contains(&call.outcome.as_str()), "ill-made: {call:?}");
            }
            for message in state.messages.iter().filter(|message| message.only_for.is_none()) {
                let open = !state.directory.channels[&message.channel].direct;
                let said = format!("{:?}", message.versions);
                let secret =
                    ["ssh -p", "AAAAhost", "xoxb-", "xapp-"].iter().find(|secret| said.contains(**secret));
                assert!(!open || secret.is_none(), "{secret:?} in an open channel: {said}");
                assert!(!message.now().text.trim().is_empty(), "nothing to read aloud: {message:?}");
            }
        });
    }
}

fn channel(place: &str) -> String {
    if place == "#approvers" { APPROVERS.to_owned() } else { direct(place) }
}

/// How a line is typed in Slack: its own commands as they are, `/help` and what is no command by `/sublet`.
fn registered(line: &str) -> String {
    let known = ["/env", "/key", "/template", "/sublet"];
    let first = line.split(' ').next().unwrap_or_default();
    if known.contains(&first) { line.to_owned() } else { format!("/sublet {}", line.trim_start_matches('/')) }
}

/// Everybody of the stories as full members, some who are none, and two workspaces.
pub fn directory() -> Directory {
    let mut directory = Directory::default().team(TEAM, "main").team(OTHER, "other");
    for person in places::people() {
        directory = directory.user(member(TEAM, &person));
    }
    let somebody = |handle: &str, kind, email: Option<&str>| {
        let known = member(TEAM, &places::people().remove(0));
        User {
            id: account(handle),
            handle: handle.to_owned(),
            name: handle.to_owned(),
            email: email.map(str::to_owned),
            kind,
            ..known
        }
    };
    directory = directory
        .user(somebody("zoe", Kind::Member, Some("zoe@example.org")))
        .user(somebody("gus", Kind::Guest, Some("gus@example.org")))
        .user(somebody("robot", Kind::Bot, None))
        .user(somebody("lee", Kind::Deleted, Some("lee@example.org")))
        .user(User { team: "T0ELSEWHERE".to_owned(), ..somebody("sam", Kind::Stranger, None) })
        .user(User { id: "UOTHERDANA".to_owned(), ..member(OTHER, &places::people().remove(0)) })
        .user(User { id: "UOTHERADA".to_owned(), ..member(OTHER, &places::people().remove(2)) });
    let bots = ["UBOT0MAIN", "UBOT0OTHER"];
    directory
        .channel(TEAM, GENERAL, "general", &["UDANA", "UERIN", "UADA", "UBOB", "UROOT", "UMALLORY"])
        .channel(TEAM, APPROVERS, "approvers", &["UADA", "UBOB", "UROOT", bots[0]])
        .channel(OTHER, OTHER_APPROVERS, "approvers", &["UOTHERADA", bots[1]])
}

fn member(team: &str, person: &Person) -> User {
    User {
        id: account(&person.handle),
        team: team.to_owned(),
        handle: person.handle.clone(),
        name: person.name.clone(),
        email: Some(person.email.clone()),
        zone: person.zone,
        kind: Kind::Member,
    }
}
