//! How a scope stands, for surfaces that show it in another way than in bars.

use crate::{
    actions::{secrets, work::Work},
    domain::{
        access::{Verb, Whose, may},
        ids::{EnvName, PersonId},
        person::Person,
        quota::{Amounts, Limits, Scope},
    },
    ports::store::Stored,
};

/// The most parts that are told one by one.
const PARTS: usize = 100;

/// A scope as somebody may see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Whose.
    pub scope: Scope,
    /// The limits that hold for good: those that were set, else the configuration's.
    pub limits: Limits,
    /// What temporary quotas add to them at this moment.
    pub extra: Limits,
    /// What is held.
    pub held: Amounts,
    /// What holds it, oldest first, as far as the reader may see it.
    pub parts: Vec<Part>,
    /// What else holds it.
    pub others: Amounts,
}

/// A part of what is held: an environment, with its extensions.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its name.
    pub name: EnvName,
    /// Who asked for it.
    pub by: PersonId,
    /// How much it takes.
    pub amounts: Amounts,
}

/// The limits of a scope that hold for good.
///
/// # Errors
/// When the database fails.
pub async fn permanent(work: &mut Work<'_>, scope: &Scope) -> Stored<Limits> {
    Ok(work.tx.limits_of(scope).await?.or(&work.world.policy.quotas.of(scope)))
}

/// What limits are compared by, since they carry no version: twelve letters and digits.
pub fn version_of(limits: &Limits) -> String {
    let text = serde_json::to_string(limits).unwrap_or_default();
    secrets::digest(&text).chars().take(12).collect()
}

/// How a scope stands, as the reader may see it. Whether they may see it at all, the caller has found out.
///
/// # Errors
/// When the database fails.
pub async fn seen(work: &mut Work<'_>, reader: &Person, scope: &Scope) -> Stored<Seen> {
    let limits = permanent(work, scope).await?;
    let grants = work.tx.grants_of(scope, work.now).await?;
    let mut extra = limits.clone().with(&grants, work.now);
    extra.0.retain(|resource, limit| {
        *limit = limit.saturating_sub(limits.of(*resource).unwrap_or_default());
        *limit > 0
    });
    let held = work.tx.held(scope).await?;
    let parts = parts(work, reader, scope).await?;
    let told = parts.iter().fold(Amounts::default(), |sum, part| sum.plus(&part.amounts));
    Ok(Seen { scope: scope.clone(), limits, extra, held, parts, others: held.minus(&told) })
}

/// Whoever sees everybody's environments reads all their names, others those of their own.
async fn parts(work: &mut Work<'_>, reader: &Person, scope: &Scope) -> Stored<Vec<Part>> {
    let all = may(reader, Verb::See, Whose::Other).is_ok();
    let asked = if all { scope.clone() } else { Scope::Person(reader.id.clone()) };
    let mut held = work.tx.reservations_in(&asked).await?;
    held.retain(|held| held.scopes().contains(scope));
    let mut parts: Vec<Part> = Vec::new();
    for held in held {
        if let Some(known) = parts.iter_mut().find(|part| part.name == held.name) {
            known.amounts = known.amounts.plus(&held.amounts);
        } else if parts.len() < PARTS {
            parts.push(Part { name: held.name, by: held.person, amounts: held.amounts });
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::quota::Resource;

    #[test]
    fn other_limits_have_another_version() {
        let limits = |cpu| Limits([(Resource::Cpu, cpu)].into());
        assert_eq!(version_of(&limits(1)), version_of(&limits(1)));
        assert_ne!(version_of(&limits(1)), version_of(&limits(2)));
        assert_ne!(version_of(&limits(0)), version_of(&Limits::default()), "nothing at all is a limit");
        assert_eq!(version_of(&Limits::default()).len(), 12);
    }
}
