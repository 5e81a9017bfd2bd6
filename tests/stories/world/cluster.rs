//! A provisioner of paper: makes at once, or step by step when told to; can fail, and leave things behind.

use std::{collections::BTreeMap, sync::Mutex};

use async_trait::async_trait;
use sublet::{
    domain::{
        environment::{EnvironmentSpec, Progress, SshAccess},
        ids::LeaseId,
    },
    ports::{
        Failure,
        cluster::{Cluster, Observed},
    },
};

/// An environment of paper.
#[derive(Debug, Clone)]
pub struct Made {
    /// As it was asked for last.
    pub spec: EnvironmentSpec,
    /// What can be seen of it.
    pub seen: Observed,
    /// How to reach it.
    pub access: SshAccess,
}

#[derive(Default)]
struct State {
    made: BTreeMap<LeaseId, Made>,
    by_hand: bool,
    applies: BTreeMap<LeaseId, u32>,
    creations: BTreeMap<LeaseId, u32>,
    removals: BTreeMap<LeaseId, u32>,
    apply_fails: Vec<Failure>,
    remove_fails: Vec<Failure>,
    leaves: Option<Vec<String>>,
}

/// The provisioner.
#[derive(Default)]
pub struct FakeCluster(Mutex<State>);

impl FakeCluster {
    /// From now on nothing gets ready by itself: [`Self::reports`] says what is seen.
    pub fn by_hand(&self) {
        self.with(|state| state.by_hand = true);
    }

    /// What is seen of the environment of that name.
    pub fn reports(&self, name: &str, seen: Observed) {
        self.with(|state| {
            let made = state.made.values_mut().find(|made| made.spec.name.as_str() == name);
            made.expect("an environment of that name was asked for").seen = seen;
        });
    }

    /// It is at that step.
    pub fn works(&self, name: &str, done: u8, total: u8, step: &str) {
        self.reports(name, Observed::Working(Progress { done, total, step: step.to_owned() }));
    }

    /// It answers.
    pub fn gets_ready(&self, name: &str) {
        let access = self.with(|state| {
            let made = state.made.values().find(|made| made.spec.name.as_str() == name);
            made.expect("an environment of that name was asked for").access.clone()
        });
        self.reports(name, Observed::Ready(access));
    }

    /// The next calls of `apply` fail so, one after another.
    pub fn apply_fails(&self, failures: impl IntoIterator<Item = Failure>) {
        self.with(|state| state.apply_fails.extend(failures));
    }

    /// The next calls of `remove` fail so, one after another.
    pub fn remove_fails(&self, failures: impl IntoIterator<Item = Failure>) {
        self.with(|state| state.remove_fails.extend(failures));
    }

    /// What a removal leaves behind until further notice; `None`: nothing.
    pub fn leaves(&self, left: Option<&[&str]>) {
        self.with(|state| state.leaves = left.map(|left| left.iter().map(ToString::to_string).collect()));
    }

    /// It vanishes without anybody's doing.
    pub fn loses(&self, name: &str) {
        self.with(|state| state.made.retain(|_, made| made.spec.name.as_str() != name));
    }

    /// What exists, by the names of the environments.
    pub fn made(&self) -> Vec<Made> {
        self.with(|state| state.made.values().cloned().collect())
    }

    /// How often an environment came into being, and how often one went, for each lease.
    pub fn births_and_deaths(&self) -> BTreeMap<LeaseId, (u32, u32)> {
        self.with(|state| {
            let deaths = |id| state.removals.get(id).copied().unwrap_or_default();
            state.creations.iter().map(|(id, births)| (id.clone(), (*births, deaths(id)))).collect()
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().expect("the provisioner"))
    }
}

#[async_trait]
impl Cluster for FakeCluster {
    async fn apply(&self, spec: &EnvironmentSpec) -> Result<(), Failure> {
        tokio::task::yield_now().await;
        self.with(|state| {
            if !state.apply_fails.is_empty() {
                return Err(state.apply_fails.remove(0));
            }
            *state.applies.entry(spec.lease.clone()).or_default() += 1;
            let by_hand = state.by_hand;
            if let Some(made) = state.made.get_mut(&spec.lease) {
                made.spec = spec.clone();
                if matches!(made.seen, Observed::Failed(_)) {
                    made.seen = begun(by_hand, &made.access);
                }
                return Ok(());
            }
            let number = state.creations.len();
            *state.creations.entry(spec.lease.clone()).or_default() += 1;
            let access = access(u16::try_from(number).expect("few environments"));
            let seen = begun(by_hand, &access);
            state.made.insert(spec.lease.clone(), Made { spec: spec.clone(), seen, access });
            Ok(())
        })
    }

    async fn remove(&self, lease: &LeaseId) -> Result<Observed, Failure> {
        tokio::task::yield_now().await;
        self.with(|state| {
            if !state.remove_fails.is_empty() {
                return Err(state.remove_fails.remove(0));
            }
            if let Some(left) = &state.leaves {
                return Ok(Observed::Leaving(left.clone()));
            }
            if state.made.remove(lease).is_some() {
                *state.removals.entry(lease.clone()).or_default() += 1;
            }
            Ok(Observed::Absent)
        })
    }

    async fn observe(&self, lease: &LeaseId) -> Result<Observed, Failure> {
        tokio::task::yield_now().await;
        self.with(|state| Ok(state.made.get(lease).map_or(Observed::Absent, |made| made.seen.clone())))
    }

    async fn leases(&self) -> Result<Vec<LeaseId>, Failure> {
        self.with(|state| Ok(state.made.keys().cloned().collect()))
    }

    async fn changed(&self) {
        std::future::pending().await
    }
}

fn begun(by_hand: bool, access: &SshAccess) -> Observed {
    if by_hand { Observed::Working(Progress::default()) } else { Observed::Ready(access.clone()) }
}

fn access(number: u16) -> SshAccess {
    SshAccess {
        host: "env.example.org".to_owned(),
        port: 22001 + number,
        user: "dev".to_owned(),
        host_key: "ssh-ed25519 AAAAhost".to_owned(),
        fingerprint: "SHA256:host".to_owned(),
        isolation: None,
    }
}
