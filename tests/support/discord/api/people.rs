//! Accounts, members, direct messages, the application, and where the gateway is.

use serde_json::{Value, json};

use super::{
    super::{
        APPLICATION, BOT, Discord,
        people::{Channel, Guild, May, Member, User},
        state::State,
    },
    Fault, Outcome, Request,
};

/// An account as Discord shows it.
pub(in super::super) fn account(user: &User) -> Value {
    let name = (!user.bot).then_some(&user.name);
    let mut shown = json!({
        "id": user.id, "username": user.handle, "discriminator": "0", "global_name": name, "avatar": null,
        "avatar_decoration_data": null, "collectibles": null, "clan": null, "primary_guild": null,
        "public_flags": 0, "flags": 0, "banner": null, "accent_color": null,
    });
    if user.bot {
        shown["bot"] = json!(true);
    }
    shown
}

/// A member as Discord shows it.
pub(in super::super) fn describe(user: &User, member: &Member) -> Value {
    json!({
        "user": account(user), "nick": member.nick, "roles": member.roles, "pending": member.pending,
        "joined_at": "2026-01-05T09:00:00.000000+00:00", "premium_since": null, "deaf": false, "mute": false,
        "flags": 0, "avatar": null, "banner": null, "communication_disabled_until": null,
        "unusual_dm_activity_until": null,
    })
}

/// A channel as Discord shows it.
pub(in super::super) fn channel(state: &State, channel: &Channel) -> Value {
    let mut shown = json!({
        "id": channel.id, "type": channel.kind(), "last_message_id": null, "flags": 0,
    });
    if let Some(user) = &channel.recipient {
        shown["recipients"] = json!([account(state.user(user))]);
        return shown;
    }
    let parent = channel.below.as_ref().map(|below| below.0.clone());
    let more = json!({
        "name": channel.name, "guild_id": channel.guild, "parent_id": parent, "position": 0, "topic": null,
        "nsfw": false, "rate_limit_per_user": 0, "permission_overwrites": [], "permissions": channel.may.bits(),
    });
    let (Value::Object(all), Value::Object(more)) = (&mut shown, more) else { return shown };
    all.extend(more);
    if channel.below.is_some() {
        shown["owner_id"] = json!(BOT);
        shown["message_count"] = json!(0);
        shown["member_count"] = json!(1);
        shown["thread_metadata"] = json!({
            "archived": false, "auto_archive_duration": 4320, "locked": false,
            "archive_timestamp": "2026-01-05T09:00:00.000000+00:00",
        });
    }
    shown
}

pub(super) fn member(state: &mut State, request: &Request) -> Outcome {
    let guild: &Guild =
        state.directory.guilds.get(request.name("guild")).ok_or_else(|| Fault::new(10_004))?;
    if !guild.installed {
        return Err(Fault::new(50_001));
    }
    let user = state.directory.users.get(request.name("user")).ok_or_else(|| Fault::new(10_013))?;
    let member = guild.members.get(&user.id).filter(|member| !member.left);
    let member = member.ok_or_else(|| Fault::new(10_007))?;
    Ok((200, describe(user, member)))
}

pub(super) fn open_direct(state: &mut State, request: &Request) -> Outcome {
    let id = request.body["recipient_id"].as_str().unwrap_or_default().to_owned();
    if !state.directory.users.contains_key(&id) {
        return Err(Fault::new(10_013));
    }
    if id == BOT {
        return Err(Fault::new(50_007));
    }
    let opened = direct(state, &id);
    let opened = state.directory.channels[&opened].clone();
    Ok((200, channel(state, &opened)))
}

/// The direct messages of the bot with somebody, opened when they were not yet.
pub(in super::super) fn direct(state: &mut State, user: &str) -> String {
    if let Some(known) = state.directory.direct(user) {
        return known.id.clone();
    }
    let number: u64 = user.parse().expect("an account's id");
    let id = (number + (1 << 62)).to_string();
    let channel = Channel {
        id: id.clone(),
        guild: None,
        name: String::new(),
        recipient: Some(user.to_owned()),
        below: None,
        may: May::ALL,
    };
    state.directory.channels.insert(id.clone(), channel);
    id
}

pub(super) fn application(discord: &Discord) -> Value {
    let key: String = discord.public_key().iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "id": APPLICATION, "name": "Sublet", "icon": null, "description": "", "type": null, "bot_public": false,
        "bot_require_code_grant": false, "verify_key": key, "flags": 0, "hook": true, "team": null,
        "summary": "", "integration_types_config": { "0": {} }, "redirect_uris": [], "tags": [],
        "interactions_endpoint_url": null, "role_connections_verification_url": null,
    })
}

pub(super) fn gateway(state: &State, discord: &Discord) -> Value {
    json!({
        "url": discord.gateway(), "shards": state.gateway.shards,
        "session_start_limit": {
            "total": 1000, "remaining": state.gateway.starts_left, "reset_after": 14_400_000,
            "max_concurrency": state.gateway.at_once,
        },
    })
}
