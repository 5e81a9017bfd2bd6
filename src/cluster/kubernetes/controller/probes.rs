//! Probes of addresses, made beside the looks: an address that does not answer must not hold up the others.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::Semaphore, time::Instant};

use super::{bell::Bell, gathered::Banner, probe};

/// How many addresses are tried at once.
const AT_ONCE: usize = 100;
/// How often a server that answered may be silent before it counts: a busy one misses one now and then.
const BENEFIT: u32 = 3;
/// Between such tries.
const BREATH: Duration = Duration::from_secs(1);

/// What is looked at: the address, and what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) host: String,
    pub(super) port: u16,
    /// Which pods and how often they were started: what another one answers is news.
    pub(super) behind: Vec<String>,
}

/// The probes of all environments.
pub(super) struct Probes {
    all: Arc<Mutex<HashMap<String, Probe>>>,
    turns: Arc<Semaphore>,
    bell: Arc<Bell>,
}

struct Probe {
    target: Target,
    banner: Option<Banner>,
    /// When the last one ended; `None` while one is under way.
    ended: Option<Instant>,
}

impl Probes {
    pub(super) fn new(bell: Arc<Bell>) -> Self {
        Self { all: Arc::default(), turns: Arc::new(Semaphore::new(AT_ONCE)), bell }
    }

    /// What is known of an environment's address. Looks again where that is due; the bell rings when it is news.
    pub(super) fn ask(
        &self,
        name: &str,
        target: Target,
        when_silent: Duration,
        when_well: Duration,
    ) -> Option<Banner> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(name).filter(|probe| probe.target == target);
        let banner = known.and_then(|probe| probe.banner.clone());
        let pause = if banner == Some(Banner::Answers) { when_well } else { when_silent };
        let due = known.is_none_or(|probe| probe.ended.is_some_and(|ended| ended.elapsed() >= pause));
        if due {
            all.insert(
                name.to_owned(),
                Probe { target: target.clone(), banner: banner.clone(), ended: None },
            );
            self.start(name.to_owned(), target, banner.clone());
        }
        banner
    }

    pub(super) fn forget(&self, name: &str) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    fn start(&self, name: String, target: Target, before: Option<Banner>) {
        let (all, turns, bell) = (self.all.clone(), self.turns.clone(), self.bell.clone());
        tokio::spawn(async move {
            let _turn = turns.acquire().await;
            let mut tries = if before == Some(Banner::Answers) { BENEFIT } else { 1 };
            let banner = loop {
                let banner = probe::look(&target.host, target.port).await;
                tries -= 1;
                if banner == Banner::Answers || tries == 0 {
                    break banner;
                }
                tokio::time::sleep(BREATH).await;
            };
            let news = before.as_ref() != Some(&banner);
            let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(probe) = all.get_mut(&name).filter(|probe| probe.target == target) {
                (probe.banner, probe.ended) = (Some(banner), Some(Instant::now()));
                if news {
                    bell.ring(&name);
                }
            }
        });
    }
}
