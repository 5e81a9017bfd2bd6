//! Who calls: read from the `Authorization` header, anew for each call.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header, request::Parts},
};

use super::{Api, problem::Problem};
use crate::actions::{self, tokens};

/// Somebody who came with a token that is good.
pub struct Caller(
    #[expect(dead_code, reason = "whatever is more than a list will ask for it")] pub actions::Caller,
);

impl FromRequestParts<Api> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let secret = header
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let Some((_, secret)) = secret else { return Err(unauthorised("There is no bearer token.")) };
        let caller = tokens::authenticate(&api.world, secret.trim()).await;
        let caller = caller.map_err(|error| Problem::store(api.world.ids.as_ref(), error))?;
        caller.map(Self).ok_or_else(|| unauthorised("This token is none, or it is no longer good."))
    }
}

fn unauthorised(why: &str) -> Problem {
    let detail = format!("{why} Make one in chat: `/token create`.");
    Problem::new(StatusCode::UNAUTHORIZED, "not-authenticated", detail)
}
