//! Walks over the API's own description: every id in every path is tried with somebody else's, and every body with
//! members that only the server may set. A new call is tried without a line here.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{
    client::{Answer, call},
    place::Place,
};

/// A call of the description.
struct Operation {
    method: String,
    path: String,
    about: Value,
}

fn operations() -> (Value, Vec<Operation>) {
    let document: Value = serde_json::from_str(&sublet::api::description()).expect("JSON");
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, about) in item.as_object().expect("operations") {
            all.push(Operation { method: method.to_uppercase(), path: path.clone(), about: about.clone() });
        }
    }
    (document, all)
}

impl Operation {
    /// What its body is of, and its schema.
    fn body(&self, document: &Value) -> Option<(String, Value)> {
        let (kind, content) = self.about["requestBody"]["content"].as_object()?.iter().next()?;
        let named = content["schema"]["$ref"].as_str().map(|at| at.trim_start_matches('#'));
        let schema = named.and_then(|at| document.pointer(at)).unwrap_or(&content["schema"]);
        Some((kind.clone(), schema.clone()))
    }

    /// A body that can be read: the example of the description, or what must be there.
    fn example(&self, document: &Value) -> Option<(String, Map<String, Value>)> {
        let (kind, schema) = self.body(document)?;
        if let Some(example) = schema["example"].as_object() {
            return Some((kind, example.clone()));
        }
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let member = |name: Value| {
            let name = name.as_str().expect("a name").to_owned();
            let about = &schema["properties"][&name];
            let known = document.pointer(about["$ref"].as_str().unwrap_or("").trim_start_matches('#'));
            let about = known.filter(|_| about["$ref"].is_string()).unwrap_or(about);
            let value = match (about["example"].clone(), about["enum"][0].clone(), about["type"].as_str()) {
                (Value::Null, Value::Null, Some("string")) => json!("something"),
                (Value::Null, Value::Null, _) => json!(1),
                (Value::Null, first, _) => first,
                (example, ..) => example,
            };
            (name, value)
        };
        Some((kind, required.into_iter().map(member).collect()))
    }
}

/// What Dana has: by the first part of the path after `/v1`, what stands for the first id there.
async fn danas_things(place: &Place, dana: &str) -> BTreeMap<&'static str, String> {
    place.world.says("root", "/admin team @dana join red").await;
    let asked = place.ask("POST", "/v1/requests", dana, r#"{"template":"web","for":"2d"}"#).await;
    let request = asked.json()["id"].as_str().expect("an id").to_owned();
    place.world.settles().await;
    let ada = place.token("ada", "ada scopes=read,review").await;
    let reviews = format!("/v1/requests/{request}/reviews");
    assert_eq!(place.ask("POST", &reviews, &ada, r#"{"decision":"approve"}"#).await.status, 201);
    place.world.settles().await;
    let first = async |noun: &str, member: &str| {
        let page = place.ask("GET", &format!("/v1/{noun}"), dana, "").await.json();
        let first = &page["_embedded"]["items"][0][member];
        first.as_str().map_or_else(|| first.to_string(), str::to_owned)
    };
    let lease = first("leases", "id").await;
    let more = json!({"lease": lease, "for": "1d", "reason": "more"}).to_string();
    assert_eq!(place.ask("POST", "/v1/extensions", dana, &more).await.status, 201);
    place.world.settles().await;
    place.world.says("root", "/quota set @dana cpu=8").await;
    place.world.says("root", "/quota grant @dana cpu=1 until=2026-12-01 more").await;
    place.world.says("dana", "/quota request cpu=1 until=2026-12-01 more").await;
    BTreeMap::from([
        ("requests", request),
        ("leases", lease),
        ("environments", first("environments", "name").await),
        ("extensions", first("extensions", "id").await),
        ("reviews", first("reviews", "id").await),
        ("notices", first("notices", "id").await),
        ("audit", first("audit", "seq").await),
        ("keys", first("keys", "id").await),
        ("teams", "red".to_owned()),
        ("people", "per_dana".to_owned()),
        ("tokens", first("tokens", "id").await),
        ("quotas", "person:per_dana".to_owned()),
        ("grants", first("grants", "id").await),
        ("wishes", first("wishes", "id").await),
    ])
}

/// What is the same for everybody, and why.
const OPEN: &[(&str, &str)] = &[("templates", "everybody sees what can be asked for")];

async fn asks(
    place: &Place,
    token: &str,
    operation: &Operation,
    at: &str,
    body: Option<&(String, Value)>,
) -> Answer {
    let bearer = format!("Bearer {token}");
    let text = body.map_or_else(String::new, |(_, body)| body.to_string());
    let mut headers = vec![("authorization", bearer.as_str()), ("if-match", "*")];
    let raw = match body {
        Some((kind, _)) if kind != "application/json" => {
            let length = text.len().to_string();
            headers.extend([("content-type", kind.as_str()), ("content-length", length.as_str())]);
            call(&operation.method, at, &headers, "") + &text
        }
        _ => call(&operation.method, at, &headers, &text),
    };
    place.raw(&raw).await
}

/// A path with what stands for its first id, and something for the others.
fn filled(path: &str, thing: &str) -> String {
    let mut first = Some(thing);
    let part = |part: &str| match part {
        "{role}" => "admin".to_owned(),
        "{team}" => "blue".to_owned(),
        part if part.starts_with('{') => first.take().unwrap_or("x").to_owned(),
        part => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_of_others_lead_nowhere_in_any_call() {
    let place = Place::patient().await;
    let dana = place.token("dana", "all scopes=read,use,review,admin").await;
    let things = danas_things(&place, &dana).await;
    let erin = place.token("erin", "all scopes=read,use,review,admin").await;
    let (document, operations) = operations();
    let mut tried = 0;
    for operation in operations.iter().filter(|operation| operation.path.contains('{')) {
        let noun = operation.path.split('/').nth(2).expect("a noun");
        let told = format!("{} {}", operation.method, operation.path);
        if OPEN.iter().any(|(open, _)| *open == noun) {
            continue;
        }
        let thing =
            things.get(noun).unwrap_or_else(|| panic!("{told}: which id of Dana's goes there? Add it."));
        let at = filled(&operation.path, thing);
        let body = operation.example(&document).map(|(kind, body)| (kind, Value::Object(body)));
        let before = place.world.whole().await;
        let answer = asks(&place, &erin, operation, &at, body.as_ref()).await;
        if told == "GET /v1/people/{id}" {
            let person = answer.json();
            for hidden in ["email", "zone", "roles"] {
                assert!(person.get(hidden).is_none(), "{told}: {person}");
            }
        } else if noun == "people" {
            // Who there is, is known; what they have and may do is theirs.
            let kind = answer.problem(403).json()["type"].clone();
            assert!(
                ["/problems/needs-role", "/problems/not-yours"].contains(&kind.as_str().unwrap_or("")),
                "{told}: {kind}"
            );
        } else {
            let theirs = answer.problem(404).json();
            let nowhere = filled(&operation.path, &strange(thing));
            let missing = asks(&place, &erin, operation, &nowhere, body.as_ref()).await;
            assert_eq!(theirs["type"], missing.problem(404).json()["type"], "{told}: like what is not there");
        }
        let seen = answer.body.replace(thing.split('.').next().unwrap_or(thing), "");
        for (noun, secret) in things.iter().filter(|(noun, _)| !["people", "audit", "teams"].contains(noun)) {
            assert!(!seen.contains(secret.as_str()), "{told} tells of {noun} {secret}: {seen}");
        }
        assert_eq!(place.world.whole().await, before, "{told} changes something");
        tried += 1;
    }
    assert!(tried > 25, "only {tried} calls have an id");
}

/// An id of the same form that nobody has.
fn strange(id: &str) -> String {
    let turned = |letter: char| match letter {
        '0'..='8' => char::from(letter as u8 + 1),
        '9' => '0',
        'a'..='y' => char::from(letter as u8 + 1),
        'z' => 'a',
        other => other,
    };
    match id.split_once('_') {
        Some((kind, rest)) => {
            let (rest, place) = rest.split_once('.').map_or((rest, ""), |(rest, place)| (rest, place));
            let dot = if place.is_empty() { "" } else { "." };
            format!("{kind}_{}{dot}{place}", rest.chars().rev().map(digit).collect::<String>())
        }
        None if id.parse::<i64>().is_ok() => "99999999".to_owned(),
        None => id.chars().map(turned).collect(),
    }
}

/// Another digit, so that an id stays one.
fn digit(letter: char) -> char {
    match letter.to_digit(16) {
        Some(value) => char::from_digit((value + 1) % 10, 16).unwrap_or('0'),
        None => letter,
    }
}

/// What only the server says, or only through a call of its own.
const SERVERS: &[&str] = &[
    "id",
    "owner",
    "person",
    "requester",
    "asked_by",
    "decided_by",
    "by",
    "state",
    "active",
    "version",
    "created_at",
    "until_at",
    "roles",
    "teams",
    "email",
    "handle",
    "scopes_held",
    "held",
    "ballot",
    "amounts_held",
    "offer",
    "approved",
    "secret",
    "digest",
    "origin",
    "standing",
    "_links",
    "_embedded",
    "__proto__",
    "constructor",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_the_server_says_is_refused_in_every_body() {
    let place = Place::patient().await;
    let dana = place.token("dana", "all scopes=read,use,review,admin").await;
    let things = danas_things(&place, &dana).await;
    let root = place.token("root", "all scopes=read,use,review,admin").await;
    let (document, operations) = operations();
    let mut tried = 0;
    for operation in &operations {
        let Some((kind, example)) = operation.example(&document) else { continue };
        let (_, schema) = operation.body(&document).expect("a body");
        let told = format!("{} {}", operation.method, operation.path);
        assert_eq!(schema["additionalProperties"], false, "{told} says that it takes nothing else: {schema}");
        let noun = operation.path.split('/').nth(2).expect("a noun");
        let thing = things.get(noun).map_or("nothing", String::as_str);
        let at = filled(&operation.path, thing);
        let before = place.world.whole().await;
        for member in SERVERS.iter().filter(|member| schema["properties"].get(**member).is_none()) {
            let mut body = example.clone();
            body.insert((*member).to_owned(), json!("admin"));
            for token in [&dana, &root] {
                let body = Some((kind.clone(), Value::Object(body.clone())));
                let answer = asks(&place, token, operation, &at, body.as_ref()).await;
                answer.problem(422);
                assert!(answer.body.contains(member), "{told} says that it is `{member}`: {}", answer.body);
            }
        }
        assert_eq!(place.world.whole().await, before, "{told} changes something");
        tried += 1;
    }
    assert!(tried > 12, "only {tried} calls have a body");
}
