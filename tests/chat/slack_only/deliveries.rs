//! Deliveries: an event that was not taken comes again, and a token that was revoked is seen and heals.

use chrono::TimeDelta;

use crate::{
    slack::trouble::Trouble,
    world::{
        World,
        slack::{TEAM, account},
    },
};

/// App Home is opened while Slack's API fails: Slack delivers the event again, and then it is there.
pub async fn an_event_comes_again(world: &mut World) {
    let slack = world.slack().slack.clone();
    slack.with(|state| state.troubles.plan("views.publish", Trouble::Status(500), 1));
    slack.opens_home(TEAM, &account("dana")).await;
    for _ in 0..3 {
        world.passes(TimeDelta::minutes(2)).await;
        slack.redelivers().await;
    }
    if slack.with(|state| state.troubles.is_over() && !state.views.contains_key("VHOMEUDANA")) {
        slack.opens_home(TEAM, &account("dana")).await;
    }
    slack.home(&account("dana"), chrono_tz::UTC).await;
}

/// Slack asks whether the address is ours; and one address takes everything, as Bolt's does.
pub async fn one_address_for_everything(world: &mut World) {
    let slack = world.slack().slack.clone();
    let said = slack.verifies_the_address().await.expect("an answer");
    let challenge = said.as_str().or_else(|| said["challenge"].as_str());
    assert_eq!(challenge, Some("3eZbrw1aB"));
    slack.with(|state| {
        let urls = state.request_urls.as_mut().expect("deliveries by HTTP");
        (urls.commands, urls.interactions) = (urls.events.clone(), urls.events.clone());
    });
    world.says("dana", "/env request web for=2d").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Reject").await;
    world.fills("ada", &[("reason", "not today")]).await;
    world.settles().await;
    assert!(world.sees("dana").await.contains("Rejected by @ada"));
}

/// The token is revoked while somebody waits: what must be told is told when it is back.
pub async fn a_revoked_token_keeps_all_effects(world: &mut World) {
    let slack = world.slack().slack.clone();
    world.says("dana", "/env request web for=2d").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    slack.with(|state| state.directory.teams.get_mut(TEAM).expect("the workspace").revoked = true);
    world.passes(TimeDelta::minutes(10)).await;
    assert!(world.waits().await, "effects wait for the token");
    slack.with(|state| state.directory.teams.get_mut(TEAM).expect("the workspace").revoked = false);
    world.passes(TimeDelta::hours(1)).await;
    assert!(world.sees("dana").await.contains("Active."), "the card says what is the case");
    world.says("dana", "/env release web-1").await;
}
