//! A reception with a database in memory, a clock that is set by hand, and a Web API on loopback that notes what
//! it is told and answers what the test wants.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::{net::TcpListener, sync::Notify};
use url::form_urlencoded;

use crate::{
    actions::World,
    chat::slack::{
        client::Client,
        inbound::{Reception, Way, came::Came, reply::Reply},
        settings::{Inbound, Newcomers, Settings, SlackWorkspace},
        standing::Standing,
    },
    clock::UuidIds,
    domain::{
        Instant,
        ids::PersonId,
        person::{Origin, Person, Rights, Role},
        policy::Policy,
        request::Patience,
        template::Template,
    },
    ports::{
        chat::Workspace,
        clock::Clock,
        store::{Account, Code},
        templates::Templates,
    },
    store,
};

/// The workspace of the tests.
pub const TEAM: &str = "T1";
/// The secret with which requests are signed in tests.
pub const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

/// A call that was made: the method, or the path of a `response_url`, and what it said.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: String,
    pub said: Value,
}

/// The user group that makes approvers of the team shop.
pub const GROUP: &str = "S0123ABCD";

/// The Web API.
#[derive(Default)]
pub struct Api {
    calls: Mutex<Vec<Call>>,
    answers: Mutex<BTreeMap<String, Value>>,
}

impl Api {
    /// What a method answers from now on; without this, it is `ok`.
    pub fn answers(&self, method: &str, answer: Value) {
        self.answers.lock().expect("a lock").insert(method.to_owned(), answer);
    }

    /// What Slack says about an account from now on.
    pub fn knows(&self, user: Value) {
        self.answers("users.info", json!({"ok": true, "user": user}));
    }

    /// Every call so far, by method.
    pub fn calls(&self, method: &str) -> Vec<Value> {
        let calls = self.calls.lock().expect("a lock");
        calls.iter().filter(|call| call.method == method).map(|call| call.said.clone()).collect()
    }

    /// Waits until a method was called that often, and gives what was said to it.
    pub async fn until(&self, method: &str, times: usize) -> Vec<Value> {
        for _ in 0..1000 {
            let calls = self.calls(method);
            if calls.len() >= times {
                return calls;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{method} was not called {times} times: {:?}", self.calls.lock().expect("a lock"));
    }
}

async fn note(State(api): State<Arc<Api>>, uri: Uri, body: Bytes) -> Response {
    let method = uri.path().trim_start_matches("/api/").trim_start_matches('/').to_owned();
    let text = String::from_utf8_lossy(&body).into_owned();
    let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned();
    let query: BTreeMap<String, String> = query.collect();
    let said = serde_json::from_str(&text).unwrap_or_else(|_| json!(query));
    api.calls.lock().expect("a lock").push(Call { method: method.clone(), said });
    let answer = api.answers.lock().expect("a lock").get(&method).cloned();
    match answer {
        Some(Value::Number(status)) => {
            let status = status.as_u64().and_then(|status| u16::try_from(status).ok()).expect("a status");
            StatusCode::from_u16(status).expect("a status").into_response()
        }
        Some(answer) => Json(answer).into_response(),
        None if method.starts_with("respond/") => StatusCode::OK.into_response(),
        None => Json(usual(&method)).into_response(),
    }
}

fn usual(method: &str) -> Value {
    match method {
        "conversations.open" => json!({"ok": true, "channel": {"id": "D1"}}),
        "chat.postMessage" => json!({"ok": true, "channel": "D1", "ts": "1.0"}),
        _ => json!({"ok": true}),
    }
}

/// A clock that is set by hand.
pub struct Hands(AtomicI64);

impl Hands {
    /// Puts it forward.
    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_seconds(), Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Instant {
        Instant::from_timestamp(self.0.load(Ordering::SeqCst), 0).expect("a moment")
    }
}

/// Templates: none; and when the test wants it, whoever asks for them panics.
#[derive(Default)]
pub struct Broken(pub AtomicBool);

impl Templates for Broken {
    fn all(&self) -> Vec<Arc<Template>> {
        assert!(!self.0.load(Ordering::SeqCst), "wanted by the test");
        Vec::new()
    }
}

/// All of it.
pub struct Place {
    pub reception: Arc<Reception>,
    pub client: Arc<Client>,
    pub api: Arc<Api>,
    pub clock: Arc<Hands>,
    pub templates: Arc<Broken>,
    pub standing: Arc<Standing>,
    pub world: World,
    pub base: String,
}

fn person(handle: &str, roles: &[Role]) -> Person {
    Person {
        id: PersonId::parse(&format!("per_{handle}")).expect("an id"),
        handle: handle.to_owned(),
        name: handle.to_owned(),
        email: format!("{handle}@example.org"),
        zone: chrono_tz::UTC,
        roles: roles.iter().copied().collect::<BTreeSet<_>>(),
        teams: BTreeSet::new(),
        active: true,
        origin: Origin::Listed,
        standing: Default::default(),
    }
}

impl Place {
    /// Dana (U1, admitted and believed) and Ada (who never came) are listed.
    pub async fn open() -> Self {
        let api = Arc::new(Api::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(note).with_state(api.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let store = store::open("sqlite::memory:", &store::Options::default()).await.expect("a store");
        let clock = Arc::new(Hands(AtomicI64::new(1_800_000_000)));
        let templates = Arc::new(Broken::default());
        let patience = Patience { remind_after: TimeDelta::hours(4), lapse_after: TimeDelta::hours(168) };
        let policy = Arc::new(Policy { patience, open_requests: 100, ..Policy::default() });
        let world = World {
            store,
            clock: clock.clone(),
            ids: Arc::new(UuidIds),
            templates: templates.clone(),
            policy,
            wake: Arc::new(Notify::new()),
        };
        let mut tx = world.store.begin().await.expect("begun");
        tx.save_person(&person("dana", &[Role::Developer])).await.expect("saved");
        tx.save_person(&person("ada", &[Role::Approver])).await.expect("saved");
        tx.save_account(&account("U1", "dana", clock.now())).await.expect("saved");
        tx.commit().await.expect("committed");
        let settings = settings(&base);
        let standing = Arc::new(Standing::of([TEAM]));
        let client = Arc::new(Client::new(&world, &settings, standing.clone()).expect("a client"));
        let reception = Reception::new(world.clone(), client.clone(), standing.clone(), &settings);
        Self { reception, client, api, clock, templates, standing, world, base }
    }

    /// Takes something in.
    pub async fn receive(&self, came: Came) -> Reply {
        self.reception.clone().receive(came, Way::Apart).await
    }

    /// A command that was typed; `trigger` is its id.
    pub fn command(&self, user: &str, line: &str, trigger: &str) -> Came {
        let (command, text) = line.split_once(' ').unwrap_or((line, ""));
        let command = json!({
            "team_id": TEAM, "user_id": user, "command": command, "text": text, "trigger_id": trigger,
            "response_url": self.respond(),
        });
        Came::Command(serde_json::from_value(command).expect("a command"))
    }

    /// Something that was pressed; `more` replaces or adds parts.
    pub fn press(&self, line: &str, trigger: &str, more: Value) -> Came {
        let mut press = json!({
            "type": "block_actions", "team": {"id": TEAM}, "user": {"id": "U1", "team_id": TEAM},
            "trigger_id": trigger, "response_url": self.respond(), "container": {"type": "message"},
            "actions": [{"action_id": "press/1", "block_id": "b", "type": "button", "value": line}],
        });
        let parts = more.as_object().expect("an object").clone();
        press.as_object_mut().expect("an object").extend(parts);
        Came::Interaction(serde_json::from_value(press).expect("a press"))
    }

    /// A form that was sent.
    pub fn submit(&self, path: &[&str], hidden: &[[&str; 2]], filled: &[[&str; 2]], trigger: &str) -> Came {
        Came::Interaction(
            serde_json::from_value(json!({
                "type": "view_submission", "team": {"id": TEAM}, "user": {"id": "U1"}, "trigger_id": trigger,
                "view": form(path, hidden, filled),
            }))
            .expect("a form"),
        )
    }

    /// An event.
    pub fn event(&self, id: &str, event: Value) -> Came {
        let event = json!({"team_id": TEAM, "event_id": id, "event_time": 1, "event": event});
        Came::Event(serde_json::from_value(event).expect("an event"))
    }

    /// A `response_url`.
    pub fn respond(&self) -> String {
        format!("{}/respond/1", self.base)
    }

    /// A code that links to somebody, as `/env link` gives them out, without its dashes.
    pub async fn code(&self, letters: &str, handle: &str) {
        let digest = Sha256::digest(letters.as_bytes());
        let code = Code {
            digest: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            person: PersonId::parse(&format!("per_{handle}")).expect("an id"),
            expires_at: self.clock.now() + TimeDelta::minutes(10),
        };
        let mut tx = self.world.store.begin().await.expect("begun");
        tx.save_code(&code, self.clock.now()).await.expect("saved");
        tx.commit().await.expect("committed");
    }

    /// The account as it is stored.
    pub async fn account(&self, id: &str) -> Option<Account> {
        let mut tx = self.world.store.read().await.expect("begun");
        tx.account(&Workspace::slack(TEAM), id).await.expect("looked")
    }
}

/// A form as Slack sends it along.
pub fn form(path: &[&str], hidden: &[[&str; 2]], filled: &[[&str; 2]]) -> Value {
    let values: serde_json::Map<String, Value> = filled
        .iter()
        .map(|[name, value]| {
            let given = json!({"value": {"type": "plain_text_input", "value": value}});
            ((*name).to_owned(), given)
        })
        .collect();
    let shown: Vec<&str> = filled.iter().map(|[name, _]| *name).collect();
    let meta = json!({"path": path, "hidden": hidden, "shown": shown}).to_string();
    json!({
        "id": "V1", "type": "modal", "hash": "1.a", "callback_id": "form", "private_metadata": meta,
        "state": {"values": values},
    })
}

fn account(id: &str, handle: &str, checked_at: Instant) -> Account {
    Account {
        workspace: Workspace::slack(TEAM),
        id: id.to_owned(),
        membership: crate::domain::person::Membership::Member,
        person: PersonId::parse(&format!("per_{handle}")),
        linked_at: None,
        direct: None,
        checked_at,
    }
}

fn settings(base: &str) -> Settings {
    Settings {
        inbound: Inbound::Http { signing_secret: SECRET.into() },
        api: format!("{base}/api"),
        timeout: Duration::from_secs(10),
        newcomers: Newcomers::Members,
        match_email: true,
        recheck: TimeDelta::hours(1),
        workspaces: vec![SlackWorkspace {
            id: TEAM.to_owned(),
            token: "xoxb-test".into(),
            approvers: None,
            group: None,
            groups: BTreeMap::from([(
                GROUP.to_owned(),
                Rights { roles: [Role::Approver].into(), teams: ["shop".to_owned()].into() },
            )]),
        }],
    }
}

/// What an answer says, wherever it stands.
pub fn says(reply: &Reply) -> String {
    match reply {
        Reply::With(payload) => payload.to_string(),
        other => format!("{other:?}"),
    }
}
