//! The bot in this process, with an environment provider that obeys the test, and the console on a real port.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use sublet::{
    actions::World,
    chat::console::Console,
    clock::{UuidIds, WarpClock},
    domain::{
        environment::{EnvironmentSpec, Progress, SshAccess},
        ids::{LeaseId, PersonId},
        person::{Person, Role},
        policy::Policy,
        request::Patience,
    },
    engine::{Engine, LANES, Schedule},
    ports::{
        Failure,
        cluster::{Cluster, Observed},
    },
    store, templates,
    web::{self, Web},
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// Everything that runs.
pub struct Bot {
    pub base: String,
    pub console: Arc<Console>,
    pub clock: Arc<WarpClock>,
    pub cluster: Arc<Obedient>,
    closing: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    _folder: TempDir,
}

impl Bot {
    /// Starts the bot on a fresh database.
    pub async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let database = format!("sqlite:{}", folder.path().join("sublet.db").display());
        let store = store::open(&database, &store::Options::default()).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        for person in people() {
            tx.save_person(&person).await.unwrap();
        }
        tx.commit().await.unwrap();
        let shelf = folder.path().join("templates");
        templates::demo::seed(&shelf).unwrap();
        let (shelf, faults) = templates::Folder::open(&shelf);
        assert!(faults.is_empty(), "{faults:?}");
        let (clock, ids) = (Arc::new(WarpClock::new()), Arc::new(UuidIds));
        let console = Arc::new(Console::new(store.clone(), clock.clone(), ids.clone()));
        let hours = chrono::TimeDelta::hours;
        let patience = Patience { remind_after: hours(4), lapse_after: hours(72) };
        let world = World {
            store,
            clock: clock.clone(),
            ids,
            templates: Arc::new(shelf),
            policy: Arc::new(Policy { patience, open_requests: 100, ..Policy::default() }),
            wake: Arc::new(Notify::new()),
        };
        let cluster = Arc::new(Obedient::default());
        let clusters: BTreeMap<String, Arc<dyn Cluster>> =
            BTreeMap::from([("local".to_owned(), cluster.clone() as Arc<dyn Cluster>)]);
        let engine = Arc::new(Engine {
            world: world.clone(),
            chats: vec![console.clone()],
            mail: None,
            clusters,
            devops: Vec::new(),
            hooks: None,
            lanes: LANES,
            holder: "browser-test".to_owned(),
        });
        let closing = CancellationToken::new();
        let schedule: Schedule = Arc::new(|now| Some(now + chrono::TimeDelta::seconds(1)));
        let running = tokio::spawn(engine.run(schedule, closing.clone()));
        let web = Web {
            world: Arc::new(world),
            console: console.clone(),
            settings: Arc::new(web::Settings {
                letters: Some(Arc::new(OneLetter)),
                ..web::Settings::default()
            }),
            metrics: None,
            closing: closing.clone(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let stop = closing.clone();
        let serving = tokio::spawn(async move {
            let serve = axum::serve(listener, web::router(web));
            serve.with_graceful_shutdown(async move { stop.cancelled().await }).await.unwrap();
        });
        Self { base, console, clock, cluster, closing, tasks: vec![running, serving], _folder: folder }
    }

    /// Stops everything, and fails if it does not stop.
    pub async fn stop(self) {
        self.closing.cancel();
        for task in self.tasks {
            tokio::time::timeout(Duration::from_secs(20), task).await.expect("it stops").unwrap();
        }
    }
}

/// A folder of letters with one in it.
struct OneLetter;

#[async_trait]
impl web::Letters for OneLetter {
    async fn to(&self, address: &str) -> anyhow::Result<Vec<web::Kept>> {
        let text = "Hello Dana,\n\nweb-7k3f is ready. You can log in:\n\n    ssh -p 42022 dana@127.0.0.1\n\n-- \nSublet\n";
        let letter = web::Kept {
            at: "2026-11-21T09:30:00Z".parse()?,
            subject: "[Sublet] web-7k3f is ready".into(),
            text: text.into(),
        };
        Ok(if address == "dana@example.org" { vec![letter] } else { Vec::new() })
    }
}

/// The people of the demo: a developer and an approver in one zone, and others elsewhere.
fn people() -> Vec<Person> {
    let person = |handle: &str, name: &str, zone, roles: &[Role]| Person {
        id: PersonId::parse(&format!("per_{handle}")).unwrap(),
        handle: handle.to_owned(),
        name: name.to_owned(),
        email: format!("{handle}@example.org"),
        zone,
        roles: roles.iter().copied().collect::<BTreeSet<_>>(),
        teams: BTreeSet::new(),
        active: true,
        origin: sublet::domain::person::Origin::Listed,
        standing: Default::default(),
    };
    vec![
        person("dana", "Dana Okafor", chrono_tz::Europe::Berlin, &[Role::Developer]),
        person("alex", "Alex Lindqvist", chrono_tz::Europe::Stockholm, &[Role::Approver]),
        person("sam", "Sam Rivera", chrono_tz::America::New_York, &[Role::Approver]),
        person("ada", "Ada Nakamura", chrono_tz::Asia::Tokyo, &[Role::Admin]),
    ]
}

/// A provider of environments that is as far as the test says.
#[derive(Default)]
pub struct Obedient {
    seen: Mutex<BTreeMap<LeaseId, Observed>>,
    changed: Notify,
}

impl Obedient {
    /// Every environment that exists is now as far as this.
    pub fn progress(&self, done: u8, total: u8, step: &str) {
        self.all(|| Observed::Working(Progress { done, total, step: step.to_owned() }));
    }

    /// Every environment that exists can now be logged into.
    pub fn ready(&self) {
        self.all(|| {
            Observed::Ready(SshAccess {
                host: "127.0.0.1".into(),
                port: 42022,
                user: "dana".into(),
                host_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBnWv9wu9R1P9oKSoLvqbXDL+P31YZeXbCD0HGd1enw+"
                    .into(),
                fingerprint: "SHA256:Qq0uLr0fWq0v6k3F7xWZr8hQ6sYw2bN4mEJ1c5tD9aA".into(),
                isolation: None,
            })
        });
    }

    fn all(&self, state: impl Fn() -> Observed) {
        for seen in self.seen.lock().unwrap().values_mut() {
            *seen = state();
        }
        self.changed.notify_waiters();
    }
}

#[async_trait]
impl Cluster for Obedient {
    async fn apply(&self, spec: &EnvironmentSpec) -> Result<(), Failure> {
        let first = || Observed::Working(Progress { done: 0, total: 4, step: "making the folder".into() });
        self.seen.lock().unwrap().entry(spec.lease.clone()).or_insert_with(first);
        Ok(())
    }

    async fn remove(&self, lease: &LeaseId) -> Result<Observed, Failure> {
        self.seen.lock().unwrap().remove(lease);
        Ok(Observed::Absent)
    }

    async fn observe(&self, lease: &LeaseId) -> Result<Observed, Failure> {
        Ok(self.seen.lock().unwrap().get(lease).cloned().unwrap_or(Observed::Absent))
    }

    async fn leases(&self) -> Result<Vec<LeaseId>, Failure> {
        Ok(self.seen.lock().unwrap().keys().cloned().collect())
    }

    async fn changed(&self) {
        self.changed.notified().await;
    }
}
