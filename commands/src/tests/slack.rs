//! The Slack app's manifest: complete, and within what Slack takes.

use serde_json::Value;

use crate::render::slack::{SCOPES, manifest};
use crate::{CATALOG, groups};

fn read(url: Option<&str>) -> Value {
    serde_json::from_str(&manifest(url)).unwrap()
}

fn words(value: &Value) -> usize {
    value.as_str().unwrap().chars().count()
}

/// The figures are those of Slack's schema of manifests.
#[test]
fn everything_fits_into_slacks_schema() {
    let manifest = read(Some("https://sublet.example.org"));
    let display = &manifest["display_information"];
    assert!((1..=35).contains(&words(&display["name"])));
    assert!((1..=140).contains(&words(&display["description"])));
    assert!((175..=4000).contains(&words(&display["long_description"])));
    for shortcut in manifest["features"]["shortcuts"].as_array().unwrap() {
        assert!((1..=24).contains(&words(&shortcut["name"])), "{shortcut}");
        assert!((1..=150).contains(&words(&shortcut["description"])), "{shortcut}");
    }
    for command in manifest["features"]["slash_commands"].as_array().unwrap() {
        assert!((2..=32).contains(&words(&command["command"])), "{command}");
        assert!((1..=2000).contains(&words(&command["description"])), "{command}");
        assert!((1..=1000).contains(&words(&command["usage_hint"])), "{command}");
    }
}

#[test]
fn every_group_can_be_typed_and_help_under_the_apps_own_name() {
    let manifest = read(None);
    let commands = manifest["features"]["slash_commands"].as_array().unwrap();
    let typed: Vec<&str> = commands.iter().map(|command| command["command"].as_str().unwrap()).collect();
    assert_eq!(typed, ["/env", "/key", "/quota", "/template", "/token", "/admin", "/sublet"]);
    assert_eq!(
        groups(),
        ["env", "key", "quota", "template", "token", "admin", "audit", "help"],
        "a new group: must Slack know a command for it?"
    );
    for entry in CATALOG.iter().filter(|entry| entry.spec.listed && entry.spec.path.len() > 1) {
        let of = commands.iter().find(|command| command["command"] == format!("/{}", entry.spec.path[0]));
        let about = of.unwrap()["description"].as_str().unwrap();
        assert!(about.contains(entry.spec.path[1]) || about.contains(entry.spec.summary), "{about}");
        assert_eq!(of.unwrap()["should_escape"], true, "people would arrive as words instead of ids");
    }
}

#[test]
fn an_address_turns_socket_mode_off_and_is_called_for_all_three() {
    let (socket, http) = (read(None), read(Some("https://sublet.example.org")));
    assert_eq!(socket["settings"]["socket_mode_enabled"], true);
    assert!(!socket.to_string().contains("url"));
    assert_eq!(http["settings"]["socket_mode_enabled"], false);
    let at = |path: &str| Value::String(format!("https://sublet.example.org/slack/{path}"));
    assert_eq!(http["settings"]["event_subscriptions"]["request_url"], at("events"));
    assert_eq!(http["settings"]["interactivity"]["request_url"], at("interactions"));
    for command in http["features"]["slash_commands"].as_array().unwrap() {
        assert_eq!(command["url"], at("commands"));
    }
}

#[test]
fn the_manifest_asks_for_what_has_a_reason_and_nothing_else() {
    let named: Vec<&str> = SCOPES.iter().map(|scope| scope.name).collect();
    assert_eq!(
        named,
        ["chat:write", "commands", "im:write", "usergroups:read", "users:read", "users:read.email"]
    );
    assert!(SCOPES.iter().all(|scope| scope.reason.ends_with('.')));
    assert_eq!(read(None)["oauth_config"]["scopes"], serde_json::json!({ "bot": named }));
}
