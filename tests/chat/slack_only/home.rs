//! App Home: what I have, with the time that is left; what waits for my decision; buttons that work there.

use insta::assert_snapshot;

use crate::world::{
    World,
    slack::{TEAM, account},
};

pub async fn what_i_have_and_what_waits_for_me(world: &mut World) {
    let slack = world.slack().slack.clone();
    world.says("dana", "/env request web for=2d").await;
    world.settles().await;
    slack.opens_home(TEAM, &account("ada")).await;
    let home = slack.home(&account("ada"), chrono_tz::Europe::London).await;
    assert_snapshot!(world.short(&home), @"
    [Request an environment] [My keys] [Templates]
    # Waiting for your decision
    @dana asks for web-1: cpu=1 memory=2Gi for 2 days
    [Approve] [Reject] [Approve smaller] [Approve shorter] [Details]
    # Your environments
    (None yet.)
    ░░░░░░░░░░ 0 of 2 undecided requests
    ");
    let approve = slack.finds_in_view("VHOMEUADA", "Approve").expect("a button in App Home");
    let act = slack.presses(TEAM, &account("ada"), &approve).await;
    let said = world.slack().shows(act, chrono_tz::UTC).await;
    assert_snapshot!(world.short(&said), @"You approved web-1. The requester is being told.");
    slack
        .until("a home without the button", |state| {
            let home = state.views["VHOMEUADA"].json.to_string();
            (!home.contains("Approve")).then_some(())
        })
        .await;
    world.settles().await;
    slack.opens_home(TEAM, &account("dana")).await;
    let home = slack.home(&account("dana"), chrono_tz::Europe::Berlin).await;
    assert_snapshot!(world.short(&home), @"
    [Request an environment] [My keys] [Templates]
    # Your environments
    web-1: Approved by @ada on PLATFORM at Mon 23 Nov 2026 10:00 CET. Active.
    ▓▓▓▓▓▓▓▓▓░ 1 day 23 hours left, until Wed 25 Nov 2026 10:00 CET
    [Extend] [Release now]
    ░░░░░░░░░░ 0 of 2 undecided requests
    ");
    world.says("dana", "/env release web-1").await;
}
