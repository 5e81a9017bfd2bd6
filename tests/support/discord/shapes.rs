//! Every payload that the stand-in sends is read by serenity's types, which were made from Discord's own.

#![cfg(test)]

use serde_json::{Value, json};
use serenity::all::{Guild, Interaction, Member, Message, Ready};

use super::{
    api, gateway,
    interactions::Kind,
    payload::{Doing, chosen, pressed, sent},
    rules::{CHANNEL, DANA, GUILD, discord},
    state::{self, Content},
};

fn a_message() -> state::Message {
    let row = |parts: Value| json!({ "type": 1, "components": parts });
    let content = Content {
        text: "Go? <@&1500000000000000000>".to_owned(),
        embeds: vec![json!({ "title": "T", "description": "D", "color": 1, "footer": { "text": "F" },
            "fields": [{ "name": "a", "value": "b" }] })],
        components: vec![
            row(json!([{ "type": 2, "style": 4, "label": "Go", "custom_id": "1|/go" }])),
            row(json!([{ "type": 3, "custom_id": "more", "options": [{ "label": "A", "value": "2|/a" }] }])),
        ],
        calls: vec!["1500000000000000000".to_owned()],
    };
    state::Message::new(Some(GUILD.to_owned()), CHANNEL, content)
}

#[tokio::test]
async fn payloads_are_as_discord_makes_them() {
    let (discord, _clock) = discord().await;
    let now = discord.now();
    let all = discord.with(|state| {
        let message = a_message();
        let id = state.post(message, now);
        let message = state.message(&id).expect("it is there").clone();
        let direct = api::direct(state, DANA);
        let command = json!({ "id": "1", "name": "env", "type": 1, "options": [
            { "name": "request", "type": 1, "options": [{ "name": "template", "type": 3, "value": "web" }] },
        ] });
        let partial = json!({ "id": "1", "name": "env", "type": 1, "options": [
            { "name": "request", "type": 1, "options": [
                { "name": "template", "type": 3, "value": "w", "focused": true },
            ] },
        ] });
        let filled = sent("f|abc|all", &[("reason".to_owned(), "why not".to_owned())]);
        let doings = [
            (Kind::Command, CHANNEL, command.clone(), None),
            (Kind::Command, direct.as_str(), command, None),
            (Kind::Autocomplete, CHANNEL, partial, None),
            (Kind::Component, CHANNEL, pressed("1|/go"), Some(&message)),
            (Kind::Component, CHANNEL, chosen("more", "2|/a"), Some(&message)),
            (Kind::Modal, CHANNEL, filled.clone(), Some(&message)),
            (Kind::Modal, CHANNEL, filled, None),
        ];
        doings.map(|(kind, channel, data, message)| {
            let id = state.does(Doing { kind, user: DANA, channel, data, message }, now);
            (kind, state.interactions[&id].payload.clone())
        })
    });
    for (kind, payload) in all {
        let read: Interaction = serde_json::from_value(payload.clone()).unwrap_or_else(|error| {
            panic!("{error}: {payload:#}");
        });
        assert_eq!(u8::from(read.kind()), kind.number());
    }
}

#[tokio::test]
async fn what_the_gateway_and_the_api_tell_is_read() {
    let (discord, _clock) = discord().await;
    let now = discord.now();
    let (ready, guild, message, member) = discord.with(|state| {
        let message = a_message();
        let id = state.post(message, now);
        let message = state.message(&id).expect("it is there").clone();
        let user = state.user(DANA).clone();
        let member = api::describe(&user, &state.directory.guilds[GUILD].members[DANA]);
        (
            gateway::a_ready(state, "s", (0, 1), &[GUILD.to_owned()], "ws://here"),
            gateway::a_guild(state, GUILD, now),
            api::shown(state, &message),
            member,
        )
    });
    serde_json::from_value::<Ready>(ready).expect("READY");
    serde_json::from_value::<Guild>(guild).expect("GUILD_CREATE");
    let message: Message = serde_json::from_value(message).expect("a message");
    assert_eq!((message.components.len(), message.mention_roles.len()), (2, 1));
    let mut member = member;
    member["guild_id"] = json!(GUILD);
    serde_json::from_value::<Member>(member).expect("a member");
}
