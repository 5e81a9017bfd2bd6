//! Words stay words, nothing is too long, and what matters is always there.

use std::collections::HashMap;

use chrono::DateTime;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    actions::Asked,
    chat::render::hostile,
    ports::chat::{Block, Button, Message, Style, Text, Tone},
};

fn names() -> Names {
    let [dana, _] = hostile::handles();
    Names::new([(dana, "U0DANA".to_owned())])
}

fn shown(text: Text) -> String {
    text::mrkdwn(&text, &names(), limits::SECTION)
}

fn body(message: &Message) -> Value {
    serde_json::to_value(super::message(message, &names(), Some("S0OPS"))).unwrap()
}

fn say(blocks: Vec<Block>) -> Message {
    Message { summary: "Said".into(), tone: Tone::Plain, blocks }
}

#[test]
fn words_of_people_stay_words() {
    for (written, expected) in [
        ("<!channel> & <@U0DANA>", "&lt;!channel&gt; &amp; &lt;@U0DANA&gt;"),
        ("*bold* _no_ ~gone~", "∗bold∗ ˍnoˍ ∼gone∼"),
        ("snake_case_word, 2*3, 2 * 3", "snake_case_word, 2*3, 2 * 3"),
        ("a ` alone", "a ˋ alone"),
        ("> not a quote\n> nor this > that", "› not a quote\n› nor this &gt; that"),
        ("at 10:30:45 :tada: done", "at 10:30:45 ∶tada: done"),
        ("turned \u{202e}round\u{0}", "turned round"),
    ] {
        assert_eq!(shown(Text::plain(written)), expected);
    }
}

#[test]
fn strong_words_and_code_cannot_be_left() {
    assert_eq!(shown(Text::default().strong("a*b* <c")), "*a∗b∗ &lt;c*");
    assert_eq!(shown(Text::default().strong(" spaced ")), " *spaced* ");
    assert_eq!(shown(Text::default().code("ssh `whoami` & *\nx")), "`ssh ˋwhoamiˋ &amp; * x`");
    assert_eq!(shown(Text::plain("a").strong("b").and("c")), "a\u{200b}*b*\u{200b}c");
    assert_eq!(shown(Text::plain("Say `/help <command>` now")), "Say `/help &lt;command&gt;` now");
}

#[test]
fn people_and_moments_are_alive() {
    let [dana, omar] = hostile::handles();
    let at = DateTime::from_timestamp(1_795_262_400, 0).unwrap();
    let text =
        Text::default().person(&dana, "dana").and(" and ").person(&omar, "omar <x>").and(" at ").time(at);
    assert_eq!(
        shown(text),
        "<@U0DANA> and @omar &lt;x&gt; at \
         <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>"
    );
    let odd = Names::new([(dana.clone(), "U1> <!channel".to_owned())]);
    assert_eq!(text::mrkdwn(&Text::default().person(&dana, "dana"), &odd, 99), "@dana");
}

#[test]
fn a_tone_is_a_sign_and_a_word_and_is_heard() {
    let message = Message { tone: Tone::Warning, ..say(vec![Block::Paragraph("It ends soon".into())]) };
    let body = body(&message);
    assert_eq!(body["text"], "Attention: Said");
    assert_eq!(body["blocks"][0]["elements"][0]["text"], "⚠️ Attention");
    assert_eq!(body["blocks"][1]["text"]["text"], "It ends soon");
}

#[test]
fn the_user_group_is_called_only_while_something_is_asked() {
    let asking = Message { tone: Tone::Asking, ..say(vec![Block::Paragraph("Decide".into())]) };
    assert_eq!(body(&asking).to_string().matches("<!subteam^S0OPS>").count(), 1);
    let decided = Message { tone: Tone::Good, ..asking };
    assert!(!body(&decided).to_string().contains("subteam"));
}

#[test]
fn buttons_carry_their_lines() {
    let button = |label: &str, style, line: &str| Button { label: label.into(), line: line.into(), style };
    let body = body(&say(vec![Block::Actions(vec![
        button("Approve", Style::Primary, "/env approve req_1 version=1"),
        button("Reject", Style::Danger, "/env reject req_1 version=1"),
        button("Release now", Style::Danger, "/env release web-1"),
        button("Details", Style::Quiet, "/env show web-1"),
        button("Long", Style::Quiet, &format!("/env show {}", "x".repeat(150))),
        button("Too long", Style::Plain, &"x".repeat(2001)),
    ])]));
    let elements = body["blocks"][0]["elements"].as_array().unwrap();
    let ids: Vec<&str> = elements.iter().map(|element| element["action_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["press/1", "press/2", "press/3", "press/4", "more"]);
    assert_eq!(elements[0]["value"], "/env approve req_1 version=1");
    assert_eq!(elements[1]["confirm"], Value::Null, "the form for the reason is question enough");
    assert_eq!(elements[2]["confirm"]["confirm"]["text"], "Release now");
    assert_eq!(elements[4]["options"][0]["value"], "/env show web-1");
    assert!(body["blocks"][1].to_string().contains("please type it"), "{body}");
}

#[test]
fn what_does_not_fit_is_counted_and_buttons_stay() {
    let mut blocks: Vec<Block> = (0..80).map(|at| Block::Paragraph(format!("line {at}").into())).collect();
    let line = "/env show web-1".to_owned();
    blocks.push(Block::Actions(vec![Button { label: "Details".into(), line, style: Style::Plain }]));
    let body = body(&say(blocks));
    let shown = body["blocks"].as_array().unwrap();
    assert_eq!(shown.len(), limits::MESSAGE_BLOCKS);
    assert_eq!(shown[48]["type"], "actions");
    assert_eq!(shown[49]["elements"][0]["text"], "… and 32 more parts, which do not fit here.");
}

#[test]
fn long_code_is_shown_in_parts_and_cannot_be_left() {
    let line = "x".repeat(99);
    let code = vec![line.as_str(); 45].join("\n");
    let parts = text::fenced(&code);
    assert_eq!(parts.len(), 2);
    let inner: Vec<&str> = parts.iter().map(|part| &part[4..part.len() - 4]).collect();
    assert_eq!(inner.join("\n"), code);
    assert_eq!(text::fenced("a ``` b `` c"), ["```\na ``ˋ b `` c\n```"]);
}

fn asked(line: &str) -> Asked {
    let context = commands::Context { now: DateTime::UNIX_EPOCH, zone: chrono_tz::UTC };
    let error = commands::line::parse(line, &context).unwrap_err();
    Asked { form: commands::form::form_for(&error, &[]).unwrap(), problem: None, faults: Vec::new() }
}

fn view(asked: &Asked) -> Value {
    serde_json::to_value(modal(asked, &names())).unwrap()
}

#[test]
fn a_form_comes_back_as_it_was_filled_in() {
    let mut asked = asked("/env request");
    asked.form.offer("template", vec!["web".to_owned(), "box".to_owned()]);
    let view = view(&asked);
    assert_eq!(view["title"]["text"], "Request an environment");
    assert_eq!(view["callback_id"], "form");
    let template = &view["blocks"][0];
    assert_eq!(
        (template["block_id"].as_str(), template["dispatch_action"].as_bool()),
        (Some("template"), Some(true))
    );
    let meta = Meta::read(view["private_metadata"].as_str().unwrap()).unwrap();
    assert_eq!(meta.path, ["env", "request"]);
    let state = json!({"values": {
        "reason": {"value": {"type": "plain_text_input", "value": "*why* <&>"}},
        "key": {"value": {"type": "plain_text_input", "value": null}},
        "template": {"value": {"type": "static_select",
            "selected_option": {"text": {"type": "plain_text", "text": "web"}, "value": "web"}}},
    }});
    let state = serde_json::from_value(state).unwrap();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(values(&meta, &state), [pair("template", "web"), pair("reason", "*why* <&>")]);
    let mut settled = meta;
    settled.hidden = vec![pair("version", "3"), pair("template", "old")];
    assert_eq!(values(&settled, &state)[..2], [pair("version", "3"), pair("template", "web")]);
}

#[test]
fn a_fault_stands_at_its_field_while_the_form_is_the_same() {
    let mut asked = asked("/env reject req_1 version=3");
    let meta = Meta::read(view(&asked)["private_metadata"].as_str().unwrap()).unwrap();
    assert_eq!(faults(&asked, &meta), None, "nothing is wrong");
    asked.faults = vec![("reason".to_owned(), "Say `why`.".into())];
    let expected = HashMap::from([("reason".to_owned(), "Say why.".to_owned())]);
    assert_eq!(faults(&asked, &meta), Some(expected));
    assert!(view(&asked).to_string().contains("⚠️ Say `why`."));
    asked.problem = Some("Somebody decided it already.".into());
    assert_eq!(faults(&asked, &meta), None);
    assert!(view(&asked)["blocks"].to_string().contains("Somebody decided it already."));
    asked.problem = None;
    asked.form.hidden.clear();
    assert_eq!(faults(&asked, &meta), None, "another form");
}

#[test]
fn nothing_settled_is_lost_when_it_is_too_much_to_carry() {
    let mut asked = asked("/env reject req_1 version=3");
    asked.form.hidden.push(("note".to_owned(), "x".repeat(2_900)));
    let meta = Meta::read(view(&asked)["private_metadata"].as_str().unwrap()).unwrap();
    assert_eq!(meta.hidden, asked.form.hidden);
    asked.form.hidden.push(("more".to_owned(), "x".repeat(200)));
    let view = view(&asked);
    assert_eq!((&view["private_metadata"], &view["submit"]), (&Value::Null, &Value::Null));
    assert!(view["blocks"][0]["text"]["text"].as_str().unwrap().contains("/env reject"));
}

#[test]
fn choices_that_slack_cannot_offer_are_typed() {
    let mut asked = asked("/env request");
    asked.form.offer("template", (0..101).map(|at| format!("t{at}")).collect());
    assert_eq!(view(&asked)["blocks"][0]["element"]["type"], "plain_text_input");
    asked.form.offer("template", (0..100).map(|at| format!("t{at}")).collect());
    assert_eq!(view(&asked)["blocks"][0]["element"]["type"], "static_select");
}

/// Everything in mrkdwn is text, one of three entities, or a mention or a moment of ours.
fn is_safe(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>']) {
        rest = &rest[at..];
        let entity = ["&amp;", "&lt;", "&gt;", "<@U0DANA>"].into_iter().find(|known| rest.starts_with(known));
        let length = match entity {
            Some(entity) => entity.len(),
            None if rest.starts_with("<!date^") => rest.find('>').map_or(0, |end| end + 1),
            None => 0,
        };
        if length == 0 || rest[1..length].contains('<') {
            return false;
        }
        rest = &rest[length..];
    }
    true
}

/// Whether a sign of formatting is left that could work: one that is neither inside a word nor between spaces.
fn formats(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (0..chars.len()).any(|at| {
        let beside = [at.checked_sub(1), Some(at + 1)].map(|at| at.and_then(|at| chars.get(at)).copied());
        let inside = beside.iter().all(|char| char.is_some_and(|char| char.is_ascii_alphanumeric()));
        let apart = beside.iter().all(|char| char.is_some_and(char::is_whitespace));
        chars[at] == '`' || (matches!(chars[at], '*' | '_' | '~') && !inside && !apart)
    })
}

proptest! {
    #[test]
    fn whatever_is_written_it_is_shown_and_does_nothing(words in hostile::words(), limit in 10usize..4_000) {
        let plain = text::notice(&Text::plain(words.clone()), &names(), limit);
        prop_assert!(limits::length(&plain) <= limit && is_safe(&plain), "{plain}");
        // A single tick keeps ticked words from being code, so that all of them are plain here.
        let tick = if words.matches('`').count() % 2 == 0 { "`" } else { "" };
        let plain = text::mrkdwn(&Text::plain(format!("{words}{tick}")), &names(), 100_000);
        prop_assert!(is_safe(&plain) && !formats(&plain), "{plain}");
        for (mark, text) in [("*", Text::default().strong(words.clone())), ("`", Text::default().code(words))] {
            let marked = text::mrkdwn(&text, &names(), limit);
            prop_assert!(limits::length(&marked) <= limit && is_safe(&marked), "{marked}");
            prop_assert!(marked.matches(mark).count() % 2 == 0, "{marked}");
            prop_assert!(mark == "*" || marked.matches(mark).count() <= 2, "{marked}");
        }
    }
}

proptest! {
    // A message is a hundred texts.
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_a_message_says_it_is_safe_and_fits(message in hostile::message()) {
        let body = body(&message);
        let text = body["text"].as_str().unwrap();
        prop_assert!(limits::length(text) <= limits::TEXT && is_safe(text) && !text.trim().is_empty());
        let blocks = body["blocks"].as_array().unwrap();
        prop_assert!((1..=limits::MESSAGE_BLOCKS).contains(&blocks.len()));
        for block in blocks {
            let texts = block["fields"].as_array().into_iter().flatten().chain([&block["text"]]);
            let limit = if block["fields"].is_array() { limits::FIELD } else { limits::SECTION };
            for text in texts.filter(|text| text["type"] == "mrkdwn") {
                let text = text["text"].as_str().unwrap();
                let ours = text.starts_with("<!subteam^");
                prop_assert!(limits::length(text) <= limit && (ours || is_safe(text)), "{text}");
            }
            prop_assert!(block["elements"].as_array().is_none_or(|all| all.len() <= limits::ELEMENTS));
        }
        let home = serde_json::to_value(home(&message, &names())).unwrap();
        prop_assert!((1..=limits::VIEW_BLOCKS).contains(&home["blocks"].as_array().unwrap().len()));
    }
}
