//! `[database]`: SQLite in the data folder, or Postgres.

use secrecy::{ExposeSecret, SecretString};

use super::{Sources, data::Data, secret};
use crate::document::{Section, Wrong};

/// Which database.
#[derive(Debug, Clone)]
pub struct Database {
    /// Its URL, which may hold a password.
    pub url: SecretString,
    /// Which kind the URL names.
    pub engine: Engine,
    /// How many connections are kept at most.
    pub connections: u32,
    /// Whether tables are brought up to date at the start; else `sublet migrate` must have been run.
    pub migrate: bool,
}

/// The kinds of databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file; one replica.
    Sqlite,
    /// A server; several replicas.
    Postgres,
}

impl Engine {
    /// The name that people use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "Postgres",
        }
    }
}

const RIGHT: &str = "Write `postgres://user@host/name` or `sqlite:path/to/file.db`.";

impl Database {
    pub(super) fn read(section: &Section<'_>, sources: &Sources, data: &Data) -> Self {
        let in_file = !section.is_variable("url");
        let written = section.parse("url", |url| usable(url, in_file));
        let named = secret::named(section, "url_env", "url_file", sources).and_then(|(key, url)| {
            usable(url.expose_secret(), false).map_err(|wrong| section.fault(key, wrong)).ok()
        });
        let connections = section.number("connections", 1..=200).and_then(|count| count.try_into().ok());
        let (url, engine) = named.or(written).unwrap_or_else(|| (in_folder(data), Engine::Sqlite));
        Self {
            url: SecretString::from(url),
            engine,
            connections: connections.unwrap_or(8),
            migrate: section.switch("migrate").unwrap_or(true),
        }
    }
}

/// The URL and its kind. It is never quoted: it may hold a password.
fn usable(url: &str, in_file: bool) -> Result<(String, Engine), Wrong> {
    let (scheme, _) = url.split_once(':').ok_or_else(|| Wrong::new("This is not a database URL.", RIGHT))?;
    let engine = match scheme {
        "sqlite" => return Ok((url.to_owned(), Engine::Sqlite)),
        "postgres" | "postgresql" => Engine::Postgres,
        _ => return Err(Wrong::new(format!("“{scheme}” is not a database that Sublet knows."), RIGHT)),
    };
    let parsed = url::Url::parse(url)
        .map_err(|why| Wrong::new(format!("This is not a database URL: {why}."), RIGHT))?;
    if in_file && parsed.password().is_some() {
        let right = "Name a variable or a file that holds the whole URL, with url_env or url_file.";
        return Err(Wrong::new("A password does not belong in this file.", right));
    }
    Ok((url.to_owned(), engine))
}

/// The file in the data folder; signs that mean something in a URL are written as codes.
fn in_folder(data: &Data) -> String {
    let path = data.folder.join("sublet.db").display().to_string();
    let path = path.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite://{path}?mode=rwc")
}
