//! `[oidc]`: whose bearer tokens the API takes besides its own.

use std::{collections::BTreeMap, time::Duration};

use super::{api::scope, people, quantity::span, slack};
use crate::{
    document::{Section, Wrong, choose},
    domain::token::TokenRules,
    oidc::Settings,
};

/// How long the issuer may take to answer when nothing is configured.
const USUAL_TIMEOUT: Duration = Duration::from_secs(5);

/// Reads the issuer; `None` when there is none.
pub(super) fn read(section: &Section<'_>) -> Option<Settings> {
    let issuer = section.parse("issuer", issuer);
    let audience = section.each("audience", |text| Ok(text.to_owned()));
    let email = section.text("email_claim").unwrap_or_else(|| "email".to_owned());
    let groups = section.text("groups_claim").unwrap_or_else(|| "groups".to_owned());
    let roles = section.section("roles", |section| by_group(section, |word| choose(word, &people::ROLES)));
    let teams = section.section("teams", |section| by_group(section, people::team));
    let scopes = section.each("scopes", scope);
    let timeout = section.parse("timeout", span).and_then(|span| span.to_std().ok());
    if !section.has("issuer") {
        let others = ["audience", "email_claim", "groups_claim", "roles", "teams", "scopes", "timeout"];
        if let Some(key) = others.into_iter().find(|key| section.has(key)) {
            let right = "Write the issuer's address, as its tokens name it, to the letter.";
            section.fault(key, Wrong::new("There is no issuer that this could be about.", right));
        }
        return None;
    }
    let right =
        "Name whom tokens must be for, such as [\"sublet\"]: others' tokens would count here as well.";
    let audience = section.require("audience", audience, right).unwrap_or_default();
    if section.has("audience") && audience.is_empty() {
        section.fault("audience", Wrong::new("No audience is named, so no token would count.", right));
    }
    let usual = TokenRules::default().scopes;
    Some(Settings {
        issuer: issuer?,
        audience: audience.into_iter().map(|audience| audience.value).collect(),
        email,
        groups,
        roles,
        teams,
        scopes: scopes.map_or(usual, |scopes| scopes.into_iter().map(|scope| scope.value).collect()),
        timeout: timeout.unwrap_or(USUAL_TIMEOUT),
    })
}

/// The issuer as it is written: a slash at its end is part of it.
fn issuer(text: &str) -> Result<String, Wrong> {
    slack::api(text, "the issuer's address, with https").map(|_| text.to_owned())
}

fn by_group<T>(section: &Section<'_>, read: impl Fn(&str) -> Result<T, Wrong> + Copy) -> BTreeMap<String, T> {
    let groups = section.keys().into_iter();
    groups.filter_map(|group| Some((group.value.clone(), section.scalar(&group.value, read)?))).collect()
}
