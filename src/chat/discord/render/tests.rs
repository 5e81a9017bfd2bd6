//! Words stay words, nothing is too long, and what matters is always there.

use chrono::DateTime;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    actions::Asked,
    chat::render::hostile,
    ports::chat::{Block, Button, Message, Style, Text, Tone},
};

const DANA: &str = "80351110224678911";
const ROLE: &str = "70351110224678911";
const DRAFT: &str = "0123456789ab";

fn names() -> Names {
    let [dana, _] = hostile::handles();
    Names::new([(dana, DANA.to_owned())])
}

fn shown(text: &Text) -> String {
    text::markdown(text, &names(), limits::WORDS)
}

fn body(message: &Message) -> Value {
    super::message(message, &names(), Some(ROLE))
}

fn say(blocks: Vec<Block>) -> Message {
    Message { summary: "Said".into(), tone: Tone::Plain, blocks }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn strong_words_and_code_cannot_be_left() {
    assert_eq!(shown(&Text::default().strong("a*b* <c")), r"**a\*b\* \<c**");
    assert_eq!(shown(&Text::default().strong(" spaced ")), " **spaced** ");
    assert_eq!(shown(&Text::default().code("ssh `whoami` & *\nx\\")), "`ssh ˋwhoamiˋ & * x\\`");
    assert_eq!(shown(&Text::plain("a").strong("b").and("c")), "a**b**c");
    assert_eq!(shown(&Text::plain("Say `/help <command>` now")), "Say `/help <command>` now");
}

#[test]
fn people_and_moments_are_alive() {
    let [dana, omar] = hostile::handles();
    let at = DateTime::from_timestamp(1_795_262_400, 0).unwrap();
    let text =
        Text::default().person(&dana, "dana").and(" and ").person(&omar, "omar_x").and(" at ").time(at);
    assert_eq!(shown(&text), format!("<@{DANA}> and @omar\\_x at <t:1795262400:f>"));
    let long_ago = Text::default().time(DateTime::from_timestamp(0, 0).unwrap());
    assert_eq!(shown(&long_ago), "1970-01-01 00:00 UTC");
}

#[test]
fn a_message_stands_in_one_embed_in_its_own_order() {
    let [dana, _] = hostile::handles();
    let heading = Text::default().person(&dana, "dana").and(" asks for ").strong("web-1");
    let field = |name: &str, value: &str| (name.to_owned(), Text::plain(value));
    let message = Message {
        summary: "dana asks for web-1".into(),
        tone: Tone::Asking,
        blocks: vec![
            Block::Note("A reminder".into()),
            Block::Heading(heading),
            Block::Fields(vec![field("Template", "web"), field("Reason", &"why ".repeat(20))]),
            Block::Paragraph("Waiting".into()),
            Block::Code("ssh dev@env".to_owned()),
        ],
    };
    assert_eq!(
        body(&message),
        json!({
            "content": format!("<@&{ROLE}> ❔ Needs a decision: dana asks for web-1"),
            "embeds": [
                {"color": 0x3b_6f_d4, "description": "-# A reminder"},
                {
                    "color": 0x3b_6f_d4,
                    "description": format!("### <@{DANA}> asks for **web-1**"),
                    "fields": [
                        {"name": "Template", "value": "web", "inline": true},
                        {"name": "Reason", "value": "why ".repeat(20), "inline": false},
                        {"name": "\u{200b}", "value": "Waiting\n```\nssh dev@env\n```", "inline": false},
                    ],
                },
            ],
            "components": [],
            "allowed_mentions": {"parse": [], "roles": [ROLE]},
        })
    );
}

#[test]
fn the_role_is_called_only_while_something_is_asked() {
    let decided = Message { tone: Tone::Good, ..say(vec![Block::Paragraph("Done".into())]) };
    let good = body(&decided);
    assert_eq!(
        (good["content"].as_str(), &good["allowed_mentions"]),
        (Some("✅ All good: Said"), &json!({"parse": []}))
    );
    let odd = super::message(&Message { tone: Tone::Asking, ..decided }, &names(), Some("1> @everyone"));
    assert_eq!(
        (odd["content"].as_str(), &odd["allowed_mentions"]),
        (Some("❔ Needs a decision: Said"), &json!({"parse": []}))
    );
}

#[test]
fn an_answer_is_for_one_person_and_says_it_once() {
    let said =
        answer(&Message { tone: Tone::Warning, ..say(vec![Block::Paragraph("Said".into())]) }, &names());
    let said = unseen(said);
    assert_eq!((said["content"].as_str(), said["flags"].as_u64()), (Some("⚠️ Attention"), Some(64)));
    assert_eq!(said["embeds"][0]["description"], "Said");
    let nothing = answer(&Message { summary: Text::default(), ..say(Vec::new()) }, &names());
    assert_eq!((nothing["content"].as_str(), &nothing["embeds"]), (Some("…"), &json!([])));
}

fn button(label: &str, style: Style, line: &str) -> Button {
    Button { label: label.into(), line: line.into(), style }
}

#[test]
fn buttons_carry_their_lines() {
    let body = body(&say(vec![Block::Actions(vec![
        button("Approve", Style::Primary, "/env approve req_1 version=1"),
        button("Reject", Style::Danger, "/env reject req_1 version=1"),
        button("Release now", Style::Danger, "/env release web-1"),
        button("Details", Style::Quiet, "/env show web-1"),
        button("Too long", Style::Plain, &"x".repeat(99)),
    ])]));
    let row = list(&body["components"][0]["components"]);
    let ids: Vec<&str> = row.iter().map(|button| button["custom_id"].as_str().unwrap()).collect();
    let expected = [
        "1|/env approve req_1 version=1",
        "2|/env reject req_1 version=1",
        "!3|/env release web-1",
        "4|/env show web-1",
    ];
    assert_eq!(ids, expected);
    assert_eq!(row.iter().map(|button| button["style"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 4, 4, 2]);
    let typed = body["embeds"][0]["description"].as_str().unwrap();
    assert!(typed.contains(&format!("Please type `{}`", "x".repeat(99))), "{typed}");
}

#[test]
fn quiet_buttons_and_those_without_a_row_stand_in_one_menu() {
    let quiet = |at: usize| button(&format!("Quiet {at}"), Style::Quiet, &format!("/env show quiet-{at}"));
    let plain = |at: usize| button(&format!("Plain {at}"), Style::Danger, &format!("/env release web-{at}"));
    let rows = |buttons: Vec<Button>| body(&say(vec![Block::Actions(buttons)]))["components"].clone();
    let some = rows(vec![plain(1), quiet(2), quiet(3)]);
    let menu = &some[1]["components"][0];
    assert_eq!((menu["custom_id"].as_str(), menu["placeholder"].as_str()), (Some(ids::MORE), Some("More…")));
    assert_eq!(menu["options"][0], json!({"label": "Quiet 2", "value": "2|/env show quiet-2"}));
    let many = rows((1..=30).map(plain).collect());
    assert_eq!(list(&many).len(), 5);
    assert_eq!(list(&many[4]["components"][0]["options"]).len(), 10);
    assert_eq!(many[4]["components"][0]["options"][0]["value"], "!21|/env release web-21");
    let all = body(&say(vec![Block::Actions((1..=50).map(plain).collect())]));
    assert!(all["embeds"][0].to_string().contains("**Plain 50** has more to say"), "{all}");
}

#[test]
fn somebody_is_asked_whether_they_are_sure() {
    let question = sure("Release now", "/env release web-1");
    assert_eq!(question["embeds"][0]["description"], "**Release now**? This cannot be taken back.");
    let button = &question["components"][0]["components"][0];
    assert_eq!(
        (button["label"].as_str(), button["custom_id"].as_str()),
        (Some("Release now"), Some("99|/env release web-1"))
    );
}

#[test]
fn what_does_not_fit_is_counted_and_buttons_stay() {
    let mut blocks: Vec<Block> =
        (0..80).map(|at| Block::Paragraph(format!("{at}: {}", "x".repeat(95)).into())).collect();
    blocks.push(Block::Actions(vec![button("Details", Style::Plain, "/env show web-1")]));
    let body = body(&say(blocks));
    let words = body["embeds"][list(&body["embeds"]).len() - 1]["description"].as_str().unwrap();
    assert!(words.ends_with("\n-# … and 22 more parts, which do not fit here."), "{words}");
    assert_eq!(list(&body["components"]).len(), 1);
}

fn asked(line: &str) -> Asked {
    let context = commands::Context { now: DateTime::UNIX_EPOCH, zone: chrono_tz::UTC };
    let error = commands::line::parse(line, &context).unwrap_err();
    Asked { form: commands::form::form_for(&error, &[]).unwrap(), problem: None, faults: Vec::new() }
}

#[test]
fn a_small_form_is_one_modal() {
    let mut asked = asked("/env request");
    asked.form.drop_empty("size");
    asked.form.drop_empty("team");
    asked.form.offer("template", vec!["web".to_owned(), "box".to_owned()]);
    let modal = modal(&asked, DRAFT).unwrap();
    assert_eq!(
        (modal["title"].as_str(), modal["custom_id"].as_str()),
        (Some("Request an environment"), Some("f|0123456789ab|all"))
    );
    let inputs: Vec<&Value> = list(&modal["components"]).iter().map(|row| &row["components"][0]).collect();
    let names: Vec<&str> = inputs.iter().map(|input| input["custom_id"].as_str().unwrap()).collect();
    assert_eq!(names, ["template", "for", "until", "key", "reason"]);
    assert_eq!(inputs[0]["placeholder"], "One of: web, box");
    assert_eq!(inputs[1]["placeholder"], "How long you need it, such as 8h, 3d or 2w");
    assert_eq!(
        inputs.iter().map(|input| input["style"].as_u64().unwrap()).collect::<Vec<_>>(),
        [1, 1, 1, 1, 2]
    );
    assert_eq!((&inputs[0]["required"], &inputs[4]["required"]), (&json!(true), &json!(false)));
    asked.faults = vec![("key".to_owned(), "No such key.".into())];
    assert_eq!(super::modal(&asked, DRAFT), None, "a modal cannot say what is wrong");
}

#[test]
fn a_form_as_a_message_has_menus_and_parts() {
    let mut asked = asked("/env request");
    asked.form.drop_empty("size");
    asked.form.drop_empty("team");
    asked.form.offer("template", vec!["web".to_owned(), "box".to_owned()]);
    let cpu = commands::form::Field {
        name: "cpu".to_owned(),
        label: "Cpu".to_owned(),
        ..asked.form.fields[1].clone()
    };
    asked.form.fields.extend([
        cpu.clone(),
        commands::form::Field { name: "ram".to_owned(), label: "Ram".to_owned(), ..cpu },
    ]);
    asked.form.fields[0].value = "box".to_owned();
    asked.problem = Some("Too many.".into());
    asked.faults = vec![("for".to_owned(), "Too long: write `for=5d`.".into())];
    let form = form(&asked, DRAFT);
    let embed = &form["embeds"][0];
    assert_eq!(embed["title"], "Request an environment");
    let words = embed["description"].as_str().unwrap();
    let expected = "**⚠️ That did not work:** Too many.\n**Template**\\*: box\n**For how long**:\n\
        ⚠️ Too long: write `for=5d`.\n**Or until when**:\n";
    assert!(words.starts_with(expected), "{words}");
    let menu = &form["components"][0]["components"][0];
    assert_eq!(
        (menu["custom_id"].as_str(), menu["min_values"].as_u64()),
        (Some("c|0123456789ab|template"), Some(1))
    );
    assert_eq!(menu["options"][1], json!({"label": "box", "value": "box", "default": true}));
    let buttons: Vec<(&str, &str)> = list(&form["components"][1]["components"])
        .iter()
        .map(|button| (button["label"].as_str().unwrap(), button["custom_id"].as_str().unwrap()))
        .collect();
    let expected = [
        ("Fill in 1–5", "e|0123456789ab|0"),
        ("Fill in 6", "e|0123456789ab|1"),
        ("Send request", "s|0123456789ab"),
    ];
    assert_eq!(buttons, expected);
    let second = part(&asked, DRAFT, 1).unwrap();
    assert_eq!(second["custom_id"], "f|0123456789ab|1");
    assert_eq!(second["components"][0]["components"][0]["custom_id"], "ram");
    assert_eq!(part(&asked, DRAFT, 2), None);
}

#[test]
fn choices_that_discord_cannot_offer_are_typed() {
    let mut asked = asked("/env request");
    asked.form.offer("template", (0..25).map(|at| format!("t{at}")).collect());
    assert_eq!(list(&form(&asked, DRAFT)["components"]).len(), 2);
    asked.form.offer("template", (0..26).map(|at| format!("t{at}")).collect());
    assert_eq!(list(&form(&asked, DRAFT)["components"]).len(), 1);
    let typed = &part(&asked, DRAFT, 0).unwrap()["components"][0]["components"][0];
    assert!(typed["placeholder"].as_str().unwrap().starts_with("One of: t0, t1, "), "{typed}");
}

#[test]
fn a_form_that_discord_cannot_hold_says_what_to_do() {
    let mut asked = asked("/env reject req_1 version=3");
    let field = asked.form.fields[0].clone();
    asked.form.fields =
        (0..21).map(|at| commands::form::Field { name: format!("f{at}"), ..field.clone() }).collect();
    let form = form(&asked, DRAFT);
    assert_eq!(form["components"], json!([]));
    assert!(form["embeds"][0]["description"].as_str().unwrap().contains("/env reject"), "{form}");
}

/// How long the thing of ours is with which the text begins: a mention, a moment, a mark of bold words, code.
fn ours(text: &str) -> Option<usize> {
    for mark in ["```\n", "`"] {
        if let Some(inside) = text.strip_prefix(mark) {
            let end = mark.trim_end();
            return inside.find(end).map(|at| mark.len() + at + end.len());
        }
    }
    if let Some(moment) = text.strip_prefix("<t:") {
        let (unix, _) = moment.split_once(":f>")?;
        return unix.chars().all(|char| char.is_ascii_digit()).then_some(unix.len() + "<t::f>".len());
    }
    [&format!("<@{DANA}>"), "**"].into_iter().find(|known| text.starts_with(*known)).map(|known| known.len())
}

/// Whether the character at the beginning of the text does something.
fn does(text: &str) -> bool {
    let rest: Vec<char> = text.chars().take(200).collect();
    match rest[0] {
        '*' | '_' | '~' | '|' | '`' | '<' | '[' => true,
        ':' => rest.get(1) == Some(&'/') || crate::chat::render::words::is_emoji(&rest[1..]),
        '@' => text.starts_with("@everyone") || text.starts_with("@here"),
        _ => false,
    }
}

/// Whether the line begins with something that makes more of it than words.
fn leads(line: &str) -> bool {
    let line = line.trim_start_matches(' ');
    let unnumbered = line.trim_start_matches(|char: char| char.is_ascii_digit());
    line.starts_with(['#', '>', '+', '-']) || (unnumbered != line && unnumbered.starts_with(['.', ')']))
}

/// Everything is text, or a mention, a moment, bold or code of ours; `marks` are what may begin lines.
fn is_safe(text: &str, marks: &[&str]) -> bool {
    let mut rest = text;
    let mut begins = true;
    while let Some(char) = rest.chars().next() {
        if begins {
            rest = marks.iter().find_map(|mark| rest.strip_prefix(mark)).unwrap_or(rest);
            if leads(rest) {
                return false;
            }
            begins = false;
            continue;
        }
        let length = match (ours(rest), rest[char.len_utf8()..].chars().next()) {
            (Some(length), _) => length,
            (None, Some(next)) if char == '\\' && next.is_ascii_punctuation() => 2,
            (None, _) if does(rest) => return false,
            (None, _) => char.len_utf8(),
        };
        begins = char == '\n';
        rest = &rest[length..];
    }
    true
}

#[test]
fn the_checks_of_these_tests_find_something() {
    for bad in
        ["*a*", "a\n# b", "1. a", "<@1>", "x [y](z)", "https://evil.example", ":tada:", "@here", "`a", "- a"]
    {
        assert!(!is_safe(bad, &[]), "{bad}");
    }
    assert!(is_safe("- **a** `<@1>` \\*b 1.5", &["- "]));
}

/// Every text of a body that Discord formats, with how long it may be.
fn texts(body: &Value) -> Vec<(String, usize)> {
    let mut texts = vec![(body["content"].as_str().unwrap().to_owned(), limits::CONTENT)];
    let mut add = |value: &Value, limit| texts.extend(value.as_str().map(|text| (text.to_owned(), limit)));
    for embed in list(&body["embeds"]) {
        add(&embed["title"], limits::TITLE);
        add(&embed["description"], limits::DESCRIPTION);
        for field in list(&embed["fields"]) {
            add(&field["name"], limits::FIELD_NAME);
            add(&field["value"], limits::FIELD_VALUE);
        }
    }
    texts
}

/// The custom ids of a body, of buttons, menus and options.
fn ids_of(value: &Value) -> Vec<String> {
    let own = [&value["custom_id"]].into_iter().filter_map(Value::as_str).map(str::to_owned);
    let inside = list(&value["components"]).iter().chain(list(value)).flat_map(ids_of);
    own.chain(inside).collect()
}

fn check(body: &Value) -> Result<(), TestCaseError> {
    let call = format!("<@&{ROLE}> ");
    for (text, limit) in texts(body) {
        let words = text.strip_prefix(&call).unwrap_or(&text);
        prop_assert!(limits::length(&text) <= limit && !text.trim().is_empty(), "{text}");
        prop_assert!(is_safe(words, &["-# ", "- ", "### "]), "{text}");
    }
    let embeds = list(&body["embeds"]);
    prop_assert!(embeds.len() <= limits::EMBEDS);
    prop_assert!(embeds.iter().all(|embed| list(&embed["fields"]).len() <= limits::FIELDS));
    let words: usize = texts(body).iter().skip(1).map(|(text, _)| limits::length(text)).sum();
    prop_assert!(words <= limits::EMBED_WORDS, "{words}");
    let rows = list(&body["components"]);
    prop_assert!(rows.len() <= limits::ROWS);
    prop_assert!(rows.iter().all(|row| (1..=limits::BUTTONS).contains(&list(&row["components"]).len())));
    let mut ids = ids_of(&body["components"]);
    prop_assert!(
        ids.iter().all(|id| limits::length(id) <= limits::CUSTOM_ID && Id::read(id).is_some()),
        "{ids:?}"
    );
    ids.sort();
    prop_assert!(ids.windows(2).all(|two| two[0] != two[1]), "{ids:?}");
    Ok(())
}

proptest! {
    #[test]
    fn whatever_is_written_it_is_shown_and_does_nothing(words in hostile::words(), limit in 10usize..4_000) {
        // A single tick keeps ticked words from being code, so that all of them are plain here.
        let tick = if words.matches('`').count() % 2 == 0 { "`" } else { "" };
        let plain = text::markdown(&Text::plain(format!("{words}{tick}")), &names(), limit);
        prop_assert!(limits::length(&plain) <= limit && is_safe(&plain, &[]) && !plain.contains("**"), "{plain}");
        let strong = text::markdown(&Text::default().strong(words.clone()), &names(), limit);
        prop_assert!(limits::length(&strong) <= limit && is_safe(&strong, &[]), "{strong}");
        prop_assert!(strong.matches("**").count().is_multiple_of(2), "{strong}");
        let code = text::markdown(&Text::default().code(words), &names(), limit);
        prop_assert!(limits::length(&code) <= limit && code.matches('`').count() <= 2, "{code}");
    }
}

proptest! {
    // A message is a hundred texts.
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_a_message_says_it_is_safe_and_fits(message in hostile::message()) {
        let posted = body(&message);
        check(&posted)?;
        let calls = posted["content"].as_str().unwrap().starts_with("<@&");
        prop_assert_eq!(calls, message.tone == Tone::Asking);
    }

    #[test]
    fn whatever_stands_in_a_form_it_is_safe_and_fits(words in hostile::words(), label in hostile::words()) {
        let mut asked = asked("/env request");
        asked.problem = Some(words.clone().into());
        for field in &mut asked.form.fields {
            field.value.clone_from(&words);
            field.label.clone_from(&label);
            field.choices = vec![label.clone(), "web".to_owned()];
            field.error = Some(words.clone());
        }
        let mut shown = form(&asked, DRAFT);
        shown["content"] = json!("…");
        check(&shown)?;
        let part = part(&asked, DRAFT, 0);
        for row in part.iter().flat_map(|part| list(&part["components"])) {
            let input = &row["components"][0];
            for (name, limit) in [("label", 45), ("placeholder", 100), ("value", 4_000)] {
                prop_assert!(limits::length(input[name].as_str().unwrap_or_default()) <= limit, "{input}");
            }
        }
    }
}
