//! Discord's commands: complete, and within what Discord takes.

use serde_json::Value;

use crate::render::discord::{PARAMETERS, commands};
use crate::{Arg, CATALOG};

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn words(value: &Value) -> usize {
    value.as_str().map_or(0, |text| text.chars().count())
}

/// The options of the command with that path.
fn options<'a>(all: &'a Value, path: &[&str]) -> &'a [Value] {
    let (first, rest) = path.split_first().unwrap();
    let mut found = list(all).iter().find(|command| command["name"] == *first).unwrap();
    for word in rest {
        found = list(&found["options"]).iter().find(|option| option["name"] == *word).unwrap();
    }
    list(&found["options"])
}

/// Discord's own pattern also takes letters of other alphabets, which we have none of.
fn check(named: &Value) {
    let name = named["name"].as_str().unwrap();
    let allowed =
        |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || matches!(char, '-' | '_');
    assert!((1..=32).contains(&name.len()) && name.chars().all(allowed), "{name}");
    assert!((1..=100).contains(&words(&named["description"])), "{named}");
    let inside = list(&named["options"]);
    assert!(inside.len() <= 25 && list(&named["choices"]).len() <= 25, "{named}");
    assert!(list(&named["choices"]).is_empty() || named["autocomplete"] != true, "{named}");
    assert!(named["max_length"].as_u64().is_none_or(|most| (1..=6_000).contains(&most)), "{named}");
    inside.iter().for_each(check);
}

/// What Discord counts of a command: at most 8,000 characters.
fn weight(named: &Value) -> usize {
    let own = words(&named["name"]) + words(&named["description"]) + words(&named["value"]);
    let inside = list(&named["options"]).iter().chain(list(&named["choices"]));
    own + inside.map(weight).sum::<usize>()
}

#[test]
fn everything_fits_into_what_discord_takes() {
    let all = commands();
    for command in list(&all) {
        check(command);
        assert!(weight(command) <= 8_000, "{}: {}", command["name"], weight(command));
    }
    let names: Vec<&str> = list(&all).iter().map(|command| command["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["env", "key", "quota", "template", "token", "admin", "audit", "help"]);
}

#[test]
fn every_argument_that_people_give_is_an_option_of_its_name() {
    let all = commands();
    let by_button: Vec<&Arg> =
        CATALOG.iter().flat_map(|entry| entry.spec.args).filter(|arg| arg.by_button).collect();
    assert!(
        !by_button.is_empty()
            && by_button.iter().all(|arg| ["version", "seen", "less", "before"].contains(&arg.name)),
        "{by_button:?}"
    );
    for entry in CATALOG.iter().filter(|entry| entry.spec.listed) {
        let spec = entry.spec;
        let mut given: Vec<&str> =
            options(&all, spec.path).iter().map(|option| option["name"].as_str().unwrap()).collect();
        let mut declared: Vec<&str> =
            spec.args.iter().filter(|arg| !arg.by_button).map(|arg| arg.name).collect();
        declared.extend(spec.takes_parameters().then_some(PARAMETERS));
        given.sort_unstable();
        declared.sort_unstable();
        assert_eq!(given, declared, "{}", spec.name());
    }
}

#[test]
fn a_request_is_typed_in_the_order_of_what_matters() {
    let all = commands();
    let request = options(&all, &["env", "request"]);
    let names: Vec<&str> = request.iter().map(|option| option["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["template", "parameters", "size", "for", "until", "key", "team", "reason"]);
    let offers: Vec<bool> = request.iter().map(|option| option["autocomplete"] == true).collect();
    assert_eq!(offers, [true, true, true, true, true, true, true, false]);
    assert!(request.iter().all(|option| option["required"].is_null()), "a form asks for what is missing");
}
