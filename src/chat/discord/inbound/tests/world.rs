//! A reception with a database in memory, a clock that is set by hand, and an API on loopback that notes what it is
//! told and answers what the test wants.

use std::{
    collections::BTreeMap,
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
    http::{Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::{net::TcpListener, sync::Notify};

use crate::{
    actions::World,
    chat::{
        desk::Way,
        discord::{
            client::Client,
            inbound::{Reception, came::Came, reply::Reply},
            settings::{DiscordGuild, Inbound, Registration, Settings},
            standing::Standing,
        },
    },
    clock::UuidIds,
    domain::{
        Instant,
        ids::PersonId,
        person::{Membership, Origin, Person, Rights, Role},
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
    store, templates,
};

/// The guild of the tests; `AWAY` is served as well, and no other.
pub const HOME: &str = "500";
/// The other guild.
pub const AWAY: &str = "501";
/// The role that makes approvers at home.
pub const APPROVERS: &str = "70";
/// Dana's account, who is admitted at home.
pub const DANA: &str = "1";
/// The account of Ada, who is listed in the configuration and never came.
pub const ADA: &str = "2";
/// An account that nobody knows.
pub const NEW: &str = "9";

/// The API.
#[derive(Default)]
pub struct Api {
    calls: Mutex<Vec<(String, Value)>>,
    answers: Mutex<BTreeMap<String, (u16, Value)>>,
}

impl Api {
    /// What a route answers from now on: `GET /guilds/500/members/1`. Without this, all is well.
    pub fn answers(&self, route: &str, status: u16, answer: Value) {
        self.answers.lock().expect("a lock").insert(route.to_owned(), (status, answer));
    }

    /// A route is refused with Discord's number.
    pub fn refuses(&self, route: &str, code: u32) {
        self.answers(route, 404, json!({"code": code, "message": "of no account"}));
    }

    /// What was said to a route so far.
    pub fn calls(&self, route: &str) -> Vec<Value> {
        let calls = self.calls.lock().expect("a lock");
        calls.iter().filter(|(called, _)| called == route).map(|(_, said)| said.clone()).collect()
    }

    /// How often anything was called.
    pub fn count(&self) -> usize {
        self.calls.lock().expect("a lock").len()
    }

    /// Waits until a route was called that often, and gives what was said to it.
    pub async fn until(&self, route: &str, times: usize) -> Vec<Value> {
        for _ in 0..1000 {
            let calls = self.calls(route);
            if calls.len() >= times {
                return calls;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{route} was not called {times} times: {:?}", self.calls.lock().expect("a lock"));
    }
}

async fn note(State(api): State<Arc<Api>>, method: Method, uri: Uri, body: Bytes) -> Response {
    let route = format!("{method} {}", uri.path());
    let said = serde_json::from_slice(&body).unwrap_or(Value::Null);
    api.calls.lock().expect("a lock").push((route.clone(), said));
    let answer = api.answers.lock().expect("a lock").get(&route).cloned();
    let (status, answer) = answer.unwrap_or_else(|| (200, usual(&route)));
    (StatusCode::from_u16(status).expect("a status"), Json(answer)).into_response()
}

fn usual(route: &str) -> Value {
    match route {
        "POST /users/@me/channels" => json!({"id": "800"}),
        "POST /channels/800/messages" => json!({"id": "900", "channel_id": "800"}),
        _ => json!({}),
    }
}

/// The route by which an answer follows the acknowledgement of the interaction with this id.
pub fn follows(id: &str) -> String {
    format!("PATCH /webhooks/77/token-{id}/messages/@original")
}

/// The route by which a direct message goes.
pub const DIRECT: &str = "POST /channels/800/messages";

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

/// Two templates; and when the test wants it, whoever asks for them panics.
pub struct Broken(pub AtomicBool, Vec<Arc<Template>>);

impl Templates for Broken {
    fn all(&self) -> Vec<Arc<Template>> {
        assert!(!self.0.load(Ordering::SeqCst), "wanted by the test");
        self.1.clone()
    }
}

/// A template with a parameter of each size, and a choice.
const WEB: &str = r#"
title = "Web server"
about = "A web server."
provisioner = "kubernetes"
[lease]
default = "8h"
longest = "14d"
warnings = ["2h"]
grace = "1h"
ready_within = "3m"
[approval]
rule = "always"
[container]
image = "web"
volume = "/work"
[parameters.cpu]
kind = "cpu"
help = "Processors"
default = "1"
min = "1"
max = "4"
[parameters.memory]
kind = "bytes"
help = "Memory"
default = "1Gi"
min = "1Gi"
max = "8Gi"
[parameters.storage]
kind = "bytes"
help = "The volume"
default = "1Gi"
min = "1Gi"
max = "8Gi"
"#;

fn template(name: &str) -> Arc<Template> {
    Arc::new(templates::read(name, name, WEB).unwrap_or_else(|faults| panic!("{faults:?}")))
}

/// All of it.
pub struct Place {
    pub reception: Arc<Reception>,
    pub api: Arc<Api>,
    pub clock: Arc<Hands>,
    pub templates: Arc<Broken>,
    pub world: World,
}

fn person(handle: &str, roles: &[Role]) -> Person {
    Person {
        id: id_of(handle),
        handle: handle.to_owned(),
        name: handle.to_owned(),
        email: format!("{handle}@example.org"),
        zone: chrono_tz::UTC,
        roles: roles.iter().copied().collect(),
        teams: [].into(),
        active: true,
        origin: Origin::Listed,
        standing: Default::default(),
    }
}

/// The id of somebody who is listed.
pub fn id_of(handle: &str) -> PersonId {
    PersonId::parse(&format!("per_{handle}")).expect("an id")
}

impl Place {
    /// Dana (admitted at home and believed) and Ada (listed by her account, and never came).
    pub async fn open() -> Self {
        let api = Arc::new(Api::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(note).with_state(api.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let store = store::open("sqlite::memory:", &store::Options::default()).await.expect("a store");
        let clock = Arc::new(Hands(AtomicI64::new(1_800_000_000)));
        let templates = Arc::new(Broken(AtomicBool::new(false), vec![template("web"), template("work")]));
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
        tx.save_person(&person("ada", &[Role::Developer])).await.expect("saved");
        tx.commit().await.expect("committed");
        let settings = settings(base);
        let standing = Arc::new(Standing::of([HOME, AWAY]));
        let client = Arc::new(Client::new(&world, &settings, standing).expect("a client"));
        let reception = Reception::new(world.clone(), client, &settings);
        let place = Self { reception, api, clock, templates, world };
        place.saves(HOME, DANA, "dana").await;
        place
    }

    /// A code has just linked an account to somebody.
    pub async fn saves(&self, guild: &str, id: &str, handle: &str) {
        let mut tx = self.world.store.begin().await.expect("begun");
        let account = Account {
            workspace: Workspace::discord(guild),
            id: id.to_owned(),
            membership: Membership::Member,
            person: Some(id_of(handle)),
            linked_at: Some(self.clock.now()),
            direct: None,
            checked_at: self.clock.now(),
        };
        tx.save_account(&account).await.expect("saved");
        tx.commit().await.expect("committed");
    }

    /// A code that links to somebody, as `/env link` gives them out, without its dashes.
    pub async fn code(&self, letters: &str, handle: &str) {
        let digest = Sha256::digest(letters.as_bytes());
        let code = Code {
            digest: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            person: id_of(handle),
            expires_at: self.clock.now() + TimeDelta::minutes(10),
        };
        let mut tx = self.world.store.begin().await.expect("begun");
        tx.save_code(&code, self.clock.now()).await.expect("saved");
        tx.commit().await.expect("committed");
    }

    /// Takes something in, and gives what Discord is told.
    pub async fn receive(&self, came: Value) -> Value {
        match self.reception.clone().receive(read(came), Way::Apart).await {
            Reply::With(body) => body,
            Reply::Nothing => Value::Null,
        }
    }

    /// The account as it is stored.
    pub async fn account(&self, guild: &str, id: &str) -> Option<Account> {
        let mut tx = self.world.store.read().await.expect("begun");
        tx.account(&Workspace::discord(guild), id).await.expect("looked")
    }
}

fn settings(api: String) -> Settings {
    let guild = |id: &str| DiscordGuild {
        id: id.to_owned(),
        approvers: None,
        mention: None,
        threads: false,
        roles: BTreeMap::from([(
            APPROVERS.to_owned(),
            Rights { roles: [Role::Approver].into(), teams: ["shop".to_owned()].into() },
        )]),
    };
    Settings {
        inbound: Inbound::Gateway,
        api,
        timeout: Duration::from_secs(10),
        application: "77".to_owned(),
        token: "bot-token".into(),
        commands: Registration::Off,
        recheck: TimeDelta::hours(1),
        listed: BTreeMap::from([(ADA.to_owned(), "ada".to_owned())]),
        guilds: vec![guild(HOME), guild(AWAY)],
    }
}

/// An interaction that is read.
pub fn read(came: Value) -> Came {
    Came::read(came).expect("an interaction")
}

/// Something that somebody did at home; `more` replaces or adds parts, and takes away what is null.
pub fn did(kind: u8, user: &str, id: &str, data: Value, more: Value) -> Value {
    let mut came = json!({
        "id": id, "type": kind, "token": format!("token-{id}"), "application_id": "77", "version": 1,
        "guild_id": HOME, "channel_id": "600", "data": data,
        "member": {"user": {"id": user, "username": format!("user{user}")}, "roles": [], "nick": null},
    });
    if let (Some(came), Value::Object(more)) = (came.as_object_mut(), more) {
        came.extend(more);
        came.retain(|_, part| !part.is_null());
    }
    came
}

/// What makes of it something that was done in a direct conversation.
pub fn directly(user: &str) -> Value {
    json!({"guild_id": null, "member": null, "user": {"id": user, "username": format!("user{user}")}})
}

/// A slash command: `env list`, with its options.
pub fn command(user: &str, path: &str, options: &[[&str; 2]], id: &str) -> Value {
    did(2, user, id, filled(path, options), json!({}))
}

/// The data of a slash command.
pub fn filled(path: &str, options: &[[&str; 2]]) -> Value {
    let options = options.iter().map(|[name, value]| json!({"name": name, "type": 3, "value": value}));
    let mut options: Vec<Value> = options.collect();
    let mut words: Vec<&str> = path.split(' ').collect();
    while words.len() > 1 {
        let word = words.pop().expect("a word");
        options = vec![json!({"name": word, "type": 1, "options": options})];
    }
    json!({"id": "1", "name": words[0], "type": 1, "options": options})
}

/// A press of the button with this custom id.
pub fn press(user: &str, custom_id: &str, id: &str) -> Value {
    did(3, user, id, json!({"custom_id": custom_id, "component_type": 2}), json!({}))
}

/// A choice in the menu with this custom id.
pub fn choose(user: &str, custom_id: &str, chosen: &[&str], id: &str) -> Value {
    did(3, user, id, json!({"custom_id": custom_id, "component_type": 3, "values": chosen}), json!({}))
}

/// A modal that was sent.
pub fn modal(user: &str, custom_id: &str, values: &[[&str; 2]], id: &str) -> Value {
    let rows = values.iter().map(
        |[name, value]| json!({"type": 1, "components": [{"type": 4, "custom_id": name, "value": value}]}),
    );
    let data = json!({"custom_id": custom_id, "components": rows.collect::<Vec<_>>()});
    did(5, user, id, data, json!({}))
}

/// The custom ids in what Discord was told, in their order.
pub fn custom_ids(told: &Value) -> Vec<String> {
    let mut found = Vec::new();
    gather(told, &mut found);
    found
}

fn gather(part: &Value, found: &mut Vec<String>) {
    match part {
        Value::Object(parts) => {
            found.extend(parts.get("custom_id").and_then(Value::as_str).map(str::to_owned));
            parts.values().for_each(|part| gather(part, found));
        }
        Value::Array(parts) => parts.iter().for_each(|part| gather(part, found)),
        _ => {}
    }
}
