//! What people write into parameters reaches the objects as the value of one variable, and nowhere else.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::Value as Json;
use sublet::{
    cluster::kubernetes::render::{Rendered, render},
    domain::{
        environment::EnvironmentSpec,
        ids::{EnvName, LeaseId},
        template::{Parameter, ParameterKind, Template, Value},
        workload::{Container, Workload},
    },
};
use uuid::Uuid;

use crate::some::{KEY, making};

/// Texts that would be something else if anything but a value were made of them.
const HOSTILE: &[&str] = &[
    "x\nprivileged: true",
    "x\r\n---\nkind: ClusterRoleBinding",
    "\"}], \"hostNetwork\": true, \"x\": [{\"",
    "'; privileged: true #",
    "$(SUBLET_OTHER) $(HOME) $$(HOME) $$$$",
    "{{ .Values.secret }} {% raw %} ${HOME} `id` $(id)",
    "!!python/object:os.system",
    "&a *a <<: *a",
    "true",
    "null",
    "~",
    "0x10",
    "1e400",
    "-",
    "--flag=value",
    "../../etc/passwd",
    "nul\0inside",
    "\u{202e}txt.exe\u{2066}\u{200f}",
    "\u{feff}bom",
    "<script>alert(1)</script>",
    "ünïcödé 雪 🦀 e\u{301}",
    "",
    " ",
];

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned),
        2 => "[ -~\\n\\t\\x00$(){}\\[\\]:\"'#&*!|>%@`]{0,40}",
        1 => any::<String>(),
        1 => Just("x".repeat(10_000)),
        1 => Just("\n- name: X\n  value: y".repeat(500)),
    ]
}

/// An environment whose parameters have these values.
fn with(note: Value, hosts: Value, settings: Value) -> EnvironmentSpec {
    let lease = LeaseId::new(Uuid::from_u128(7));
    EnvironmentSpec {
        lease,
        name: EnvName::parse("web-7k3f2").unwrap(),
        owner: "dana@example.org".to_owned(),
        template: "web".to_owned(),
        parameters: BTreeMap::from([
            ("cpu".to_owned(), Value::Cpu(500)),
            ("memory".to_owned(), Value::Bytes(1 << 30)),
            ("storage".to_owned(), Value::Bytes(1 << 30)),
            ("other".to_owned(), Value::Text("other".to_owned())),
            ("note".to_owned(), note),
            ("hosts".to_owned(), hosts),
            ("settings".to_owned(), settings),
        ]),
        workload: Some(Workload::Container(Container {
            image: "registry.example/web:1".to_owned(),
            user: "dev".to_owned(),
            ssh_port: 2222,
            ports: BTreeMap::from([("http".to_owned(), 8080)]),
            volume: Some("/home/dev/work".to_owned()),
            env: BTreeMap::from([("LANG".to_owned(), "C.UTF-8".to_owned())]),
        })),
        ready_within: TimeDelta::minutes(10).into(),
        keys: vec![KEY.to_owned()],
        ends_at: None,
    }
}

fn rendered(spec: &EnvironmentSpec) -> Rendered {
    render(spec, "sublet", &making()).unwrap()
}

/// All objects, with the host key, which is new each time, left out.
fn objects(spec: &EnvironmentSpec) -> Vec<Json> {
    let mut objects = rendered(spec).objects().unwrap();
    for secret in objects.iter_mut().filter(|object| object["kind"] == "Secret") {
        secret["data"]["ssh_host_ed25519_key"] = Json::Null;
        secret["data"]["ssh_host_ed25519_key.pub"] = Json::Null;
    }
    objects
}

/// Every place at which two objects differ, as a JSON pointer.
fn differing(one: &Json, other: &Json, at: &str, found: &mut Vec<String>) {
    match (one, other) {
        (Json::Object(one), Json::Object(other)) if one.keys().eq(other.keys()) => {
            one.iter().for_each(|(key, value)| differing(value, &other[key], &format!("{at}/{key}"), found));
        }
        (Json::Array(one), Json::Array(other)) if one.len() == other.len() => {
            one.iter().zip(other).enumerate().for_each(|(place, (one, other))| {
                differing(one, other, &format!("{at}/{place}"), found);
            });
        }
        (one, other) if one == other => {}
        _ => found.push(at.to_owned()),
    }
}

/// What Kubernetes makes of a variable's value, by the rules of its documentation: `$$` is a dollar sign, and
/// `$(NAME)` the variable of that name.
fn expanded(value: &str) -> String {
    let mut text = String::new();
    let mut rest = value;
    while let Some(at) = rest.find('$') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            text.push('$');
            rest = after;
        } else if rest.starts_with('(') && rest.contains(')') {
            panic!("{value:?} refers to another variable");
        } else {
            text.push('$');
        }
    }
    text + rest
}

/// The variable of that name, as the program in the container sees it.
fn variable(deployment: &Json, name: &str) -> String {
    let variables = deployment["spec"]["template"]["spec"]["containers"][0]["env"].as_array().unwrap();
    let mut named = variables.iter().filter(|variable| variable["name"] == name);
    let variable = named.next().unwrap();
    assert!(named.next().is_none(), "{name} is there once");
    assert!(variable.get("valueFrom").is_none());
    expanded(variable.get("value").and_then(Json::as_str).unwrap_or_default())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn map(entries: &[(&str, &str)]) -> Value {
    Value::Map(entries.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    /// Beside a harmless value, nothing of any object is otherwise but that variable's own value.
    #[test]
    fn what_is_hostile_changes_the_value_of_its_own_field_and_nothing_else(
        note in hostile(), host in hostile(), setting in hostile(), key in hostile(),
    ) {
        let plain = objects(&with(text("plain"), Value::List(vec![text("a")]), map(&[("k", "v")])));
        let settings = map(&[(&key, &setting)]);
        let attack = objects(&with(text(&note), Value::List(vec![text(&host)]), settings.clone()));
        prop_assert_eq!(plain.len(), attack.len());
        for (one, other) in plain.iter().zip(&attack) {
            let mut found = Vec::new();
            differing(one, other, "", &mut found);
            let kind = one["kind"].as_str().unwrap();
            for place in found {
                let own = match kind {
                    "Environment" => ["note", "hosts", "settings"].iter().any(|name| place == format!("/spec/parameters/{name}")),
                    "Deployment" => {
                        let env = place.strip_prefix("/spec/template/spec/containers/0/env/");
                        env.and_then(|rest| rest.split('/').next()).is_some_and(|at| {
                            let name = &one["spec"]["template"]["spec"]["containers"][0]["env"][at.parse::<usize>().unwrap()]["name"];
                            ["SUBLET_NOTE", "SUBLET_HOSTS", "SUBLET_SETTINGS"].iter().any(|own| name == own)
                        })
                    }
                    _ => false,
                };
                prop_assert!(own, "{} {} differs", kind, place);
            }
        }
        let deployment = attack.iter().find(|object| object["kind"] == "Deployment").unwrap();
        prop_assert_eq!(variable(deployment, "SUBLET_NOTE"), note);
        prop_assert_eq!(variable(deployment, "SUBLET_OTHER"), "other");
        let hosts: Vec<String> = serde_json::from_str(&variable(deployment, "SUBLET_HOSTS")).unwrap();
        prop_assert_eq!(hosts, vec![host]);
        let read: BTreeMap<String, String> = serde_json::from_str(&variable(deployment, "SUBLET_SETTINGS")).unwrap();
        prop_assert_eq!(Value::Map(read), settings);
        let container = &deployment["spec"]["template"]["spec"]["containers"][0];
        prop_assert!(container.get("command").is_none() && container.get("args").is_none());
    }

    /// The same objects as YAML, read again, are the same: nothing in a value ends its line or its document.
    #[test]
    fn what_is_hostile_survives_yaml(note in hostile(), host in hostile()) {
        let objects = objects(&with(text(&note), Value::List(vec![text(&host)]), map(&[])));
        for object in objects.iter().filter(|object| object["kind"] != "Secret") {
            let yaml = sublet::cluster::kubernetes::render::yaml(object).unwrap();
            let read: Json = serde_saphyr::from_str(&yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"));
            prop_assert_eq!(&read, object);
        }
    }

    /// Names and labels never hold anything of a parameter, and are valid.
    #[test]
    fn names_and_labels_stay_valid(note in hostile(), host in hostile()) {
        for object in objects(&with(text(&note), Value::List(vec![text(&host)]), map(&[]))) {
            let meta = &object["metadata"];
            let label = |text: &str| {
                text.len() <= 63 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
            };
            prop_assert!(label(meta["name"].as_str().unwrap()));
            for (key, value) in meta["labels"].as_object().into_iter().flatten() {
                prop_assert!(label(value.as_str().unwrap()), "{} {}", key, value);
            }
        }
    }
}

/// Most of it does not even come so far: a text with characters that nobody sees, or too much of it, is refused.
#[test]
fn what_cannot_be_seen_and_what_is_too_long_is_refused_before() {
    let parameter = Parameter::of("note", ParameterKind::Text);
    for (bad, why) in [
        ("nul\0inside".to_owned(), "Hidden"),
        ("\u{202e}txt.exe".to_owned(), "Hidden"),
        ("a\u{200f}b".to_owned(), "Hidden"),
        ("\u{1b}[2J".to_owned(), "Hidden"),
        ("x".repeat(10_000), "TooLong"),
    ] {
        let problem = parameter.check(&Value::Text(bad)).unwrap_err();
        assert!(format!("{problem:?}").starts_with(why), "{problem:?}");
    }
    let hosts = Parameter::of("hosts", ParameterKind::List);
    assert!(hosts.check(&Value::List(vec![text("x"); 10_000])).is_err());
    let settings = Parameter::of("settings", ParameterKind::Map);
    for name in ["a\nb", "", "-a", "a b", "$(x)", &"a".repeat(64)] {
        assert!(settings.check(&map(&[(name, "v")])).is_err(), "{name:?}");
    }
}

/// A name of a parameter that would be another variable cannot be read from a template's file.
#[test]
fn names_of_parameters_cannot_collide_or_break_out() {
    for name in ["note-x", "NOTE", "note=x", "a b", "sublet_\n", "size", "for", ""] {
        let text = format!(
            "title = \"T\"\nprovisioner = \"local\"\n[lease]\ndefault = \"1h\"\nlongest = \"1d\"\nwarnings = [\"30m\"]\n\
             grace = \"1h\"\n[parameters.{name:?}]\nkind = \"text\"\nhelp = \"x\"\n"
        );
        let read: Result<Template, _> = sublet::templates::read("web", "web.toml", &text);
        assert!(read.is_err(), "{name:?}");
    }
}
