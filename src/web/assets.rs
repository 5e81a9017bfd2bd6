//! Styles and scripts, inside the binary.

use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::problem::Problem;

#[derive(RustEmbed)]
#[folder = "src/web/assets/"]
#[exclude = "*/NOTICE"]
struct Assets;

/// What a file's address ends with, so that a browser may keep it for ever and still sees a new one at once.
const MARK_LENGTH: usize = 12;

/// The address of a file: its path, and a mark that changes with its content.
pub fn address(path: &str) -> String {
    match Assets::get(path) {
        Some(file) => format!("/assets/{path}?v={}", mark(&file)),
        None => format!("/assets/{path}"),
    }
}

/// `GET /assets/…`
pub async fn asset(Path(path): Path<String>, asked: HeaderMap) -> Response {
    let Some(file) = Assets::get(&path) else {
        return Problem::missing("There is no such file.").into_response();
    };
    let tag = format!("\"{}\"", mark(&file));
    let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let headers = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
        (header::CONTENT_TYPE, kind(&path).to_owned()),
    ];
    if known.is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, file.data.into_owned()).into_response()
}

fn mark(file: &EmbeddedFile) -> String {
    let hex = file.metadata.sha256_hash().into_iter().map(|byte| format!("{byte:02x}"));
    hex.take(MARK_LENGTH / 2).collect()
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}
