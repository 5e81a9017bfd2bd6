//! Of several processes one has the gateway; and another as soon as that one is gone.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chrono::TimeDelta;

use super::world::{Peer, Process, TIMES, at, within, world};
use crate::{
    actions::World,
    ports::store::{Store, Stored, Tx},
};

#[tokio::test]
async fn one_process_has_the_gateway_and_hands_it_on_when_it_stops() {
    let (world, _) = world().await;
    let mut peer = Peer::open().await;
    let mut first = Process::start(&world, "a", at(&peer.url, 1), TIMES);
    let mut connection = peer.session("one").await;
    first.open(1).await;
    let mut second = Process::start(&world, "b", at(&peer.url, 1), TIMES);
    connection.interaction(2, "1001").await;
    assert_eq!(first.takes().await["id"], "1001");
    first.stop.cancel();
    assert_eq!(connection.end().await, Some(1000), "it takes its leave");
    within(&mut first.keeping).await.expect("no panic");
    first.has_it_not().await;
    // The clock stands still: the lease has not ended, it was given back.
    let mut connection = peer.session("two").await;
    second.open(1).await;
    connection.interaction(2, "1002").await;
    assert_eq!(second.takes().await["id"], "1002");
    assert!(!first.took_more());
}

#[tokio::test]
async fn what_was_taken_in_is_dealt_with_before_the_end() {
    let (world, _) = world().await;
    let mut peer = Peer::open().await;
    let slow = Some(Duration::from_millis(300));
    let mut process = Process::with(&world, "a", at(&peer.url, 1), TIMES, VecDeque::new(), slow);
    let mut connection = peer.session("one").await;
    connection.interaction(2, "1001").await;
    connection.interaction(3, "1002").await;
    // Once a heartbeat is answered, serenity has read what came before.
    process.open(1).await;
    connection.beats_until(tokio::time::sleep(Duration::from_millis(100))).await;
    process.stop.cancel();
    connection.end().await;
    within(&mut process.keeping).await.expect("no panic");
    let mut taken = [process.takes().await["id"].clone(), process.takes().await["id"].clone()];
    taken.sort_by_key(ToString::to_string);
    assert_eq!(taken, ["1001", "1002"]);
}

#[tokio::test]
async fn a_process_whose_post_is_taken_closes_its_connections_at_once() {
    let (world, clock) = world().await;
    let mut peer = Peer::open().await;
    let mut process = Process::start(&world, "a", at(&peer.url, 1), TIMES);
    let mut connection = peer.session("one").await;
    process.open(1).await;
    // As if this process had slept: its lease is over, and another one was faster.
    takes_the_post(&world, "b", TimeDelta::days(1), || clock.advance(TimeDelta::hours(1))).await;
    connection.end().await;
    process.has_it_not().await;
    assert!(!peer.was_called_again());
    // And comes back when that one is gone.
    clock.advance(TimeDelta::days(2));
    let _connection = peer.session("two").await;
    process.open(1).await;
}

#[tokio::test]
async fn a_leader_that_died_is_replaced_when_its_lease_is_over() {
    let (world, clock) = world().await;
    let mut peer = Peer::open().await;
    takes_the_post(&world, "dead", TIMES.lease(), || {}).await;
    let mut process = Process::start(&world, "b", at(&peer.url, 1), TIMES);
    tokio::time::sleep(TIMES.look * 4).await;
    assert!(!peer.was_called_again());
    clock.advance(TIMES.lease());
    let _connection = peer.session("one").await;
    process.open(1).await;
}

#[tokio::test]
async fn a_process_that_cannot_renew_its_lease_closes_its_connections_before_the_lease_ends() {
    let (mut world, _) = world().await;
    let hangs = Arc::new(AtomicBool::default());
    world.store = Arc::new(Hanging { store: world.store, hangs: hangs.clone() });
    let mut peer = Peer::open().await;
    let mut process = Process::start(&world, "a", at(&peer.url, 1), TIMES);
    let mut connection = peer.session("one").await;
    process.open(1).await;
    let began = tokio::time::Instant::now();
    hangs.store(true, Ordering::SeqCst);
    connection.end().await;
    assert!(began.elapsed() < TIMES.lease, "{:?}", began.elapsed());
    process.has_it_not().await;
    hangs.store(false, Ordering::SeqCst);
    let _connection = peer.session("two").await;
    process.open(1).await;
}

/// Makes time pass, and takes the post in the same moment.
async fn takes_the_post(world: &World, holder: &str, lease: TimeDelta, passes: impl FnOnce()) {
    let mut tx = world.store.begin().await.expect("begun");
    passes();
    let now = world.clock.now();
    assert!(tx.lead("discord/gateway", holder, now, now + lease).await.expect("asked"));
    tx.commit().await.expect("committed");
}

/// A database that answers no more when the test wants it.
struct Hanging {
    store: Arc<dyn Store>,
    hangs: Arc<AtomicBool>,
}

#[async_trait]
impl Store for Hanging {
    async fn begin(&self) -> Stored<Box<dyn Tx>> {
        if self.hangs.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        self.store.begin().await
    }

    async fn read(&self) -> Stored<Box<dyn Tx>> {
        self.store.read().await
    }

    async fn healthy(&self) -> Stored<()> {
        self.store.healthy().await
    }
}
