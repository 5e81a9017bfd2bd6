//! What is answered when a page cannot be: a sentence, and a reference code when it is our fault.

use askama::Template;
use axum::{
    http::{HeaderName, HeaderValue, StatusCode},
    response::{Html, IntoResponse, Response},
};

use crate::{
    faults,
    ports::{clock::Ids, store::StoreError},
};

/// Tells the page's script what to show, in one line.
static WHY: HeaderName = HeaderName::from_static("x-problem");

/// Why there is no answer.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    title: &'static str,
    why: String,
}

#[derive(Template)]
#[template(path = "problem.html", config = "src/web/askama.toml")]
struct Page<'a> {
    title: &'a str,
    why: &'a str,
}

impl Problem {
    /// There is no such thing.
    pub fn missing(why: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, title: "There is nothing here", why: why.into() }
    }

    /// It is somebody else's.
    pub fn forbidden(why: impl Into<String>) -> Self {
        Self { status: StatusCode::FORBIDDEN, title: "This is not yours to see", why: why.into() }
    }

    /// What came in makes no sense.
    pub fn unreadable(why: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, title: "That was not understood", why: why.into() }
    }

    /// Something broke here: logged once, with the code that the person sees.
    pub fn fault(ids: &dyn Ids, fault: impl Into<anyhow::Error>) -> Self {
        let reference = faults::record(ids.next(), "a page could not be answered", &fault.into());
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            title: "Something broke",
            why: format!("Something broke on our side (ref {reference}). Trying again may help."),
        }
    }

    /// The store did not answer.
    pub fn store(ids: &dyn Ids, error: StoreError) -> Self {
        Self::fault(ids, anyhow::Error::from(error))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let page = Page { title: self.title, why: &self.why }.render();
        let mut response = match page {
            Ok(page) => (self.status, Html(page)).into_response(),
            Err(_) => (self.status, self.why.clone()).into_response(),
        };
        if let Ok(why) = HeaderValue::from_str(&self.why) {
            response.headers_mut().insert(WHY.clone(), why);
        }
        response
    }
}

/// For addresses that do not exist.
pub async fn no_such_page() -> Problem {
    Problem::missing("There is no page at this address.")
}
