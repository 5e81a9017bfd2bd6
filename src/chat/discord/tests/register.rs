//! Registration of the commands, and when it is left alone.

use serde_json::{Value, json};

use super::{APP, Api, FIRST, SECOND, Stage, settings};
use crate::chat::discord::{register::Register, settings::Registration};

fn wanted() -> Value {
    json!([{
        "name": "env", "type": 1, "description": "Environments", "contexts": [0, 1],
        "options": [{
            "name": "request", "type": 1, "description": "Asks for one",
            "options": [
                { "name": "template", "type": 3, "description": "Which", "required": true, "autocomplete": true },
                { "name": "for", "type": 3, "description": "How long", "required": false, "choices": [] }
            ]
        }]
    }])
}

/// The same as Discord has it: with ids and empty parts, without what is not so.
fn known() -> Value {
    json!([{
        "id": "1", "application_id": APP, "version": "2", "name": "env", "type": 1, "name_localizations": null,
        "description": "Environments", "contexts": [1, 0], "nsfw": false, "dm_permission": true,
        "options": [{
            "name": "request", "type": 1, "description": "Asks for one",
            "options": [
                { "name": "template", "type": 3, "description": "Which", "required": true, "autocomplete": true },
                { "name": "for", "type": 3, "description": "How long" }
            ]
        }]
    }])
}

/// What is known, with one thing that is not as we want it.
fn changed(path: &str, to: Value) -> Value {
    let mut known = known();
    *known.pointer_mut(path).expect("a place") = to;
    known
}

fn register(stage: &Stage) -> Register {
    Register::new(stage.client.clone(), &stage.settings, &wanted())
}

fn get() -> String {
    format!("GET /applications/{APP}/commands")
}

fn put() -> String {
    format!("PUT /applications/{APP}/commands")
}

async fn with(registration: Registration) -> Stage {
    let api = Api::start().await;
    let settings = crate::chat::discord::settings::Settings { commands: registration, ..settings(&api.url) };
    Stage::of(api, settings).await
}

#[tokio::test]
async fn what_is_there_as_it_should_be_is_left_alone() {
    let stage = Stage::open().await;
    stage.api.says(&get(), &known());
    let mut register = register(&stage);
    register.look().await;
    assert!(register.is_done());
    assert_eq!(stage.api.routes(), [get()]);
}

#[tokio::test]
async fn whatever_differs_is_written() {
    let stage = Stage::open().await;
    let option = "/0/options/0/options/1";
    let mut more = known().as_array().expect("a list").clone();
    more.push(json!({ "name": "old", "type": 1, "description": "No more" }));
    let stale = [
        json!([]),
        Value::Array(more),
        changed("/0/name", json!("envs")),
        changed("/0/description", json!("Other")),
        changed("/0/contexts", json!([0])),
        changed("/0/options", json!([])),
        changed(option, json!({ "name": "for", "type": 4, "description": "How long" })),
        changed(option, json!({ "name": "for", "type": 3, "description": "How long", "required": true })),
        changed("/0/options/0/options/0/autocomplete", json!(false)),
        changed(
            option,
            json!({
                "name": "for", "type": 3, "description": "How long", "choices": [{ "name": "a", "value": "a" }]
            }),
        ),
        changed(
            "/0/options/0/options/0",
            json!({
                "name": "template", "type": 3, "description": "Which", "required": true, "autocomplete": true,
                "choices": [{ "name": "left", "value": "over" }]
            }),
        ),
    ];
    for known in stale {
        stage.api.says(&get(), &known);
        let mut register = register(&stage);
        register.look().await;
        let heard = stage.api.heard();
        let routes: Vec<&str> = heard.iter().map(|call| call.route.as_str()).collect();
        assert_eq!(routes, [get(), put()], "{known}");
        assert_eq!(heard[1].body, wanted());
    }
}

#[tokio::test]
async fn guilds_are_registered_one_by_one_and_nothing_when_it_is_off() {
    let stage = with(Registration::Guild).await;
    let at = |verb: &str, guild: &str| format!("{verb} /applications/{APP}/guilds/{guild}/commands");
    stage.api.refuses(&at("GET", FIRST), 403, 50_001);
    let mut here = known();
    for place in ["contexts", "integration_types"] {
        here[0].as_object_mut().expect("a command").remove(place);
    }
    stage.api.says(&at("GET", SECOND), &here);
    let mut first = register(&stage);
    first.look().await;
    assert!(!first.is_done(), "the app is not in one of them yet");
    assert_eq!(stage.api.routes(), [at("GET", FIRST), at("GET", SECOND)]);
    first.look().await;
    assert!(first.is_done());
    assert_eq!(stage.api.routes(), [at("GET", FIRST), at("PUT", FIRST)]);
    let off = with(Registration::Off).await;
    assert!(register(&off).is_done());
}

#[tokio::test]
async fn discord_may_be_away_and_a_defect_of_ours_is_not_repeated() {
    let stage = Stage::open().await;
    stage.api.replies(&get(), Some((503, Vec::new(), String::new())));
    let mut register = register(&stage);
    let soon = register.look().await;
    assert!(!register.is_done());
    stage.api.refuses(&put(), 400, 50_035);
    assert_eq!(register.look().await, soon);
    assert!(register.is_done(), "it was told as a fault");
    assert_eq!(stage.api.routes(), [get(), get(), put()]);
}
