//! Templates: sizes, teams, values of every kind, and versions that outlive a change of the file.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use insta::assert_snapshot;
use sublet::domain::{
    person::Person,
    template::{Decimal, ItemKind, Parameter, ParameterKind, Pattern, Rules, Size, Template, Value, When},
};

use crate::world::{World, places};

fn word(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn words(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| word(text)).collect()
}

/// `data`: a parameter of every kind, and sizes.
fn data() -> Template {
    let mysql = || BTreeMap::from([("engine".to_owned(), word("mysql"))]);
    let help = |text: &str, parameter: Parameter| Parameter { help: text.to_owned(), ..parameter };
    let engine = Parameter {
        choices: words(&["postgres", "mysql"]),
        default: Some(word("postgres")),
        ..Parameter::of("engine", ParameterKind::Choice)
    };
    let version = Parameter {
        choices: words(&["16", "17"]),
        default: Some(word("17")),
        default_when: vec![When { given: mysql(), then: word("8.4") }],
        choices_when: vec![When { given: mysql(), then: words(&["8.0", "8.4"]) }],
        ..Parameter::of("version", ParameterKind::Choice)
    };
    let connections = Parameter {
        choices: vec![Value::Number(10), Value::Number(20), Value::Number(50)],
        default: Some(Value::Number(20)),
        ..Parameter::of("connections", ParameterKind::Number)
    };
    let share = |text: &str| Some(Value::Decimal(text.parse::<Decimal>().expect("a decimal")));
    let cache = Parameter {
        default: share("0.25"),
        min: share("0.1"),
        max: share("0.9"),
        ..Parameter::of("cache", ParameterKind::Decimal)
    };
    let name = Parameter {
        rules: Rules {
            shortest: Some(3),
            longest: Some(12),
            pattern: Some(Pattern::new("[a-z][a-z0-9]*").expect("a pattern")),
            ..Rules::default()
        },
        default: Some(word("orders")),
        ..Parameter::of("name", ParameterKind::Text)
    };
    let ports = Parameter {
        rules: Rules { items: ItemKind::Number, most: Some(3), ..Rules::default() },
        min: Some(Value::Number(1024)),
        optional: true,
        ..Parameter::of("ports", ParameterKind::List)
    };
    let settings = Parameter { optional: true, ..Parameter::of("settings", ParameterKind::Map) };
    let samples =
        Parameter { default: Some(Value::Switch(false)), ..Parameter::of("samples", ParameterKind::Switch) };
    let mut data = places::web();
    data.name = "data".to_owned();
    data.title = "A database".to_owned();
    data.parameters.extend([
        help("Which database", engine),
        help("Which version of it", version),
        help("Connections at once", connections),
        help("Share of the memory for its cache", cache),
        help("Its name", name),
        help("Ports to open", ports),
        help("Its settings", settings),
        help("Whether it begins with sample rows", samples),
    ]);
    let size = |name: &str, cpu, memory: u64| Size {
        name: name.to_owned(),
        values: BTreeMap::from([
            ("cpu".to_owned(), Value::Cpu(cpu)),
            ("memory".to_owned(), Value::Bytes(memory << 30)),
        ]),
    };
    data.sizes = vec![size("small", 500, 1), size("large", 4000, 8)];
    data
}

async fn in_teams(world: &World, handle: &str, teams: &[&str]) {
    let teams: BTreeSet<String> = teams.iter().map(|team| (*team).to_owned()).collect();
    world.knows(&Person { teams, ..world.person(handle).await }).await;
}

pub async fn a_size_is_a_preset_and_what_is_given_counts(world: &mut World) {
    world.templates_are([data(), places::web()]).await;
    assert_snapshot!(world.says("dana", "/env request data size=large memory=4Gi").await, @"Asked for data-1. Its card is in your direct messages and moves with it.");
    world.settles().await;
    assert_snapshot!(world.says("dana", "/env list").await, @"- data-1: pending, cache=0.25 connections=20 cpu=4 engine=postgres memory=4Gi name=orders samples=no version=17");
    assert_snapshot!(world.says("dana", "/env request data size=huge").await, @"
    There is no size `huge` of `data`.
        /env request data size=huge
                               ^^^^
    (There are: `small`, `large`.)
    ");
    assert_snapshot!(world.says("dana", "/env request data size=smal").await, @"
    There is no size `smal` of `data`.
        /env request data size=smal
                               ^^^^
    (Did you mean `small`?)
    ");
    assert_snapshot!(world.says("dana", "/env request web size=small").await, @"
    There is no size `small`; the template `web` has none.
        /env request web size=small
                              ^^^^^
    (Give the parameters themselves; `/template show web` explains them.)
    ");
    assert_snapshot!(world.says("dana", "/template show data").await, @"
    # A database (data)
    Debian with a web server.
    Asked for with: `/env request data`
    For: 3 days unless you say otherwise, 7 days at most with an extension
    Approval: an approver decides every request
    Warnings: 1 day, 2 hours before the end
    Kept after the end: at least 4 hours after the final warning was delivered
    Version: 1
    - cpu: How much cpu (default 1; 100m to 4)
    - memory: How much memory (default 2Gi; 1Gi to 8Gi)
    - engine: Which database (default postgres; one of postgres, mysql)
    - version: Which version of it (default 17; 8.4 when engine=mysql; one of 16, 17; one of 8.0, 8.4 when engine=mysql)
    - connections: Connections at once (default 20; one of 10, 20, 50)
    - cache: Share of the memory for its cache (default 0.25; 0.1 to 0.9)
    - name: Its name (default orders; 3 to 12 characters; like [a-z][a-z0-9]*)
    - ports: Ports to open (may be left out; at least 1024; whole numbers, such as 1,2; at most 3 items)
    - settings: Its settings (may be left out; such as name=value,other=value)
    - samples: Whether it begins with sample rows (default no)
    Sizes, where what you give beside one counts instead:
    - small: cpu=500m memory=1Gi `/env request data size=small`
    - large: cpu=4 memory=8Gi `/env request data size=large`
    ");
    assert_eq!(
        world.offers("dana", "/env request data size=").await,
        ["/env request data size=small ", "/env request data size=large "]
    );
    assert!(!world.offers("dana", "/env request web ").await.contains(&"/env request web size=".to_owned()));
}

pub async fn wrong_values_of_each_kind_say_what_would_work(world: &mut World) {
    world.templates_are([data()]).await;
    let mut said = Vec::new();
    for wrong in [
        "cpu=5",
        "memory=much",
        "engine=oracle",
        "engine=mysql version=17",
        "connections=30",
        "connections=2.5",
        "cache=0,5",
        "cache=0.05",
        "name=ab",
        "name=Orders",
        "name=averylongnameofit",
        "ports=80",
        "ports=8080,web",
        "ports=8080,8081,8082,8083",
        "settings=plain",
        "settings=a=1,a=2",
        "settings=\"-a=1\"",
        "samples=maybe",
        "name=\"abc\u{200f}\"",
    ] {
        let answer = world.says("dana", &format!("/env request data {wrong}")).await;
        said.push(format!(
            "{}: {}",
            wrong.replace('\u{200f}', "U+200F"),
            answer.lines().next().unwrap_or_default()
        ));
    }
    assert_snapshot!(said.join("\n"), @r#"
    cpu=5: `cpu` is too much; at most 4.
    memory=much: `much` is not a size. Write a number and a unit, such as `512Mi` or `4Gi`.
    engine=oracle: `engine` must be one of `postgres`, `mysql`.
    engine=mysql version=17: `version` must be one of `8.0`, `8.4`.
    connections=30: `connections` must be one of `10`, `20`, `50`.
    connections=2.5: “2.5” is not a whole number. Write digits only, such as `3`.
    cache=0,5: “0,5” is not a number. Write digits with a point, such as `1.5`, at most 9 of them behind it.
    cache=0.05: `cache` is too little; at least 0.1.
    name=ab: `name` is too short; at least 3 characters.
    name=Orders: `name` must match the pattern `[a-z][a-z0-9]*` as a whole.
    name=averylongnameofit: `name` is too long; at most 12 characters.
    ports=80: `ports`, item 1, is too little; at least 1024.
    ports=8080,web: “web” is not a whole number. Write digits only, such as `3`.
    ports=8080,8081,8082,8083: `ports` has too many entries; at most 3.
    settings=plain: “plain” is not `name=value`. Write `a=1,b=2`, or `{}` for none.
    settings=a=1,a=2: “a” is there twice. Write each name once.
    settings="-a=1": `settings` cannot have an entry “-a”; names are letters, digits and `.` `_` `-`, at most 63.
    samples=maybe: “maybe” is neither yes nor no. Write `yes` or `no`.
    name="abcU+200F": `name` holds a character that cannot be seen (U+200F); leave it out.
    "#);
    let good = "/env request data engine=mysql connections=50 cache=0.5 name=shop ports=8080,9090 settings=\"mode=fast,log=a b\" samples=yes";
    assert_snapshot!(world.says("dana", good).await, @"Asked for data-1. Its card is in your direct messages and moves with it.");
    world.settles().await;
    assert_snapshot!(world.says("dana", "/env list").await, @"- data-1: pending, cache=0.5 connections=50 cpu=1 engine=mysql memory=2Gi name=shop ports=8080,9090 samples=yes settings=log=a b,mode=fast version=8.4");
    assert_eq!(
        world.offers("dana", "/env request data engine=mysql version=").await,
        ["/env request data engine=mysql version=8.0 ", "/env request data engine=mysql version=8.4 "]
    );
}

pub async fn a_template_for_a_team_is_not_there_for_others(world: &mut World) {
    let shop = Template { teams: vec!["billing".to_owned(), "shop".to_owned()], ..data() };
    world.templates_are([shop, places::web()]).await;
    in_teams(world, "erin", &["shop", "search"]).await;
    assert_snapshot!(world.says("dana", "/template list").await, @"- web: A web server; up to 7 days. `/env request web`");
    assert_snapshot!(world.says("dana", "/template show data").await, @"
    The template `data` is for the teams `billing`, `shop` only.
    (`/template list` shows what you can have; an admin decides who is in which team.)
    ");
    assert_snapshot!(world.says("dana", "/template show data version=1").await, @"
    The template `data` is for the teams `billing`, `shop` only.
    (`/template list` shows what you can have; an admin decides who is in which team.)
    ");
    assert_snapshot!(world.says("dana", "/env request data").await, @"
    The template `data` is for the teams `billing`, `shop` only.
        /env request data
                     ^^^^
    (`/template list` shows what you can have; an admin decides who is in which team.)
    ");
    assert_snapshot!(world.says("dana", "/env request dta").await, @"
    There is no template `dta`.
        /env request dta
                     ^^^
    (There are: `web`.)
    ");
    assert_eq!(world.offers("dana", "/env request ").await, ["/env request web "]);
    assert!(world.offers("dana", "/env request data size=").await.is_empty());
    assert_snapshot!(world.says("dana", "/env request").await, @"
    form: Request an environment
    Template*:
    For how long:
    Or until when:
    SSH key:
    Reason:
    [Send request]
    ");
    assert_snapshot!(world.says("erin", "/template list").await, @"
    - data: A database; up to 7 days. `/env request data`
    - web: A web server; up to 7 days. `/env request web`
    ");
    assert_eq!(world.offers("erin", "/env request ").await, ["/env request data ", "/env request web "]);
    assert_snapshot!(world.says("erin", "/env request data team=search").await, @"
    The template `data` is for the teams `billing`, `shop` only.
        /env request data team=search
                     ^^^^
    (`/template list` shows what you can have; an admin decides who is in which team.)
    ");
    // Of her two teams one may have it, so it is for that one without a word.
    assert_snapshot!(world.says("erin", "/env request data").await, @"Asked for data-1. Its card is in your direct messages and moves with it.");
    world.settles().await;
    in_teams(world, "erin", &[]).await;
    assert_snapshot!(world.says("erin", "/env request data").await, @"
    The template `data` is for the teams `billing`, `shop` only.
        /env request data
                     ^^^^
    (`/template list` shows what you can have; an admin decides who is in which team.)
    ");
}

pub async fn a_change_between_request_and_approval_changes_nothing(world: &mut World) {
    let before = data();
    world.templates_are([before.clone()]).await;
    world.says("dana", "/env request data").await;
    world.says("erin", "/env request data").await;
    world.settles().await;
    let mut after = Template { longest: TimeDelta::days(2).into(), ..before.clone() };
    after.default_span = TimeDelta::days(1).into();
    after.grace = TimeDelta::hours(1).into();
    after.provisioner = "elsewhere".to_owned();
    world.templates_are([after.clone()]).await;
    assert_snapshot!(world.says("ada", "/env show data-1").await, @"
    # @dana asks for data-1
    Template: data
    Size: cache=0.25 connections=20 cpu=1 engine=postgres memory=2Gi name=orders samples=no version=17
    For: 3 days
    Key: `SHA256:CpIe6dQegj2wNvA0NqnNQVtM+87yDhDFApZ/1yY7jGU`
    Already holds: nothing
    Waiting for an approver.
    [Approve] [Reject] [Approve smaller] [Approve shorter] [Details]
    Made of: data, version 1; version 2 is in force now
    ");
    assert_snapshot!(world.says("bob", "/env approve data-1").await, @"You approved data-1. The requester is being told.");
    world.settles().await;
    let lease = world.lease("data-1").await;
    assert_eq!((lease.template_version, lease.terms.longest), (1, before.longest));
    assert_eq!((lease.terms.provisioner.as_str(), lease.terms.grace), ("paper", before.grace));
    assert_snapshot!(world.says("dana", "/template show data version=2").await, @"
    # A database (data)
    Debian with a web server.
    Asked for with: `/env request data`
    For: 1 day unless you say otherwise, 2 days at most with an extension
    Approval: an approver decides every request
    Warnings: 1 day, 2 hours before the end
    Kept after the end: at least 1 hour after the final warning was delivered
    Version: 2
    - cpu: How much cpu (default 1; 100m to 4)
    - memory: How much memory (default 2Gi; 1Gi to 8Gi)
    - engine: Which database (default postgres; one of postgres, mysql)
    - version: Which version of it (default 17; 8.4 when engine=mysql; one of 16, 17; one of 8.0, 8.4 when engine=mysql)
    - connections: Connections at once (default 20; one of 10, 20, 50)
    - cache: Share of the memory for its cache (default 0.25; 0.1 to 0.9)
    - name: Its name (default orders; 3 to 12 characters; like [a-z][a-z0-9]*)
    - ports: Ports to open (may be left out; at least 1024; whole numbers, such as 1,2; at most 3 items)
    - settings: Its settings (may be left out; such as name=value,other=value)
    - samples: Whether it begins with sample rows (default no)
    Sizes, where what you give beside one counts instead:
    - small: cpu=500m memory=1Gi `/env request data size=small`
    - large: cpu=4 memory=8Gi `/env request data size=large`
    ");
    assert_snapshot!(world.says("dana", "/template show data version=1").await, @"
    # A database (data), version 1, no longer in force
    Debian with a web server.
    Asked for with: `/env request data`
    For: 3 days unless you say otherwise, 7 days at most with an extension
    Approval: an approver decides every request
    Warnings: 1 day, 2 hours before the end
    Kept after the end: at least 4 hours after the final warning was delivered
    Version: 1
    - cpu: How much cpu (default 1; 100m to 4)
    - memory: How much memory (default 2Gi; 1Gi to 8Gi)
    - engine: Which database (default postgres; one of postgres, mysql)
    - version: Which version of it (default 17; 8.4 when engine=mysql; one of 16, 17; one of 8.0, 8.4 when engine=mysql)
    - connections: Connections at once (default 20; one of 10, 20, 50)
    - cache: Share of the memory for its cache (default 0.25; 0.1 to 0.9)
    - name: Its name (default orders; 3 to 12 characters; like [a-z][a-z0-9]*)
    - ports: Ports to open (may be left out; at least 1024; whole numbers, such as 1,2; at most 3 items)
    - settings: Its settings (may be left out; such as name=value,other=value)
    - samples: Whether it begins with sample rows (default no)
    Sizes, where what you give beside one counts instead:
    - small: cpu=500m memory=1Gi `/env request data size=small`
    - large: cpu=4 memory=8Gi `/env request data size=large`
    ");
    assert_snapshot!(world.says("dana", "/template show data version=7").await, @"
    There is no such version of the template `data`.
        /template show data version=7
                                    ^
    (There are versions 1 to 2.)
    ");
    // The file is gone altogether: what was requested can still be decided, and nothing new.
    world.templates_are([places::web()]).await;
    assert_snapshot!(world.says("bob", "/env approve data-2").await, @"You approved data-2. The requester is being told.");
    world.settles().await;
    assert_eq!(world.lease("data-2").await.template_version, 1);
    assert_snapshot!(world.says("dana", "/env request data").await, @"
    There is no template `data`.
        /env request data
                     ^^^^
    (There are: `web`.)
    ");
    // What comes back has its old number.
    world.templates_are([before]).await;
    let shown = world.says("dana", "/template show data").await;
    assert!(shown.contains("\nVersion: 1\n") && !shown.contains("no longer"), "{shown}");
    for name in ["data-1", "data-2"] {
        let owner = if name == "data-1" { "dana" } else { "erin" };
        world.says(owner, &format!("/env release {name}")).await;
    }
    world.settles().await;
}
