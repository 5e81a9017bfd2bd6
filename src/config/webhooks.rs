//! `[[webhooks]]`: programs outside that are told what happens.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use secrecy::ExposeSecret;

use super::{Sources, quantity::span, secret, slack};
use crate::{
    document::{Place, Section, Wrong},
    domain::{audit::Fact, hook::Hook},
    hooks::{self, Settings},
};

/// How long a receiver may take to answer when nothing is configured.
const USUAL_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads every webhook. Names are unique.
pub(super) fn read(root: &Section<'_>, sources: &Sources) -> Vec<Settings> {
    let mut seen = BTreeMap::new();
    let read = root.sections("webhooks", |section| webhook(section, sources, &mut seen));
    read.into_iter().flatten().collect()
}

fn webhook(section: &Section<'_>, sources: &Sources, seen: &mut BTreeMap<String, Place>) -> Option<Settings> {
    let name = section.parse("name", super::people::team);
    let name = section.require("name", name, "Write a short name, such as `ci`; it must stay the same.");
    let url = section
        .parse("url", |text| slack::api(text, "the receiver's address, with https").map(|_| text.to_owned()));
    let url =
        section.require("url", url, "Write where the receiver is, such as `https://ci.example.org/sublet`.");
    let secret = secret::read(section, ["secret", "secret_env", "secret_file"], sources);
    let right = "Name a variable with secret_env or a file with secret_file; `whsec_` and base64 of 24 bytes or more.";
    let secret = section.require("secret_env", secret, right);
    let events = section.each("events", event).unwrap_or_default();
    let timeout = section.parse("timeout", span).and_then(|span| span.to_std().ok());
    if let Some(secret) = &secret
        && !is_good(secret.expose_secret())
    {
        let key = ["secret", "secret_env", "secret_file"].into_iter().find(|key| section.has(key));
        section.fault(key.unwrap_or("secret_env"), Wrong::new("This is no secret of a webhook.", right));
    }
    let name = name?;
    if let Some(first) = seen.insert(name.clone(), section.place_of("name")) {
        let wrong = format!("The webhook {name} was named before, at {first}.");
        section.fault("name", Wrong::new(wrong, "Give each a name of its own."));
    }
    let events: BTreeSet<String> = events.into_iter().map(|event| event.value).collect();
    let timeout = timeout.unwrap_or(USUAL_TIMEOUT);
    Some(Settings { hook: Hook { name, events }, url: url?, secret: secret?, timeout })
}

/// Whether it is a secret that nobody guesses: 24 bytes are 32 letters of base64.
fn is_good(secret: &str) -> bool {
    secret.len() >= hooks::SECRET.len() + 32 && hooks::key(secret).is_ok()
}

fn event(word: &str) -> Result<String, Wrong> {
    let known = Fact::words();
    if known.iter().any(|known| known == word) {
        return Ok(word.to_owned());
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    Err(Wrong::unknown(word, "an event", &known))
}
