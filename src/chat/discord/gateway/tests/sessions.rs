//! Sessions: begun, kept alive, interrupted and taken up again, and begun anew.

use serde_json::json;
use tokio::time::Instant;

use super::world::{Peer, Process, TIMES, TOKEN, at, world};

#[tokio::test]
async fn a_session_wants_nothing_but_interactions_and_takes_them_in() {
    let (world, _) = world().await;
    let mut peer = Peer::open().await;
    let mut process = Process::start(&world, "a", at(&peer.url, 1), TIMES);
    let mut connection = peer.next().await;
    let asked = connection.hear().await;
    assert_eq!((&asked["op"], &asked["d"]["token"]), (&json!(2), &json!(TOKEN)));
    assert_eq!((&asked["d"]["intents"], &asked["d"]["shard"]), (&json!(0), &json!([0, 1])));
    assert!(connection.path.contains("v=10"), "{}", connection.path);
    process.open(0).await;
    connection.ready("one").await;
    process.open(1).await;
    connection.interaction(2, "1001").await;
    // Whatever else Discord sends, or will some day, is nothing to us.
    connection.say(json!({"op": 0, "s": 3, "t": "OF_TOMORROW", "d": {"id": "1"}})).await;
    connection.interaction(4, "1002").await;
    for id in ["1001", "1002"] {
        let taken = process.takes().await;
        assert_eq!((&taken["id"], &taken["type"]), (&json!(id), &json!(2)));
    }
}

#[tokio::test]
async fn an_interrupted_session_goes_on_where_discord_says_and_nothing_is_lost() {
    let (world, _) = world().await;
    let mut peer = Peer::open().await;
    let mut process = Process::start(&world, "a", at(&peer.url, 1), TIMES);
    let mut connection = peer.session("one").await;
    process.open(1).await;
    connection.interaction(2, "1001").await;
    process.takes().await;
    // Cut without a word, asked to come again (op 7), and closed with a code after which a session may go on.
    for cut in ["cut", "op 7", "4000"] {
        match cut {
            "cut" => drop(connection),
            "op 7" => connection.say(json!({"op": 7, "d": null})).await,
            _ => connection.close(4000).await,
        }
        connection = peer.next().await;
        let asked = connection.hear().await;
        assert_eq!(asked["op"], 6, "after {cut}");
        assert_eq!((&asked["d"]["session_id"], &asked["d"]["token"]), (&json!("one"), &json!(TOKEN)));
        assert!(connection.path.starts_with("/resume/one"), "after {cut}: {}", connection.path);
        process.open(0).await;
        // What came in the meantime comes again.
        connection.interaction(3, "1002").await;
        connection.say(json!({"op": 0, "s": 4, "t": "RESUMED", "d": {}})).await;
        process.open(1).await;
        assert_eq!(process.takes().await["id"], "1002");
    }
}

#[tokio::test]
async fn a_session_that_cannot_go_on_begins_anew() {
    let (world, _) = world().await;
    let mut peer = Peer::open().await;
    let mut process = Process::start(&world, "a", at(&peer.url, 1), TIMES);
    let mut connection = peer.session("one").await;
    process.open(1).await;
    connection.say(json!({"op": 9, "d": false})).await;
    let mut connection = peer.session("two").await;
    process.open(1).await;
    // The next time Discord says so only when it is asked to go on.
    connection.say(json!({"op": 7, "d": null})).await;
    let mut connection = peer.next().await;
    assert_eq!(connection.hear().await["op"], 6);
    connection.say(json!({"op": 9, "d": false})).await;
    let mut connection = peer.session("three").await;
    process.open(1).await;
    connection.interaction(2, "1003").await;
    assert_eq!(process.takes().await["id"], "1003");
}

#[tokio::test]
async fn a_connection_whose_heartbeats_are_not_answered_is_replaced() {
    let (world, _) = world().await;
    let mut peer = Peer::open().await;
    let mut process = Process::start(&world, "a", at(&peer.url, 1), TIMES);
    let mut deaf = peer.session("one").await;
    process.open(1).await;
    deaf.answers = false;
    deaf.end().await;
    let _connection = peer.session("two").await;
    process.open(1).await;
}

#[tokio::test]
async fn each_connection_that_discord_asks_for_is_made() {
    let (world, _) = world().await;
    let mut peer = Peer::open().await;
    let mut process = Process::start(&world, "a", at(&peer.url, 2), TIMES);
    let mut connections = Vec::new();
    for shard in 0..2 {
        let mut connection = peer.next().await;
        assert_eq!(connection.hear().await["d"]["shard"], json!([shard, 2]));
        connection.ready("one").await;
        connections.push(connection);
    }
    process.open(2).await;
    drop(connections.remove(0));
    process.open(1).await;
}

#[tokio::test]
async fn sessions_that_end_at_once_are_begun_ever_more_slowly() {
    let (world, _) = world().await;
    let mut peer = Peer::open().await;
    let _process = Process::start(&world, "a", at(&peer.url, 1), TIMES);
    let mut moments = Vec::new();
    for _ in 0..4 {
        let mut connection = peer.session("one").await;
        moments.push(Instant::now());
        connection.say(json!({"op": 9, "d": false})).await;
    }
    // The pauses are 40, 80 and 160 ms, less a quarter at most.
    let least = [30, 60, 120];
    let gaps: Vec<u128> = moments.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect();
    assert!(gaps.iter().zip(least).all(|(gap, least)| *gap >= least), "{gaps:?}");
}

#[tokio::test]
async fn sessions_that_are_interrupted_at_once_go_on_ever_more_slowly() {
    let (world, _) = world().await;
    let mut peer = Peer::open().await;
    let _process = Process::start(&world, "a", at(&peer.url, 1), TIMES);
    let mut connection = peer.session("one").await;
    let mut moments = Vec::new();
    for _ in 0..4 {
        connection.say(json!({"op": 7, "d": null})).await;
        connection = peer.next().await;
        moments.push(Instant::now());
        assert_eq!(connection.hear().await["op"], 6);
        connection.say(json!({"op": 0, "s": 2, "t": "RESUMED", "d": {}})).await;
    }
    let least = [30, 60, 120];
    let gaps: Vec<u128> = moments.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect();
    assert!(gaps.iter().zip(least).all(|(gap, least)| *gap >= least), "{gaps:?}");
}
