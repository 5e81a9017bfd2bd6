//! Response URLs: five uses in thirty minutes, and `ok` for each that is taken.

use std::sync::Weak;

use axum::{
    body::Bytes,
    extract::{Path, State as Shared},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use sublet::domain::Instant;

use super::{
    Inner,
    api::{self, Arguments, Fault},
    state::{Call, State},
    trouble::{Trouble, Verdict},
};

const LIFE: TimeDelta = TimeDelta::minutes(30);
const USES: u32 = 5;

/// Takes an answer by a response URL. In troubles it has the name `response_url`.
pub(super) async fn respond(
    Shared(weak): Shared<Weak<Inner>>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, StatusCode> {
    let slack = api::slack(&weak)?;
    let now = slack.now();
    let arguments = Arguments::read(&headers, None, &body);
    let (verdict, team) = slack.with(|state| {
        let team = state.response_urls.get(&token).map(|url| url.team.clone()).unwrap_or_default();
        (state.troubles.meet("response_url", &team, now), team)
    });
    match verdict {
        Verdict::Wrong(Trouble::Status(status)) => {
            return Err(StatusCode::from_u16(status).expect("a status"));
        }
        Verdict::Wrong(Trouble::Limited(_)) | Verdict::Early(_) => return Err(StatusCode::TOO_MANY_REQUESTS),
        _ => {}
    }
    let outcome = slack.with(|state| take(state, &token, &arguments, now));
    let said = outcome.as_ref().err().map_or("ok", |(_, code)| code.as_str()).to_owned();
    let call =
        Call { method: "response_url".to_owned(), team, channel: String::new(), at: now, outcome: said };
    slack.with(|state| state.calls.push(call));
    Ok(match outcome {
        Ok(()) => "ok".into_response(),
        Err((status, code)) => (status, format!(r#"{{"ok":false,"error":"{code}"}}"#)).into_response(),
    })
}

fn take(
    state: &mut State,
    token: &str,
    arguments: &Arguments,
    now: Instant,
) -> Result<(), (StatusCode, String)> {
    let gone = |code: &str| (StatusCode::NOT_FOUND, code.to_owned());
    let url = state.response_urls.get_mut(token).ok_or_else(|| gone("used_url"))?;
    if now - url.at > LIFE {
        return Err(gone("expired_url"));
    }
    if url.uses >= USES {
        return Err(gone("used_url"));
    }
    url.uses += 1;
    let url = url.clone();
    let content = api::content(state, arguments)
        .map_err(|fault: Fault| (StatusCode::BAD_REQUEST, format!("{fault:?}").replace('"', "'")))?;
    let replaces = arguments.value("replace_original") == true;
    if let Some(ts) = url.message.as_ref().filter(|_| replaces) {
        if let Some(message) = state.message(&url.channel, ts) {
            message.versions.push(content);
        }
        return Ok(());
    }
    let open = arguments.text("response_type").is_some_and(|kind| kind == "in_channel");
    let only_for = (!open).then_some(url.user);
    let mut message = api::message(&url.team, &url.channel, only_for, content);
    message.by = Some(url.trigger);
    state.post(message, now);
    Ok(())
}
