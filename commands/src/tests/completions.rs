//! What is offered while somebody types.

use crate::complete::{Candidate, Source, complete};
use crate::form::{Parameter, ParameterKind};

struct Office;

fn candidates(names: &[&str]) -> Vec<Candidate> {
    names.iter().map(|name| Candidate { name: (*name).to_owned(), help: String::new() }).collect()
}

fn parameter(name: &str, kind: ParameterKind, choices: &[&str]) -> Parameter {
    Parameter {
        name: name.to_owned(),
        kind,
        default: Some("1".to_owned()),
        choices: choices.iter().map(ToString::to_string).collect(),
        min: None,
        max: Some("4".to_owned()),
        rules: String::new(),
        help: String::new(),
        required: false,
        leads: false,
    }
}

impl Source for Office {
    fn templates(&self) -> Vec<Candidate> {
        candidates(&["web", "worker"])
    }

    fn parameters(&self, template: &str) -> Vec<Parameter> {
        match template {
            "web" => vec![
                parameter("cpu", ParameterKind::Cpu, &[]),
                parameter("flavour", ParameterKind::Choice, &["plain", "spicy"]),
            ],
            _ => Vec::new(),
        }
    }

    fn parameters_given(&self, template: &str, given: &[(String, String)]) -> Vec<Parameter> {
        let mut parameters = self.parameters(template);
        if given.iter().any(|(name, value)| name == "cpu" && value == "4") {
            parameters.retain(|parameter| parameter.name != "flavour");
        }
        parameters
    }

    fn sizes(&self, template: &str) -> Vec<Candidate> {
        if template == "web" { candidates(&["small", "large"]) } else { Vec::new() }
    }

    fn environments(&self) -> Vec<Candidate> {
        candidates(&["web-1", "web-2"])
    }

    fn people(&self) -> Vec<Candidate> {
        candidates(&["@kim"])
    }

    fn keys(&self) -> Vec<Candidate> {
        candidates(&["laptop"])
    }
}

/// The lines that would stand after each offer, for a cursor at `|`.
fn lines(typed: &str) -> Vec<String> {
    let cursor = typed.find('|').unwrap();
    let line = typed.replace('|', "");
    let whole = |completion: crate::complete::Completion| {
        let mut line = line.clone();
        line.replace_range(completion.replace, &completion.insert);
        line
    };
    complete(&line, cursor, &Office).into_iter().map(whole).collect()
}

#[test]
fn commands_are_offered_word_by_word() {
    assert_eq!(
        lines("|"),
        ["/env ", "/key ", "/quota ", "/template ", "/token ", "/admin ", "/audit ", "/help "]
    );
    assert_eq!(lines("/e|"), ["/env "]);
    assert_eq!(lines("k|"), ["/key "]);
    assert_eq!(lines("/env re|"), ["/env request ", "/env release ", "/env reject ", "/env retry "]);
    assert_eq!(
        lines("/env re| web"),
        ["/env request web", "/env release web", "/env reject web", "/env retry web"]
    );
    assert_eq!(lines("/nothing |"), [""; 0]);
}

#[test]
fn names_and_parameters_are_offered_where_they_fit() {
    assert_eq!(lines("/env request w|"), ["/env request web ", "/env request worker "]);
    assert_eq!(
        lines("/env request web |"),
        ["cpu=", "flavour=", "size=", "for=", "until=", "key=", "team="]
            .map(|end| format!("/env request web {end}"))
    );
    assert_eq!(
        lines("/env request web cpu=2 for=3d |"),
        ["flavour=", "size=", "key=", "team="].map(|end| format!("/env request web cpu=2 for=3d {end}"))
    );
    assert_eq!(
        lines("/env request web cpu=4 for=3d |"),
        ["size=", "key=", "team="].map(|end| format!("/env request web cpu=4 for=3d {end}"))
    );
    assert_eq!(
        lines("/env request web size=|"),
        ["small", "large"].map(|size| format!("/env request web size={size} "))
    );
    assert_eq!(
        lines("/env request worker |"),
        ["for=", "until=", "key=", "team="].map(|end| format!("/env request worker {end}")),
        "a template without sizes offers none"
    );
    assert_eq!(lines("/env extend |"), ["/env extend web-1 ", "/env extend web-2 "]);
    assert_eq!(lines("/key remove |"), ["/key remove laptop "]);
    assert_eq!(lines("/env list |"), ["/env list all ", "/env list @kim "]);
    assert_eq!(lines("/env extend web-1 2d |"), [""; 0]);
    assert_eq!(lines("/key add ssh-ed25519 AAAA |"), ["/key add ssh-ed25519 AAAA name="]);
}

#[test]
fn values_are_offered_behind_their_name() {
    assert_eq!(
        lines("/env request web flavour=|"),
        ["/env request web flavour=plain ", "/env request web flavour=spicy "]
    );
    assert_eq!(lines("/env request web key=l|"), ["/env request web key=laptop "]);
    assert_eq!(lines("/env request web for 3|"), ["/env request web for 3d "]);
    assert_eq!(lines("/env request web 2cpu for 3d k|"), ["/env request web 2cpu for 3d key="]);
    assert_eq!(lines("/env request web for=3|"), ["/env request web for=3d "]);
    assert_eq!(lines("/env request web cpu=|"), ["/env request web cpu=1 ", "/env request web cpu=4 "]);
}

#[test]
fn nothing_is_offered_inside_text() {
    assert_eq!(lines("/env extend web-1 for=2d because I |"), [""; 0]);
}

#[test]
fn help_offers_commands() {
    assert_eq!(lines("/help e|"), ["/help env "]);
    assert_eq!(lines("/help env ex|"), ["/help env extend "]);
}
