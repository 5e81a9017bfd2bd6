//! What Discord offers while somebody types, and what it knows of the commands.

use insta::assert_snapshot;
use tokio_util::sync::CancellationToken;

use crate::{
    discord::api::routes::{GET_COMMANDS, PUT_COMMANDS},
    world::{
        World,
        discord::{GENERAL, account},
    },
};

/// What is offered in an option of a half-written command.
async fn offered(world: &World, who: &str, line: &str, option: &str) -> String {
    let offered = world.discord().discord.completes(&account(who), GENERAL, line, option).await;
    let shown: Vec<String> = offered.iter().map(|(name, value)| format!("{name} → {value}")).collect();
    world.short(&shown.join("\n"))
}

pub async fn what_there_is_is_offered(world: &mut World) {
    assert_snapshot!(offered(world, "dana", "/env request", "template").await, @"
    web — A web server → web
    small — A small machine → small
    ");
    assert_snapshot!(offered(world, "dana", "/env request web", "for").await, @"
    8h — eight hours → 8h
    1d — one day → 1d
    3d — three days → 3d
    1w — one week → 1w
    ");
    assert_snapshot!(offered(world, "dana", "/env request web", "parameters").await, @"
    cpu= → cpu=
    memory= → memory=
    ");
    assert_eq!(offered(world, "dana", "/env release", "name").await, "");
    world.says("dana", "/env request web for=2d").await;
    world.settles().await;
    assert_snapshot!(offered(world, "dana", "/env withdraw", "name").await, @"web-1 — pending → web-1");
    assert_eq!(offered(world, "erin", "/env withdraw", "name").await, "", "of others nothing");
    assert_eq!(offered(world, "zoe", "/env request", "template").await, "", "to nobody known nothing");
    world.says("dana", "/env withdraw web-1").await;
}

pub async fn commands_are_registered_once(world: &mut World) {
    let registered = |world: &World| world.discord().discord.with(|state| state.called(PUT_COMMANDS).len());
    let compared = |world: &World| world.discord().discord.with(|state| state.called(GET_COMMANDS).len());
    assert_eq!((compared(world), registered(world)), (1, 1));
    let adapter = world.discord();
    let again = sublet::chat::discord::Discord::open(
        world.engine.world.clone(),
        adapter.adapter.settings.clone(),
        "next",
    );
    let stop = CancellationToken::new();
    let running = tokio::spawn(again.expect("it opens").run(stop.clone()));
    adapter.discord.until("another look", |state| (state.called(GET_COMMANDS).len() > 1).then_some(())).await;
    stop.cancel();
    running.await.expect("it ends");
    assert_eq!((compared(world), registered(world)), (2, 1), "nothing had changed");
}
