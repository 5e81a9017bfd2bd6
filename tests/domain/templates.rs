//! Templates: values judged against a naive model, all faults at once; rules that approve; the policy's door.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use proptest::prelude::*;
use sublet::domain::{
    policy::Policy,
    refusal::Refusal,
    request::Patience,
    template::{Access, Approval, Parameter, ParameterKind, Problem, Template, Value},
};

use super::some::{seconds, somebody};

const NAMES: [&str; 4] = ["cpu", "memory", "size", "debug"];
const WORDS: [&str; 3] = ["small", "large", "huge"];

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        (0u32..10).prop_map(Value::Cpu),
        (0u64..10).prop_map(Value::Bytes),
        (-5i64..5).prop_map(Value::Number),
        proptest::sample::select(WORDS.to_vec()).prop_map(|word| Value::Text(word.to_owned())),
        any::<bool>().prop_map(Value::Switch),
        (-5i64..5).prop_map(|number| Value::Decimal(number.into())),
        (0usize..3).prop_map(|count| Value::List(vec![Value::Text("small".to_owned()); count])),
        (0usize..3).prop_map(|count| Value::List(vec![Value::Number(1); count])),
        Just(Value::Map(BTreeMap::from([("a".to_owned(), "b".to_owned())]))),
    ]
}

fn kind() -> impl Strategy<Value = ParameterKind> {
    proptest::sample::select(vec![
        ParameterKind::Cpu,
        ParameterKind::Bytes,
        ParameterKind::Number,
        ParameterKind::Text,
        ParameterKind::Choice,
        ParameterKind::Switch,
        ParameterKind::Decimal,
        ParameterKind::List,
        ParameterKind::Map,
    ])
}

fn of_kind(kind: ParameterKind, number: u8) -> Value {
    match kind {
        ParameterKind::Cpu => Value::Cpu(number.into()),
        ParameterKind::Bytes => Value::Bytes(number.into()),
        ParameterKind::Number => Value::Number(i64::from(number) - 5),
        ParameterKind::Text | ParameterKind::Choice => Value::Text(WORDS[usize::from(number) % 3].to_owned()),
        ParameterKind::Switch => Value::Switch(number.is_multiple_of(2)),
        ParameterKind::Decimal => Value::Decimal((i64::from(number) - 5).into()),
        ParameterKind::List => Value::List(vec![Value::Text(number.to_string())]),
        ParameterKind::Map => Value::Map(BTreeMap::from([("n".to_owned(), number.to_string())])),
    }
}

fn parameters() -> impl Strategy<Value = Vec<Parameter>> {
    let bound = || proptest::option::of(0u8..10);
    let one = (kind(), proptest::option::weighted(0.7, 0u8..10), bound(), bound(), 0usize..4);
    proptest::collection::vec(one, 0..4).prop_map(|all| {
        let numbered = all.into_iter().zip(NAMES);
        let build = |((kind, default, min, max, choices), name): ((ParameterKind, _, _, _, usize), &str)| {
            let of = |number: Option<u8>| number.map(|number| of_kind(kind, number));
            let chosen = kind == ParameterKind::Choice;
            let words = WORDS[..if chosen { choices.min(3) } else { 0 }].iter();
            Parameter {
                default: of(default),
                min: of(min),
                max: of(max),
                choices: words.map(|word| Value::Text((*word).to_owned())).collect(),
                ..Parameter::of(name, kind)
            }
        };
        numbered.map(build).collect()
    })
}

pub(crate) fn template(parameters: Vec<Parameter>, approval: Approval) -> Template {
    Template {
        name: "web".to_owned(),
        title: String::new(),
        about: String::new(),
        access: Access::Ssh,
        provisioner: "local".to_owned(),
        workload: None,
        parameters,
        default_span: seconds(3600),
        longest: seconds(86_400),
        approval,
        reviews: Default::default(),
        warnings: vec![seconds(600)],
        grace: seconds(600),
        ready_within: seconds(600),
        sizes: Vec::new(),
        teams: Vec::new(),
    }
}

/// A size as a number, where there is an order that means something.
fn amount(value: &Value) -> Option<i128> {
    match value {
        Value::Cpu(amount) => Some((*amount).into()),
        Value::Bytes(amount) => Some((*amount).into()),
        Value::Number(amount) => Some((*amount).into()),
        Value::Decimal(amount) => amount.to_string().parse().ok(),
        Value::Text(_) | Value::Switch(_) | Value::List(_) | Value::Map(_) => None,
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Cpu(_) => "cpu",
        Value::Bytes(_) => "bytes",
        Value::Number(_) => "number",
        Value::Text(_) => "text",
        Value::Switch(_) => "switch",
        Value::Decimal(_) => "decimal",
        Value::List(items) if items.iter().all(|item| matches!(item, Value::Text(_))) => "list",
        Value::List(_) => "list of numbers",
        Value::Map(_) => "map",
    }
}

/// Whether the value may be given, said without the domain's own comparisons.
fn fits(parameter: &Parameter, value: &Value) -> bool {
    let wanted = match parameter.kind {
        ParameterKind::Cpu => "cpu",
        ParameterKind::Bytes => "bytes",
        ParameterKind::Number => "number",
        ParameterKind::Text | ParameterKind::Choice => "text",
        ParameterKind::Switch => "switch",
        ParameterKind::Decimal => "decimal",
        ParameterKind::List => "list",
        ParameterKind::Map => "map",
    };
    if kind_of(value) != wanted {
        return false;
    }
    let limit = |limit: &Option<Value>| limit.as_ref().and_then(amount);
    let enough = limit(&parameter.min).is_none_or(|min| amount(value).is_none_or(|value| value >= min));
    let allowed = limit(&parameter.max).is_none_or(|max| amount(value).is_none_or(|value| value <= max));
    let chosen = match value {
        Value::Text(_) if parameter.kind == ParameterKind::Choice => parameter.choices.contains(value),
        _ => true,
    };
    enough && allowed && chosen
}

fn given() -> impl Strategy<Value = BTreeMap<String, Value>> {
    let name = proptest::sample::select(vec!["cpu", "memory", "size", "debug", "colour", "taste"]);
    proptest::collection::btree_map(name.prop_map(str::to_owned), value(), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parameters_are_resolved_as_said_and_every_fault_is_named_at_once(
        parameters in parameters(), given in given(),
    ) {
        let template = template(parameters.clone(), Approval::Always);
        let mut wrong: Vec<&str> =
            given.keys().map(String::as_str).filter(|name| template.parameter(name).is_none()).collect();
        let mut right = BTreeMap::new();
        for parameter in &parameters {
            match given.get(&parameter.name).or(parameter.default.as_ref()) {
                Some(value) if fits(parameter, value) => {
                    right.insert(parameter.name.clone(), value.clone());
                }
                _ => wrong.push(&parameter.name),
            }
        }
        match template.resolve(&given) {
            Ok(resolved) => {
                prop_assert!(wrong.is_empty(), "not refused: {wrong:?}");
                prop_assert_eq!(resolved, right);
            }
            Err(Refusal::BadParameters { faults, .. }) => {
                let named: Vec<&str> = faults.iter().map(|fault| fault.name.as_str()).collect();
                prop_assert_eq!(named, wrong);
            }
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn a_rule_approves_only_what_is_within_every_limit(
        limits in given(), values in given(), longest in proptest::option::of(0i64..1000), span in 0i64..1000,
    ) {
        let approval = Approval::Auto { limits: limits.clone(), longest: longest.map(seconds) };
        let template = template(Vec::new(), approval);
        let small = limits.iter().all(|(name, limit)| match values.get(name) {
            None => false,
            Some(value) if kind_of(value) != kind_of(limit) => false,
            Some(Value::Switch(on)) => !*on || *limit == Value::Switch(true),
            Some(value) => match (amount(value), amount(limit)) {
                (Some(value), Some(limit)) => value <= limit,
                // Lists and maps are neither less nor more.
                _ => value == limit && !matches!(value, Value::List(_) | Value::Map(_)),
            },
        });
        let short = longest.is_none_or(|longest| span <= longest);
        prop_assert_eq!(template.approves_itself(&values, TimeDelta::seconds(span)), small && short);
    }

    #[test]
    fn a_span_is_between_a_minute_and_the_longest(asked in proptest::option::of(-10i64..200_000)) {
        let template = template(Vec::new(), Approval::Always);
        let span = asked.unwrap_or(3600);
        let result = template.span(asked.map(TimeDelta::seconds));
        prop_assert_eq!(result.is_ok(), (60..=86_400).contains(&span));
        if let Ok(taken) = result {
            prop_assert_eq!(taken.num_seconds(), span);
        }
    }

    #[test]
    fn a_template_reads_back_as_it_was_stored(parameters in parameters(), limits in given()) {
        let template = template(parameters, Approval::Auto { limits, longest: None });
        let stored = serde_json::to_string(&template).unwrap();
        prop_assert_eq!(serde_json::from_str::<Template>(&stored).unwrap(), template);
    }
}

#[test]
fn a_template_with_the_rule_always_never_approves_itself() {
    let template = template(Vec::new(), Approval::Always);
    assert!(!template.approves_itself(&BTreeMap::new(), TimeDelta::seconds(1)));
}

#[test]
fn a_choice_is_not_within_a_limit_because_of_its_place_in_the_alphabet() {
    let limits = BTreeMap::from([("size".to_owned(), Value::Text("small".to_owned()))]);
    let template = template(Vec::new(), Approval::Auto { limits, longest: None });
    let asked = |word: &str| BTreeMap::from([("size".to_owned(), Value::Text(word.to_owned()))]);
    assert!(template.approves_itself(&asked("small"), TimeDelta::seconds(1)));
    assert!(!template.approves_itself(&asked("huge"), TimeDelta::seconds(1)));
}

#[test]
fn a_value_that_is_no_choice_learns_the_choices() {
    let parameter = Parameter {
        choices: vec![Value::Text("small".to_owned())],
        ..Parameter::of("size", ParameterKind::Choice)
    };
    let problem = parameter.check(&Value::Text("big".to_owned())).unwrap_err();
    assert_eq!(problem, Problem::NotAChoice { choices: vec![Value::Text("small".to_owned())] });
}

fn policy(domains: &[&str]) -> Policy {
    Policy {
        quotas: Default::default(),
        domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
        patience: Patience { remind_after: TimeDelta::hours(1), lapse_after: TimeDelta::days(1) },
        open_requests: 100,
        ..Policy::default()
    }
}

#[test]
fn only_addresses_of_an_allowed_domain_are_admitted() {
    let policy = policy(&["example.org"]);
    for (email, admitted) in [
        ("dana@example.org", true),
        ("dana@EXAMPLE.org", true),
        ("dana@sub.example.org", false),
        ("dana@notexample.org", false),
        ("example.org@elsewhere.net", false),
        ("\"dana@elsewhere.net\"@example.org", true),
        ("dana@example.org@elsewhere.net", false),
        ("example.org", false),
        ("", false),
    ] {
        assert_eq!(policy.admits(&somebody("dana", email)).is_ok(), admitted, "{email}");
    }
}

#[test]
fn somebody_who_left_is_not_admitted_even_where_every_domain_is() {
    let mut person = somebody("dana", "dana@example.org");
    assert!(policy(&[]).admits(&person).is_ok());
    person.active = false;
    assert_eq!(policy(&[]).admits(&person), Err(Refusal::Unknown));
}
