//! `[slack]`: how Slack is reached, and `[[slack.workspaces]]`, where the app is installed.

use std::{collections::BTreeMap, time::Duration};

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

use super::{Sources, people, quantity::span, secret};
use crate::{
    chat::slack::settings::{Inbound, Newcomers, Settings, SlackWorkspace},
    document::{Place, Section, Wrong},
};

/// Slack's own Web API.
const USUAL_API: &str = "https://slack.com/api";
/// How long a call may take when nothing is configured.
const USUAL_TIMEOUT: Duration = Duration::from_secs(10);
/// How many connections are kept when nothing is configured.
const USUAL_CONNECTIONS: u32 = 2;
/// How long Slack's word about an account is believed when nothing is configured.
const USUAL_RECHECK: TimeDelta = TimeDelta::hours(1);

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Off,
    Socket,
    Http,
}

const WAYS: [(&str, Way); 3] = [("off", Way::Off), ("socket", Way::Socket), ("http", Way::Http)];
const NEWCOMERS: [(&str, Newcomers); 2] = [("members", Newcomers::Members), ("nobody", Newcomers::Nobody)];

/// Reads how Slack is reached; `None` when it is not.
pub(super) fn read(section: &Section<'_>, sources: &Sources) -> Option<Settings> {
    let way = section.choice("inbound", &WAYS).unwrap_or(Way::Off);
    let app_token = secret::read(section, ["app_token", "app_token_env", "app_token_file"], sources);
    let signing_secret =
        secret::read(section, ["signing_secret", "signing_secret_env", "signing_secret_file"], sources);
    let connections = section.number("connections", 1..=10).and_then(|count| count.try_into().ok());
    let api = section.parse("api", |text| api(text, USUAL_API)).unwrap_or_else(|| USUAL_API.to_owned());
    let timeout = section.parse("timeout", span).and_then(|span| span.to_std().ok());
    let newcomers = section.choice("newcomers", &NEWCOMERS).unwrap_or_default();
    let match_email = section.switch("match_email").unwrap_or(true);
    let recheck = section.parse("recheck", span).unwrap_or(USUAL_RECHECK);
    let mut seen = BTreeMap::new();
    let workspaces = section.sections("workspaces", |section| workspace(section, sources, &mut seen));
    let inbound = match way {
        Way::Off => return None,
        Way::Socket => Inbound::Socket {
            app_token: needed(section, "app_token_env", app_token, "xapp-", "app-level token"),
            connections: connections.unwrap_or(USUAL_CONNECTIONS),
        },
        Way::Http => Inbound::Http {
            signing_secret: needed(section, "signing_secret_env", signing_secret, "", "signing secret"),
        },
    };
    if !section.has("workspaces") {
        let right = "Add a [[slack.workspaces]] section for each workspace that has the app.";
        section.fault(
            "workspaces",
            Wrong::new("No workspace is named, so nobody could be told anything.", right),
        );
    }
    Some(Settings {
        inbound,
        api,
        timeout: timeout.unwrap_or(USUAL_TIMEOUT),
        newcomers,
        match_email,
        recheck,
        workspaces: workspaces.into_iter().flatten().collect(),
    })
}

fn workspace(
    section: &Section<'_>,
    sources: &Sources,
    seen: &mut BTreeMap<String, Place>,
) -> Option<SlackWorkspace> {
    let id = section.parse("id", |text| id(text, 'T', "a workspace", "T0123ABCD"));
    let id = section.require(
        "id",
        id,
        "Write the id that stands in the address of Slack in the browser, such as `T0123ABCD`.",
    );
    let token = secret::read(section, ["token", "token_env", "token_file"], sources);
    let token = needed(section, "token_env", token, "xoxb-", "bot token");
    let approvers = section.parse("approvers", id_of_channel);
    let group = section.parse("group", |text| self::id(text, 'S', "a user group", "S0123ABCD"));
    let mut groups = BTreeMap::new();
    section.sections("groups", |section| {
        let group = section.parse("id", |text| self::id(text, 'S', "a user group", "S0123ABCD"));
        let group = section.require("id", group, "Write Slack's id of the user group, such as `S0123ABCD`.");
        let rights = people::rights(section);
        if let Some(group) = group
            && groups.insert(group.clone(), rights).is_some()
        {
            let wrong = format!("The user group {group} was named before.");
            section.fault("id", Wrong::new(wrong, "Keep one of them, with all that it gives."));
        }
    });
    let id = id?;
    if let Some(first) = seen.insert(id.clone(), section.place_of("id")) {
        let wrong = format!("The workspace {id} was named before, at {first}.");
        section.fault("id", Wrong::new(wrong, "Keep one of them."));
    }
    Some(SlackWorkspace { id, token, approvers, group, groups })
}

/// A secret that must be there, and begin as such secrets do. The fault never shows it.
fn needed(
    section: &Section<'_>,
    key: &'static str,
    secret: Option<SecretString>,
    begins: &str,
    what: &str,
) -> SecretString {
    let right = format!("Name the variable that holds the {what}; docs/slack.md tells where Slack shows it.");
    let given = section.require(key, secret, &right).unwrap_or_default();
    let text = given.expose_secret();
    if !text.is_empty() && !text.starts_with(begins) {
        let wrong = format!("This is no {what}: those begin with `{begins}`.");
        section.fault(key, Wrong::new(wrong, right));
    }
    given
}

fn id_of_channel(text: &str) -> Result<String, Wrong> {
    let private = text.starts_with('G');
    id(text, if private { 'G' } else { 'C' }, "a channel", "C0123ABCD")
}

/// Slack's ids: a letter for the kind, then capital letters and digits.
fn id(text: &str, letter: char, what: &str, example: &str) -> Result<String, Wrong> {
    let fits = text.starts_with(letter)
        && (3..=30).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if fits {
        return Ok(text.to_owned());
    }
    let right = format!("Write Slack's id of it, such as `{example}`, not its name.");
    Err(Wrong::new(format!("“{text}” is not the id of {what}."), right))
}

/// Where a platform's API is, if not at its usual address. It may be unprotected only on this machine.
pub(super) fn api(text: &str, usual: &str) -> Result<String, Wrong> {
    let right = format!("Leave this out: it is {usual}.");
    let url =
        url::Url::parse(text).map_err(|why| Wrong::new(format!("“{text}” is not a URL: {why}."), &right))?;
    let local = url.host_str().is_some_and(super::mail::on_this_machine);
    if url.scheme() != "https" && !(url.scheme() == "http" && local) {
        return Err(Wrong::new("Tokens would cross the network unprotected.", right));
    }
    Ok(text.trim_end_matches('/').to_owned())
}
