//! What cannot be is refused when it is asked for, with the reason, the place, and what would work.

use insta::assert_snapshot;

use crate::world::{World, places};

pub async fn what_cannot_be_is_said_at_once(world: &mut World) {
    assert_snapshot!(world.says("mallory", "/env request web").await, @"
    Your address mallory@elsewhere.test is not of an allowed domain.
    (Allowed: `example.org`. Ask an admin if your address should be another.)
    ");
    assert_snapshot!(world.says("nobody", "/env request web").await, @"
    Sublet does not know you, or you are no longer active.
    (Ask an admin to add you.)
    ");
    assert_snapshot!(world.says("dana", "/env request wbe").await, @"
    There is no template `wbe`.
        /env request wbe
                     ^^^
    (Did you mean `web`?)
    ");
    assert_snapshot!(world.says("dana", "/env reqest web").await, @"
    /env reqest web
         ^^^^^^
    There is no command `/env reqest`.
    `/env` knows: request, create, list, show, ssh, extend, release, withdraw, link, why, approve, reject, offer, accept, break-glass, delegate, retry.
    Did you mean  /env request web
    ");
    assert_snapshot!(world.says("dana", "/env request").await, @"
    form: Request an environment
    Template*:
    For how long:
    Or until when:
    SSH key:
    Reason:
    [Send request]
    ");
    assert_snapshot!(world.says("dana", "/env show web-9").await, @"
    There is no environment `web-9` that you could see.
        /env show web-9
                  ^^^^^
    (`/env list` shows yours.)
    ");
    let long = format!("/env request web {}", "because ".repeat(80));
    assert!(world.says("dana", &long).await.starts_with("The reason is too long."));
    assert_eq!(world.waiting().await, 0);
}

pub async fn keys_are_looked_at(world: &mut World) {
    assert_snapshot!(world.says("ada", "/env request web").await, @"
    You have no SSH key here, so nobody could log in.
    (Add the public one first: `/key add ssh-ed25519 AAAA… you@laptop` (the line in ~/.ssh/id_ed25519.pub).)
    ");
    assert_snapshot!(world.says("ada", "/key add hello").await, @"
    That cannot be read as an OpenSSH public key.
        /key add hello
                 ^^^^^
    (Paste the one line of the .pub file, such as `ssh-ed25519 AAAA… you@laptop`.)
    ");
    let weak = world.says("ada", &format!("/key add {}", places::WEAK_KEY)).await;
    assert!(weak.starts_with("The key has 1024 bits; at least 2048 are needed."), "{weak}");
    let options = world.says("ada", &format!("/key add command=\"/bin/sh\" {}", places::DANAS_KEY)).await;
    assert!(options.contains("options are not accepted"), "{options}");
    let private = world.says("ada", "/key add -----BEGIN OPENSSH PRIVATE KEY-----").await;
    assert!(private.contains("private key"), "{private}");
    assert_snapshot!(world.says("dana", &format!("/key add {}", places::DANAS_KEY)).await, @"
    You have that key, or one named `dana-laptop`, already.
    (`/key list` shows them.)
    ");
    world.says("dana", &format!("/key add {} name=other", places::ERINS_KEY)).await;
    assert_snapshot!(world.says("dana", "/env request web").await, @"
    You have several keys.
    (Say which one: `key=` one of `dana-laptop`, `other`.)
    ");
    assert_snapshot!(world.says("dana", "/env request web key=lost").await, @"
    You have no key `lost`.
        /env request web key=lost
                             ^^^^
    (You have: `dana-laptop`, `other`.)
    ");
    assert_snapshot!(world.says("dana", "/env request web key=other").await, @"Asked for web-1. Its card is in your direct messages and moves with it.");
    world.settles().await;
}

pub async fn sizes_are_marked_where_they_are_wrong(world: &mut World) {
    assert_snapshot!(world.says("dana", "/env request web cpu=16").await, @"
    `cpu` is too much; at most 4.
        /env request web cpu=16
                             ^^
    (`/template show web` explains its parameters.)
    ");
    assert_snapshot!(world.says("dana", "/env request web cpu=lots").await, @"
    `lots` is not a number of processors. Write `2`, `1.5` or `500m` (half a processor).
        /env request web cpu=lots
                             ^^^^
    (`/template show web` explains its parameters.)
    ");
    assert_snapshot!(world.says("dana", "/env request web cpu=1 memry=4Gi").await, @"
    There is no parameter `memry`. Did you mean `memory`?
        /env request web cpu=1 memry=4Gi
                                     ^^^
    (`/template show web` explains its parameters.)
    ");
    assert_snapshot!(world.says("dana", "/env request web memory=512Mi cpu=9").await, @"
    `cpu` is too much; at most 4. `memory` is too little; at least 1Gi.
        /env request web memory=512Mi cpu=9
                                          ^
    (`/template show web` explains its parameters.)
    ");
}

pub async fn times_are_within_the_template(world: &mut World) {
    assert_snapshot!(world.says("dana", "/env request web for=3w").await, @"
    21 days is too long.
        /env request web for=3w
                             ^^
    (At most 7 days: write `for=1w`.)
    ");
    assert_snapshot!(world.says("dana", "/env request web for=soon").await, @"
    /env request web for=soon
                         ^^^^
    `soon` is not a length of time.
    Write a number and `m`, `h`, `d` or `w`, such as `90m`, `8h`, `3d` or `2w`.
    ");
    assert_snapshot!(world.says("dana", "/env request web for=10s").await, @"
    less than a minute is too short.
        /env request web for=10s
                             ^^^
    (At least 1 minute.)
    ");
    assert_snapshot!(world.says("dana", "/env request web until=2026-11-23 08:00").await, @"
    /env request web until=2026-11-23 08:00
                           ^^^^^^^^^^^^^^^^
    `2026-11-23 08:00` is already past.
    It is now 2026-11-23 10:00 (Europe/Berlin).
    ");
    assert_snapshot!(world.says("dana", "/env request web until=2026-12-24 08:00").await, @"
    30 days 22 hours is too long.
    (At most 7 days: write `for=1w`.)
    ");
}

pub async fn somebody_must_be_able_to_approve(world: &mut World) {
    world.deactivates("bob").await;
    world.deactivates("root").await;
    world.says("ada", &format!("/key add {}", places::DANAS_KEY)).await;
    assert_snapshot!(world.says("ada", "/env request web").await, @"
    There is nobody who could approve this, so it would wait for ever.
    (It lacks one of the approvers, other than you. Ask an admin to name people for it.)
    ");
    assert_snapshot!(world.says("ada", "/env request small").await, @"Asked for small-1. Its card is in your direct messages and moves with it.");
    world.settles().await;
}

pub async fn there_is_a_limit_for_each_person(world: &mut World) {
    for _ in 0..2 {
        world.says("dana", "/env request web").await;
    }
    world.settles().await;
    assert_snapshot!(world.says("dana", "/env request web").await, @"
    You have 2 undecided requests, which is the limit.
    (Wait for a decision, or withdraw one; `/env list` shows them.)
    ");
    assert_snapshot!(world.says("erin", "/env request web").await, @"Asked for web-3. Its card is in your direct messages and moves with it.");
    world.says("dana", "/env withdraw web-1").await;
    world.settles().await;
    assert_snapshot!(world.says("dana", "/env request web").await, @"Asked for web-4. Its card is in your direct messages and moves with it.");
    world.settles().await;
}
