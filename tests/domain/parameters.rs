//! Parameters of every kind: whatever is resolved keeps every declared rule, what is shown is read again, and
//! dependent defaults always come to an end.

use std::collections::BTreeMap;

use proptest::{collection::vec, option::of, prelude::*, sample::select};
use sublet::{
    domain::{
        refusal::Refusal,
        template::{
            Decimal, ItemKind, Parameter, ParameterKind, Pattern, Problem, Rules, Size, Template, Value,
            When, circle,
        },
    },
    values,
};

use crate::templates::template;

const NAMES: [&str; 5] = ["engine", "version", "count", "share", "hosts"];
const PATTERN: &str = "[a-z]{1,3}|x[0-9]*";

fn decimal() -> impl Strategy<Value = Decimal> {
    "-?[0-9]{1,18}(\\.[0-9]{1,9})?".prop_map(|text| text.parse().expect("a decimal"))
}

/// Texts that are typed: without edges of white space, which no line and no form keeps.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{0,4}|x[0-9]{0,3}",
        "\\PC{0,12}",
        select(vec!["a,b", "[x", "{y", "a=b", "$(HOME)", "{{ x }}", "\"", "\\", "yes", "1e3"])
            .prop_map(str::to_owned),
    ]
    .prop_map(|text| text.trim().to_owned())
}

/// A value of that kind; of a list, all of one kind.
fn value(kind: ParameterKind, items: ItemKind) -> BoxedStrategy<Value> {
    match kind {
        ParameterKind::Cpu => (1u32..400_000).prop_map(Value::Cpu).boxed(),
        ParameterKind::Bytes => (1u64..1 << 49).prop_map(Value::Bytes).boxed(),
        ParameterKind::Number => any::<i64>().prop_map(Value::Number).boxed(),
        ParameterKind::Decimal => decimal().prop_map(Value::Decimal).boxed(),
        ParameterKind::Text | ParameterKind::Choice => text().prop_map(Value::Text).boxed(),
        ParameterKind::Switch => any::<bool>().prop_map(Value::Switch).boxed(),
        ParameterKind::List => match items {
            ItemKind::Text => vec(text().prop_map(Value::Text), 0..6).prop_map(Value::List).boxed(),
            ItemKind::Number => vec((-9i64..9).prop_map(Value::Number), 0..6).prop_map(Value::List).boxed(),
        },
        ParameterKind::Map => proptest::collection::btree_map("[A-Za-z0-9]{1,3}|[-._a=,]{0,3}", text(), 0..5)
            .prop_map(Value::Map)
            .boxed(),
    }
}

fn kind() -> impl Strategy<Value = (ParameterKind, ItemKind)> {
    use ParameterKind::{Bytes, Choice, Cpu, Decimal, List, Map, Number, Switch, Text};
    (
        select(vec![Cpu, Bytes, Number, Decimal, Text, Choice, Switch, List, Map]),
        select(vec![ItemKind::Text, ItemKind::Number]),
    )
}

prop_compose! {
    fn rules(items: ItemKind)(
        shortest in of(0u32..3), longest in of(2u32..8), patterned in any::<bool>(), fewest in of(0u32..3), most in of(1u32..5),
    ) -> Rules {
        let pattern = patterned.then(|| Pattern::new(PATTERN).expect("a pattern"));
        Rules { shortest, longest, pattern, items, fewest, most }
    }
}

fn parameter(name: &'static str) -> impl Strategy<Value = Parameter> {
    kind().prop_flat_map(move |(kind, items)| {
        let limit = if kind == ParameterKind::List { ParameterKind::Number } else { kind };
        let limits = (of(value(limit, items)), of(value(limit, items)));
        (limits, vec(value(limit, items), 0..4), rules(items), of(value(kind, items)), any::<bool>())
            .prop_map(move |((min, max), choices, rules, default, optional)| Parameter {
                default,
                min,
                max,
                choices,
                rules,
                optional,
                ..Parameter::of(name, kind)
            })
    })
}

/// Whether a text keeps the rules, said without the domain.
fn keeps(rules: &Rules, text: &str) -> bool {
    let length = text.chars().count();
    let shaped = regex_by_hand(text) || rules.pattern.is_none();
    shaped
        && rules.shortest.is_none_or(|least| length >= least as usize)
        && length <= rules.longest.unwrap_or(1000) as usize
        && !text.chars().any(|c| c == '\u{202e}' || (c.is_control() && !"\n\r\t".contains(c)))
}

/// What `PATTERN` says.
fn regex_by_hand(text: &str) -> bool {
    let letters = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase());
    letters || text.strip_prefix('x').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a value keeps every declared rule of its parameter, said without the domain.
fn holds(parameter: &Parameter, value: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::Cpu(number) => Some(i128::from(*number) * 1_000_000_000),
        Value::Bytes(number) => Some(i128::from(*number) * 1_000_000_000),
        Value::Number(number) => Some(i128::from(*number) * 1_000_000_000),
        Value::Decimal(number) => {
            let text = number.to_string();
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
            format!("{whole}{fraction:0<9}").parse().ok()
        }
        _ => None,
    };
    let within = |value: &Value| {
        let limit = |limit: &Option<Value>| limit.as_ref().and_then(number);
        number(value).is_none_or(|value| {
            limit(&parameter.min).is_none_or(|min| value >= min)
                && limit(&parameter.max).is_none_or(|max| value <= max)
        })
    };
    let chosen = |value: &Value| parameter.choices.iter().any(|choice| choice == value);
    let counted = |count: usize| {
        parameter.rules.fewest.is_none_or(|least| count >= least as usize)
            && parameter.rules.most.is_none_or(|most| count <= most as usize)
    };
    match (parameter.kind, value) {
        (ParameterKind::Cpu, Value::Cpu(_))
        | (ParameterKind::Bytes, Value::Bytes(_))
        | (ParameterKind::Number, Value::Number(_))
        | (ParameterKind::Decimal, Value::Decimal(_)) => within(value) && (parameter.choices.is_empty() || chosen(value)),
        (ParameterKind::Text, Value::Text(text)) => keeps(&parameter.rules, text),
        (ParameterKind::Choice, Value::Text(_)) => chosen(value),
        (ParameterKind::Switch, Value::Switch(_)) => true,
        (ParameterKind::List, Value::List(items)) => {
            counted(items.len())
                && items.iter().all(|item| match (item, parameter.rules.items) {
                    (Value::Text(text), ItemKind::Text) => keeps(&parameter.rules, text),
                    (Value::Number(_), ItemKind::Number) => within(item),
                    _ => false,
                } && (parameter.choices.is_empty() || chosen(item)))
        }
        (ParameterKind::Map, Value::Map(entries)) => {
            let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            let named = |name: &String| {
                edge(name.chars().next()) && edge(name.chars().last()) && !name.contains([',', '='])
            };
            counted(entries.len()) && entries.iter().all(|(name, text)| named(name) && keeps(&parameter.rules, text))
        }
        _ => false,
    }
}

fn all(parameters: Vec<Parameter>) -> Template {
    template(parameters, Default::default())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_value_is_taken_exactly_when_it_keeps_every_rule(
        (parameter, value) in parameter("it").prop_flat_map(|parameter| {
            let same = value(parameter.kind, parameter.rules.items);
            let any = kind().prop_flat_map(|(kind, items)| value(kind, items));
            let choice = if parameter.choices.is_empty() { Just(Value::Switch(true)).boxed() } else { select(parameter.choices.clone()).boxed() };
            (Just(parameter), prop_oneof![5 => same, 1 => any, 2 => choice])
        })
    ) {
        prop_assert_eq!(parameter.check(&value).is_ok(), holds(&parameter, &value), "{:?}", parameter.check(&value));
    }

    #[test]
    fn what_is_resolved_keeps_every_rule_and_what_is_given_stands(
        parameters in NAMES.map(parameter), seeds in NAMES.map(|_| of(any::<u8>())), size in any::<bool>(),
    ) {
        let parameters = Vec::from(parameters);
        let mut given = BTreeMap::new();
        for (parameter, seed) in parameters.iter().zip(seeds) {
            let some = parameter.choices.first().or(parameter.default.as_ref()).or(parameter.min.as_ref());
            given.extend(seed.and(some).map(|value| (parameter.name.clone(), value.clone())));
        }
        let preset: BTreeMap<String, Value> = parameters
            .iter()
            .filter_map(|parameter| Some((parameter.name.clone(), parameter.max.clone().or(parameter.min.clone())?)))
            .collect();
        let mut template = all(parameters);
        template.sizes = vec![Size { name: "small".to_owned(), values: preset.clone() }];
        let Ok(resolved) = template.resolve_sized(size.then_some("small"), &given) else { return Ok(()) };
        for parameter in &template.parameters {
            let name = &parameter.name;
            let Some(value) = resolved.get(name) else {
                prop_assert!(parameter.optional && !given.contains_key(name));
                continue;
            };
            prop_assert!(holds(parameter, value), "{parameter:?} {value:?}");
            let wanted = given.get(name).or(preset.get(name).filter(|_| size)).or(parameter.default.as_ref());
            prop_assert_eq!(Some(value), wanted);
        }
    }

    #[test]
    fn what_is_shown_is_read_again(
        (kind, items, value) in kind().prop_flat_map(|(kind, items)| (Just(kind), Just(items), value(kind, items)))
    ) {
        let parameter = Parameter { rules: Rules { items, ..Rules::default() }, ..Parameter::of("it", kind) };
        let shown = values::show(&value);
        prop_assert_eq!(values::read(&parameter, &shown), Ok(value), "{}", shown);
    }

    #[test]
    fn decimals_compare_as_the_numbers_they_are(one in decimal(), other in decimal()) {
        let scaled = |decimal: Decimal| {
            let text = decimal.to_string();
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
            format!("{whole}{fraction:0<9}").parse::<i128>().unwrap()
        };
        prop_assert_eq!(one.cmp(&other), scaled(one).cmp(&scaled(other)));
        prop_assert_eq!(one.to_string().parse(), Ok(one));
    }

    /// Arbitrary arrows among parameters: a circle is found exactly when there is one, and resolving always ends.
    #[test]
    fn circles_are_found_and_resolving_ends(arrows in vec((0usize..5, 0usize..5), 0..9)) {
        let mut parameters: Vec<Parameter> =
            NAMES.iter().map(|name| Parameter { default: Some(Value::Switch(false)), ..Parameter::of(name, ParameterKind::Switch) }).collect();
        for (from, to) in &arrows {
            let given = BTreeMap::from([(NAMES[*to].to_owned(), Value::Switch(true))]);
            parameters[*from].default_when.push(When { given, then: Value::Switch(true) });
        }
        // By hand: who reaches themselves?
        let mut reach = [[false; 5]; 5];
        for (from, to) in &arrows { reach[*from][*to] = true; }
        for middle in 0..5 { for from in 0..5 { for to in 0..5 {
            reach[from][to] |= reach[from][middle] && reach[middle][to];
        } } }
        let circular = (0..5).any(|at| reach[at][at]);
        let found = circle(&parameters);
        prop_assert_eq!(found.is_some(), circular, "{:?}", found);
        for (at, name) in found.iter().flatten().enumerate() {
            let way = found.as_ref().unwrap();
            let next = &way[(at + 1) % way.len()];
            let parameter = parameters.iter().find(|parameter| parameter.name == *name).unwrap();
            prop_assert!(parameter.depends_on().any(|on| on == next), "{name} does not depend on {next}");
        }
        let first = BTreeMap::from([(NAMES[0].to_owned(), Value::Switch(true))]);
        let resolved = all(parameters).resolve(&first).unwrap();
        prop_assert_eq!(resolved.len(), 5, "every parameter has a value");
        if !circular {
            for (at, name) in NAMES.iter().enumerate().skip(1) {
                prop_assert_eq!(&resolved[*name], &Value::Switch(reach[at][0]), "{}", name);
            }
        }
    }

    /// Dependent defaults and choices that the check lets through never meet a value that they refuse.
    #[test]
    fn defaults_that_do_not_clash_can_always_be_taken(
        defaults in vec((0usize..3, 0usize..4), 0..4), choices in vec((0usize..3, vec(0usize..4, 1..4)), 0..3),
        plain in vec(0usize..4, 1..4), default in 0usize..4, engine in 0usize..4,
    ) {
        let word = |at: usize| Value::Text(["a", "b", "c", "d"][at].to_owned());
        let when = |at: usize| BTreeMap::from([("engine".to_owned(), word(at))]);
        let lead = Parameter { choices: (0..4).map(word).collect(), ..Parameter::of("engine", ParameterKind::Choice) };
        let follower = Parameter {
            choices: plain.into_iter().map(word).collect(),
            default: Some(word(default)),
            default_when: defaults.into_iter().map(|(at, then)| When { given: when(at), then: word(then) }).collect(),
            choices_when: choices.into_iter().map(|(at, then)| When {
                given: when(at), then: then.into_iter().map(word).collect(),
            }).collect(),
            ..Parameter::of("version", ParameterKind::Choice)
        };
        let clashes = follower.clash().is_some();
        // In the other order, so that it has to be put right.
        let template = all(vec![follower, lead]);
        let given = |at: usize| BTreeMap::from([("engine".to_owned(), word(at))]);
        if clashes {
            prop_assert!((0..4).any(|at| template.resolve(&given(at)).is_err()), "it clashes for no engine");
        } else {
            prop_assert!(template.resolve(&given(engine)).is_ok());
        }
    }
}

#[test]
fn a_size_gives_way_to_what_is_given_and_an_unknown_one_is_refused() {
    let parameters = vec![
        Parameter { default: Some(Value::Cpu(500)), ..Parameter::of("cpu", ParameterKind::Cpu) },
        Parameter { optional: true, ..Parameter::of("note", ParameterKind::Text) },
    ];
    let mut template = all(parameters);
    template.sizes =
        vec![Size { name: "large".into(), values: BTreeMap::from([("cpu".into(), Value::Cpu(4000))]) }];
    let cpu = |size: Option<&str>, given: &[(&str, Value)]| {
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        template.resolve_sized(size, &given).map(|mut all| (all.remove("cpu"), all.len()))
    };
    assert_eq!(cpu(None, &[]), Ok((Some(Value::Cpu(500)), 0)), "the optional one is not there");
    assert_eq!(cpu(Some("large"), &[]), Ok((Some(Value::Cpu(4000)), 0)));
    assert_eq!(cpu(Some("large"), &[("cpu", Value::Cpu(1000))]), Ok((Some(Value::Cpu(1000)), 0)));
    let refusal = cpu(Some("huge"), &[]).unwrap_err();
    assert_eq!(
        refusal,
        Refusal::NoSuchSize { template: "web".into(), name: "huge".into(), known: vec!["large".into()] }
    );
}

#[test]
fn one_wrong_value_is_one_fault_also_where_others_depend_on_it() {
    let word = |text: &str| Value::Text(text.to_owned());
    let engine = Parameter {
        choices: vec![word("mysql"), word("postgres")],
        default: Some(word("postgres")),
        ..Parameter::of("engine", ParameterKind::Choice)
    };
    let mysql = || BTreeMap::from([("engine".to_owned(), word("mysql"))]);
    let version = Parameter {
        choices: vec![word("17")],
        default: Some(word("17")),
        default_when: vec![When { given: mysql(), then: word("8.4") }],
        choices_when: vec![When { given: mysql(), then: vec![word("8.4")] }],
        ..Parameter::of("version", ParameterKind::Choice)
    };
    let template = all(vec![version, engine]);
    let asked = |pairs: &[(&str, &str)]| {
        let given = pairs.iter().map(|(name, text)| ((*name).to_owned(), word(text))).collect();
        template.resolve(&given)
    };
    assert_eq!(asked(&[("engine", "mysql")]).unwrap()["version"], word("8.4"));
    assert_eq!(asked(&[]).unwrap()["version"], word("17"));
    let Err(Refusal::BadParameters { faults, .. }) = asked(&[("engine", "mysqll"), ("version", "8.4")])
    else {
        panic!("a wrong engine was taken")
    };
    assert_eq!(faults.len(), 1, "{faults:?}");
    let Err(Refusal::BadParameters { faults, .. }) = asked(&[("engine", "mysql"), ("version", "17")]) else {
        panic!("a version of the other engine was taken")
    };
    assert_eq!(faults[0].problem, Problem::NotAChoice { choices: vec![word("8.4")] });
}

#[test]
fn the_same_content_has_the_same_digest_and_no_other_has() {
    let one = all(vec![Parameter::of("cpu", ParameterKind::Cpu)]);
    let mut other = one.clone();
    assert_eq!(one.digest(), other.digest());
    other.teams.push("shop".to_owned());
    assert_ne!(one.digest(), other.digest());
    let stored = serde_json::to_string(&other).unwrap();
    assert_eq!(serde_json::from_str::<Template>(&stored).unwrap().digest(), other.digest());
}
