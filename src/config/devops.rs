//! `[devops]`: who is told by e-mail when something needs a hand and the channel cannot be reached.

use super::mail::address;
use crate::{
    document::{Section, Wrong},
    domain::person::Person,
};

/// Who is told when something needs a hand.
#[derive(Debug, Clone)]
pub struct Devops {
    /// Their addresses; without any written, those of everybody who may decide.
    pub emails: Vec<String>,
}

impl Devops {
    pub(super) fn read(section: &Section<'_>, people: &[Person], mail: bool) -> Self {
        let written = section.each("emails", address);
        if written.is_some() && !mail {
            let right = "Set mail.transport to “smtp”, or leave this out.";
            section.fault("emails", Wrong::new("There is no mail, so nobody can be told by e-mail.", right));
        }
        let emails = match written {
            Some(emails) => emails.into_iter().map(|email| email.value).collect(),
            None if mail => people.iter().filter(|p| p.may_decide()).map(|p| p.email.clone()).collect(),
            None => Vec::new(),
        };
        Self { emails }
    }
}
