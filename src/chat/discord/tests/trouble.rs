//! The table of Discord's numbers.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use chrono::TimeDelta;

use crate::{
    chat::discord::{
        trouble::{Kind, Method, Trouble},
        words::TABLE,
    },
    ports::Failure,
};

fn said(code: &str) -> Trouble {
    Trouble::new(Method::Post, code)
}

fn status(status: u16, code: Option<u64>) -> Trouble {
    let status = StatusCode::from_u16(status).expect("a status");
    Trouble::of(Method::Post, status, code, None)
}

#[test]
fn every_code_is_there_once_and_looks_like_one() {
    let codes: BTreeSet<&str> = TABLE.iter().map(|(code, ..)| *code).collect();
    assert_eq!(codes.len(), TABLE.len());
    for (code, kind, meaning) in TABLE {
        let number = code.parse::<u64>().is_ok();
        let word = code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        assert!(number || word, "{code}");
        assert!(!meaning.is_empty() && !meaning.ends_with('.'), "{code}: {meaning}");
        assert_eq!((said(code).kind, said(code).label()), (kind, code));
    }
}

/// What Discord's pages say about the numbers that matter most.
#[test]
fn failures_are_told_apart() {
    let groups = [
        (
            Kind::Passing,
            "not_yet timeout connection not_understood ratelimited 20016 20028 30046 40003 130000",
        ),
        (Kind::Person, "10007 10013 50007 50278 20009"),
        (Kind::Channel, "10003 10004 50001 50013 50083 160002 160005 30033 200000"),
        (Kind::Token, "http_401 40001 40002 50014 50025 20012 wrong_application not_sent"),
        (Kind::Message, "10008 10015 10062 40060 50005 50021 50027 160004"),
        (Kind::Ours, "0 50035 50109 http_404 http_405 40005 50006 no_id"),
    ];
    for (kind, codes) in groups {
        for code in codes.split(' ') {
            assert_eq!(said(code).kind, kind, "{code}");
        }
    }
}

#[test]
fn the_status_counts_where_there_is_no_number() {
    let table = [
        (400, "0", Kind::Ours),
        (401, "http_401", Kind::Token),
        (403, "http_403", Kind::Passing),
        (404, "http_404", Kind::Ours),
        (418, "http_418", Kind::Passing),
        (429, "ratelimited", Kind::Passing),
        (500, "http_500", Kind::Passing),
        (503, "http_503", Kind::Passing),
    ];
    for (code, word, kind) in table {
        for number in [None, Some(0)] {
            let trouble = status(code, number);
            assert_eq!((trouble.code.as_ref(), trouble.kind), (word, kind), "{code} {number:?}");
        }
        assert_eq!(status(code, Some(50_013)).code, "50013");
    }
    let over = Trouble::of(Method::Respond, StatusCode::UNAUTHORIZED, None, None);
    assert_eq!(over.kind, Kind::Message, "the token of an interaction is not the bot's");
}

#[test]
fn an_operator_can_repair_the_channel_and_nobody_a_conversation() {
    let (never, closed) = (
        |failure: &Failure| matches!(failure, Failure::Never { .. }),
        |failure: &Failure| matches!(failure, Failure::Closed { .. }),
    );
    for code in ["50001", "50013", "10003"] {
        assert!(closed(&said(code).failure(true)) && never(&said(code).failure(false)), "{code}");
    }
    for ours in [true, false] {
        assert!(closed(&said("http_401").failure(ours)));
        for code in ["50007", "50035", "10008"] {
            assert!(never(&said(code).failure(ours)), "{code}");
        }
        let unknown = said("999999").failure(ours);
        assert!(matches!(unknown, Failure::Later { after: None, .. }), "{unknown:?}");
    }
}

#[test]
fn what_may_have_been_done_is_unsure_and_only_of_a_new_message() {
    for trouble in
        [status(500, None), status(502, Some(0)), status(504, None), Trouble::timeout(Method::Post)]
    {
        assert!(matches!(trouble.failure(true), Failure::Unsure { .. }), "{trouble:?}");
        let rewritten = Trouble { method: Method::Edit, ..trouble };
        assert!(matches!(rewritten.failure(true), Failure::Later { .. }), "{rewritten:?}");
    }
    for trouble in [status(503, None), status(429, None), status(403, None)] {
        assert!(matches!(trouble.failure(true), Failure::Later { .. }), "{trouble:?}");
    }
}

#[test]
fn a_429_is_waited_for_whatever_its_number() {
    for number in [None, Some(0), Some(20_028), Some(50_013), Some(999_999)] {
        let after = TimeDelta::seconds(7);
        let limited = Trouble::of(Method::Post, StatusCode::TOO_MANY_REQUESTS, number, Some(after));
        let Failure::Later { after: told, .. } = limited.failure(true) else { panic!("{limited:?}") };
        assert_eq!(told, Some(after), "{number:?}");
        assert!(status(429, number).after.is_some(), "one without a moment is waited for as well");
    }
}

#[test]
fn words_for_metrics_are_few() {
    assert_eq!((said("999999").label(), status(418, None).label()), ("other", "http"));
    assert_eq!(
        said("50007").to_string(),
        "Discord, create_message: they take no messages from the app (50007)"
    );
}
