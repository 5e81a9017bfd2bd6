//! Tokens of the API in chat: shown once, bounded, listed without what is secret, forgotten when they are over.

use chrono::TimeDelta;
use insta::assert_snapshot;

use crate::world::World;

/// The answer without the secret, which chance makes.
fn hidden(answer: &str) -> String {
    let shown = |word: &str| {
        if word.trim().starts_with("sublet_") { "sublet_…".to_owned() } else { word.to_owned() }
    };
    answer.lines().map(shown).collect::<Vec<_>>().join("\n")
}

pub async fn made_listed_and_revoked(world: &mut World) {
    let made = world.says("dana", "/token create laptop scopes=read,use for=7d").await;
    assert_eq!(made.matches("sublet_").count(), 1, "{made}");
    assert_snapshot!(hidden(&made), @"
    Your token laptop (read,use), good until Mon 30 Nov 2026 10:00 CET:
    sublet_…
    (It is shown this once and kept nowhere. Whoever has it may do what it is good for, as you.)
    ");
    assert_snapshot!(world.says("dana", "/token list").await, @"- laptop: read,use, good until Mon 30 Nov 2026 10:00 CET");
    assert_snapshot!(world.says("dana", "/token create laptop").await, @"
    You have a token `laptop` already.
        /token create laptop
                      ^^^^^^
    (Choose another name, or `/token revoke laptop` first.)
    ");
    assert_snapshot!(world.says("dana", "/token create x scopes=root").await, @"
    There is no scope `root`.
        /token create x scopes=root
                               ^^^^
    (Write one or more of `read`, `use`, `review` and `admin`, with commas between them.)
    ");
    assert_snapshot!(world.says("dana", "/token create x for=2000d").await, @"
    2000 days is too long.
        /token create x for=2000d
                            ^^^^^
    (At most 365 days: write `for=365d`.)
    ");
    assert_snapshot!(world.says("erin", "/token revoke laptop").await, @"
    You have no token `laptop`.
        /token revoke laptop
                      ^^^^^^
    (You have none at all.)
    ");
    assert_snapshot!(world.says("dana", "/token revoke laptop").await, @"Revoked your token laptop. It is no good any more.");
    assert_snapshot!(world.says("dana", "/token list").await, @"You have no token. Make one: `/token create laptop`");
}

pub async fn what_is_over_is_forgotten(world: &mut World) {
    world.says("dana", "/token create laptop for=1h").await;
    world.passes(TimeDelta::hours(1)).await;
    assert_snapshot!(world.says("dana", "/token list").await, @"You have no token. Make one: `/token create laptop`");
    let again = world.says("dana", "/token create laptop for=1h").await;
    assert!(again.contains("sublet_"), "its name is free again: {again}");
}

pub async fn a_secret_is_answered_once(world: &mut World) {
    let first = world.event("twice", "dana", "/token create laptop").await;
    assert!(first.contains("sublet_"), "{first}");
    assert_eq!(world.event("twice", "dana", "/token create laptop").await, "That came in already.");
}
