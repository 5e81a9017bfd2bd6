//! Discord's gateway when it is cut, asks to come again, forgets sessions or falls silent, and the processes at it.

use sublet::chat::discord::Discord;
use tokio_util::sync::CancellationToken;

use super::{
    chance::Chance,
    end,
    job::{self, Step},
};
use crate::{discord::gateway::Cut, world::World};

const CUTS: [Cut; 4] = [Cut::BeforeTheDispatch, Cut::AfterTheDispatch, Cut::AtTheAnswer, Cut::AfterTheAnswer];

/// How often that happened at the gateway.
fn happened(world: &World, what: &str) -> usize {
    world
        .discord()
        .discord
        .with(|state| state.gateway.log.iter().filter(|line| line.starts_with(what)).count())
}

/// Each interaction had one answer that counted, whoever gave it.
fn nothing_is_answered_twice(world: &World) {
    let twice = world.discord().discord.with(|state| {
        let refused = state.calls.iter().filter(|call| call.outcome == "40060");
        refused.map(|call| call.path.clone()).collect::<Vec<_>>()
    });
    assert_eq!(twice, Vec::<String>::new(), "an interaction was answered twice");
}

async fn ends_well(world: &World) {
    world.discord().discord.connected(1).await;
    end::well(world).await;
    nothing_is_answered_twice(world);
}

pub async fn the_gateway_is_cut_at_each_step(world: &mut World) {
    let discord = world.discord().discord.clone();
    let mut chance = Chance::of(5);
    let mut before = None;
    job::done(world, |step| {
        // Once in each step: the next try of the same step goes through.
        if before.replace(step) != Some(step) {
            discord.with(|state| state.gateway.cut = vec![*chance.of_all(&CUTS)]);
        }
    })
    .await;
    ends_well(world).await;
    assert!(happened(world, "resume 0/1") > 2, "nothing was cut");
    assert_eq!(happened(world, "identify"), 1, "every session went on");
}

pub async fn the_gateway_asks_to_come_again_at_each_step(world: &mut World) {
    let discord = world.discord().discord.clone();
    job::done(world, |_| discord.asks_to_reconnect()).await;
    ends_well(world).await;
    assert!(happened(world, "resume 0/1") > 2, "nobody came again");
}

pub async fn sessions_are_forgotten(world: &mut World) {
    let discord = world.discord().discord.clone();
    let mut before = None;
    job::done(world, |step| {
        let news = before.replace(step) != Some(step);
        if news && matches!(step, Step::Asks | Step::Approves | Step::WantsMore) {
            discord.forgets_sessions();
            discord.asks_to_reconnect();
        }
    })
    .await;
    ends_well(world).await;
    assert!(
        happened(world, "resume refused") > 0 && happened(world, "identify") > 1,
        "nothing was forgotten"
    );
}

pub async fn heartbeats_are_not_answered(world: &mut World) {
    let discord = world.discord().discord.clone();
    discord.with(|state| state.gateway.heartbeat = 300);
    // How often heartbeats are due is told at the beginning of a session.
    discord.invalidates(false);
    discord.until("a new session", |state| (state.connected() == 1).then_some(())).await;
    job::until(world, Step::Asks, |_| {}).await;
    let begun = happened(world, "identify");
    discord.with(|state| state.gateway.deaf = true);
    let is_begun = |line: &&String| line.starts_with("identify");
    let log_is_longer = |state: &mut crate::discord::state::State| {
        (state.gateway.log.iter().filter(is_begun).count() > begun).then_some(())
    };
    discord.until("another connection", log_is_longer).await;
    discord.with(|state| state.gateway.deaf = false);
    job::done(world, |_| {}).await;
    ends_well(world).await;
}

/// Another process with the same database. It stops when this is dropped.
struct Process(CancellationToken);

impl Process {
    fn start(world: &World, holder: &str) -> Self {
        let adapter = &world.discord().adapter;
        let (means, settings) = (adapter.world.clone(), adapter.settings.clone());
        let other = Discord::open(means, settings, holder).expect("the adapter opens");
        let stop = CancellationToken::new();
        tokio::spawn(other.run(stop.clone()));
        Self(stop)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

pub async fn a_process_dies_and_another_takes_over(world: &mut World) {
    let _second = Process::start(world, "second");
    job::until(world, Step::Asks, |_| {}).await;
    assert!(world.discord().discord.with(|state| state.connected()) <= 1, "one process has the gateway");
    world.discord().running.abort();
    job::done(world, |_| {}).await;
    ends_well(world).await;
    assert!(happened(world, "identify") > 1, "nobody took over");
}

/// Time jumps in these tests, so that leases end before they can be renewed and the gateway changes hands.
pub async fn processes_take_turns(world: &mut World) {
    let _others = [Process::start(world, "second"), Process::start(world, "third")];
    job::done(world, |_| {}).await;
    ends_well(world).await;
}
