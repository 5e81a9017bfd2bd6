//! Documents: places, overlays, several faults at once.

use std::collections::BTreeMap;

use super::*;

fn faults<T>(result: Result<T, Faults>) -> String {
    result.err().map(|faults| faults.to_string()).unwrap_or_default()
}

#[test]
fn what_is_not_toml_is_named_at_every_place() {
    let result = Document::read("a.toml", "ä = \"x\nb = 2\nb = 3\n= 4\n");
    insta::assert_snapshot!(faults(result), @r#"
    a.toml:1:1
        This is not TOML: invalid unquoted key, expected letters, numbers, `-`, `_`.

    a.toml:1:7
        This is not TOML: invalid basic string, expected `"`.

    a.toml:3:1
        This is not TOML: duplicate key.

    a.toml:4:1
        This is not TOML: unquoted keys cannot be empty, expected letters, numbers, `-`, `_`.

    4 faults.
    "#);
}

#[test]
fn unknown_keys_and_wrong_kinds_are_noted_together() {
    let document =
        Document::read("a.toml", "[mail]\nport = \"x\"\nfrmo = 1\nlist = [\"a\", 2, \"\"]\n").unwrap();
    let result = document.check(|root| {
        root.section("mail", |mail| {
            mail.number("port", 1..=9);
            mail.text("from");
            mail.each("list", |text| Ok(text.to_owned()));
        });
        root.section("more", |more| more.require("name", more.text("name"), "Write a name."))
    });
    insta::assert_snapshot!(faults(result), @r#"
    a.toml:2:8  mail.port
        This is a text, not a whole number.
        Write a whole number from 1 to 9.

    a.toml:3:1  mail.frmo
        There is no such key.
        Did you mean “from”?

    a.toml:4:17  mail.list[2]
        This is empty.
        Write a value, or leave the key out.

    a.toml  more.name
        This is missing.
        Write a name.

    4 faults.
    "#);
}

#[test]
fn variables_lie_over_the_file_and_are_named_in_faults() {
    let mut document = Document::read("a.toml", "[a]\nport = \"x\"\n").unwrap();
    let variables: BTreeMap<String, String> =
        [("S__A__PORT", "7"), ("S__A__B__ON", "maybe"), ("S__A__PORT__X", "1"), ("S__", "1"), ("HOME", "/")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
    insta::assert_snapshot!(faults(document.overlay("S__", &variables)), @r#"
    S__
        No section or key can be reached by this name.
        Write S__SECTION__KEY, with two underscores between the parts.

    S__A__PORT__X  a.port.x
        No section or key can be reached by this name.
        Write S__SECTION__KEY, with two underscores between the parts.

    2 faults.
    "#);
    let mut port = None;
    let result = document.check(|root| {
        root.section("a", |a| {
            port = a.number("port", 1..=9);
            a.section("b", |b| b.switch("on"));
        });
    });
    assert_eq!(port, Some(7));
    insta::assert_snapshot!(faults(result), @r#"
    S__A__B__ON  a.b.on
        This is a text, not true or false.
        Write true or false, without quotation marks.

    One fault.
    "#);
}
