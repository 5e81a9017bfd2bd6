//! The installation's own rules.

use chrono::TimeDelta;

use super::{
    approval::Rules,
    cost::Prices,
    person::{Person, Rights},
    quota,
    refusal::Refusal,
    request::Patience,
    token::TokenRules,
};

/// What the configuration says about who may ask, and how long approvers may take.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Domains of e-mail addresses that may ask, in lower case; empty: any.
    pub domains: Vec<String>,
    /// How long requests and extensions wait for approvers.
    pub patience: Patience,
    /// How many undecided requests one person may have.
    pub open_requests: u32,
    /// How long tokens of the API may be good, and for what.
    pub tokens: TokenRules,
    /// How long entries of the audit log are kept; `None` for ever.
    pub keep_audit: Option<TimeDelta>,
    /// The limits of the configuration.
    pub quotas: quota::Defaults,
    /// Who must agree, where a template says nothing else.
    pub rules: Rules,
    /// What groups of the platforms may give somebody at the moment of their press.
    pub lent: Rights,
    /// What things cost; `None` where nobody counts.
    pub prices: Option<Prices>,
}

impl Default for Policy {
    /// What holds when nothing is configured: reminders after half an hour, three days to decide, five open requests.
    fn default() -> Self {
        let patience = Patience { remind_after: TimeDelta::minutes(30), lapse_after: TimeDelta::days(3) };
        Self {
            domains: Vec::new(),
            patience,
            open_requests: 5,
            tokens: TokenRules::default(),
            keep_audit: None,
            quotas: quota::Defaults::default(),
            rules: Rules::default(),
            lent: Rights::default(),
            prices: None,
        }
    }
}

impl Policy {
    /// Whether this person may ask at all.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] for somebody inactive, [`Refusal::DomainNotAllowed`] for a foreign address.
    pub fn admits(&self, person: &Person) -> Result<(), Refusal> {
        if !person.active {
            return Err(Refusal::Unknown);
        }
        let domain = person.email.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
        let allowed = self.domains.is_empty() || domain.is_some_and(|domain| self.domains.contains(&domain));
        if allowed {
            Ok(())
        } else {
            Err(Refusal::DomainNotAllowed { email: person.email.clone(), allowed: self.domains.clone() })
        }
    }
}
