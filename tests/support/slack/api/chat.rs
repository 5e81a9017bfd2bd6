//! `chat.postMessage`, `chat.postEphemeral` and `chat.update`.

use serde_json::{Value, json};
use sublet::domain::Instant;

use super::{
    super::{
        blocks::{self, Surface},
        people::{Channel, Kind},
        state::{Content, Message, State},
    },
    Arguments, Fault, Outcome, people,
    read::needs,
};

/// The most characters of a message's text.
const MOST_TEXT: usize = 40_000;

pub(super) fn post(state: &mut State, team: &str, arguments: &Arguments, now: Instant) -> Outcome {
    needs(state, team, "chat:write")?;
    let channel = writable(state, team, arguments)?;
    let content = content(state, arguments)?;
    pace(state, &channel.id, now)?;
    let message = message(team, &channel.id, None, content);
    let ts = state.post(message, now);
    let said = state.message(&channel.id, &ts).map(|message| shown(message, team));
    Ok(json!({ "ok": true, "channel": channel.id, "ts": ts, "message": said }))
}

pub(super) fn post_ephemeral(state: &mut State, team: &str, arguments: &Arguments, now: Instant) -> Outcome {
    needs(state, team, "chat:write")?;
    let channel = writable(state, team, arguments)?;
    let user = arguments.text("user").unwrap_or_default();
    match state.directory.users.get(&user).filter(|user| user.kind != Kind::Deleted) {
        None => return Err(Fault::new("user_not_found")),
        Some(_) if !channel.members.contains(&user) => return Err(Fault::new("user_not_in_channel")),
        Some(_) => {}
    }
    let content = content(state, arguments)?;
    pace(state, &channel.id, now)?;
    let ts = state.post(message(team, &channel.id, Some(user), content), now);
    Ok(json!({ "ok": true, "message_ts": ts }))
}

pub(super) fn update(state: &mut State, team: &str, arguments: &Arguments) -> Outcome {
    needs(state, team, "chat:write")?;
    let channel = writable(state, team, arguments)?;
    let content = content(state, arguments)?;
    let ts = arguments.text("ts").unwrap_or_default();
    let message = state.message(&channel.id, &ts).filter(|message| !message.deleted);
    let message = message.ok_or_else(|| Fault::new("message_not_found"))?;
    // What only one person sees cannot be rewritten by its timestamp.
    if message.only_for.is_some() {
        return Err(Fault::new("cant_update_message"));
    }
    let text = content.text.clone();
    message.versions.push(content);
    Ok(json!({ "ok": true, "channel": channel.id, "ts": ts, "text": text, "message": shown(message, team) }))
}

/// The channel that is named, if the app may write in it.
fn writable(state: &mut State, team: &str, arguments: &Arguments) -> Result<Channel, Fault> {
    let named = arguments.text("channel").unwrap_or_default();
    let id = if named.starts_with('U') { people::direct(state, team, &named)? } else { named };
    let known = state.directory.channels.get(&id).filter(|channel| channel.team == team);
    let channel = known.ok_or_else(|| Fault::new("channel_not_found"))?;
    if channel.archived {
        return Err(Fault::new("is_archived"));
    }
    if channel.direct {
        // Whoever left cannot be written to any more.
        if state.user(&channel.name).kind == Kind::Deleted {
            return Err(Fault::new("channel_not_found"));
        }
    } else if !channel.members.contains(&state.team(team).bot) {
        return Err(Fault::new("not_in_channel"));
    }
    Ok(channel.clone())
}

/// What the message is to say, if Slack takes it.
pub(in super::super) fn content(state: &mut State, arguments: &Arguments) -> Result<Content, Fault> {
    let text = arguments.text("text").unwrap_or_default();
    let blocks = arguments.value("blocks").as_array().cloned().unwrap_or_default();
    if text.is_empty() && blocks.is_empty() {
        return Err(Fault::new("no_text"));
    }
    if text.chars().count() > MOST_TEXT {
        return Err(Fault::new("msg_too_long"));
    }
    let faults = blocks::check(&blocks, Surface::Message);
    if !faults.is_empty() {
        let more = json!({ "errors": faults, "response_metadata": { "messages": faults } });
        return Err(Fault::with("invalid_blocks", more));
    }
    Ok(Content { text, blocks: blocks::with_ids(state, blocks) })
}

fn pace(state: &mut State, channel: &str, now: Instant) -> Result<(), Fault> {
    let Err(wait) = state.troubles.may_post(channel, now) else { return Ok(()) };
    state.violations.push(format!("more than a message a second in {channel}"));
    Err(Fault::with("ratelimited", json!({ "retry_after": wait })))
}

pub(in super::super) fn message(
    team: &str,
    channel: &str,
    only_for: Option<String>,
    content: Content,
) -> Message {
    Message {
        team: team.to_owned(),
        channel: channel.to_owned(),
        ts: String::new(),
        only_for,
        versions: vec![content],
        read: 0,
        deleted: false,
        by: None,
    }
}

/// A message as Slack gives it back.
pub(in super::super) fn shown(message: &Message, team: &str) -> Value {
    let (bot, now) = (format!("B{}", &team[1..]), message.now());
    json!({
        "type": "message", "user": format!("UBOT{}", &team[1..]), "bot_id": bot,
        "app_id": super::super::APP, "team": team, "ts": message.ts, "text": now.text, "blocks": now.blocks,
    })
}
