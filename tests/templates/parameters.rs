//! Parameters of every kind, sizes and teams in a template's file: a good one, and every fault of bad ones.

use std::collections::BTreeMap;

use sublet::{
    domain::template::{Template, Value},
    templates::{demo, read},
    values,
};

const START: &str = r#"title = "Lab"
provisioner = "local"
"#;

const LEASE: &str = r#"
[lease]
default = "1h"
longest = "1d"
warnings = ["30m"]
grace = "1h"
"#;

/// A file with these lines before its first section, and these sections.
fn file(top: &str, sections: &str) -> String {
    format!("{START}{top}{LEASE}{sections}")
}

fn good(top: &str, sections: &str) -> Template {
    read("lab", "lab.toml", &file(top, sections)).unwrap_or_else(|faults| panic!("{faults}"))
}

fn faults(top: &str, sections: &str) -> String {
    let faults = read("lab", "lab.toml", &file(top, sections)).unwrap_err();
    faults.to_string()
}

fn shown(values: &BTreeMap<String, Value>) -> String {
    let words: Vec<String> =
        values.iter().map(|(name, value)| format!("{name}={}", values::show(value))).collect();
    words.join(" ")
}

#[test]
fn every_kind_is_read_under_our_word_and_json_schemas() {
    let sections = r#"
[parameters.count]
kind = "integer"
help = "A whole number"
choices = [1, 2, 4]
default = 2

[parameters.share]
kind = "decimal"
help = "A number"
default = 0.1
max = "0.30"

[parameters.name]
kind = "string"
help = "A text"
default = "abc"
min_length = 2
max_length = 5
pattern = "[a-z]+"

[parameters.debug]
kind = "boolean"
help = "On or off"
default = true

[parameters.hosts]
kind = "array"
help = "Texts"
default = ["a,b", "c"]
min_items = 1
max_items = 3

[parameters.ports]
kind = "list"
items = "integer"
help = "Numbers"
min = 1024
default = "8080,9090"

[parameters.labels]
kind = "object"
help = "By name"
default = { a = "1", b = "x y" }

[parameters.note]
kind = "text"
help = "Nothing, or something"
optional = true
"#;
    let template = good("teams = [\"shop\", \"billing\", \"shop\"]\n", sections);
    let resolved = template.resolve(&BTreeMap::new()).unwrap();
    insta::assert_snapshot!(shown(&resolved), @r#"count=2 debug=yes hosts=["a,b","c"] labels=a=1,b=x y name=abc ports=8080,9090 share=0.1"#);
    assert_eq!(template.teams, ["billing", "shop"]);
}

#[test]
fn sizes_and_dependent_defaults_of_the_demo() {
    let template = read("data", "data.toml", demo::FILES[2].1).unwrap();
    let asked = |size, pairs: &[(&str, &str)]| {
        let given = pairs.iter().map(|(name, text)| {
            ((*name).to_owned(), values::read(template.parameter(name).unwrap(), text).unwrap())
        });
        let resolved = template.resolve_sized(size, &given.collect()).unwrap();
        shown(&resolved)
    };
    insta::assert_snapshot!(asked(None, &[]), @"cache=0.25 connections=20 cpu=1 engine=postgres memory=4Gi note=sample data samples=no schemas=public storage=20Gi version=17");
    insta::assert_snapshot!(asked(Some("large"), &[("engine", "mysql"), ("memory", "8Gi")]), @"cache=0.25 connections=200 cpu=4 engine=mysql memory=8Gi note=sample data samples=no schemas=public storage=100Gi version=8.4");
}

#[test]
fn every_fault_of_parameters_is_told() {
    let sections = r#"
[parameters.size]
kind = "text"
help = "Taken by the command"

[parameters.share]
kind = "decimal"
help = "x"
default = "1,5"
min_length = 3
items = "text"

[parameters.name]
kind = "text"
help = "x"
pattern = "[a-z"
min_length = 5
max_length = 2
min_items = 1
choices = ["a"]

[parameters.list]
kind = "list"
help = "x"
items = "number"
pattern = "a"
default = [1, "two"]
max = 5

[parameters.many]
kind = "list"
help = "x"
min_items = 3
default = ["a"]

[parameters.map]
kind = "map"
help = "x"
default = { "-a" = "1" }

[parameters.maybe]
kind = "switch"
help = "x"
default = true
optional = true

[parameters.half]
kind = "cpu"
help = "x"
choices = ["1", "9"]
max = "4"

[parameters.engine]
kind = "choice"
help = "x"
choices = ["postgres", "mysql"]

[parameters.version]
kind = "choice"
help = "x"
choices = ["16", "17"]
default_when = [
    { if = { engine = "oracle" }, then = "17" },
    { if = { engin = "mysql" }, then = "17" },
    { if = { engine = "mysql" }, then = "9" },
    { if = {}, then = "16" },
    { then = "16" },
]
choices_when = [{ if = { engine = "mysql" } }]

[sizes.Large]
half = "1"

[sizes.huge]
half = "8"
wings = 2

[sizes.none]
"#;
    insta::assert_snapshot!(faults("teams = []\n", sections), @r#"
    lab.toml:3:9  teams
        No team is named, so nobody could have it.
        Name a team, or leave this out.

    lab.toml:11:13  parameters.size
        “size” has a meaning of its own in /env request.
        Take another name than template, size, for, until, key, team, reason.

    lab.toml:18:11  parameters.share.default
        “1,5” is not a number.
        Write digits with a point, such as `1.5`, at most 9 of them behind it.

    lab.toml:19:14  parameters.share.min_length
        Only texts have a length and a pattern.
        Leave this out.

    lab.toml:20:9  parameters.share.items
        Only a list has items.
        Leave this out.

    lab.toml:25:11  parameters.name.pattern
        This is no pattern: unclosed character class.
        Write a regular expression for the whole text, such as '[a-z]+'.

    lab.toml:26:14  parameters.name.min_length
        The least is more than the most.
        Exchange them.

    lab.toml:28:13  parameters.name.min_items
        Only lists and maps have several entries.
        Leave this out.

    lab.toml:29:11  parameters.name.choices
        Only a choice has choices.
        Write kind = "choice", or leave this out.

    lab.toml:35:11  parameters.list.pattern
        Only texts have a length and a pattern.
        Leave this out.

    lab.toml:36:11  parameters.list.default
        “two” is not a whole number.
        Write digits only, such as `3`.

    lab.toml:43:11  parameters.many.default
        “a” has too few entries; at least 3.

    lab.toml:48:11  parameters.map.default
        “-a=1” cannot have an entry “-a”; names are letters, digits and `.` `_` `-`, at most 63.

    lab.toml:54:12  parameters.maybe.optional
        What has a default always has a value, so there is nothing optional about it.
        Leave out either of them.

    lab.toml:59:17  parameters.half.choices[1]
        “9” is above the most, 4.
        Write less, or raise max.

    lab.toml:71:16  parameters.version.default_when
        Nothing stands when none of these hold.
        Write a default as well, or optional = true.

    lab.toml:72:23  parameters.version.default_when.if.engine
        “oracle” is not one of the choices.
        Write “postgres” or “mysql”.

    lab.toml:73:22  parameters.version.default_when.if.engin
        “engin” is not a parameter of this template.
        Did you mean “engine”?

    lab.toml:74:41  parameters.version.default_when[2].then
        “9” is not one of the choices.
        Write “16” or “17”.

    lab.toml:75:12  parameters.version.default_when[3].if
        Nothing says when this holds.
        Write the values that others must have, such as if = { engine = "mysql" }.

    lab.toml:76:5  parameters.version.default_when[4].if
        Nothing says when this holds.
        Write the values that others must have, such as if = { engine = "mysql" }.

    lab.toml:78:17  parameters.version.choices_when[0].choices
        This is missing.
        Write the choices that there are then.

    lab.toml:80:8  sizes.Large
        “Large” cannot be the name of a size.
        Write at most 32 small letters, digits, `_` and `-`, a letter first, such as `small`.

    lab.toml:84:8  sizes.huge.half
        “8” is above the most, 4.
        Write less, or raise max.

    lab.toml:85:1  sizes.huge.wings
        “wings” is not a parameter of this template.
        Write “size”, “share”, “name”, “list”, “many”, “map”, “maybe”, “half”, “engine” or “version”.

    lab.toml:87:8  sizes.none
        This size says nothing.
        Write values of parameters, such as cpu = "1".

    26 faults.
    "#);
}

#[test]
fn circles_and_clashes_are_faults() {
    let circle = r#"
[parameters.a]
kind = "switch"
help = "x"
default = false
default_when = [{ if = { b = true }, then = true }]

[parameters.b]
kind = "switch"
help = "x"
default = false
default_when = [{ if = { c = "yes" }, then = true }]

[parameters.c]
kind = "switch"
help = "x"
default = false
default_when = [{ if = { a = true }, then = true }]
"#;
    insta::assert_snapshot!(faults("", circle), @"
    lab.toml:10:1  parameters.a
        “a” depends on “b”, which depends on “c”, which depends on “a”.
        Let one of them stand for itself.

    One fault.
    ");
    let clash = r#"
[parameters.engine]
kind = "choice"
help = "x"
choices = ["postgres", "mysql"]
default = "postgres"

[parameters.version]
kind = "choice"
help = "x"
choices = ["16", "17"]
default = "17"
choices_when = [{ if = { engine = "mysql" }, choices = ["8.4"] }]

[parameters.memory]
kind = "bytes"
help = "x"
default = "1Gi"

[sizes.old]
engine = "mysql"
version = "16"
"#;
    insta::assert_snapshot!(faults("", clash), @"
    lab.toml:16:1  parameters.version
        The default “17” is none of the choices that can hold with it.
        Write a default_when with the same “if” as the choices_when.

    lab.toml:28:2  sizes
        The size “old” cannot be taken: `version` must be one of `8.4`.
        Write values that go together.

    2 faults.
    ");
    let no_plain = r#"
[parameters.engine]
kind = "choice"
help = "x"
choices = ["postgres", "mysql"]
default = "postgres"

[parameters.version]
kind = "choice"
help = "x"
choices = ["16", "17", "8.4"]
default_when = [{ if = { engine = "mysql" }, then = "8.4" }]
"#;
    insta::assert_snapshot!(faults("", no_plain), @"
    lab.toml:20:16  parameters.version.default_when
        Nothing stands when none of these hold.
        Write a default as well, or optional = true.

    One fault.
    ");
}
