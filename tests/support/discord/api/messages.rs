//! Messages of channels, and the threads below them.

use chrono::TimeDelta;
use serde_json::{Map, Value, json};
use sublet::domain::Instant;

use super::{
    super::{
        APPLICATION, BOT, check,
        people::{Channel, May},
        state::{Content, Message, State},
    },
    Fault, Outcome, Request, people,
};

/// How long a nonce is remembered: "the past few minutes", says Discord.
const REMEMBERED: TimeDelta = TimeDelta::minutes(5);
/// `SUPPRESS_EMBEDS` and `SUPPRESS_NOTIFICATIONS`.
const FLAGS: u64 = 4 | 4096;

pub(super) fn post(state: &mut State, request: &Request) -> Outcome {
    let channel = reach(state, request.name("channel"))?;
    if !channel.may.send || channel.below.is_some() && !channel.may.thread {
        return Err(Fault::new(50_013));
    }
    if let Some(user) = &channel.recipient {
        writable(state, user)?;
    }
    let content = content(state, &request.body, &Content::default(), FLAGS)?;
    let nonce = nonce(&request.body);
    if let Some(known) = nonce.as_ref().filter(|_| request.body["enforce_nonce"] == true)
        && let Some(first) = posted(state, known, request.now)
    {
        if first.channel != channel.id {
            state.violations.push(format!("the nonce {known} was used in two channels"));
        }
        return Ok((200, shown(state, &first)));
    }
    let mut message = Message::new(channel.guild.clone(), &channel.id, content);
    message.nonce = nonce;
    let id = state.post(message, request.now);
    let message = state.message(&id).expect("it was just posted").clone();
    Ok((200, shown(state, &message)))
}

fn nonce(body: &Value) -> Option<String> {
    match &body["nonce"] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The message that the bot posted with that nonce a little while ago.
fn posted(state: &State, nonce: &str, now: Instant) -> Option<Message> {
    let mut known = state.messages.iter().filter(|message| message.nonce.as_deref() == Some(nonce));
    known.find(|message| now - message.at <= REMEMBERED).cloned()
}

/// The channel, if the bot can see it.
fn reach(state: &State, id: &str) -> Result<Channel, Fault> {
    let channel = state.directory.channels.get(id).ok_or_else(|| Fault::new(10_003))?;
    let guild = channel.guild.as_ref().and_then(|guild| state.directory.guilds.get(guild));
    if !channel.may.see || guild.is_some_and(|guild| !guild.installed) {
        return Err(Fault::new(50_001));
    }
    Ok(channel.clone())
}

/// Whether the bot may write to somebody.
fn writable(state: &State, user: &str) -> Result<(), Fault> {
    let account = state.directory.users.get(user).ok_or_else(|| Fault::new(50_007))?;
    let open = !account.bot && !account.closed && state.directory.shares_a_guild(user);
    if open { Ok(()) } else { Err(Fault::new(50_007)) }
}

pub(super) fn get(state: &mut State, request: &Request) -> Outcome {
    reach(state, request.name("channel"))?;
    let message = own(state, request)?;
    Ok((200, shown(state, &message)))
}

/// The message of the path, in its channel; what only one person sees is none.
fn own(state: &mut State, request: &Request) -> Result<Message, Fault> {
    let channel = request.name("channel");
    let found = state.message(request.name("message")).filter(|message| message.channel == channel);
    let found = found.filter(|message| message.only_for.is_none()).cloned();
    found.ok_or_else(|| Fault::new(10_008))
}

pub(super) fn edit(state: &mut State, request: &Request) -> Outcome {
    reach(state, request.name("channel"))?;
    let known = own(state, request)?;
    if known.author != BOT {
        return Err(Fault::new(50_005));
    }
    let content = content(state, &request.body, known.now(), FLAGS)?;
    let message = state.message(&known.id).expect("it is there");
    message.versions.push(content);
    let message = message.clone();
    Ok((200, shown(state, &message)))
}

pub(super) fn start_thread(state: &mut State, request: &Request) -> Outcome {
    let channel = reach(state, request.name("channel"))?;
    let message = own(state, request)?;
    if !channel.may.thread {
        return Err(Fault::new(50_013));
    }
    let name = request.body["name"].as_str().unwrap_or_default();
    if !(1..=100).contains(&name.chars().count()) {
        return Err(Fault::at("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length."));
    }
    if channel.below.is_some() || channel.recipient.is_some() {
        return Err(Fault::at("type", "BASE_TYPE_CHOICES", "There are no threads here"));
    }
    if message.thread.is_some() {
        return Err(Fault::new(160_004));
    }
    // A thread has the id of the message with which it begins.
    let thread = Channel {
        id: message.id.clone(),
        guild: channel.guild.clone(),
        name: name.to_owned(),
        recipient: None,
        below: Some((channel.id.clone(), message.id.clone())),
        may: May { send: channel.may.thread, ..channel.may },
    };
    let json = people::channel(state, &thread);
    state.message(&message.id).expect("it is there").thread = Some(thread.id.clone());
    state.directory.channels.insert(thread.id.clone(), thread);
    Ok((201, json))
}

/// What a message is to say, if Discord takes it. What the body does not name stays as it was.
pub(in super::super) fn content(
    state: &mut State,
    body: &Value,
    before: &Content,
    flags: u64,
) -> Result<Content, Fault> {
    let check = check::message::check(body, flags);
    state.violations.extend(check.strange.iter().cloned());
    if !check.is_fine() {
        return Err(Fault::of(&check));
    }
    let list = |key: &str, before: &[Value]| match body.get(key) {
        Some(value) => value.as_array().cloned().unwrap_or_default(),
        None => before.to_vec(),
    };
    let text = match body.get("content") {
        Some(value) => value.as_str().unwrap_or_default().to_owned(),
        None => before.text.clone(),
    };
    let embeds = list("embeds", &before.embeds);
    let components = list("components", &before.components);
    if text.trim().is_empty() && embeds.is_empty() && components.is_empty() {
        return Err(Fault::new(50_006));
    }
    let calls = pinged(&text, &body["allowed_mentions"]);
    Ok(Content { text, embeds, components, calls })
}

/// Whom a text calls, as far as it is allowed to.
pub(in super::super) fn pinged(text: &str, allowed: &Value) -> Vec<String> {
    let may = |kind: &str, id: &str| {
        let has = |key: &str, word: &str| {
            allowed[key].as_array().is_some_and(|all| all.iter().any(|one| one == word))
        };
        allowed.is_null() || has("parse", kind) || has(kind, id)
    };
    let mut calls = Vec::new();
    for part in text.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|part| part.0) {
        let (kind, id) = match part.strip_prefix("@&") {
            Some(id) => ("roles", id),
            None => ("users", part.strip_prefix('@').unwrap_or_default().trim_start_matches('!')),
        };
        if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) && may(kind, id) {
            calls.push(id.to_owned());
        }
    }
    if (text.contains("@everyone") || text.contains("@here")) && may("everyone", "") {
        calls.push("everyone".to_owned());
    }
    calls
}

/// A message as Discord gives it back.
pub(in super::super) fn shown(state: &State, message: &Message) -> Value {
    let now = message.now();
    let flags = u64::from(message.only_for.is_some()) * 64 + u64::from(message.thinking) * 128;
    let edited = (message.versions.len() > 1).then(|| message.at.to_rfc3339());
    let roles: Vec<&String> = now.calls.iter().filter(|id| is_role(state, message, id)).collect();
    let mut shown = json!({
        "id": message.id, "channel_id": message.channel, "author": people::account(state.user(&message.author)),
        "content": now.text, "timestamp": message.at.to_rfc3339(), "edited_timestamp": edited, "tts": false,
        "mention_everyone": false, "mentions": [], "mention_roles": roles, "attachments": [],
        "embeds": now.embeds.iter().map(kept).collect::<Vec<_>>(), "pinned": false, "type": 0, "flags": flags,
        "components": numbered(&now.components), "application_id": APPLICATION,
    });
    if let Some(nonce) = &message.nonce {
        shown["nonce"] = json!(nonce);
    }
    if message.by.is_some() {
        shown["webhook_id"] = json!(APPLICATION);
    }
    shown
}

fn is_role(state: &State, message: &Message, id: &str) -> bool {
    let guild = message.guild.as_ref().and_then(|guild| state.directory.guilds.get(guild));
    guild.is_some_and(|guild| guild.roles.contains_key(id))
}

/// An embed as Discord keeps it.
fn kept(embed: &Value) -> Value {
    let mut kept = embed.as_object().cloned().unwrap_or_default();
    kept.entry("type").or_insert_with(|| json!("rich"));
    for field in kept.get_mut("fields").and_then(Value::as_array_mut).into_iter().flatten() {
        if field.get("inline").is_none() {
            field["inline"] = json!(false);
        }
    }
    Value::Object(kept)
}

/// Discord gives each component a number.
fn numbered(rows: &[Value]) -> Vec<Value> {
    let mut number = 0;
    let mut with = |value: &Value| {
        number += 1;
        let mut map: Map<String, Value> = value.as_object().cloned().unwrap_or_default();
        map.entry("id").or_insert(json!(number));
        Value::Object(map)
    };
    let row = |row: &Value| {
        let mut shown = with(row);
        let parts = row["components"].as_array().cloned().unwrap_or_default();
        shown["components"] = parts.iter().map(&mut with).collect();
        shown
    };
    rows.iter().map(row).collect()
}
