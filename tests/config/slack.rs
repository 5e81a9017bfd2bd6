//! `[slack]`: what is understood, what is refused, and that no secret is ever shown.

use std::time::Duration;

use chrono::TimeDelta;
use secrecy::ExposeSecret;
use sublet::{
    chat::slack::settings::{Inbound, Newcomers},
    domain::person::Role,
};

use super::{SMALLEST, faults, load};

const SECRETS: [(&str, &str); 4] = [
    ("APP", "xapp-1-A1-secret"),
    ("SIGNING", "0123456789abcdef-secret"),
    ("FIRST", "xoxb-1-secret"),
    ("SECOND", "xoxb-2-secret"),
];

const SOCKET: &str = r#"
[slack]
inbound = "socket"
app_token_env = "APP"
[[slack.workspaces]]
id = "T0123ABCD"
token_env = "FIRST"
approvers = "C0123ABCD"
"#;

#[test]
fn slack_by_sockets() {
    let config = load(&format!("{SMALLEST}{SOCKET}"), &SECRETS).unwrap();
    let slack = config.slack.as_ref().unwrap();
    let Inbound::Socket { app_token, connections } = &slack.inbound else { panic!("{slack:?}") };
    assert_eq!((app_token.expose_secret(), *connections), ("xapp-1-A1-secret", 2));
    assert_eq!((&slack.api[..], slack.timeout), ("https://slack.com/api", Duration::from_secs(10)));
    assert_eq!((slack.newcomers, slack.recheck), (Newcomers::Members, TimeDelta::hours(1)));
    let workspace = &slack.workspaces[0];
    assert_eq!(workspace.token.expose_secret(), "xoxb-1-secret");
    assert_eq!((workspace.approvers.as_deref(), workspace.group.as_deref()), (Some("C0123ABCD"), None));
    let shown = format!("{config:?} {}", config.summary());
    assert!(!shown.contains("secret\"") && !shown.contains("-secret"), "{shown}");
    assert!(config.summary().to_string().contains("by Socket Mode, 2 connections; T0123ABCD"));
}

#[test]
fn slack_by_http_in_two_workspaces() {
    let text = format!(
        "{SMALLEST}{}",
        r#"
[slack]
inbound = "http"
signing_secret_env = "SIGNING"
api = "http://127.0.0.1:9999/api/"
timeout = "2s"
newcomers = "nobody"
match_email = false
recheck = "10m"
[[slack.workspaces]]
id = "T0123ABCD"
token_env = "FIRST"
group = "S0123ABCD"
[[slack.workspaces.groups]]
id = "S0123ABCD"
roles = ["devops"]
teams = ["shop", "web"]
[[slack.workspaces.groups]]
id = "S0456EFGH"
roles = ["auditor", "instructor"]
[[slack.workspaces]]
id = "T0456EFGH"
token_env = "SECOND"
approvers = "G0123ABCD"
"#
    );
    let config = load(&text, &SECRETS).unwrap();
    let slack = config.slack.as_ref().unwrap();
    let Inbound::Http { signing_secret } = &slack.inbound else { panic!("{slack:?}") };
    assert_eq!(signing_secret.expose_secret(), "0123456789abcdef-secret");
    assert_eq!((&slack.api[..], slack.timeout), ("http://127.0.0.1:9999/api", Duration::from_secs(2)));
    assert_eq!((slack.newcomers, slack.recheck), (Newcomers::Nobody, TimeDelta::minutes(10)));
    let ids: Vec<&str> = slack.workspaces.iter().map(|workspace| workspace.id.as_str()).collect();
    assert_eq!(ids, ["T0123ABCD", "T0456EFGH"]);
    assert_eq!(slack.workspaces[0].group.as_deref(), Some("S0123ABCD"));
    let groups = &slack.workspaces[0].groups;
    let gives = |id: &str| (groups[id].roles.iter().copied().collect::<Vec<_>>(), groups[id].teams.len());
    assert_eq!(gives("S0123ABCD"), (vec![Role::Approver], 2));
    assert_eq!(gives("S0456EFGH"), (vec![Role::Instructor, Role::Auditor], 0));
    assert!(slack.workspaces[1].groups.is_empty() && !slack.match_email);
    assert!(config.summary().to_string().contains("by HTTP; T0123ABCD, T0456EFGH"));
}

#[test]
fn what_is_off_is_off() {
    let off = format!("{SMALLEST}[slack]\ninbound = \"off\"\n");
    assert!(load(&off, &[]).unwrap().slack.is_none());
}

#[test]
fn every_fault_of_slack_is_told() {
    let text = format!(
        "{SMALLEST}{}",
        r#"
[slack]
inbound = "socket"
app_token_env = "FIRST"
connections = 99
api = "http://slack.example.org/api"
timeout = "soon"
newcomers = "everybody"
token = "x"
[[slack.workspaces]]
id = "acme"
token_env = "APP"
approvers = "approvers"
group = "C0123ABCD"
[[slack.workspaces]]
id = "T0123ABCD"
token = "xoxb-in-the-file"
[[slack.workspaces]]
id = "T0123ABCD"
token_env = "NOWHERE"
"#
    );
    let told = faults(&text, &SECRETS);
    assert!(!told.contains("-secret") && !told.contains("in-the-file"), "{told}");
    insta::assert_snapshot!(told, @"
    sublet.toml:11:17  slack.app_token_env
        This is no app-level token: those begin with `xapp-`.
        Name the variable that holds the app-level token; docs/slack.md tells where Slack shows it.

    sublet.toml:12:15  slack.connections
        99 is outside the limits.
        Write a whole number from 1 to 10.

    sublet.toml:13:7  slack.api
        Tokens would cross the network unprotected.
        Leave this out: it is https://slack.com/api.

    sublet.toml:14:11  slack.timeout
        `soon` is not a length of time.
        Write a number and `m`, `h`, `d` or `w`, such as `90m`, `8h`, `3d` or `2w`.

    sublet.toml:15:13  slack.newcomers
        “everybody” is not one of the words that fit here.
        Write “members” or “nobody”.

    sublet.toml:16:1  slack.token
        There is no such key.
        Known here: api, app_token, app_token_env, app_token_file, connections, inbound, match_email, newcomers, recheck, signing_secret, signing_secret_env, signing_secret_file, timeout, workspaces.

    sublet.toml:18:6  slack.workspaces[0].id
        “acme” is not the id of a workspace.
        Write Slack's id of it, such as `T0123ABCD`, not its name.

    sublet.toml:19:13  slack.workspaces[0].token_env
        This is no bot token: those begin with `xoxb-`.
        Name the variable that holds the bot token; docs/slack.md tells where Slack shows it.

    sublet.toml:20:13  slack.workspaces[0].approvers
        “approvers” is not the id of a channel.
        Write Slack's id of it, such as `C0123ABCD`, not its name.

    sublet.toml:21:9  slack.workspaces[0].group
        “C0123ABCD” is not the id of a user group.
        Write Slack's id of it, such as `S0123ABCD`, not its name.

    sublet.toml:22:1  slack.workspaces[1].token_env
        This is missing.
        Name the variable that holds the bot token; docs/slack.md tells where Slack shows it.

    sublet.toml:24:9  slack.workspaces[1].token
        A secret does not belong in this file.
        Write token_env with the name of a variable, or token_file with a path.

    sublet.toml:26:6  slack.workspaces[2].id
        The workspace T0123ABCD was named before, at sublet.toml:23:6.
        Keep one of them.

    sublet.toml:27:13  slack.workspaces[2].token_env
        There is no variable NOWHERE.
        Set it, or write the name of the variable that holds the secret (never the secret).

    14 faults.
    ");
}

#[test]
fn what_a_way_needs_is_asked_for() {
    let told = faults(&format!("{SMALLEST}[slack]\ninbound = \"http\"\n"), &SECRETS);
    insta::assert_snapshot!(told, @"
    sublet.toml:8:1  slack.signing_secret_env
        This is missing.
        Name the variable that holds the signing secret; docs/slack.md tells where Slack shows it.

    sublet.toml:8:1  slack.workspaces
        No workspace is named, so nobody could be told anything.
        Add a [[slack.workspaces]] section for each workspace that has the app.

    2 faults.
    ");
}

#[test]
fn every_fault_of_a_user_group_is_told() {
    let groups = r#"
[[slack.workspaces.groups]]
id = "devops"
roles = ["boss"]
[[slack.workspaces.groups]]
id = "S0123ABCD"
[[slack.workspaces.groups]]
id = "S0123ABCD"
teams = ["Shop"]
"#;
    let told = faults(&format!("{SMALLEST}{SOCKET}{groups}"), &SECRETS);
    for part in [
        "“devops” is not the id of a user group.",
        "“boss”",
        "This gives nothing to anybody.",
        "The user group S0123ABCD was named before.",
        "“Shop” is not a team's name.",
    ] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
}
