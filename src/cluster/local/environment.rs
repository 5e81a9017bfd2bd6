//! One environment: started step by step, changed while it runs, stopped, removed.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
    sync::watch,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{
    files::{Allotted, Folder},
    guest::{Empty, Guest, Rules},
    keys::{AllowedKeys, load_or_make},
    limits::Limits,
    sandbox::{Plan, Sandbox},
    server,
    world::World,
};
use crate::{
    domain::{
        environment::{EnvironmentSpec, Progress, SshAccess},
        ids::LeaseId,
    },
    ports::{Failure, cluster::Observed},
};

/// What is done to make an environment, in order.
const STEPS: [&str; 6] = [
    "making the private folder",
    "making the host key",
    "choosing a port",
    "preparing the private namespaces",
    "starting the SSH server",
    "waiting for the SSH banner",
];
/// How long the banner may take.
const BANNER_WITHIN: Duration = Duration::from_secs(10);
/// How long connections may take to end.
const EMPTY_WITHIN: Duration = Duration::from_secs(10);

/// One environment.
pub(super) struct Environment {
    lease: LeaseId,
    folder: Folder,
    world: Arc<World>,
    state: Mutex<State>,
    rules: watch::Sender<Rules>,
    /// Held while it is started, stopped or removed; what runs is in it.
    house: tokio::sync::Mutex<Option<House>>,
    /// Only one writes the spec at a time, always the newest.
    keeping: Mutex<()>,
    /// Cancelled when a start makes no sense any more.
    leaving: CancellationToken,
}

struct State {
    spec: Option<EnvironmentSpec>,
    seen: Observed,
}

/// What runs. Dropping it closes it.
struct House {
    guest: Arc<Guest>,
    empty: Empty,
}

impl Drop for House {
    fn drop(&mut self) {
        self.guest.close();
    }
}

impl Environment {
    /// An environment that is not started yet.
    pub(super) fn new(world: Arc<World>, lease: LeaseId, seen: Observed) -> Arc<Self> {
        let limits = Limits::of(&Default::default(), &[], 0);
        let rules = Rules { keys: AllowedKeys::default(), limits, variables: Vec::new() };
        Arc::new(Self {
            folder: Folder::of(&world.config.folder, &lease),
            lease,
            state: Mutex::new(State { spec: None, seen }),
            rules: watch::Sender::new(rules),
            house: tokio::sync::Mutex::new(None),
            keeping: Mutex::new(()),
            leaving: world.closing.child_token(),
            world,
        })
    }

    /// What can be seen of it.
    pub(super) fn seen(&self) -> Observed {
        self.state().seen.clone()
    }

    /// Takes a spec: starts what is not running, changes what runs.
    pub(super) async fn apply(self: &Arc<Self>, spec: &EnvironmentSpec) -> Result<(), Failure> {
        let rules = self.rules_of(spec).map_err(Failure::never)?;
        if self.leaving.is_cancelled() {
            return Err(Failure::later("it is being removed"));
        }
        let (changed, start) = {
            let mut state = self.state();
            let start = match &mut state.seen {
                Observed::Leaving(_) => return Err(Failure::later("it is being removed")),
                Observed::Ready(access) => {
                    access.isolation = Some(self.world.isolation.words(&rules.limits));
                    false
                }
                Observed::Working(_) => false,
                Observed::Failed(_) | Observed::Absent => true,
            };
            if start {
                state.seen = working(0);
            }
            let changed = state.spec.as_ref() != Some(spec);
            state.spec = Some(spec.clone());
            (changed, start)
        };
        self.rules.send_if_modified(|now| {
            let other = *now != rules;
            *now = rules;
            other
        });
        if start {
            self.world.news();
            tokio::spawn(self.clone().start());
        } else if changed {
            let this = self.clone();
            disk("the changed spec cannot be kept", move || this.keep_spec())
                .await
                .map_err(Failure::later)?;
            self.world.news();
        }
        Ok(())
    }

    fn rules_of(&self, spec: &EnvironmentSpec) -> Result<Rules, String> {
        let spread = spec.lease.as_str().bytes().map(u16::from).sum();
        let mut variables = Vec::new();
        if let Some(end) = spec.ends_at {
            let text = end.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            variables.push(("SUBLET_ENDS_AT".to_owned(), text));
        }
        Ok(Rules {
            keys: AllowedKeys::read(&spec.keys)?,
            limits: Limits::of(&spec.parameters, &self.world.processors, spread),
            variables,
        })
    }

    async fn start(self: Arc<Self>) {
        let mut house = self.house.lock().await;
        if house.is_some() {
            return;
        }
        let outcome = self.try_start().await;
        if self.leaving.is_cancelled() {
            return;
        }
        let seen = match outcome {
            Ok((access, opened)) => {
                *house = Some(opened);
                Observed::Ready(access)
            }
            Err(why) => {
                tracing::warn!(lease = %self.lease, why, "a local environment could not be started");
                Observed::Failed(why)
            }
        };
        self.see(seen);
    }

    async fn try_start(self: &Arc<Self>) -> Result<(SshAccess, House), String> {
        if self.leaving.is_cancelled() {
            return Err("it is not wanted any more".to_owned());
        }
        self.see(working(0));
        let this = self.clone();
        let made = move || this.folder.make(this.world.folder_mode()).and_then(|()| this.keep_spec());
        disk("the private folder cannot be made", made).await?;
        self.see(working(1));
        let path = self.folder.host_key();
        let host_key = disk("the host key cannot be had", move || load_or_make(&path)).await?;
        self.see(working(2));
        let this = self.clone();
        let (listener, port) =
            tokio::task::spawn_blocking(move || this.listen()).await.map_err(|error| error.to_string())??;
        let listener = TcpListener::from_std(listener).map_err(|error| error.to_string())?;
        self.see(working(3));
        let sandbox = tokio::select! {
            sandbox = self.build(port) => sandbox?,
            () = self.leaving.cancelled() => return Err("it is not wanted any more".to_owned()),
        };
        self.see(working(4));
        let config = &self.world.config;
        let (guest, empty) =
            Guest::new(sandbox, self.rules.subscribe(), config.most_sessions, config.most_connections);
        let house = House { guest: Arc::new(guest), empty };
        let alive = house.guest.enter();
        let serving = server::serve(listener, server::settings(host_key.pair()), house.guest.clone());
        tokio::spawn(async move {
            serving.await;
            drop(alive);
        });
        self.see(working(5));
        let address = SocketAddr::new(config.host, port);
        if let Err(why) = timeout(BANNER_WITHIN, banner(address)).await.unwrap_or_else(|e| Err(e.into())) {
            stop(house).await;
            return Err(format!("no SSH banner came from {address}: {why}"));
        }
        let access = SshAccess {
            host: config.host.to_string(),
            port,
            user: server::USER.to_owned(),
            host_key: host_key.line().to_owned(),
            fingerprint: host_key.fingerprint().to_owned(),
            isolation: Some(self.world.isolation.words(&self.rules.borrow().limits)),
        };
        Ok((access, house))
    }

    async fn build(&self, port: u16) -> Result<Sandbox, String> {
        let uid = self.world.isolation.uid(port);
        if let (true, Some(uid), folder) = (self.world.isolation.root, uid, self.folder.clone()) {
            disk("the private home cannot be given away", move || folder.give_home(uid)).await?;
        }
        let name = self.state().spec.as_ref().map(|spec| spec.name.to_string()).unwrap_or_default();
        let plan = Plan {
            isolation: self.world.isolation.clone(),
            lease: self.lease.clone(),
            name,
            root: self.folder.root(),
            home: self.folder.home(),
            uid,
            tmp: self.rules.borrow().limits.tmp(),
        };
        Sandbox::start(plan).await.map_err(|why| format!("it cannot be kept apart: {why}"))
    }

    /// The port it had before, or a free one, which is then its own for ever.
    fn listen(&self) -> Result<(std::net::TcpListener, u16), String> {
        let allotted = self.folder.read_allotted().map_err(|e| format!("state.json cannot be read: {e}"))?;
        let listener = match allotted {
            Some(Allotted { port }) => self.world.listen_again(&self.lease, port)?,
            None => self.world.listen_anew(&self.lease)?,
        };
        let port = listener.local_addr().map_err(|error| error.to_string())?.port();
        listener.set_nonblocking(true).map_err(|error| error.to_string())?;
        if allotted.is_none()
            && let Err(error) = self.folder.write_allotted(Allotted { port })
        {
            self.world.free_port(&self.lease);
            return Err(format!("its port cannot be kept: {error}"));
        }
        Ok((listener, port))
    }

    /// Starts again what was there before a restart.
    pub(super) fn restart(self: &Arc<Self>) {
        let spec = self.folder.read_spec().map_err(|error| error.to_string());
        if let Ok(Some(Allotted { port })) = self.folder.read_allotted() {
            self.world.reserve(&self.lease, port);
        }
        match spec.and_then(|spec| Ok((self.rules_of(&spec)?, spec))) {
            Ok((rules, spec)) => {
                self.rules.send_replace(rules);
                self.state().spec = Some(spec);
                tokio::spawn(self.clone().start());
            }
            Err(why) => self.see(Observed::Failed(format!("what was kept of it cannot be read: {why}"))),
        }
    }

    /// Ends everything of it and deletes it; `Absent` when that is proven.
    pub(super) async fn remove(self: Arc<Self>) -> Observed {
        self.leaving.cancel();
        self.see(Observed::Leaving(vec!["its processes".into(), "its port".into(), "its data".into()]));
        let mut house = self.house.lock().await;
        if let Some(house) = house.take() {
            stop(house).await;
        }
        let processes = super::processes::end_all(&self.lease).await;
        let folder = self.folder.clone();
        let deleted = disk("its folder", move || folder.delete()).await;
        let mut left = Vec::new();
        if !processes.is_empty() {
            left.push(format!("{} of its processes", processes.len()));
        }
        left.extend(deleted.err());
        if left.is_empty() && !self.folder.exists() {
            self.world.free_port(&self.lease);
            self.world.forget(&self.lease);
            self.see(Observed::Absent);
        } else {
            self.see(Observed::Leaving(left));
        }
        self.seen()
    }

    /// Ends everything of it, and keeps its folder.
    pub(super) async fn close(&self) {
        self.leaving.cancel();
        if let Some(house) = self.house.lock().await.take() {
            stop(house).await;
        }
        super::processes::end_all(&self.lease).await;
    }

    fn keep_spec(&self) -> io::Result<()> {
        let _one = self.keeping.lock().unwrap_or_else(PoisonError::into_inner);
        let spec = self.state().spec.clone();
        match spec {
            // Before the folder is made there is nothing to keep it in; making it keeps it.
            Some(spec) if self.folder.exists() => self.folder.write_spec(&spec),
            _ => Ok(()),
        }
    }

    /// Once it leaves, a start that is still under way has nothing to say.
    fn see(&self, seen: Observed) {
        {
            let mut state = self.state();
            let leaves = matches!(state.seen, Observed::Leaving(_) | Observed::Absent);
            if leaves && !matches!(seen, Observed::Leaving(_) | Observed::Absent) {
                return;
            }
            state.seen = seen;
        }
        self.world.news();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn working(done: u8) -> Observed {
    let step = STEPS.get(usize::from(done)).copied().unwrap_or_default().to_owned();
    Observed::Working(Progress { done, total: STEPS.len() as u8, step })
}

/// Closes the doors, ends the processes, and waits for the connections to end.
async fn stop(mut house: House) {
    house.guest.close();
    house.guest.sandbox.lock().await.stop().await;
    if timeout(EMPTY_WITHIN, house.empty.wait()).await.is_err() {
        tracing::warn!("connections of a local environment did not end in time");
    }
}

async fn banner(address: SocketAddr) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut stream = TcpStream::connect(address).await?;
    let mut start = [0; 8];
    stream.read_exact(&mut start).await?;
    if &start == b"SSH-2.0-" { Ok(()) } else { Err("something else answers there".into()) }
}

/// Runs something that may wait for the disk where it holds nobody up.
async fn disk<T: Send + 'static>(
    what: &'static str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, String> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(format!("{what}: {error}")),
        Err(error) => Err(format!("{what}: {error}")),
    }
}
