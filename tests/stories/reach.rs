//! Whatever people write stays what they wrote; a card that somebody deleted comes back.

use insta::assert_snapshot;

use crate::world::{World, talk::room};

pub async fn names_and_reasons_of_all_kinds(world: &mut World) {
    let line = "/env request web reason=\"für 雪 & <b>everybody</b> @channel `rm -rf` *bold* 🦀\"";
    world.says("erin", line).await;
    world.settles().await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet:
    # @erin asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days
    Reason: für 雪 & <b>everybody</b> @channel `rm -rf` *bold* 🦀
    Key: `SHA256:le8fiyZlqMGo+Z9qDGisWTz7/axvZRILsE41awGAVZ4`
    Already holds: nothing
    Waiting for an approver.
    [Approve] [Reject] [Approve smaller] [Approve shorter] [Details]
    ");
    world.presses("bob", "#approvers", "Reject").await;
    world.fills("bob", &[("reason", "nein – schöne Grüße,\n<script>alert(1)</script>")]).await;
    world.settles().await;
    assert_snapshot!(world.sees("erin").await, @"
    sublet:
    # web-1
    Rejected by @bob on the console at Mon 23 Nov 2026 18:00 JST: nein – schöne Grüße,
    <script>alert(1)</script>
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days
    Reason: für 雪 & <b>everybody</b> @channel `rm -rf` *bold* 🦀

    sublet:
    web-1 was rejected by @bob: nein – schöne Grüße,
    <script>alert(1)</script>
    ");
    assert_snapshot!(world.says("erin", "/env why web-1").await, @"
    # The story of web-1
    - Mon 23 Nov 2026 18:00 JST: @erin asked for web for 3 days: für 雪 & <b>everybody</b> @channel `rm -rf` *bold* 🦀
    - Mon 23 Nov 2026 18:00 JST: it waits for an approver
    - Mon 23 Nov 2026 18:00 JST: @bob rejected it: nein – schöne Grüße,
    <script>alert(1)</script>
    ");
}

pub async fn a_deleted_card_comes_back(world: &mut World) {
    world.says("dana", "/env request web").await;
    world.settles().await;
    world.sees("#approvers").await;
    world.outside.chat.deletes(&room("#approvers"));
    world.says("dana", "/env withdraw web-1").await;
    world.settles().await;
    assert_snapshot!(world.sees("#approvers").await, @"
    sublet:
    # @dana asks for web-1
    Template: web
    Size: cpu=1 memory=2Gi
    For: 3 days
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Withdrawn at Mon 23 Nov 2026 09:00 UTC
    ");
}
