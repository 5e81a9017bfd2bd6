//! `[api]`: the REST API, how long its tokens may be good, and how much may be asked of it.

use std::{num::NonZeroU32, time::Duration};

use ipnet::IpNet;

use super::quantity::span;
use crate::{
    api::limits::Settings,
    document::{Section, Wrong},
    domain::token::{Scope, TokenRules},
};

/// The REST API.
#[derive(Debug, Clone, Default)]
pub struct Api {
    /// Whether it is there.
    pub enabled: bool,
    /// What holds for tokens that people make.
    pub tokens: TokenRules,
    /// How much may be asked.
    pub limits: Settings,
}

impl Api {
    pub(super) fn read(api: &Section<'_>) -> Self {
        Self {
            enabled: api.switch("enabled").unwrap_or(true),
            tokens: api.section("tokens", tokens),
            limits: api.section("limits", limits),
        }
    }
}

fn tokens(section: &Section<'_>) -> TokenRules {
    let usual = TokenRules::default();
    let scopes = section.each("scopes", scope);
    let lasts = section.parse("lasts", span);
    let longest = section.parse("longest", span).unwrap_or(usual.longest);
    let most = section.number("most", 1..=1000).and_then(|most| most.try_into().ok());
    let rules = TokenRules {
        scopes: scopes.map_or(usual.scopes, |scopes| scopes.into_iter().map(|scope| scope.value).collect()),
        usual: lasts.unwrap_or(usual.usual.min(longest)),
        longest,
        most: most.unwrap_or(usual.most),
    };
    if rules.usual > rules.longest {
        let key = if section.has("lasts") { "lasts" } else { "longest" };
        let wrong = "Tokens would usually be good for longer than they may.";
        section.fault(key, Wrong::new(wrong, "Write a shorter lasts or a longer longest."));
    }
    rules
}

fn limits(section: &Section<'_>) -> Settings {
    let usual = Settings::default();
    let count = |key| {
        let count = section.number(key, 1..=1_000_000)?;
        NonZeroU32::new(u32::try_from(count).ok()?)
    };
    let (per_minute, per_address) = (count("per_minute"), count("per_address"));
    let streams = section.number("streams", 1..=1000).and_then(|count| usize::try_from(count).ok());
    let patience = section.parse("patience", span).and_then(|span| span.to_std().ok());
    let proxies = section.each("proxies", range).unwrap_or_default();
    if patience == Some(Duration::ZERO) {
        let wrong = "Nothing could be answered in no time.";
        section.fault("patience", Wrong::new(wrong, "Write a time such as `15s`."));
    }
    Settings {
        per_minute: per_minute.unwrap_or(usual.per_minute),
        per_address: per_address.unwrap_or(usual.per_address),
        streams: streams.unwrap_or(usual.streams),
        patience: patience.unwrap_or(usual.patience),
        proxies: proxies.into_iter().map(|range| range.value).collect(),
    }
}

/// What a token may be used for.
pub(super) fn scope(word: &str) -> Result<Scope, Wrong> {
    Scope::parse(word).ok_or_else(|| Wrong::unknown(word, "a scope", &Scope::ALL.map(Scope::word)))
}

fn range(text: &str) -> Result<IpNet, Wrong> {
    text.parse().or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from)).map_err(|_| {
        let right = "Write an address or a range, such as `10.0.0.0/8`.";
        Wrong::new(format!("“{text}” is no range of addresses."), right)
    })
}
