//! What an operator has to repair, and what Discord asks us to wait for.

use std::{collections::VecDeque, sync::atomic::Ordering, time::Duration};

use chrono::TimeDelta;
use serde_json::json;
use tokio::time::Instant;

use super::world::{Peer, Process, TIMES, at, within, world};
use crate::chat::discord::{
    gateway::times::Times,
    trouble::{Method, Trouble},
};

#[tokio::test]
async fn a_token_that_is_not_taken_is_told_once_and_not_tried_until_it_is_good() {
    let (world, _) = world().await;
    let mut peer = Peer::open().await;
    let mut process = Process::start(&world, "a", at(&peer.url, 1), TIMES);
    let mut connection = peer.next().await;
    connection.hear().await;
    connection.close(4004).await;
    within(async {
        while !process.rest.token_bad.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    // Longer than every pause: nobody calls.
    tokio::time::sleep(TIMES.pauses.1 * 2).await;
    assert!(!peer.was_called_again());
    process.rest.token_bad.store(false, Ordering::SeqCst);
    let _connection = peer.session("one").await;
    process.open(1).await;
    assert_eq!(process.rest.told.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn after_what_only_an_operator_can_repair_there_is_a_long_pause() {
    for code in [4013, 4014] {
        let (world, _) = world().await;
        let mut peer = Peer::open().await;
        let mut process = Process::start(&world, "a", at(&peer.url, 1), TIMES);
        let mut connection = peer.next().await;
        connection.hear().await;
        connection.close(code).await;
        let closed = Instant::now();
        let _connection = peer.session("one").await;
        assert!(closed.elapsed() >= TIMES.long, "after {code}");
        process.open(1).await;
    }
}

/// serenity goes round in circles after these closes, until a heartbeat is due.
#[tokio::test]
async fn closes_that_serenity_keeps_to_itself_are_noticed_and_do_not_hold_up_the_rest() {
    let (world, _) = world().await;
    let mut peer = Peer::open().await;
    peer.interval = Duration::from_secs(2);
    let times = Times { deaf: Duration::from_millis(500), long: Duration::from_secs(1), ..TIMES };
    let _process = Process::start(&world, "a", at(&peer.url, 1), times);
    for code in [4010, 4011, 4011] {
        let mut connection = peer.next().await;
        assert_eq!(connection.hear().await["op"], 2);
        connection.close(code).await;
        assert!(!peer.was_called_again());
    }
    let closed = Instant::now();
    let _connection = peer.session("one").await;
    assert!(closed.elapsed() >= times.long, "that was Discord's last word for a while");
}

#[tokio::test]
async fn no_session_begins_before_discord_allows_one() {
    let (world, _) = world().await;
    let mut peer = Peer::open().await;
    let mut none_left = at(&peer.url, 1);
    none_left.session_start_limit.remaining = 0;
    none_left.session_start_limit.reset_after = 300;
    let mut busy = Trouble::new(Method::Gateway, "http_503");
    busy.after = Some(TimeDelta::milliseconds(200));
    let first = VecDeque::from([Err(busy), Ok(none_left)]);
    let began = Instant::now();
    let mut process = Process::with(&world, "a", at(&peer.url, 1), TIMES, first, None);
    let _connection = peer.session("one").await;
    assert!(began.elapsed() >= Duration::from_millis(500));
    process.open(1).await;
}

#[tokio::test]
async fn another_number_of_connections_is_taken_up_when_a_session_begins_anew() {
    let (world, _) = world().await;
    let mut peer = Peer::open().await;
    let first = VecDeque::from([Ok(at(&peer.url, 1))]);
    let _process = Process::with(&world, "a", at(&peer.url, 2), TIMES, first, None);
    let mut connection = peer.session("one").await;
    connection.say(json!({"op": 9, "d": false})).await;
    let mut connections = Vec::new();
    for shard in 0..2 {
        let mut connection = peer.next().await;
        assert_eq!(connection.hear().await["d"]["shard"], json!([shard, 2]));
        connections.push(connection);
    }
}
