//! Messages as HTML: nothing that somebody wrote becomes markup, and times are the reader's own.

use std::{
    collections::{BTreeSet, HashMap},
    sync::atomic::{AtomicU64, Ordering},
};

use uuid::Uuid;

use super::*;
use crate::{domain::person::Role, ports::chat::Text};

const EVIL: &str = "<script>alert('x')</script>\" onload=\"y";

#[derive(Default)]
struct Counting(AtomicU64);

impl Ids for Counting {
    fn next(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::SeqCst)))
    }
}

fn at(text: &str) -> Instant {
    text.parse().expect("a moment")
}

fn person(handle: &str, name: &str, zone: Tz) -> Person {
    Person {
        id: PersonId::parse(&format!("per_{handle}")).expect("an id"),
        handle: handle.to_owned(),
        name: name.to_owned(),
        email: format!("{handle}@example.org"),
        zone,
        roles: BTreeSet::from([Role::Developer]),
        teams: BTreeSet::new(),
        active: true,
        origin: crate::domain::person::Origin::Listed,
        standing: Default::default(),
    }
}

fn html(reader: &Person, author: &str, body: &Body) -> String {
    let people = HashMap::from([(reader.id.clone(), reader.clone())]);
    let stored = ConsoleMessage {
        id: "msg_1".into(),
        channel: "approvers".into(),
        author: author.into(),
        only_for: None,
        body: serde_json::to_string(body).expect("a body"),
        at: at("2026-07-01T22:30:00Z"),
        revision: 1,
    };
    let reader =
        Reader { person: reader, people: &people, room: "/as/dana/dm", now: at("2026-07-02T00:00:00Z") };
    message(&stored, reader, &Counting::default()).expect("rendered")
}

#[test]
fn nothing_that_somebody_wrote_becomes_markup() {
    let dana = person("dana", EVIL, chrono_tz::UTC);
    let evil = || Text::plain(EVIL).strong(EVIL).code(EVIL).person(&dana.id, EVIL);
    let button = Button { label: EVIL.into(), line: EVIL.into(), style: Style::Danger };
    let card = Message {
        summary: evil(),
        tone: Tone::Asking,
        blocks: vec![
            Block::Heading(evil()),
            Block::Paragraph(evil()),
            Block::Fields(vec![(EVIL.into(), evil())]),
            Block::Progress { done: 1, total: 3, step: EVIL.into() },
            Block::Bar { percent: 40, words: evil() },
            Block::Code(EVIL.into()),
            Block::List(vec![evil()]),
            Block::Actions(vec![button]),
            Block::Note(evil()),
        ],
    };
    let bodies = [
        Body::Said { line: EVIL.into() },
        Body::Posted { message: card.clone() },
        Body::Answered { to: EVIL.into(), message: card },
    ];
    for body in bodies {
        let html = html(&dana, dana.id.as_str(), &body);
        assert!(html.contains("alert("), "the words themselves are shown: {html}");
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("onload=\""), "{html}");
    }
}

#[test]
fn a_moment_is_shown_in_the_readers_zone_with_utc_beside_it() {
    let now = at("2026-07-02T00:00:00Z");
    let berlin = moment(at("2026-07-01T22:30:00Z"), chrono_tz::Europe::Berlin, now);
    assert_eq!(berlin.words, "Thu 2 Jul, 00:30");
    assert_eq!(berlin.utc, "CEST (UTC+02:00) · 2026-07-01 22:30 UTC");
    assert_eq!(berlin.machine, "2026-07-01T22:30:00Z");
    let winter = moment(at("2026-12-01T22:30:00Z"), chrono_tz::Europe::Berlin, now);
    assert_eq!(winter.words, "Tue 1 Dec, 23:30");
    let next_year = moment(at("2026-12-31T23:30:00Z"), chrono_tz::Europe::Berlin, now);
    assert_eq!(next_year.words, "Fri 1 Jan 2027, 00:30");
    let york = moment(at("2026-07-01T22:30:00Z"), chrono_tz::America::New_York, now);
    assert_eq!(york.words, "Wed 1 Jul, 18:30");
}

#[test]
fn words_around_pieces_keep_their_spaces() {
    let dana = person("dana", "Dana Diaz", chrono_tz::UTC);
    let words =
        Text::plain("Approved by ").person(&dana.id, "Dana").and(" at ").time(at("2026-07-01T14:03:00Z"));
    let card = Message { summary: words.clone(), tone: Tone::Good, blocks: vec![Block::Paragraph(words)] };
    let html = html(&dana, SUBLET, &Body::Posted { message: card });
    let expected =
        "<p>Approved by <span class=\"person me\">@Dana</span> at <time datetime=\"2026-07-01T14:03:00Z\"";
    assert!(html.contains(expected), "{html}");
    assert!(html.contains("All good"), "a tone is told in words: {html}");
}

#[test]
fn each_button_has_an_id_of_its_own() {
    let dana = person("dana", "Dana Diaz", chrono_tz::UTC);
    let button = |line: &str| Button { label: line.into(), line: line.into(), style: Style::Plain };
    let blocks = vec![Block::Actions(vec![button("a"), button("b")])];
    let card = Message { summary: "s".into(), tone: Tone::Plain, blocks };
    let html = html(&dana, SUBLET, &Body::Posted { message: card });
    let ids: BTreeSet<&str> = html.split("name=\"id\" value=\"").skip(1).map(|rest| &rest[..36]).collect();
    assert_eq!(ids.len(), 2, "{html}");
}

#[test]
fn a_picture_has_the_first_and_the_last_letter() {
    assert_eq!(initials("Dana Maria Diaz"), "DD");
    assert_eq!(initials("Élise"), "É");
    assert_eq!(initials("  "), "?");
}

#[test]
fn what_stands_between_backticks_is_code_unless_one_is_alone() {
    let code = |words: &str| Text::plain(words).ticked();
    assert_eq!(code("such as `3d`."), Text::plain("such as ").code("3d").and("."));
    assert_eq!(code("a ` alone"), Text::plain("a ` alone"));
}
