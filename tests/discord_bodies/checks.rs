//! Starts the schemas of Discord's API and reads what they find, and counts what they do not.

use std::{
    io::{Seek as _, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::Body;

/// What the schemas find: a line for each fault, beginning with the body's name.
pub fn schemas(packages: &str, bodies: &[Body]) -> Vec<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/discord_bodies/check.mjs");
    let folder = tempfile::tempdir().unwrap();
    let modules = Path::new(packages).join("node_modules");
    std::os::unix::fs::symlink(modules, folder.path().join("node_modules")).unwrap();
    let mut input = tempfile::tempfile().unwrap();
    for Body { name, operation, body } in bodies {
        writeln!(input, "{}", json!({"name": name, "operation": operation, "body": body})).unwrap();
    }
    input.rewind().unwrap();
    let output =
        Command::new("node").arg(script).arg(folder.path()).stdin(Stdio::from(input)).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the checker itself failed: {errors}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// What the schemas do not count: a line for each fault, beginning with the body's name. The figures are those of
/// docs.discord.com, and lengths are counted as UTF-16 units, which are never fewer than Discord's code points.
pub fn limits(bodies: &[Body]) -> Vec<String> {
    bodies
        .iter()
        .flat_map(|one| found(one).into_iter().map(|fault| format!("{}: {fault}", one.name)))
        .collect()
}

fn found(Body { operation, body, .. }: &Body) -> Vec<String> {
    let message = match *operation {
        "bulk_set_application_commands" => return commands(body),
        "create_interaction_response" => &body["data"],
        _ => body,
    };
    let mut faults = Vec::new();
    let content = length(&message["content"]);
    if content > 2_000 {
        faults.push(format!("a content of {content} characters"));
    }
    let embeds = list(&message["embeds"]);
    let words: usize = embeds.iter().map(words).sum();
    if words > 6_000 {
        faults.push(format!("embeds of {words} characters"));
    }
    for field in embeds.iter().flat_map(|embed| list(&embed["fields"])) {
        faults.extend((length(&field["name"]) == 0).then(|| "a field without a name".to_owned()));
        faults.extend((length(&field["value"]) == 0).then(|| "a field without a value".to_owned()));
    }
    let rows = list(&message["components"]);
    if rows.len() > 5 {
        faults.push(format!("{} rows", rows.len()));
    }
    let mut ids: Vec<&str> = rows
        .iter()
        .flat_map(|row| list(&row["components"]))
        .filter_map(|one| one["custom_id"].as_str())
        .collect();
    ids.sort_unstable();
    faults.extend(
        ids.windows(2).filter(|two| two[0] == two[1]).map(|two| format!("a custom_id twice: {}", two[0])),
    );
    let says = matches!(*operation, "create_message" | "execute_webhook")
        || matches!(body["type"].as_u64(), Some(4 | 7));
    if says && content == 0 && embeds.is_empty() {
        faults.push("it says nothing".to_owned());
    }
    if says && (message["allowed_mentions"]["parse"] != json!([])) {
        faults.push("it could mention anybody".to_owned());
    }
    faults
}

/// Names, descriptions and values of each command together.
fn commands(body: &Value) -> Vec<String> {
    fn weight(one: &Value) -> usize {
        let own = ["name", "description", "value"].iter().map(|part| length(&one[part])).sum::<usize>();
        own + list(&one["options"]).iter().chain(list(&one["choices"])).map(weight).sum::<usize>()
    }
    let heavy = list(body).iter().map(weight).filter(|weight| *weight > 8_000);
    heavy.map(|weight| format!("a command of {weight} characters")).collect()
}

/// All that counts of an embed.
fn words(embed: &Value) -> usize {
    let fields = list(&embed["fields"]).iter().map(|field| length(&field["name"]) + length(&field["value"]));
    length(&embed["title"])
        + length(&embed["description"])
        + length(&embed["footer"]["text"])
        + length(&embed["author"]["name"])
        + fields.sum::<usize>()
}

fn length(text: &Value) -> usize {
    text.as_str().map_or(0, |text| text.encode_utf16().count())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
