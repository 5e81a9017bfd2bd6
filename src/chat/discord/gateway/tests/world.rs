//! A gateway on loopback, the rest of the adapter as the test wants it, and processes that share a database.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chrono::TimeDelta;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, mpsc, watch},
    task::JoinHandle,
};
use tokio_tungstenite::{
    WebSocketStream, accept_async,
    tungstenite::{
        Message,
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};
use tokio_util::sync::CancellationToken;

use crate::{
    actions::World,
    chat::discord::{
        client,
        gateway::{Adapter, Gateway, times::Times},
        settings::{Inbound, Registration, Settings},
        trouble::{Method, Trouble},
    },
    clock::UuidIds,
    domain::{Instant, policy::Policy, request::Patience, template::Template},
    ports::{clock::Clock, templates::Templates},
    store,
};

/// The token of the tests.
pub const TOKEN: &str = "a.bot.token";

/// Short enough to be waited for, and long enough for a machine that is busy.
pub const TIMES: Times = Times {
    lease: Duration::from_millis(1_500),
    renew: Duration::from_millis(50),
    margin: Duration::from_millis(500),
    look: Duration::from_millis(20),
    turn: Duration::from_millis(10),
    connect: Duration::from_secs(20),
    ready: Duration::from_secs(20),
    pulse: Duration::from_millis(50),
    deaf: Duration::from_secs(20),
    silent: Duration::from_secs(60),
    good: Duration::from_secs(60),
    pauses: (Duration::from_millis(40), Duration::from_millis(400)),
    resumes: (Duration::from_millis(40), Duration::from_millis(400)),
    settled: Duration::from_secs(60),
    long: Duration::from_millis(300),
    farewell: Duration::from_secs(5),
};

/// A clock that is set by hand.
pub struct Hands(AtomicI64);

impl Hands {
    /// Puts it forward.
    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Instant {
        Instant::from_timestamp_millis(self.0.load(Ordering::SeqCst)).expect("a moment")
    }
}

struct NoTemplates;

impl Templates for NoTemplates {
    fn all(&self) -> Vec<Arc<Template>> {
        Vec::new()
    }
}

/// What actions may use, with a database in memory.
pub async fn world() -> (World, Arc<Hands>) {
    let clock = Arc::new(Hands(AtomicI64::new(1_800_000_000_000)));
    let patience = Patience { remind_after: TimeDelta::hours(4), lapse_after: TimeDelta::hours(168) };
    let world = World {
        store: store::open("sqlite::memory:", &store::Options::default()).await.expect("a store"),
        clock: clock.clone(),
        ids: Arc::new(UuidIds),
        templates: Arc::new(NoTemplates),
        policy: Arc::new(Policy { patience, open_requests: 100, ..Policy::default() }),
        wake: Arc::new(Notify::new()),
    };
    (world, clock)
}

/// Where the gateway is, as Discord's API tells it.
pub fn at(url: &str, shards: u32) -> client::Gateway {
    let limit = json!({"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1});
    let told = json!({"url": url, "shards": shards, "session_start_limit": limit});
    serde_json::from_value(told).expect("a gateway")
}

/// The rest of the adapter: says where the gateway is, and notes what it is told.
pub struct Rest {
    /// What it says first, and then what it says always.
    pub answers: Mutex<VecDeque<Result<client::Gateway, Trouble>>>,
    always: client::Gateway,
    taken: mpsc::UnboundedSender<Value>,
    shards: watch::Sender<Option<u32>>,
    /// Whether the token does not do, as far as is known.
    pub token_bad: AtomicBool,
    /// How often that was told.
    pub told: AtomicI64,
    /// What is being dealt with waits for this.
    pub slow: Option<Duration>,
}

#[async_trait]
impl Adapter for Rest {
    async fn ask(&self) -> Result<client::Gateway, Trouble> {
        self.answers.lock().expect("a lock").pop_front().unwrap_or_else(|| Ok(self.always.clone()))
    }

    async fn take(&self, interaction: Value) {
        if let Some(slow) = self.slow {
            tokio::time::sleep(slow).await;
        }
        let _ = self.taken.send(interaction);
    }

    async fn idle(&self) {}

    fn shards(&self, open: Option<u32>) {
        self.shards.send_replace(open);
    }

    fn token_bad(&self, trouble: &Trouble) -> bool {
        assert_eq!((trouble.method, trouble.refuses_token()), (Method::Gateway, true));
        self.told.fetch_add(1, Ordering::SeqCst);
        !self.token_bad.swap(true, Ordering::SeqCst)
    }

    fn is_token_bad(&self) -> bool {
        self.token_bad.load(Ordering::SeqCst)
    }
}

/// A process that wants the gateway.
pub struct Process {
    pub rest: Arc<Rest>,
    pub stop: CancellationToken,
    pub keeping: JoinHandle<()>,
    shards: watch::Receiver<Option<u32>>,
    taken: mpsc::UnboundedReceiver<Value>,
}

impl Process {
    /// A process that is told that the gateway is there.
    pub fn start(world: &World, holder: &str, gateway: client::Gateway, times: Times) -> Self {
        Self::with(world, holder, gateway, times, VecDeque::new(), None)
    }

    /// The same; before that it is told other things, and it deals slowly with what comes.
    pub fn with(
        world: &World,
        holder: &str,
        gateway: client::Gateway,
        times: Times,
        first: VecDeque<Result<client::Gateway, Trouble>>,
        slow: Option<Duration>,
    ) -> Self {
        let (taken, taken_by_it) = mpsc::unbounded_channel();
        let (shards, stands) = watch::channel(None);
        let rest = Arc::new(Rest {
            answers: Mutex::new(first),
            always: gateway,
            taken,
            shards,
            token_bad: AtomicBool::default(),
            told: AtomicI64::default(),
            slow,
        });
        let keeper = Gateway::with(world, rest.clone(), &settings(), holder.to_owned(), times);
        let stop = CancellationToken::new();
        let keeping = tokio::spawn(keeper.keep(stop.clone()));
        Self { rest, stop, keeping, shards: stands, taken: taken_by_it }
    }

    /// Waits until so many connections are open.
    pub async fn open(&mut self, open: u32) {
        within(self.shards.wait_for(|shards| *shards == Some(open))).await.expect("it still stands");
    }

    /// Waits until it does not have the gateway.
    pub async fn has_it_not(&mut self) {
        within(self.shards.wait_for(Option::is_none)).await.expect("it still stands");
    }

    /// The next interaction that it takes in.
    pub async fn takes(&mut self) -> Value {
        within(self.taken.recv()).await.expect("something")
    }

    /// Whether anything else was taken in by now.
    pub fn took_more(&mut self) -> bool {
        self.taken.try_recv().is_ok()
    }
}

/// The gateway: its address, and the connections in the order in which they are made.
pub struct Peer {
    pub url: String,
    calls: mpsc::UnboundedReceiver<(String, WebSocketStream<TcpStream>)>,
    /// How often heartbeats are wanted.
    pub interval: Duration,
}

impl Peer {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("ws://{}", listener.local_addr().expect("an address"));
        let (accepted, calls) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut path = [0; 64];
                let Ok(seen) = stream.peek(&mut path).await else { continue };
                let path = String::from_utf8_lossy(&path[..seen]).into_owned();
                let path = path.split(' ').nth(1).unwrap_or_default().to_owned();
                let Ok(socket) = accept_async(stream).await else { continue };
                if accepted.send((path, socket)).is_err() {
                    return;
                }
            }
        });
        Self { url, calls, interval: Duration::from_millis(200) }
    }

    /// The next connection, greeted.
    pub async fn next(&mut self) -> Connection {
        let (path, socket) = within(self.calls.recv()).await.expect("a connection");
        let mut connection = Connection { path, socket, url: self.url.clone(), answers: true };
        let interval = u64::try_from(self.interval.as_millis()).expect("short");
        connection.say(json!({"op": 10, "d": {"heartbeat_interval": interval, "_trace": []}})).await;
        connection
    }

    /// The next connection, with the session of that name.
    pub async fn session(&mut self, name: &str) -> Connection {
        let mut connection = self.next().await;
        assert_eq!(connection.hear().await["op"], 2, "it wants a session");
        connection.ready(name).await;
        connection
    }

    /// Whether another connection was made by now.
    pub fn was_called_again(&mut self) -> bool {
        self.calls.try_recv().is_ok()
    }
}

/// A connection, as the gateway sees it.
pub struct Connection {
    /// Where it came to.
    pub path: String,
    socket: WebSocketStream<TcpStream>,
    url: String,
    /// Whether heartbeats are answered.
    pub answers: bool,
}

impl Connection {
    pub async fn say(&mut self, what: Value) {
        self.socket.send(Message::text(what.to_string())).await.expect("sent");
    }

    /// Begins a session.
    pub async fn ready(&mut self, name: &str) {
        let user = json!({"id": "9", "username": "sublet", "discriminator": "0000", "global_name": null,
            "avatar": null, "bot": true, "verified": true, "mfa_enabled": false, "email": null, "flags": 0});
        let application = json!({"id": "9", "flags": 0});
        let resume = format!("{}/resume/{name}", self.url);
        self.say(json!({"op": 0, "s": 1, "t": "READY", "d": {"v": 10, "user": user, "guilds": [],
            "session_id": name, "resume_gateway_url": resume, "shard": [0, 1], "application": application,
            "private_channels": [], "geo_ordered_rtc_regions": [], "_trace": []}}))
            .await;
    }

    /// Sends an interaction with that number in the session.
    pub async fn interaction(&mut self, number: u64, id: &str) {
        self.say(
            json!({"op": 0, "s": number, "t": "INTERACTION_CREATE", "d": super::interactions::command(id)}),
        )
        .await;
    }

    /// What comes next, apart from heartbeats.
    pub async fn hear(&mut self) -> Value {
        match within(self.next()).await {
            Some(Message::Text(text)) => serde_json::from_str(&text).expect("JSON"),
            other => panic!("nothing was said: {other:?}"),
        }
    }

    /// Waits for its end; answers with the code with which it was closed, if it was.
    pub async fn end(&mut self) -> Option<u16> {
        loop {
            match within(self.next()).await {
                Some(Message::Close(frame)) => return frame.map(|frame| frame.code.into()),
                Some(_) => {}
                None => return None,
            }
        }
    }

    /// Closes it with a code.
    pub async fn close(mut self, code: u16) {
        let frame = CloseFrame { code: CloseCode::from(code), reason: "".into() };
        self.socket.close(Some(frame)).await.expect("closed");
        self.end().await;
    }

    async fn next(&mut self) -> Option<Message> {
        loop {
            let message = self.socket.next().await?.ok()?;
            let beats = matches!(&message, Message::Text(text)
                if serde_json::from_str::<Value>(text).is_ok_and(|said| said["op"] == 1));
            if !beats {
                return Some(message);
            }
            if self.answers {
                self.say(json!({"op": 11})).await;
            }
        }
    }

    /// Answers heartbeats until something is true.
    pub async fn beats_until(&mut self, done: impl Future<Output = ()>) {
        tokio::select! {
            () = done => {}
            said = self.next() => panic!("nothing was to be said: {said:?}"),
        }
    }
}

/// Waits, but not for ever.
pub async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what).await.expect("in time")
}

fn settings() -> Settings {
    Settings {
        inbound: Inbound::Gateway,
        // Nobody listens there, and nobody should be called.
        api: "http://127.0.0.1:9".to_owned(),
        timeout: Duration::from_secs(10),
        application: "9".to_owned(),
        token: TOKEN.into(),
        commands: Registration::Off,
        recheck: TimeDelta::hours(1),
        listed: std::collections::BTreeMap::new(),
        guilds: Vec::new(),
    }
}
