//! Table tests: what must be true of every command in the catalogue.

use std::collections::BTreeSet;

use super::context;
use crate::spec::{Kind, Parameters, Spec};
use crate::values::asked;
use crate::{CATALOG, find, line};

fn specs() -> impl Iterator<Item = &'static Spec> {
    CATALOG.iter().map(|entry| entry.spec)
}

/// What Discord takes as the name of a command or an option.
fn is_discord_name(name: &str) -> bool {
    (1..=32).contains(&name.chars().count())
        && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
        && name.to_lowercase() == name
}

#[test]
fn every_declared_argument_is_read_and_no_other() {
    for entry in CATALOG {
        let read: BTreeSet<&str> = asked(entry, &context()).into_iter().collect();
        let mut declared: BTreeSet<&str> = entry.spec.args.iter().map(|arg| arg.name).collect();
        if entry.spec.takes_parameters() {
            declared.insert("…");
        }
        assert_eq!(read, declared, "{}", entry.spec.name());
    }
}

#[test]
fn every_path_and_alias_is_there_once() {
    let mut seen = BTreeSet::new();
    for spec in specs() {
        for path in std::iter::once(&spec.path).chain(spec.aliases) {
            assert!(seen.insert(path.to_vec()), "{path:?} twice");
            assert!(
                (1..=2).contains(&path.len()) && path.iter().all(|word| is_discord_name(word)),
                "{path:?}"
            );
            assert_eq!(find(path).map(|entry| entry.spec.path), Some(spec.path));
        }
    }
    let groups: BTreeSet<&str> =
        specs().filter(|spec| spec.path.len() == 2).map(|spec| spec.path[0]).collect();
    assert!(specs().all(|spec| spec.path.len() == 2 || !groups.contains(spec.path[0])));
}

#[test]
fn every_argument_can_be_registered_on_every_platform() {
    for spec in specs() {
        let names: BTreeSet<&str> = spec.args.iter().map(|arg| arg.name).collect();
        assert_eq!(names.len(), spec.args.len(), "{}: a name twice", spec.name());
        assert!(spec.args.len() <= 25, "{}", spec.name());
        for arg in spec.args {
            assert!(is_discord_name(arg.name), "{}: {}", spec.name(), arg.name);
            assert!((1..=100).contains(&arg.help.chars().count()), "{}: {}", spec.name(), arg.name);
            assert!(arg.label.chars().count() <= 45, "{}: {}", spec.name(), arg.name);
            if let Kind::Choice(choices) = arg.kind {
                assert!((1..=25).contains(&choices.len()), "{}: {}", spec.name(), arg.name);
            }
            assert!(arg.excludes.is_none_or(|other| names.contains(other)), "{}: {}", spec.name(), arg.name);
        }
    }
}

#[test]
fn places_are_clear() {
    for spec in specs() {
        let places: Vec<bool> =
            spec.args.iter().filter(|arg| arg.positional && !arg.rest).map(|arg| arg.required).collect();
        assert!(places.is_sorted_by(|a, b| a >= b), "{}: required places come first", spec.name());
        let rest = spec.args.iter().position(|arg| arg.rest);
        assert!(rest.is_none_or(|index| index + 1 == spec.args.len()), "{}: rest is last", spec.name());
        let first = spec.args.iter().position(|arg| !arg.positional).unwrap_or(spec.args.len());
        let later = spec.args.iter().skip(first);
        assert!(
            later.into_iter().all(|arg| !arg.positional || arg.rest),
            "{}: places come first",
            spec.name()
        );
        if let Parameters::OfTemplate(name) = spec.parameters {
            assert!(spec.arg(name).is_some_and(|arg| arg.kind == Kind::Template && arg.required));
        }
    }
}

#[test]
fn every_command_is_explained() {
    for spec in specs() {
        assert!((1..=100).contains(&spec.summary.chars().count()), "{}", spec.name());
        assert!(!spec.summary.ends_with('.'), "{}: the full stop is added where it is shown", spec.name());
        assert!(spec.about.is_empty() || spec.about.ends_with('.'), "{}", spec.name());
        assert!(!spec.examples.is_empty(), "{}", spec.name());
    }
}

#[test]
fn every_example_means_its_own_command() {
    for spec in specs() {
        for example in spec.examples {
            let command =
                line::parse(example, &context()).unwrap_or_else(|error| panic!("{}", error.render(example)));
            assert_eq!(command.spec().path, spec.path, "{example}");
        }
    }
}
