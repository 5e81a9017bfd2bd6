//! Everything that Sublet can show in Slack, checked by Slack's own libraries: slack_sdk from PyPI counts what is too
//! long and too many, the types of @slack/types and @slack/web-api from npm know every key. Each finds what the other
//! does not.

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
use slack_morphism::prelude::SlackView;
use sublet::{
    actions::Asked,
    chat::slack::render::{self, Names},
    domain,
    ports::{self, chat::Message},
};

/// Something that Sublet sends to Slack.
#[derive(Debug, Clone)]
pub struct Body {
    /// What it is, for the one who reads the fault.
    pub name: String,
    /// What Slack takes it for: `message`, `home`, `modal` or `manifest`.
    pub kind: &'static str,
    /// The thing itself.
    pub body: Value,
}

/// Dana has an account in the workspace, nobody else has.
pub fn names() -> Names {
    Names::new([(hostile::handles()[0].clone(), "U0DANA".to_owned())])
}

fn message(name: &str, message: &Message) -> Body {
    let body = serde_json::to_value(render::message(message, &names(), Some("S0OPS"))).unwrap();
    Body { name: name.to_owned(), kind: "message", body }
}

fn home(name: &str, message: &Message) -> Body {
    let body = serde_json::to_value(SlackView::Home(render::home(message, &names()))).unwrap();
    Body { name: name.to_owned(), kind: "home", body }
}

fn modal(name: String, asked: &Asked) -> Body {
    let body = serde_json::to_value(SlackView::Modal(render::modal(asked, &names()))).unwrap();
    Body { name, kind: "modal", body }
}

fn manifests() -> Vec<Body> {
    let one = |name: &str, url| {
        let body = serde_json::from_str(&commands::render::slack::manifest(url)).unwrap();
        Body { name: name.to_owned(), kind: "manifest", body }
    };
    vec![one("manifest, Socket Mode", None), one("manifest, HTTP", Some("https://sublet.example.org"))]
}

/// All of it, made once.
fn bodies() -> &'static [Body] {
    static BODIES: LazyLock<Vec<Body>> = LazyLock::new(make);
    &BODIES
}

fn make() -> Vec<Body> {
    let mut all = manifests();
    all.extend(shown::cards::all().iter().map(|(name, card)| message(name, card)));
    all.extend(shown::cards::homes().iter().map(|(name, page)| home(name, page)));
    all.extend(shown::forms::all().into_iter().map(|(name, asked)| modal(name, &asked)));
    for (at, odd) in shown::always_the_same(hostile::message()).iter().enumerate() {
        all.push(message(&format!("hostile message {at}"), odd));
        all.push(home(&format!("hostile home {at}"), odd));
    }
    let mut seen = BTreeSet::new();
    all.retain(|one| seen.insert(format!("{}{}", one.kind, one.body)));
    all
}

/// Bodies with a fault that only the one or only the other can see.
fn broken() -> [Body; 2] {
    let with = |name: &str, block: Value| Body {
        name: name.to_owned(),
        kind: "message",
        body: json!({"text": "x", "blocks": [block]}),
    };
    let words = |words: String| json!({"type": "plain_text", "text": words});
    let button = json!({"type": "button", "action_id": "a", "text": words("x".repeat(76))});
    [
        with("a label of 76 characters", json!({"type": "actions", "elements": [button]})),
        with("a key too many", json!({"type": "header", "text": words("x".to_owned()), "colour": "red"})),
    ]
}

#[test]
fn slacks_python_library_takes_everything() {
    let Some(python) = support::required("SUBLET_TEST_SLACK_PYTHON") else { return };
    let found = checks::python(&python, bodies());
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
    let found = checks::python(&python, &broken());
    assert!(found.iter().any(|fault| fault.starts_with("a label of 76 characters: ")), "{found:?}");
}

#[test]
fn slacks_types_take_everything() {
    let Some(folder) = support::required("SUBLET_TEST_SLACK_TYPES") else { return };
    let found = checks::types(&folder, bodies());
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
    let found = checks::types(&folder, &broken());
    assert!(found.iter().any(|fault| fault.starts_with("a key too many: ")), "{found:?}");
}

/// What neither of them counts: docs.slack.dev, and what `chat.update` and `views.publish` refuse.
#[test]
fn what_nobody_else_counts_fits() {
    for Body { name, kind, body } in bodies() {
        let blocks = body["blocks"].as_array().map_or(&[][..], Vec::as_slice);
        let most = match *kind {
            "message" => 50,
            "home" | "modal" => 100,
            _ => continue,
        };
        assert!((1..=most).contains(&blocks.len()), "{name}: {} blocks", blocks.len());
        let fields = blocks.iter().flat_map(|block| block["fields"].as_array().into_iter().flatten());
        for field in fields {
            let length = field["text"].as_str().unwrap().encode_utf16().count();
            assert!(length <= 2_000, "{name}: a field of {length} characters");
        }
        let mut ids: Vec<&str> = blocks.iter().filter_map(|block| block["block_id"].as_str()).collect();
        ids.sort_unstable();
        assert!(ids.windows(2).all(|two| two[0] != two[1]), "{name}: a block_id twice");
        let presses = blocks.iter().flat_map(|block| block["elements"].as_array().into_iter().flatten());
        let mut presses: Vec<&str> =
            presses.filter_map(|press| press["action_id"].as_str()).filter(|id| *id != "more").collect();
        presses.sort_unstable();
        assert!(presses.windows(2).all(|two| two[0] != two[1]), "{name}: an action_id twice");
    }
}
