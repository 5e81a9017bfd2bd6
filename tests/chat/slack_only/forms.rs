//! Forms in Slack: the template is chosen and its parameters follow; what is required; shortcuts; menus; too late.

use chrono::TimeDelta;
use insta::assert_snapshot;

use crate::world::{
    World,
    slack::{TEAM, account},
};

pub async fn the_form_follows_the_template(world: &mut World) {
    let slack = world.slack().slack.clone();
    let act = slack.shortcut(TEAM, &account("dana"), "request").await;
    let form = world.slack().shows(act, chrono_tz::UTC).await;
    assert_snapshot!(form, @"
    form: Request an environment
    Template*:
    For how long:
    Or until when:
    SSH key:
    Reason:
    [Send request]
    ");
    assert_snapshot!(world.fills("dana", &[]).await, @"Slack: please fill in Template");
    slack.fills(TEAM, &account("dana"), "reason", "kept while the form changes").await;
    slack.fills(TEAM, &account("dana"), "template", "small").await;
    assert_snapshot!(world.slack().modal("dana", chrono_tz::UTC), @"
    form: Request an environment
    Template*: small
    Cpu:
    Memory:
    For how long:
    Or until when:
    SSH key:
    Reason: kept while the form changes
    [Send request]
    ");
    assert_snapshot!(world.fills("dana", &[("cpu", "9")]).await, @"
    form: Request an environment
    Cpu: 9
      ! `cpu` is too much; at most 4.
    Memory:
    For how long:
    Or until when:
    SSH key:
    Reason: kept while the form changes
    [Send request]
    ");
    assert_snapshot!(world.fills("dana", &[("cpu", "1")]).await, @"Asked for small-1. Its card is in your direct messages and moves with it.");
    world.settles().await;
    world.says("dana", "/env release small-1").await;
}

/// Slack forgets a trigger after three seconds: the person hears that nothing was done.
pub async fn a_form_that_comes_too_late(world: &mut World) {
    let slack = world.slack().slack.clone();
    slack.with(|state| {
        state.troubles.plan(
            "views.open",
            crate::slack::trouble::Trouble::Error("expired_trigger_id".to_owned()),
            1,
        );
    });
    assert_snapshot!(world.says("dana", "/env request").await, @"Slack did not open the form in time. Nothing was changed; please do that once more.");
    world.passes(TimeDelta::minutes(1)).await;
    assert!(slack.modal(&account("dana")).is_none());
}

pub async fn details_stand_in_a_menu(world: &mut World) {
    world.says("dana", "/env request web for=2d").await;
    world.settles().await;
    let menus = world.slack().slack.with(|state| {
        let blocks = state.messages.iter().flat_map(|message| message.now().blocks.clone());
        blocks.filter(|block| block.to_string().contains("\"overflow\"")).count()
    });
    assert!(menus > 0, "Details is a quiet button");
    assert_snapshot!(world.presses("ada", "#approvers", "Details").await, @"
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 2 days
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Waiting for an approver.
    [Approve] [Reject] [Approve smaller] [Approve shorter] [Details]
    Made of: web, version 1
    ");
    world.says("dana", "/env withdraw web-1").await;
}
