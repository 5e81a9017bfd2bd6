//! The registered commands: read, and replaced all at once.

use serde_json::{Value, json};

use super::{
    super::{APPLICATION, check, state::State},
    Fault, Outcome, Request,
};

/// Of which guild; `None` for all. Refused where the application is another's or not there.
fn place(state: &State, request: &Request) -> Result<Option<String>, Fault> {
    if request.name("application") != APPLICATION {
        return Err(Fault::new(20_012));
    }
    let guild = request.name("guild");
    if guild.is_empty() {
        return Ok(None);
    }
    let known = state.directory.guilds.get(guild).is_some_and(|guild| guild.installed);
    if known { Ok(Some(guild.to_owned())) } else { Err(Fault::new(50_001)) }
}

pub(super) fn get(state: &mut State, request: &Request) -> Outcome {
    let place = place(state, request)?;
    Ok((200, state.commands.get(&place).cloned().unwrap_or_default().into()))
}

pub(super) fn put(state: &mut State, request: &Request) -> Outcome {
    let place = place(state, request)?;
    let check = check::commands::check(&request.body);
    state.violations.extend(check.strange.iter().cloned());
    if !check.is_fine() {
        return Err(Fault::of(&check));
    }
    let before = state.commands.remove(&place).unwrap_or_default();
    let mut all = Vec::new();
    for command in request.body.as_array().into_iter().flatten() {
        let known = before.iter().find(|known| known["name"] == command["name"]);
        let id = known.map_or_else(|| json!(state.snowflake(request.now)), |known| known["id"].clone());
        let version = state.snowflake(request.now);
        all.push(kept(command, id, &version, place.as_deref()));
    }
    state.commands.insert(place, all.clone());
    Ok((200, all.into()))
}

/// A command as Discord keeps it: with what was left out, and without what means nothing.
fn kept(command: &Value, id: Value, version: &str, guild: Option<&str>) -> Value {
    let options: Vec<Value> = command["options"].as_array().into_iter().flatten().map(option).collect();
    let or = |key: &str, default: Value| command.get(key).cloned().unwrap_or(default);
    let mut kept = json!({
        "id": id, "application_id": APPLICATION, "version": version, "type": 1, "name": command["name"],
        "name_localizations": null, "description": command["description"], "description_localizations": null,
        "default_member_permissions": or("default_member_permissions", Value::Null),
        "dm_permission": or("dm_permission", json!(true)), "contexts": or("contexts", Value::Null),
        "integration_types": or("integration_types", json!([0])), "nsfw": or("nsfw", json!(false)),
    });
    if !options.is_empty() {
        kept["options"] = options.into();
    }
    if let Some(guild) = guild {
        kept["guild_id"] = json!(guild);
    }
    kept
}

/// An option without its `false`s and empty lists.
fn option(option: &Value) -> Value {
    let mut kept = option.as_object().cloned().unwrap_or_default();
    for key in ["required", "autocomplete"] {
        if kept.get(key) == Some(&json!(false)) {
            kept.remove(key);
        }
    }
    for key in ["options", "choices"] {
        let Some(all) = kept.remove(key) else { continue };
        let all: Vec<Value> = all.as_array().into_iter().flatten().map(self::option).collect();
        if !all.is_empty() {
            kept.insert(key.to_owned(), all.into());
        }
    }
    Value::Object(kept)
}
