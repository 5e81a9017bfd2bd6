//! Letters that were kept instead of sent, as the page of the person they are to.

use askama::Template;
use async_trait::async_trait;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    Web,
    frame::{Frame, MAIL},
    problem::Problem,
    seen::Seen,
    viewer::{DM, Viewer},
};
use crate::{
    chat::console::render::{Moment, moment},
    domain::Instant,
};

/// Where kept letters can be read.
#[async_trait]
pub trait Letters: Send + Sync {
    /// The letters to an address, oldest first.
    async fn to(&self, address: &str) -> anyhow::Result<Vec<Kept>>;
}

/// A letter that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// When it was handed over.
    pub at: Instant,
    /// Its one line.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

#[derive(Template)]
#[template(path = "mail.html", config = "src/web/askama.toml")]
struct MailPage {
    frame: Frame,
    letters: Vec<View>,
}

struct View {
    at: Moment,
    subject: String,
    text: String,
}

/// What an open page has already.
#[derive(Debug, Deserialize)]
pub struct Known {
    /// How many letters it shows.
    known: Option<usize>,
}

/// `GET /as/{handle}/mail`. An open page asks again and again how many there are; while it has them all,
/// there is nothing to send.
pub async fn page(
    State(web): State<Web>,
    Path(handle): Path<String>,
    Query(page): Query<Known>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let viewer = Viewer::find(&web, &handle, DM).await?;
    let letters = web.settings.letters.as_ref();
    let letters = letters.ok_or_else(|| Problem::missing("Letters are sent here, not kept."))?;
    let ids = web.world.ids.as_ref();
    let kept = letters.to(&viewer.person.email).await.map_err(|fault| Problem::fault(ids, fault))?;
    if page.known == Some(kept.len()) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let (zone, now) = (viewer.person.zone, web.world.clock.now());
    let view = |kept: Kept| View { at: moment(kept.at, zone, now), subject: kept.subject, text: kept.text };
    let frame = Frame::new(&web, &viewer, MAIL, &Seen::read(&headers)).await?;
    let page = MailPage { frame, letters: kept.into_iter().rev().map(view).collect() };
    page.render().map(|html| Html(html).into_response()).map_err(|error| Problem::fault(ids, error))
}
