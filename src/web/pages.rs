//! The room page: sidebar, messages, composer.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Redirect, Response},
};

use super::{
    Web,
    frame::{Frame, home},
    problem::Problem,
    seen::Seen,
    viewer::{DM, Viewer, everybody},
};
use crate::{chat::console::render, ports::chat::Room};

/// How many messages a page shows.
const SHOWN: u32 = 200;

/// Lines that a newcomer can press instead of typing: what it does, and the line.
const EXAMPLES: &[(&str, &str)] = &[
    ("See what you can borrow", "/template list"),
    ("Request an environment", "/env request"),
    ("See your environments", "/env list"),
    ("Add your SSH key", "/key add"),
    ("See all commands", "/help"),
    ("Read how to ask for more", "/help env request"),
];

/// The parts of every page of a room.
#[derive(Template)]
#[template(path = "room.html", config = "src/web/askama.toml")]
struct RoomPage<'a> {
    frame: Frame,
    viewer: &'a Viewer,
    title: &'a str,
    about: String,
    messages: Vec<String>,
    examples: &'static [(&'static str, &'static str)],
    fresh: String,
    example_ids: Vec<String>,
    revision: i64,
    dialog: Option<&'a str>,
}

/// `GET /`
pub async fn front(State(web): State<Web>) -> Result<Redirect, Problem> {
    let people = everybody(&web).await?;
    let wanted = web.settings.first.as_deref();
    let first = people
        .iter()
        .filter(|person| person.active)
        .min_by_key(|person| (wanted != Some(&person.handle), person.may_decide(), person.handle.clone()));
    match first {
        Some(person) => Ok(Redirect::to(&format!("/as/{}", person.handle))),
        None => Err(Problem::missing("Nobody is known here yet. People come from the configuration.")),
    }
}

/// `GET /as/{handle}`: the room where that person has most to do.
pub async fn person(State(web): State<Web>, Path(handle): Path<String>) -> Result<Redirect, Problem> {
    let viewer = Viewer::find(&web, &handle, DM).await?;
    Ok(Redirect::to(&home(&viewer.person)))
}

/// `GET /as/{handle}/{room}`
pub async fn room(
    State(web): State<Web>,
    Path((handle, room)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let viewer = Viewer::find(&web, &handle, &room).await?;
    page(&web, &viewer, &room, &headers, None).await
}

/// A room's page, with a form on it when something is asked for and there is no script to open a dialog.
pub async fn page(
    web: &Web,
    viewer: &Viewer,
    word: &str,
    headers: &HeaderMap,
    dialog: Option<&str>,
) -> Result<Response, Problem> {
    let ids = web.world.ids.as_ref();
    let look = web.console.look(&viewer.room, &viewer.person.id, SHOWN).await;
    let (stored, revision) = look.map_err(|error| Problem::store(ids, error))?;
    let reader = viewer.reader(web.world.clock.now());
    let messages: Result<Vec<String>, _> =
        stored.iter().map(|message| render::message(message, reader, ids)).collect();
    let messages = messages.map_err(|error| Problem::fault(ids, error))?;
    let seen = Seen::read(headers).saw(&viewer.person, word, revision, &viewer.people);
    let frame = Frame::new(web, viewer, word, &seen).await?;
    let page = RoomPage {
        title: if viewer.room == Room::Approvers { "approvals" } else { "Sublet" },
        about: about(viewer),
        frame,
        viewer,
        messages,
        examples: EXAMPLES,
        fresh: ids.next().to_string(),
        example_ids: EXAMPLES.iter().map(|_| ids.next().to_string()).collect(),
        revision,
        dialog,
    };
    let html = page.render().map_err(|error| Problem::fault(ids, error))?;
    let mut response = Html(html).into_response();
    if let Some(cookie) = seen.cookie() {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn about(viewer: &Viewer) -> String {
    let zone = viewer.person.zone;
    match viewer.room {
        Room::Approvers => format!("Requests and their decisions · times in {zone}"),
        Room::Direct(_) => format!("Private, between Sublet and you · times in {zone}"),
    }
}
