//! `[discord]`: how Discord is reached, and `[[discord.guilds]]`, where the app is installed.

use std::{collections::BTreeMap, time::Duration};

use chrono::TimeDelta;
use secrecy::ExposeSecret;

use super::{Sources, people, quantity::span, secret, slack};
use crate::{
    chat::discord::settings::{DiscordGuild, Inbound, Registration, Settings},
    document::{Kept, Place, Section, Wrong},
    domain::person::{Rights, Role},
};

/// Discord's own API.
const USUAL_API: &str = "https://discord.com/api/v10";
/// How long a call may take when nothing is configured.
const USUAL_TIMEOUT: Duration = Duration::from_secs(10);
/// How long Discord's word about somebody is believed when nothing is configured.
const USUAL_RECHECK: TimeDelta = TimeDelta::hours(1);

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Off,
    Gateway,
    Http,
}

const WAYS: [(&str, Way); 3] = [("off", Way::Off), ("gateway", Way::Gateway), ("http", Way::Http)];
const REGISTRATIONS: [(&str, Registration); 3] =
    [("global", Registration::Global), ("guild", Registration::Guild), ("off", Registration::Off)];
/// Roles of ours, each with the key that lists Discord's roles for it.
const ROLES: [(&str, Role); 5] = [
    ("developer_roles", Role::Developer),
    ("instructor_roles", Role::Instructor),
    ("auditor_roles", Role::Auditor),
    ("approver_roles", Role::Approver),
    ("admin_roles", Role::Admin),
];

/// Reads how Discord is reached; `None` when it is not. `listed` are the handles of people by their accounts.
pub(super) fn read(
    section: &Section<'_>,
    sources: &Sources,
    listed: BTreeMap<String, String>,
) -> Option<Settings> {
    let way = section.choice("inbound", &WAYS).unwrap_or(Way::Off);
    let application = section.parse("application", |text| id(text, "an application"));
    let token = secret::read(section, ["token", "token_env", "token_file"], sources);
    let public_key = section.parse("public_key", public_key);
    let api = section.parse("api", |text| slack::api(text, USUAL_API));
    let timeout = section.parse("timeout", span).and_then(|span| span.to_std().ok());
    let commands = section.choice("commands", &REGISTRATIONS).unwrap_or_default();
    let recheck = section.parse("recheck", span).unwrap_or(USUAL_RECHECK);
    let mut seen = BTreeMap::new();
    let guilds = section.sections("guilds", |section| guild(section, &mut seen));
    if way == Way::Off {
        return None;
    }
    let right = "Name the variable that holds the bot's token; docs/discord.md tells where Discord shows it.";
    let token = section.require("token_env", token, right).unwrap_or_default();
    if token.expose_secret().starts_with("Bot ") {
        let wrong = "This begins with “Bot ”, which is no part of the token.";
        section.fault("token_env", Wrong::new(wrong, right));
    }
    let right = "Write the application's id, which Discord shows under General Information.";
    let application = section.require("application", application, right).unwrap_or_default();
    let inbound = if way == Way::Http {
        let right = "Write the application's public key, which Discord shows under General Information.";
        Inbound::Http { public_key: section.require("public_key", public_key, right).unwrap_or_default() }
    } else {
        Inbound::Gateway
    };
    if !section.has("guilds") {
        let right = "Add a [[discord.guilds]] section for each server that has the app.";
        section.fault("guilds", Wrong::new("No guild is named, so nobody could be told anything.", right));
    }
    Some(Settings {
        inbound,
        api: api.unwrap_or_else(|| USUAL_API.to_owned()),
        timeout: timeout.unwrap_or(USUAL_TIMEOUT),
        application,
        token,
        commands,
        recheck,
        listed,
        guilds: guilds.into_iter().flatten().collect(),
    })
}

fn guild(section: &Section<'_>, seen: &mut BTreeMap<String, Place>) -> Option<DiscordGuild> {
    let id = section.parse("id", |text| self::id(text, "a server"));
    let id = section.require("id", id, "Write the server's id: right-click it in Discord, Copy Server ID.");
    let approvers = section.parse("approvers", |text| self::id(text, "a channel"));
    let mention = section.parse("mention", |text| self::id(text, "a role"));
    let threads = section.switch("threads").unwrap_or(true);
    let roles = rights(section);
    let id = id?;
    if let Some(first) = seen.insert(id.clone(), section.place_of("id")) {
        let wrong = format!("The server {id} was named before, at {first}.");
        section.fault("id", Wrong::new(wrong, "Keep one of them."));
    }
    Some(DiscordGuild { id, approvers, mention, threads, roles })
}

/// What Discord's roles give: by the lists for each role of ours, and by `[[discord.guilds.groups]]`.
fn rights(section: &Section<'_>) -> BTreeMap<String, Rights> {
    let mut roles: BTreeMap<String, Rights> = BTreeMap::new();
    for (key, role) in ROLES {
        let ids = section.each(key, |text| self::id(text, "a role")).unwrap_or_default();
        for Kept { value, place } in ids {
            let given = roles.entry(value.clone()).or_default();
            if !given.roles.is_empty() && !given.roles.contains(&role) {
                let wrong = format!("The role {value} is listed for something else already.");
                section.fault_at(&place, key, Wrong::new(wrong, "Keep it in one list."));
            }
            given.roles.insert(role);
        }
    }
    section.sections("groups", |section| {
        let id = section.parse("id", |text| self::id(text, "a role"));
        let id = section.require("id", id, "Write Discord's id of the role: right-click it, Copy Role ID.");
        let given = people::rights(section);
        if let Some(id) = id {
            roles.entry(id).or_default().extend(&given);
        }
    });
    roles
}

/// Discord's ids: numbers of 17 to 20 digits.
pub(super) fn id(text: &str, what: &str) -> Result<String, Wrong> {
    let fits = (15..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if fits {
        return Ok(text.to_owned());
    }
    let right = "Write Discord's id of it in quotes, such as `\"80351110224678912\"`: turn on Developer Mode in \
                 Discord's settings, right-click, Copy ID.";
    Err(Wrong::new(format!("“{text}” is not the id of {what}."), right))
}

/// The public key: 64 hexadecimal digits.
fn public_key(text: &str) -> Result<[u8; 32], Wrong> {
    let wrong = || {
        let right = "Copy all 64 hexadecimal digits of the public key.";
        Wrong::new(format!("“{text}” is no public key of Discord's."), right)
    };
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return Err(wrong());
    }
    let mut key = [0; 32];
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        let value = |digit: u8| char::from(digit).to_digit(16).ok_or_else(wrong);
        *byte = u8::try_from(value(pair[0])? * 16 + value(pair[1])?).map_err(|_| wrong())?;
    }
    Ok(key)
}
