//! `[policy]`: what is allowed, and how long requests wait.

use super::quantity::span;
use crate::{
    document::{Section, Wrong},
    domain::{policy, request::Patience},
};

/// What is allowed, and how long requests wait.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Domains whose addresses may ask for environments; small letters.
    pub email_domains: Vec<String>,
    /// When approvers are reminded, and when an undecided request lapses.
    pub patience: Patience,
    /// How many undecided requests one person may have.
    pub open_requests: u32,
}

impl Policy {
    pub(super) fn read(section: &Section<'_>) -> Self {
        let usual = policy::Policy::default();
        let domains = section.each("email_domains", domain);
        let right = "Name the domains whose people may ask, such as [\"example.org\"].";
        let domains = section.require("email_domains", domains, right).unwrap_or_default();
        if section.has("email_domains") && domains.is_empty() {
            section.fault("email_domains", Wrong::new("No domain is allowed, so nobody could ask.", right));
        }
        let remind_after = section.parse("remind_after", span).unwrap_or(usual.patience.remind_after);
        let lapse_after = section.parse("lapse_after", span).unwrap_or(usual.patience.lapse_after);
        if remind_after >= lapse_after {
            let wrong = "A request would lapse before anybody is reminded of it.";
            let key = if section.has("remind_after") { "remind_after" } else { "lapse_after" };
            section.fault(key, Wrong::new(wrong, "Write a shorter remind_after or a longer lapse_after."));
        }
        let open = section.number("open_requests", 1..=1000).and_then(|count| count.try_into().ok());
        Self {
            email_domains: domains.into_iter().map(|domain| domain.value).collect(),
            patience: Patience { remind_after, lapse_after },
            open_requests: open.unwrap_or(usual.open_requests),
        }
    }
}

fn domain(text: &str) -> Result<String, Wrong> {
    let right = "Write only what follows the @, such as `example.org`.";
    let domain = text.to_lowercase();
    // The grammar of addresses decides what a domain is.
    if email_address::EmailAddress::is_valid(&format!("a@{domain}")) && !domain.contains(['@', '*', '[']) {
        return Ok(domain);
    }
    Err(Wrong::new(format!("“{text}” is not a domain."), right))
}
