//! How Sublet talks: forms for what is missing, mistakes marked, help, and nothing private where others read.

use insta::assert_snapshot;

use crate::world::World;

pub async fn what_is_missing_is_asked_for(world: &mut World) {
    assert_snapshot!(world.says("dana", "/env extend").await, @"
    form: Ask for more time, once, with a reason
    Environment*:
    How much longer*:
    Reason*:
    [Send request]
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
    let filled = [("template", "web"), ("for", "soon"), ("reason", "load tests")];
    assert_snapshot!(world.fills("dana", &filled).await, @"
    form: Request an environment
    Cpu:
    Memory:
    For how long: soon
      ! `soon` is not a length of time. Write a number and `m`, `h`, `d` or `w`, such as `90m`, `8h`, `3d` or `2w`.
    Or until when:
    SSH key:
    Reason: load tests
    [Send request]
    ");
    assert_snapshot!(world.fills("dana", &[("for", "30d")]).await, @"
    form: Request an environment
    Cpu:
    Memory:
    For how long: 30d
      ! 30 days is too long. At most 7 days: write `for=1w`.
    Or until when:
    SSH key:
    Reason: load tests
    [Send request]
    ");
    assert_snapshot!(world.fills("dana", &[("for", "2d")]).await, @"Asked for web-1. Its card is in your direct messages and moves with it.");
    world.settles().await;
    assert_snapshot!(world.sees("dana").await, @"
    sublet:
    # web-1
    Waiting for an approver.
    Template: web
    Size: cpu=1 memory=2Gi
    For: 2 days
    Reason: load tests
    [Withdraw]
    ");
}

pub async fn a_mistake_is_marked(world: &mut World) {
    assert_snapshot!(world.says("dana", "/env request wep for=2d").await, @"
    There is no template `wep`.
        /env request wep for=2d
                     ^^^
    (Did you mean `web`?)
    ");
    assert_snapshot!(world.says("dana", "/env request web cpu=two").await, @"
    `two` is not a number of processors. Write `2`, `1.5` or `500m` (half a processor).
        /env request web cpu=two
                             ^^^
    (`/template show web` explains its parameters.)
    ");
}

/// Where whole lines are typed. Discord's client sends no command that is not registered, and no word without a place.
pub async fn a_line_that_is_no_command(world: &mut World) {
    assert_snapshot!(world.says("dana", "/env reqest web").await, @"
    /env reqest web
         ^^^^^^
    There is no command `/env reqest`.
    `/env` knows: request, create, list, show, ssh, extend, release, withdraw, link, why, approve, reject, offer, accept, break-glass, delegate, retry.
    Did you mean  /env request web
    ");
    assert_snapshot!(world.says("dana", "/env show <web> & \"co").await, @r#"
    /env show <web> & "co
                    ^
    `&` is one word too many.
    The form is: /env show <name>
    "#);
}

pub async fn help_for_whoever_asks(world: &mut World) {
    assert_snapshot!(world.says("dana", "/help").await, @"
    /env request    Request an environment
    /env list       List environments and open requests
    /env show       Show one environment: state, end, size, owner
    /env ssh        Tell how to log in, in a private message
    /env extend     Ask for more time, once, with a reason
    /env release    Give an environment back; everything in it is deleted
    /env withdraw   Take a request back before it is decided
    /env link       Link your account on another platform
    /env why        Tell the story of an environment, even when it is gone
    /env accept     Take what an approver offers instead of what you asked for
    /env retry      Try again what failed: provisioning or purging
    /key add        Store your SSH public key, so that you can log in
    /key list       List your SSH keys
    /key remove     Remove one of your SSH keys
    /quota show     Show quotas, and what uses them
    /quota request  Ask for more quota for a while, with a reason
    /template list  List what can be requested
    /template show  Show one template: parameters, limits, approval
    /token create   Make a token with which a program uses the API for you
    /token list     List your tokens, without what is secret in them
    /token revoke   Revoke one of your tokens at once
    /admin people   Show who is known, and what they may do
    /audit          Read the audit log: who did what, and when
    /help           Explain the commands

    `/help <command>` explains one of them.
    ");
    assert_snapshot!(world.says("dana", "/help env release").await, @"
    /env release <name>

    Give an environment back; everything in it is deleted.

      name  Which environment

    For example:
      /env release web-1
    ");
    assert_snapshot!(world.says("dana", "/template show web").await, @"
    # A web server (web)
    Debian with a web server.
    Asked for with: `/env request web`
    For: 3 days unless you say otherwise, 7 days at most with an extension
    Approval: an approver decides every request
    Warnings: 1 day, 2 hours before the end
    Kept after the end: at least 4 hours after the final warning was delivered
    - cpu: How much cpu (default 1; 100m to 4)
    - memory: How much memory (default 2Gi; 1Gi to 8Gi)
    ");
}

pub async fn nobody_known(world: &mut World) {
    let told = world.says("zoe", "/env request web").await;
    let (what, help) = told.split_once('\n').expect("two lines");
    assert!(what.starts_with("Sublet does not know "), "{told}");
    // What helps differs: Discord tells no addresses, so accounts are linked there.
    assert!(help.to_lowercase().contains("ask an admin to "), "{told}");
    assert!(world.person("zoe").await.is_none());
}

pub async fn somebody_is_mentioned(world: &mut World) {
    world.says("erin", "/env request web for=2d").await;
    world.settles().await;
    assert_snapshot!(world.says("ada", "/env list @erin").await, @"- web-1: pending, cpu=1 memory=2Gi");
    assert_snapshot!(world.says("dana", "/env list @erin").await, @"
    Only approvers may do that.
    (They were asked already; you will be told what they decide.)
    ");
}

pub async fn secrets_are_private(world: &mut World) {
    world.says("dana", "/env request web for=2d").await;
    world.settles().await;
    world.presses("ada", "#approvers", "Approve").await;
    world.settles().await;
    assert_snapshot!(world.says("dana", "/env ssh web-1").await, @"
    How to log in to web-1
        ssh -p 22001 dev@env.example.org
    (Host key `SHA256:host`)
    (To pin the host key, add this line to `~/.ssh/known_hosts`:)
        [env.example.org]:22001 ssh-ed25519 AAAAhost
    ");
    assert_snapshot!(world.says("erin", "/env ssh web-1").await, @"
    There is no environment `web-1` that you could see.
        /env ssh web-1
                 ^^^^^
    (`/env list` shows yours.)
    ");
    assert!(!world.sees("#approvers").await.contains("ssh -p"));
    world.says("dana", "/env release web-1").await;
}
