//! What a session is told at its beginning: itself, and the guilds it is in.

use serde_json::{Value, json};
use sublet::domain::Instant;

use super::super::{APPLICATION, BOT, api, people::May, state::State};

/// `READY`.
pub(in super::super) fn ready(
    state: &State,
    id: &str,
    shard: (u64, u64),
    guilds: &[String],
    gateway: &str,
) -> Value {
    let mut bot = api::account(state.user(BOT));
    bot["verified"] = json!(true);
    bot["email"] = Value::Null;
    bot["mfa_enabled"] = json!(false);
    let away = guilds.iter().map(|id| json!({ "id": id, "unavailable": true })).collect::<Vec<_>>();
    json!({
        "v": 10, "user": bot, "user_settings": {}, "session_type": "normal", "session_id": id,
        "resume_gateway_url": gateway, "relationships": [], "private_channels": [], "presences": [],
        "guilds": away, "guild_join_requests": [], "geo_ordered_rtc_regions": [], "shard": [shard.0, shard.1],
        "application": { "id": APPLICATION, "flags": 0 }, "_trace": [], "auth": {},
    })
}

/// `GUILD_CREATE`.
pub(in super::super) fn guild(state: &State, id: &str, now: Instant) -> Value {
    let guild = &state.directory.guilds[id];
    let role = |(position, (id, name)): (usize, (&String, &String))| {
        json!({
            "id": id, "name": name, "color": 0, "colors": { "primary_color": 0, "secondary_color": null,
            "tertiary_color": null }, "hoist": false, "icon": null, "unicode_emoji": null, "position": position,
            "permissions": May::ALL.bits(), "managed": false, "mentionable": true, "flags": 0, "tags": {},
        })
    };
    let everyone = (guild.id.clone(), "@everyone".to_owned());
    let everyone = std::iter::once((&everyone.0, &everyone.1));
    let roles: Vec<Value> = everyone.chain(&guild.roles).enumerate().map(role).collect();
    let here = state.directory.channels.values().filter(|channel| channel.guild.as_deref() == Some(id));
    let (threads, channels): (Vec<_>, Vec<_>) = here.partition(|channel| channel.below.is_some());
    let show = |all: Vec<&super::super::people::Channel>| -> Vec<Value> {
        all.into_iter().map(|channel| api::channel(state, channel)).collect()
    };
    let bot = api::describe(state.user(BOT), &guild.members[BOT]);
    let count = guild.members.values().filter(|member| !member.left).count();
    let mut whole = json!({
        "id": guild.id, "name": guild.name, "icon": null, "icon_hash": null, "splash": null,
        "discovery_splash": null, "owner_id": BOT, "afk_channel_id": null, "afk_timeout": 300,
        "widget_enabled": false, "widget_channel_id": null, "verification_level": 0,
        "default_message_notifications": 1, "explicit_content_filter": 0, "roles": roles, "emojis": [],
        "features": [], "mfa_level": 0, "application_id": null, "system_channel_id": null,
        "system_channel_flags": 0, "rules_channel_id": null, "max_presences": null, "max_members": 500_000,
    });
    let more = json!({
        "vanity_url_code": null, "description": null, "banner": null, "premium_tier": 0,
        "premium_subscription_count": 0, "preferred_locale": "en-US", "public_updates_channel_id": null,
        "max_video_channel_users": 25, "max_stage_video_channel_users": 50, "nsfw_level": 0, "nsfw": false,
        "stickers": [], "premium_progress_bar_enabled": false, "safety_alerts_channel_id": null,
        "incidents_data": null, "region": "deprecated", "hub_type": null, "home_header": null,
        "joined_at": now.to_rfc3339(), "large": false, "unavailable": false, "member_count": count,
        "voice_states": [], "members": [bot], "channels": show(channels), "threads": show(threads),
        "presences": [], "stage_instances": [], "guild_scheduled_events": [], "soundboard_sounds": [],
    });
    if let (Value::Object(whole), Value::Object(more)) = (&mut whole, more) {
        whole.extend(more);
    }
    whole
}
