//! Whatever Discord sends comes through serenity with all that we read of it.

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use serenity::model::application::Interaction;

use crate::chat::discord::{gateway::events, inbound::came::Came};

fn user(id: &str) -> Value {
    json!({"id": id, "username": "kim", "global_name": "Kim", "discriminator": "0", "avatar": null, "bot": false,
        "public_flags": 0, "flags": 0, "avatar_decoration_data": null, "collectibles": null, "clan": null,
        "primary_guild": null, "banner": null, "banner_color": null, "accent_color": null, "system": false})
}

fn member() -> Value {
    json!({"user": user("31"), "nick": "Kimi", "roles": ["71", "72"], "pending": true, "avatar": null,
        "banner": null, "bio": "", "communication_disabled_until": null, "deaf": false, "mute": false, "flags": 0,
        "joined_at": "2026-01-01T00:00:00.000000+00:00", "permissions": "562949953421311",
        "premium_since": null, "unusual_dm_activity_until": null})
}

fn interaction(kind: u8, id: &str, data: Value) -> Value {
    let channel = json!({"id": "41", "type": 0, "guild_id": "51", "name": "ops", "permissions": "2222085186637376",
        "parent_id": null, "position": 3, "topic": null, "nsfw": false, "flags": 0, "last_message_id": "92",
        "rate_limit_per_user": 0, "icon_emoji": {"id": null, "name": "👋"}, "theme_color": null});
    json!({"id": id, "type": kind, "token": "aW50ZXJhY3Rpb24", "version": 1, "application_id": "9",
        "guild_id": "51", "guild": {"id": "51", "locale": "en-US", "features": []}, "guild_locale": "en-US",
        "channel_id": "41", "channel": channel, "member": member(), "locale": "de", "entitlements": [],
        "entitlement_sku_ids": [], "app_permissions": "2222085186637376", "context": 0,
        "authorizing_integration_owners": {"0": "51"}, "attachment_size_limit": 10485760, "data": data})
}

/// The same in a direct conversation.
fn direct(mut interaction: Value) -> Value {
    let fields = interaction.as_object_mut().expect("an object");
    for gone in ["guild_id", "guild", "guild_locale", "member"] {
        fields.remove(gone);
    }
    fields.insert("user".to_owned(), user("31"));
    fields.insert("context".to_owned(), json!(1));
    fields.insert(
        "channel".to_owned(),
        json!({"id": "41", "type": 1, "last_message_id": "92", "flags": 0,
        "recipients": [user("31")]}),
    );
    interaction
}

/// A slash command.
pub(super) fn command(id: &str) -> Value {
    let options = json!([
        {"name": "template", "type": 3, "value": "web"}, {"name": "count", "type": 4, "value": 2},
        {"name": "share", "type": 10, "value": 0.5}, {"name": "keep", "type": 5, "value": true},
        {"name": "to", "type": 6, "value": "33"},
    ]);
    interaction(
        2,
        id,
        json!({"id": "61", "name": "env", "type": 1, "guild_id": "51",
        "resolved": {"users": {"33": user("33")}},
        "options": [{"name": "request", "type": 1, "options": options}]}),
    )
}

fn autocomplete() -> Value {
    let options = json!([
        {"name": "template", "type": 3, "value": "we", "focused": true},
        {"name": "for", "type": 3, "value": "3d"},
    ]);
    interaction(
        4,
        "1",
        json!({"id": "61", "name": "env", "type": 1,
        "options": [{"name": "keys", "type": 2, "options": [{"name": "add", "type": 1, "options": options}]}]}),
    )
}

fn rows() -> Value {
    let choices = json!([{"label": "Why", "value": "2|why x", "description": null, "default": false}]);
    json!([
        {"type": 1, "id": 1, "components": [
            {"type": 2, "id": 2, "style": 3, "custom_id": "0|approve x", "label": "Approve", "disabled": false},
            {"type": 2, "id": 3, "style": 5, "url": "https://example.org/", "label": "Open"},
        ]},
        {"type": 1, "id": 4, "components": [
            {"type": 3, "id": 5, "custom_id": "more", "placeholder": "More…", "min_values": 1, "max_values": 1,
                "options": choices, "disabled": false},
        ]},
    ])
}

fn message() -> Value {
    let embed = json!({"type": "rich", "title": "web", "description": "…", "color": 5763719,
        "content_scan_version": 0, "fields": [{"name": "For", "value": "3 days", "inline": true}]});
    json!({"id": "92", "type": 0, "channel_id": "41", "author": user("9"), "content": "", "embeds": [embed],
        "attachments": [], "mentions": [], "mention_roles": [], "mention_everyone": false, "pinned": false,
        "tts": false, "timestamp": "2026-01-01T00:00:00.000000+00:00", "edited_timestamp": null, "flags": 64,
        "components": rows(), "webhook_id": "9", "application_id": "9"})
}

fn press(data: Value) -> Value {
    let mut press = interaction(3, "1", data);
    press["message"] = message();
    press
}

fn modal(from_a_message: bool) -> Value {
    let text = |name: &str, value: &str| json!({"type": 1, "id": 1, "components": [{"type": 4, "id": 2, "custom_id": name, "value": value}]});
    let rows = [text("reason", "because\nof “this”"), text("for", "")];
    let mut modal = interaction(5, "1", json!({"custom_id": "f|abc|0", "components": rows}));
    if from_a_message {
        modal["message"] = message();
    }
    modal
}

/// Everything that is read of it anywhere.
fn read(json: &Value) -> Value {
    let came = Came::read(json.clone()).expect("an interaction");
    let member = came.member.as_ref();
    let user = came.user().expect("an account");
    let typed = came.typed();
    let filled: Vec<&Value> =
        came.filled().as_array().into_iter().flatten().map(|row| &row["components"][0]).collect();
    let filled: Vec<_> = filled.iter().map(|field| (&field["custom_id"], &field["value"])).collect();
    let labels = ["0|approve x", "2|why x"].map(|id| came.label(id));
    json!({
        "id": came.id(),
        "kind": format!("{:?}", came.kind),
        "token": came.handle().token.expose_secret(),
        "guild": came.guild_id,
        "member": member.map(|member| (&member.nick, &member.roles, member.pending)),
        "user": (&user.id, &user.username, &user.global_name, user.bot, user.system),
        "custom_id": came.custom_id(),
        "chosen": came.chosen(),
        "typed": typed.map(|typed| (typed.path, typed.options, typed.focused)),
        "filled": filled,
        "labels": labels,
    })
}

#[test]
fn every_kind_of_interaction_comes_through_whole() {
    let button = json!({"id": 2, "component_type": 2, "custom_id": "0|approve x"});
    let menu = json!({"id": 5, "component_type": 3, "custom_id": "more", "values": ["2|why x"]});
    let samples = [command("1"), autocomplete(), press(button), press(menu), modal(false), modal(true)];
    for sample in samples.iter().cloned().chain(samples.iter().cloned().map(direct)) {
        let interaction: Interaction = serde_json::from_value(sample.clone()).expect("serenity reads it");
        let came = events::json(&interaction).expect("written");
        assert_eq!(read(&came), read(&sample));
    }
    let pressed = read(&samples[2]);
    assert_eq!(pressed["labels"], json!(["Approve", "Why"]), "the samples hold what is compared");
}
