//! The table of Slack's words.

use std::{collections::BTreeSet, time::Duration};

use slack_morphism::errors::{
    SlackClientApiError, SlackClientError, SlackClientHttpError, SlackRateLimitError,
};

use crate::{
    chat::slack::{
        trouble::{Kind, Method, Trouble},
        words::TABLE,
    },
    ports::Failure,
};

fn said(code: &str) -> Trouble {
    let error = SlackClientApiError::new(code.to_owned());
    let error = error.with_http_response_body(r#"{"needed":"xoxb-secret"}"#.to_owned());
    Trouble::of(Method::Post, &SlackClientError::ApiError(error))
}

fn status(code: u16) -> Trouble {
    let code = axum::http::StatusCode::from_u16(code).expect("a status");
    let error = SlackClientHttpError::new(code).with_http_response_body("xoxb-secret".to_owned());
    Trouble::of(Method::Post, &SlackClientError::HttpError(error))
}

#[test]
fn every_word_is_there_once_and_looks_like_one() {
    let words: BTreeSet<&str> = TABLE.iter().map(|(word, ..)| *word).collect();
    assert_eq!(words.len(), TABLE.len());
    for (word, kind, meaning) in TABLE {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(word.len() <= 60 && word.chars().all(fits), "{word}");
        assert!(!meaning.is_empty() && !meaning.ends_with('.'), "{word}: {meaning}");
        assert_eq!(said(word).kind, kind);
        assert_eq!(said(word).label(), word);
    }
}

/// What the issue and Slack's pages say about the words that matter most.
#[test]
fn failures_are_told_apart() {
    let groups = [
        (
            Kind::Passing,
            "ratelimited internal_error fatal_error service_unavailable request_timeout team_added_to_org",
        ),
        (Kind::Person, "cannot_dm_bot user_disabled user_not_found users_not_found"),
        (Kind::Channel, "channel_not_found not_in_channel is_archived restricted_action ekm_access_denied"),
        (
            Kind::Token,
            "token_revoked invalid_auth not_authed account_inactive token_expired missing_scope org_login_required",
        ),
        (
            Kind::Message,
            "message_not_found cant_update_message edit_window_closed expired_trigger_id used_url",
        ),
        (Kind::Ours, "invalid_blocks msg_too_long msg_blocks_too_long no_text invalid_arguments"),
    ];
    for (kind, words) in groups {
        for word in words.split(' ') {
            assert_eq!(said(word).kind, kind, "{word}");
        }
    }
}

#[test]
fn an_operator_can_repair_the_channel_and_nobody_a_conversation() {
    let (never, closed) = (
        |failure: &Failure| matches!(failure, Failure::Never { .. }),
        |failure: &Failure| matches!(failure, Failure::Closed { .. }),
    );
    for word in ["not_in_channel", "is_archived", "channel_not_found"] {
        assert!(closed(&said(word).failure(true)) && never(&said(word).failure(false)), "{word}");
    }
    for ours in [true, false] {
        assert!(closed(&said("token_revoked").failure(ours)));
        for word in ["user_disabled", "invalid_blocks", "message_not_found"] {
            assert!(never(&said(word).failure(ours)), "{word}");
        }
        let unknown = said("something_of_tomorrow").failure(ours);
        assert!(matches!(unknown, Failure::Later { after: None, .. }), "{unknown:?}");
    }
}

#[test]
fn what_may_have_been_done_is_unsure_and_only_of_a_new_message() {
    for trouble in
        [said("fatal_error"), status(500), status(502), status(504), Trouble::timeout(Method::Post)]
    {
        assert!(matches!(trouble.failure(true), Failure::Unsure { .. }), "{trouble:?}");
        let rewritten = Trouble { method: Method::Update, ..trouble };
        assert!(matches!(rewritten.failure(true), Failure::Later { .. }), "{rewritten:?}");
    }
    for trouble in [said("service_unavailable"), status(503), status(404), said("ratelimited")] {
        assert!(matches!(trouble.failure(true), Failure::Later { .. }), "{trouble:?}");
    }
}

#[test]
fn retry_after_is_kept() {
    let limited = SlackRateLimitError::new().with_retry_after(Duration::from_secs(7));
    let trouble = Trouble::of(Method::Post, &SlackClientError::RateLimitError(limited));
    let Failure::Later { after, .. } = trouble.failure(true) else { panic!("{trouble:?}") };
    assert_eq!(after, Some(chrono::TimeDelta::seconds(7)));
    let silent = Trouble::of(Method::Post, &SlackClientError::RateLimitError(SlackRateLimitError::new()));
    assert!(silent.after.is_some(), "a 429 without a moment is waited for as well");
}

#[test]
fn nothing_of_an_answer_is_taken_over_but_its_word() {
    for trouble in [said("token_revoked"), said("xoxb-1 <b>Evil\n"), status(500)] {
        let text = format!("{trouble} {trouble:?} {:?}", trouble.failure(true));
        assert!(!text.contains("secret") && !text.contains('<'), "{text}");
    }
    let strange = said(&"a".repeat(500));
    assert_eq!((strange.code.len(), strange.label()), (60, "other"));
    assert_eq!(status(418).label(), "http");
}
