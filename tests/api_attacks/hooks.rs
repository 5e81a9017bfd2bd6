//! Outgoing webhooks: everything that is wanted, in order, at least once, signed; whatever the receiver does.

use std::sync::Arc;

use chrono::TimeDelta;
use sublet::{engine::Engine, hooks::Post};

use crate::{
    receiver::{Came, Mood, Receiver},
    support::databases::Database,
    world::{World, places, talk::room},
};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8G";

/// The bot with webhooks, on a database.
async fn bot(world: &World, database: &Database, hooks: &[sublet::hooks::Settings], holder: &str) -> Engine {
    let engine = world.outside.engine(&database.url, places::policy(), holder).await;
    Engine { hooks: Some(Arc::new(Post::new(hooks).expect("webhooks"))), ..engine }
}

fn told(came: &[Came]) -> Vec<(String, String)> {
    let word = |came: &Came| {
        let data = &came.body["data"];
        assert!(came.verified, "{came:?}");
        assert_eq!(came.path, "/sublet", "no redirection is followed");
        assert_eq!(came.body["type"], data["type"]);
        assert_eq!(came.id, format!("msg_ci_{}", data["seq"]));
        (
            came.body["type"].as_str().unwrap().to_owned(),
            data["fact"]["name"].as_str().unwrap_or("").to_owned(),
        )
    };
    came.iter().map(word).collect()
}

fn made(names: &[&str]) -> Vec<(String, String)> {
    names.iter().map(|name| ("token_made".to_owned(), (*name).to_owned())).collect()
}

async fn on_both(story: impl AsyncFn(&World, &Database)) {
    let sqlite = Database::sqlite();
    story(&World::new(&sqlite).await, &sqlite).await;
    if let Some(postgres) = Database::postgres().await {
        story(&World::new(&postgres).await, &postgres).await;
        postgres.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wanted_is_told_in_order_and_signed() {
    on_both(async |world, database| {
        let receiver = Receiver::new(SECRET).await;
        let engine = bot(world, database, &[receiver.hook("ci", &["token_made"])], "one").await;
        engine.drain().await.expect("it begins");
        for name in ["a", "b", "c"] {
            world.says("dana", &format!("/token create {name}")).await;
            world.says("dana", &format!("/token revoke {name}")).await;
        }
        engine.drain().await.expect("it drains");
        assert_eq!(told(&receiver.came()), made(&["a", "b", "c"]), "what was before it began is not told");
        engine.drain().await.expect("it drains");
        assert_eq!(receiver.came().len(), 3, "nothing is told twice");
        assert!(!receiver.came().iter().any(|came| came.body.to_string().contains("sublet_")), "no secret");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_delays_and_never_overtakes() {
    on_both(async |world, database| {
        let receiver = Receiver::new(SECRET).await;
        let engine = bot(world, database, &[receiver.hook("ci", &["token_made"])], "one").await;
        engine.drain().await.expect("it begins");
        receiver.feels(&[Mood::Fails(500), Mood::Redirects, Mood::Hangs, Mood::Hurries(40), Mood::Takes]);
        for name in ["a", "b"] {
            world.says("dana", &format!("/token create {name}")).await;
        }
        engine.drain().await.expect("it drains");
        assert_eq!(told(&receiver.came()), made(&["a"]), "the second waits for the first");
        for (seconds, tries) in [(5, 2), (10, 3), (20, 4), (39, 4), (1, 6)] {
            world.sleeps(TimeDelta::seconds(seconds));
            engine.drain().await.expect("it drains");
            assert_eq!(receiver.came().len(), tries, "after {seconds} more seconds");
        }
        assert_eq!(told(&receiver.came()), made(&["a", "a", "a", "a", "a", "b"]));
        let ids: Vec<String> = receiver.came().into_iter().map(|came| came.id).collect();
        assert!(ids[..5].iter().all(|id| *id == ids[0]) && ids[5] != ids[0], "{ids:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_between_two_bots_and_a_restart() {
    on_both(async |world, database| {
        let receiver = Receiver::new(SECRET).await;
        let hooks = [receiver.hook("ci", &["token_made"])];
        let one = bot(world, database, &hooks, "one").await;
        one.drain().await.expect("it begins");
        world.says("dana", "/token create a").await;
        drop(one);
        world.says("dana", "/token create b").await;
        let (one, two) =
            (bot(world, database, &hooks, "new").await, bot(world, database, &hooks, "other").await);
        for name in ["c", "d", "e", "f"] {
            world.says("dana", &format!("/token create {name}")).await;
            let (first, second) = tokio::join!(one.drain(), two.drain());
            first.and(second).expect("both drain");
        }
        one.drain().await.expect("it drains");
        assert_eq!(told(&receiver.came()), made(&["a", "b", "c", "d", "e", "f"]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_never_taken_is_given_up_and_told() {
    let database = Database::sqlite();
    let world = World::new(&database).await;
    let receiver = Receiver::new(SECRET).await;
    let engine = bot(&world, &database, &[receiver.hook("ci", &["token_made"])], "one").await;
    engine.drain().await.expect("it begins");
    receiver.feels(&[Mood::Fails(410); 3]);
    world.says("dana", "/token create a").await;
    engine.drain().await.expect("it drains");
    world.sleeps(TimeDelta::days(3) - TimeDelta::minutes(1));
    engine.drain().await.expect("it drains");
    world.says("dana", "/token create b").await;
    world.sleeps(TimeDelta::minutes(10));
    engine.drain().await.expect("it drains");
    assert_eq!(told(&receiver.came()), made(&["a", "a", "a", "b"]), "then what comes next has its turn");
    let said = world.outside.chat.reads(&room("#approvers"));
    assert_eq!(said.len(), 1, "{said:?}");
    let words = said[0].1.summary.in_zone(chrono_tz::UTC);
    assert!(words.contains("The webhook ci") && words.contains("410"), "{words}");
}
