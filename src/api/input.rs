//! What a call says: its body, its parameters, the names in its path. What cannot be read is a problem that names the
//! place.

use std::{fmt, marker::PhantomData};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{Api, problem::Problem};

/// A body of JSON.
pub struct Body<T>(pub T);

/// A body that changes some members and leaves the others (RFC 7396).
pub struct Patch<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Api> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        speaks(request.headers(), &["application/json"])?;
        read(request, api).await.map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<Api> for Patch<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        speaks(request.headers(), &["application/merge-patch+json"])?;
        read(request, api).await.map(Self)
    }
}

fn speaks(headers: &HeaderMap, kinds: &[&str]) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kinds.iter().any(|known| kind.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    let detail = format!("The body must be {}; say so in Content-Type.", kinds.join(" or "));
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail))
}

async fn read<T: DeserializeOwned>(request: Request, api: &Api) -> Result<T, Problem> {
    let bytes = Bytes::from_request(request, api).await;
    let bytes =
        bytes.map_err(|error| Problem::new(StatusCode::BAD_REQUEST, "malformed", error.body_text()))?;
    parse(&bytes)
}

/// Reads JSON. It goes no deeper than `serde_json` does by itself.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // What has members would else be read from a list of their values, too.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|first| *first != b'{') {
        if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
            return Err(malformed(&error));
        }
        let detail = "The body must be an object: `{` with members `}`.";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut json);
    let value = read.map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_data() {
            Problem::field(StatusCode::UNPROCESSABLE_ENTITY, "invalid", &path, format!("{inner}."))
        } else {
            malformed(&inner)
        }
    })?;
    json.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "malformed",
        format!("The body is no JSON that can be read: {error}."),
    )
}

/// Parameters behind the `?`.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Api> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let read = Query::<T>::from_request_parts(parts, api).await;
        read.map(|Query(read)| Self(read))
            .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, "bad-parameter", error.body_text()))
    }
}

/// The id or the name in a path.
pub struct Id(pub String);

impl FromRequestParts<Api> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let read = Path::<String>::from_request_parts(parts, api).await;
        let text = read.map_or_else(|_| String::new(), |Path(text)| text);
        if text.is_empty() || text.len() > 128 || text.chars().any(char::is_control) {
            return Err(Problem::new(StatusCode::NOT_FOUND, "no-such", "There is nothing of that name."));
        }
        Ok(Self(text))
    }
}

/// The id in a path, and the word that stands further on.
pub struct IdAnd(pub String, pub String);

impl FromRequestParts<Api> for IdAnd {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let read = Path::<(String, String)>::from_request_parts(parts, api).await;
        let (id, word) = read.map_or_else(|_| Default::default(), |Path(both)| both);
        let bad = |text: &String| text.is_empty() || text.len() > 128 || text.chars().any(char::is_control);
        if [&id, &word].into_iter().any(bad) {
            return Err(Problem::new(StatusCode::NOT_FOUND, "no-such", "There is nothing of that name."));
        }
        Ok(Self(id, word))
    }
}

/// A value that stands behind a `?` and goes to the database.
pub fn plain(name: &str, value: &str) -> Result<String, Problem> {
    if value.is_empty() || value.len() > 128 || value.chars().any(char::is_control) {
        return Err(Problem::parameter(name, "Write a word of at most 128 letters."));
    }
    Ok(value.to_owned())
}

/// A moment as the value of a command.
pub fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// For a member that may be `null`, which is another thing than not being there.
pub fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

/// For a member that is an object: what has members would else be read from a list of their values.
pub fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    struct Members<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(members))
        }
    }

    from.deserialize_map(Members(PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether it can be read is looked at")]
    struct Said {
        words: Vec<String>,
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_place() {
        let told = |text: &str| {
            let problem = parse::<Said>(text.as_bytes()).expect_err("it cannot be read");
            (problem.status, problem.errors.first().map(|error| error.field.clone()))
        };
        assert_eq!(told(r#"{"words": ["a", 3]}"#), (422, Some("words[1]".to_owned())));
        assert_eq!(told(r#"{"words": [], "more": 1}"#), (422, Some("more".to_owned())));
        assert_eq!(told(r#"{"words": []} x"#), (400, None));
        assert_eq!(told(r#"{"words": "#), (400, None));
        assert_eq!(told(r#"[["a"]]"#), (422, None));
        assert_eq!(told("[[[").0, 400);
        assert_eq!(told(&format!(r#"{{"words": {}"#, "[".repeat(10_000))).0, 422);
    }

    #[test]
    fn nobody_goes_deeper_than_the_reader_can() {
        let deep = format!("{{\"a\": {}", "[".repeat(100_000));
        let problem = parse::<serde_json::Value>(deep.as_bytes()).expect_err("too deep");
        assert_eq!(problem.status, 400);
        assert!(problem.detail.contains("recursion limit"), "{}", problem.detail);
    }
}
