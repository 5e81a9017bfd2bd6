//! What people do on a page: say, press, fill in a form, and ask for completions.

use askama::Template;
use axum::{
    Form,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{Web, form, pages, problem::Problem, viewer::Viewer};
use crate::{
    actions,
    chat::console::inbound::{Act, Reply, What, receive},
};

/// The longest line that is taken, in bytes.
const LINE_MAX: usize = 16 * 1024;

type Place = Path<(String, String)>;

/// A typed line.
#[derive(Debug, Deserialize)]
pub struct Said {
    id: Uuid,
    line: String,
}

/// `POST …/say`
pub async fn say(
    State(web): State<Web>,
    Path((handle, room)): Place,
    headers: HeaderMap,
    Form(said): Form<Said>,
) -> Result<Response, Problem> {
    let what = What::Said(checked(&said.line)?);
    act(&web, &handle, &room, &headers, said.id, what).await
}

/// A pressed button.
#[derive(Debug, Deserialize)]
pub struct Pressed {
    id: Uuid,
    line: String,
    label: String,
}

/// `POST …/press`
pub async fn press(
    State(web): State<Web>,
    Path((handle, room)): Place,
    headers: HeaderMap,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Problem> {
    let what = What::Pressed { line: checked(&pressed.line)?, label: pressed.label };
    act(&web, &handle, &room, &headers, pressed.id, what).await
}

/// `POST …/form`: `id`, one `path` per word of the command, and the values under `v-` and their names.
pub async fn form(
    State(web): State<Web>,
    Path((handle, room)): Place,
    headers: HeaderMap,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let id = pairs.iter().find(|(name, _)| name == "id").and_then(|(_, id)| Uuid::parse_str(id).ok());
    let id = id.ok_or_else(|| Problem::unreadable("The form came without its id. Open it again."))?;
    let (path, values) = filled(&pairs);
    act(&web, &handle, &room, &headers, id, What::Filled { path, values }).await
}

/// `POST …/form/again`: the same form after another template was chosen in it. Needs a script; without one the
/// form comes back from sending it.
pub async fn form_again(
    State(web): State<Web>,
    Path((handle, room)): Place,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let viewer = Viewer::find(&web, &handle, &room).await?;
    let (path, values) = filled(&pairs);
    let asked = actions::form(&web.world, &viewer.person.id.clone().into(), &path, &values).await;
    let asked = asked.map_err(|error| Problem::store(web.world.ids.as_ref(), error))?;
    let asked = asked.ok_or_else(|| Problem::unreadable("The form is for no command. Open it again."))?;
    let html = form::dialog(&asked, &viewer, web.world.clock.now(), web.world.ids.as_ref());
    html.map(asking).map_err(|error| Problem::fault(web.world.ids.as_ref(), error))
}

/// The command that a form is for, and what was filled in.
fn filled(pairs: &[(String, String)]) -> (Vec<String>, Vec<(String, String)>) {
    let path = pairs.iter().filter(|(name, _)| name == "path").map(|(_, word)| word.clone()).collect();
    let value = |(name, value): &(String, String)| {
        let (name, value) = (name.strip_prefix("v-")?, value.trim());
        (!value.is_empty()).then(|| (name.to_owned(), value.to_owned()))
    };
    (path, pairs.iter().filter_map(value).collect())
}

/// Has an act done. With a script the answer arrives as a live event and this only says what the page should
/// do; without one the browser is sent back to the room.
async fn act(
    web: &Web,
    handle: &str,
    room: &str,
    headers: &HeaderMap,
    id: Uuid,
    what: What,
) -> Result<Response, Problem> {
    let viewer = Viewer::find(web, handle, room).await?;
    let act = Act { id, by: viewer.person.clone(), room: viewer.room.clone(), what };
    let reply = receive(&web.console, &web.world, act).await;
    let script = headers.contains_key("hx-request");
    match reply.map_err(|error| Problem::store(web.world.ids.as_ref(), error))? {
        Reply::Done if script => Ok(([("hx-trigger", "done")], "").into_response()),
        Reply::Done => Ok(Redirect::to(&viewer.address).into_response()),
        Reply::Ask(asked) => {
            let html = form::dialog(&asked, &viewer, web.world.clock.now(), web.world.ids.as_ref());
            let html = html.map_err(|error| Problem::fault(web.world.ids.as_ref(), error))?;
            if script {
                return Ok(asking(html));
            }
            pages::page(web, &viewer, room, headers, Some(&html)).await
        }
    }
}

/// The form, and the order to show it in the dialog.
fn asking(html: String) -> Response {
    let mut response = Html(html).into_response();
    let headers = response.headers_mut();
    headers.insert("hx-retarget", HeaderValue::from_static("#dialog-body"));
    headers.insert("hx-reswap", HeaderValue::from_static("innerHTML"));
    headers.insert("hx-trigger-after-settle", HeaderValue::from_static("asked"));
    response
}

fn checked(line: &str) -> Result<String, Problem> {
    let line = line.trim();
    if line.is_empty() {
        return Err(Problem::unreadable("Nothing was typed. Type /help to see what can be done."));
    }
    if line.len() > LINE_MAX {
        return Err(Problem::unreadable("The line is too long."));
    }
    Ok(line.to_owned())
}

/// A line that is being typed. The cursor counts UTF-16 units, as browsers do.
#[derive(Debug, Deserialize)]
pub struct Typing {
    line: String,
    #[serde(default)]
    cursor: Option<usize>,
}

#[derive(Template)]
#[template(path = "options.html", config = "src/web/askama.toml")]
struct Options {
    options: Vec<Choice>,
}

struct Choice {
    start: usize,
    end: usize,
    insert: String,
    label: String,
    help: String,
}

/// `GET …/complete`: what may stand at the cursor, as the items of a list box.
pub async fn complete(
    State(web): State<Web>,
    Path((handle, room)): Place,
    Query(typing): Query<Typing>,
) -> Result<Response, Problem> {
    let viewer = Viewer::find(&web, &handle, &room).await?;
    if typing.line.len() > LINE_MAX {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let line = typing.line.as_str();
    let cursor = typing.cursor.map_or(line.len(), |units| to_bytes(line, units));
    let found = actions::complete(&web.world, &viewer.person.id.clone().into(), line, cursor).await;
    let choice = |found: commands::complete::Completion| Choice {
        start: to_units(line, found.replace.start),
        end: to_units(line, found.replace.end),
        insert: found.insert,
        label: found.label,
        help: found.help,
    };
    let options = Options { options: found.into_iter().map(choice).collect() };
    options
        .render()
        .map(|html| Html(html).into_response())
        .map_err(|error| Problem::fault(web.world.ids.as_ref(), error))
}

/// UTF-16 units to bytes; inside of a character means before it.
fn to_bytes(text: &str, units: usize) -> usize {
    let mut passed = 0;
    for (at, letter) in text.char_indices() {
        if passed + letter.len_utf16() > units {
            return at;
        }
        passed += letter.len_utf16();
    }
    text.len()
}

/// Bytes to UTF-16 units.
fn to_units(text: &str, bytes: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at < bytes).map(|(_, letter)| letter.len_utf16()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_translated_between_bytes_and_utf_16() {
        let text = "/é 🦀x";
        assert_eq!(to_bytes(text, 0), 0);
        assert_eq!(to_bytes(text, 2), 3);
        assert_eq!(to_bytes(text, 5), 8);
        assert_eq!(to_bytes(text, 99), text.len());
        for (at, _) in text.char_indices() {
            assert_eq!(to_bytes(text, to_units(text, at)), at);
        }
        assert_eq!(to_units(text, text.len()), 6);
    }
}
