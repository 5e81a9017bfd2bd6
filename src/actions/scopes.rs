//! What each command needs of a token. The one table; `perform` asks it before anything else is done.

use std::collections::BTreeSet;

use commands::Invocation;

use super::Caller;
use crate::domain::{refusal::Refusal, token::Scope};

impl Caller {
    /// Whether what they came with is good for this.
    ///
    /// # Errors
    /// [`Refusal::OutOfScope`].
    pub fn may(&self, needs: Scope) -> Result<(), Refusal> {
        match &self.scopes {
            Some(scopes) if !scopes.contains(&needs) => Err(Refusal::OutOfScope { needs }),
            _ => Ok(()),
        }
    }
}

/// What a command needs. Whoever adds a command says here what a token must be good for.
pub fn needs(invocation: &Invocation) -> Scope {
    match invocation {
        Invocation::EnvList(_)
        | Invocation::EnvShow(_)
        | Invocation::EnvSsh(_)
        | Invocation::EnvWhy(_)
        | Invocation::KeyList(_)
        | Invocation::TemplateList(_)
        | Invocation::TemplateShow(_)
        | Invocation::TokenList(_)
        | Invocation::QuotaShow(_)
        | Invocation::AdminPeople(_)
        | Invocation::Audit(_)
        | Invocation::Help(_) => Scope::Read,
        Invocation::EnvRequest(_)
        | Invocation::EnvExtend(_)
        | Invocation::EnvRelease(_)
        | Invocation::EnvWithdraw(_)
        | Invocation::EnvAccept(_)
        | Invocation::EnvRetry(_)
        | Invocation::QuotaRequest(_)
        | Invocation::KeyAdd(_)
        | Invocation::KeyRemove(_)
        | Invocation::TokenCreate(_)
        | Invocation::TokenRevoke(_) => Scope::Use,
        Invocation::EnvApprove(_)
        | Invocation::EnvReject(_)
        | Invocation::EnvOffer(_)
        | Invocation::EnvBreakGlass(_)
        | Invocation::EnvDelegate(_)
        | Invocation::QuotaGrant(_)
        | Invocation::QuotaRevoke(_) => Scope::Review,
        Invocation::QuotaSet(_)
        | Invocation::AdminRole(_)
        | Invocation::AdminTeam(_)
        | Invocation::AdminLink(_)
        | Invocation::AdminRemove(_)
        | Invocation::AdminRestore(_)
        | Invocation::AdminErase(_) => Scope::Admin,
        // A code makes whoever types it this person, with all that they may.
        Invocation::EnvLink(_) => Scope::Admin,
    }
}

/// Scopes as people read and write them: `read,use`.
pub(super) fn words(scopes: &BTreeSet<Scope>) -> String {
    scopes.iter().map(|scope| scope.word()).collect::<Vec<_>>().join(",")
}

/// Reads `read,use`; spaces may stand around the words.
pub(super) fn read(text: &str) -> Result<BTreeSet<Scope>, Refusal> {
    let words = text.split([',', ' ']).map(str::trim).filter(|word| !word.is_empty());
    let scope = |word: &str| {
        Scope::parse(&word.to_lowercase()).ok_or_else(|| Refusal::NoSuchScope { name: word.to_owned() })
    };
    let scopes = words.map(scope).collect::<Result<BTreeSet<_>, _>>()?;
    if scopes.is_empty() { Err(Refusal::NoSuchScope { name: String::new() }) } else { Ok(scopes) }
}

#[cfg(test)]
mod tests {
    //! Every command of the catalogue has its scope, as one table to read.

    use chrono_tz::UTC;
    use commands::{CATALOG, Context, line};

    use super::*;
    use crate::domain::{Instant, ids::PersonId};

    #[test]
    fn every_command_needs_one_scope() {
        let now = Instant::from_timestamp(1_795_262_400, 0).expect("noon of 21 November 2026");
        let context = Context { now, zone: UTC };
        let mut table = Vec::new();
        for entry in CATALOG {
            let example = entry.spec.examples.first().expect("an example");
            let invocation = line::parse(example, &context).expect("an example parses");
            table.push(format!("{} {}", needs(&invocation).word(), entry.spec.name()));
        }
        assert_eq!(table.len(), CATALOG.len());
        // What only looks needs no more than `read`, and nothing else is so cheap.
        for (line, entry) in table.iter().zip(CATALOG) {
            let example = entry.spec.examples.first().expect("an example");
            let invocation = line::parse(example, &context).expect("an example parses");
            let looks = super::super::perform::only_looks(&invocation);
            assert_eq!(looks, line.starts_with("read "), "{line}");
            let deciding = ["approve", "reject", "offer", "break-glass", "delegate", "grant", "revoke"];
            let deciding =
                deciding.iter().any(|verb| line.ends_with(&format!(" {verb}"))) && !line.contains("/token");
            assert_eq!(deciding, line.starts_with("review "), "{line}");
        }
    }

    #[test]
    fn a_scope_reaches_no_further_than_itself() {
        let id = PersonId::parse("per_dana").expect("an id");
        for held in Scope::ALL {
            let caller = Caller { scopes: Some([held].into()), ..Caller::from(id.clone()) };
            for needed in Scope::ALL {
                let expected =
                    if held == needed { Ok(()) } else { Err(Refusal::OutOfScope { needs: needed }) };
                assert_eq!(caller.may(needed), expected);
                assert_eq!(Caller::from(id.clone()).may(needed), Ok(()), "whoever has no token is not bound");
            }
            let none = Caller { scopes: Some(BTreeSet::new()), ..Caller::from(id.clone()) };
            assert!(none.may(held).is_err());
        }
    }

    #[test]
    fn scopes_are_read_as_they_are_written() {
        assert_eq!(read("read,use"), Ok([Scope::Read, Scope::Use].into()));
        assert_eq!(read(" Review , admin "), Ok([Scope::Review, Scope::Admin].into()));
        assert!(read("root").is_err() && read(",").is_err() && read("").is_err());
        assert_eq!(words(&[Scope::Use, Scope::Read].into()), "read,use");
    }
}
