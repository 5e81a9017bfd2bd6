//! Everything that Sublet can send to Discord, checked by schemas that others made from Discord's own description of
//! its API (discord-api-spec from npm), and what these do not count.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop where it stands"
)]

mod checks;
#[path = "../../src/chat/render/hostile.rs"]
mod hostile;
#[path = "../support/shown/mod.rs"]
mod shown;
#[path = "../support/mod.rs"]
mod support;

use std::{collections::BTreeSet, sync::LazyLock};

use serde_json::{Value, json};
use sublet::{
    actions::Asked,
    chat::discord::render::{self, Names},
    domain,
    ports::{self, chat::Message},
};

const ROLE: &str = "70351110224678911";
const DRAFT: &str = "0123456789ab";

/// Something that Sublet sends to Discord.
#[derive(Debug, Clone)]
pub struct Body {
    /// What it is, for the one who reads the fault.
    pub name: String,
    /// Discord's name of the operation that takes it.
    pub operation: &'static str,
    /// The thing itself.
    pub body: Value,
}

impl Body {
    fn new(operation: &'static str, name: &str, body: Value) -> Self {
        Self { name: format!("{operation}, {name}"), operation, body }
    }
}

/// Dana has an account in the guild, nobody else has.
fn names() -> Names {
    Names::new([(hostile::handles()[0].clone(), "80351110224678911".to_owned())])
}

/// A message in each of the ways in which it may go out.
fn message(name: &str, message: &Message) -> Vec<Body> {
    let posted = render::message(message, &names(), Some(ROLE));
    let mut created = posted.clone();
    created["nonce"] = json!("0123456789abcdef012345678");
    created["enforce_nonce"] = json!(true);
    let answer = render::answer(message, &names());
    vec![
        Body::new("create_message", name, created),
        Body::new("update_message", name, posted),
        Body::new(
            "create_interaction_response",
            name,
            json!({"type": 4, "data": render::unseen(answer.clone())}),
        ),
        Body::new("update_original_webhook_message", name, answer.clone()),
        Body::new("execute_webhook", name, answer),
    ]
}

/// A form as a modal, as a message, and in all of its parts.
fn form(name: &str, asked: &Asked) -> Vec<Body> {
    let modals = std::iter::once(render::modal(asked, DRAFT));
    let parts = (0..6).map(|part| render::part(asked, DRAFT, part));
    let opened = modals.chain(parts).flatten().map(|data| json!({"type": 9, "data": data}));
    let shown = render::form(asked, DRAFT);
    let private = render::unseen(shown.clone());
    let shown = [json!({"type": 4, "data": private}), json!({"type": 7, "data": shown})];
    let all = opened.chain(shown).map(|body| Body::new("create_interaction_response", name, body));
    all.collect()
}

/// What is neither a card nor a form.
fn others() -> Vec<Body> {
    let answer = |name: &str, body| Body::new("create_interaction_response", name, body);
    let choice = json!({"name": "web-1", "value": "web-1"});
    vec![
        answer(
            "sure",
            json!({"type": 4, "data": render::unseen(render::sure(&"é".repeat(200), &"x".repeat(90)))}),
        ),
        answer("sure, too long", json!({"type": 4, "data": render::sure("Yes", &"x".repeat(200))})),
        answer("pong", json!({"type": 1})),
        answer("wait, for one person", json!({"type": 5, "data": render::unseen(json!({}))})),
        answer("wait, in the same message", json!({"type": 6})),
        answer("choices", json!({"type": 8, "data": {"choices": vec![choice; 25]}})),
        answer("no choices", json!({"type": 8, "data": {"choices": []}})),
        Body::new("create_thread_from_message", "of a request", json!({"name": "web-00001"})),
        Body::new("create_dm", "with somebody", json!({"recipient_id": "80351110224678911"})),
        Body::new("bulk_set_application_commands", "all", commands::render::discord::commands()),
    ]
}

/// All of it, made once.
fn bodies() -> &'static [Body] {
    static BODIES: LazyLock<Vec<Body>> = LazyLock::new(make);
    &BODIES
}

fn make() -> Vec<Body> {
    let mut all = others();
    let messages = shown::cards::all().into_iter().chain(shown::cards::homes());
    all.extend(messages.flat_map(|(name, card)| message(&name, &card)));
    all.extend(shown::forms::all().iter().flat_map(|(name, asked)| form(name, asked)));
    let hostile = shown::always_the_same(hostile::message());
    all.extend(hostile.iter().enumerate().flat_map(|(at, odd)| message(&format!("hostile {at}"), odd)));
    let mut seen = BTreeSet::new();
    all.retain(|one| seen.insert(format!("{}{}", one.operation, one.body)));
    all
}

/// Bodies with a fault each that the schemas see.
fn broken() -> Vec<Body> {
    let button = |label: &str| json!({"type": 2, "style": 1, "label": label, "custom_id": "1|/help"});
    let row =
        |buttons: Vec<Value>| json!({"content": "x", "components": [{"type": 1, "components": buttons}]});
    let post = |name: &str, body| Body { name: name.to_owned(), operation: "create_message", body };
    let option = json!({"type": 3, "name": "x".repeat(33), "description": "x"});
    let command = json!([{"name": "x", "description": "x", "options": [option]}]);
    let modal = json!({"type": 9, "data": {"custom_id": "x", "title": "x", "components": []}});
    let named = |name: &str, operation, body| Body { name: name.to_owned(), operation, body };
    vec![
        post("a label of 81 characters", row(vec![button(&"x".repeat(81))])),
        post("six buttons in a row", row(vec![button("x"); 6])),
        post("a key too many", json!({"content": "x", "colour": "red"})),
        post("a title of 257 characters", json!({"embeds": [{"title": "x".repeat(257)}]})),
        named("an empty modal", "create_interaction_response", modal),
        named("an option of 33 characters", "bulk_set_application_commands", command),
    ]
}

/// Bodies with a fault each that is only counted here.
fn heavy() -> Vec<Body> {
    let post = |name: &str, body| Body { name: name.to_owned(), operation: "create_message", body };
    let embed = || json!({"description": "x".repeat(3_001)});
    let button = json!({"type": 2, "style": 1, "label": "x", "custom_id": "1|/help"});
    let nobody = json!({"parse": []});
    vec![
        post(
            "a content of 2,001 characters",
            json!({"content": "x".repeat(2_001), "allowed_mentions": nobody}),
        ),
        post("embeds of 6,002 characters", json!({"embeds": [embed(), embed()], "allowed_mentions": nobody})),
        post(
            "a custom_id twice",
            json!({"content": "x", "allowed_mentions": nobody, "components": [
                {"type": 1, "components": [button.clone(), button]},
            ]}),
        ),
        post("nothing", json!({"allowed_mentions": nobody})),
        post("mentions", json!({"content": "@everyone"})),
    ]
}

/// Every one of the bodies has a fault.
fn assert_all(bodies: &[Body], found: &[String]) {
    for Body { name, .. } in bodies {
        let fault = format!("{name}: ");
        assert!(found.iter().any(|line| line.starts_with(&fault)), "nothing was found in {name}: {found:?}");
    }
}

#[test]
fn discords_schemas_take_everything() {
    let Some(folder) = support::required("SUBLET_TEST_DISCORD_SPEC") else { return };
    let found = checks::schemas(&folder, bodies());
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
    assert_all(&broken(), &checks::schemas(&folder, &broken()));
}

#[test]
fn what_the_schemas_do_not_count_fits() {
    let found = checks::limits(bodies());
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
    assert_all(&heavy(), &checks::limits(&heavy()));
}
