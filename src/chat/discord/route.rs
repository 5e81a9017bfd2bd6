//! A route of Discord's API: what is called, and what Discord counts together.

use axum::http;

use super::trouble::{Method, Trouble};

/// A call on its way: a route with its ids filled in.
#[derive(Clone)]
pub struct Route {
    /// What it is for.
    pub method: Method,
    /// Verb and path, with a `{}` for each id: what Discord counts by, and what may be said aloud.
    pub template: &'static str,
    /// The verb.
    pub verb: http::Method,
    /// The path. It is a secret where it holds the token of an interaction.
    pub path: String,
    /// The channel, the guild or the interaction: those are counted apart. Empty where there is none.
    pub major: String,
}

impl Route {
    /// A route, such as `POST /channels/{}/messages`, with its ids. The first of them is counted apart when it is
    /// a channel or a guild.
    ///
    /// # Errors
    /// [`Trouble`] when an id cannot be one: whatever it holds would become a part of the path.
    pub fn to(method: Method, template: &'static str, ids: &[&str]) -> Result<Self, Trouble> {
        let (verb, pattern) = template.split_once(' ').unwrap_or(("GET", template));
        let mut parts = pattern.split("{}");
        let mut path = parts.next().unwrap_or_default().to_owned();
        let mut ids_left = ids.iter();
        for part in parts {
            let id = ids_left.next().filter(|id| is_id(id)).ok_or_else(|| Trouble::new(method, "no_id"))?;
            path.push_str(id);
            path.push_str(part);
        }
        let counted = pattern.starts_with("/channels/") || pattern.starts_with("/guilds/");
        let major = ids.first().filter(|_| counted).map(|id| (*id).to_owned());
        let verb = match verb {
            "POST" => http::Method::POST,
            "PATCH" => http::Method::PATCH,
            "PUT" => http::Method::PUT,
            _ => http::Method::GET,
        };
        Ok(Self { method, template, verb, path, major: major.unwrap_or_default() })
    }

    /// The same, counted by this.
    pub fn counted_by(self, major: &str) -> Self {
        Self { major: major.to_owned(), ..self }
    }
}

/// Ids are numbers; the tokens of interactions are letters, digits and few signs.
fn is_id(id: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '=');
    !id.is_empty() && id.chars().all(fits) && !id.chars().all(|c| c == '.')
}
