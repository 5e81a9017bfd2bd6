//! `auth.test`, `users.info` and `conversations.open`.

use serde_json::{Value, json};

use super::{
    super::{
        APP,
        people::{Channel, Kind, User},
        state::State,
    },
    Arguments, Fault, Outcome,
    read::needs,
};

pub(super) fn who(state: &State, team: &str) -> Value {
    let team = state.team(team);
    json!({
        "ok": true,
        "url": format!("https://{}.slack.com/", team.domain),
        "team": team.domain,
        "user": "sublet",
        "team_id": team.id,
        "user_id": team.bot,
        "bot_id": format!("B{}", &team.id[1..]),
        "app_id": APP,
        "is_enterprise_install": false,
    })
}

pub(super) fn info(state: &State, team: &str, arguments: &Arguments) -> Outcome {
    needs(state, team, "users:read")?;
    let id = arguments.form_text("user").unwrap_or_default();
    let known = state.directory.users.get(&id);
    // Strangers can be seen where a channel is shared with them.
    let seen = known.filter(|user| user.team == team || user.kind == Kind::Stranger);
    let user = seen.ok_or_else(|| Fault::new("user_not_found"))?;
    let with_address = needs(state, team, "users:read.email").is_ok();
    Ok(json!({ "ok": true, "user": describe(user, team, with_address) }))
}

fn describe(user: &User, team: &str, with_address: bool) -> Value {
    let offset = 0;
    let mut described = json!({
        "id": user.id, "team_id": user.team, "name": user.handle, "deleted": user.kind == Kind::Deleted,
        "color": "9f69e7", "real_name": user.name, "tz": user.zone.name(), "tz_label": user.zone.name(),
        "tz_offset": offset,
        "profile": {
            "title": "", "phone": "", "skype": "", "real_name": user.name, "real_name_normalized": user.name,
            "display_name": user.handle, "display_name_normalized": user.handle, "fields": null,
            "status_text": "", "status_emoji": "", "avatar_hash": "g1", "team": user.team,
            "image_24": "https://example.org/24.png", "image_48": "https://example.org/48.png",
        },
        "is_admin": false, "is_owner": false, "is_primary_owner": false,
        "is_restricted": user.kind == Kind::Guest, "is_ultra_restricted": false,
        "is_bot": user.kind == Kind::Bot, "is_app_user": false, "updated": 1_700_000_000,
        "is_email_confirmed": true, "who_can_share_contact_card": "EVERYONE",
    });
    if let Some(email) = user.email.as_ref().filter(|_| with_address && user.team == team) {
        described["profile"]["email"] = json!(email);
    }
    if user.kind == Kind::Stranger {
        described["is_stranger"] = json!(true);
    }
    described
}

pub(super) fn open(state: &mut State, team: &str, arguments: &Arguments) -> Outcome {
    needs(state, team, "im:write")?;
    // A string of ids with commas, as documented; many clients send an array, which Slack takes as well.
    let ids = arguments
        .value("users")
        .as_array()
        .map(|ids| ids.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","));
    let id = ids.or_else(|| arguments.text("users")).ok_or_else(|| Fault::new("users_list_not_supplied"))?;
    if id.contains(',') {
        return Err(Fault::with("missing_scope", json!({ "needed": "mpim:write", "provided": "" })));
    }
    let channel = direct(state, team, &id)?;
    let known = json!({ "id": channel });
    Ok(json!({ "ok": true, "no_op": false, "already_open": false, "channel": known }))
}

/// The direct messages of the app with an account, opened when they were not yet.
pub(super) fn direct(state: &mut State, team: &str, id: &str) -> Result<String, Fault> {
    let user = state.directory.users.get(id).filter(|user| user.team == team);
    match user.map(|user| user.kind) {
        None => return Err(Fault::new("user_not_found")),
        Some(Kind::Bot) => return Err(Fault::new("cannot_dm_bot")),
        Some(Kind::Deleted) => return Err(Fault::new("user_disabled")),
        Some(_) => {}
    }
    let channel = format!("D{}", &id[1..]);
    state.directory.channels.entry(channel.clone()).or_insert_with(|| Channel {
        id: channel.clone(),
        team: team.to_owned(),
        name: id.to_owned(),
        members: [id.to_owned()].into(),
        direct: true,
        archived: false,
    });
    Ok(channel)
}
