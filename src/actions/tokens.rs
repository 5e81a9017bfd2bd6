//! Tokens of the API: made once, shown once, kept as digests.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::{
    Caller, World, secrets,
    work::{Stop, Work},
};
use crate::{
    domain::{
        ids::TokenId,
        person::Person,
        token::{Scope, Token},
    },
    ports::store::Stored,
};

/// What every token begins with, so that scanners of leaked secrets know it.
pub const PREFIX: &str = "sublet_";
/// How many letters follow: 160 bits.
const LENGTH: usize = 32;

/// A token that is being made.
pub struct NewToken {
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: BTreeSet<Scope>,
    /// How long it is good.
    pub lasts: TimeDelta,
}

/// Makes a token. The secret is in the answer and nowhere else.
///
/// # Errors
/// When the database fails.
pub async fn make(work: &mut Work<'_>, caller: &Person, asked: NewToken) -> Result<(Token, String), Stop> {
    let chance = [work.world.ids.next(), work.world.ids.next()];
    let secret = format!("{PREFIX}{}", secrets::letters(&chance, LENGTH));
    let token = Token {
        id: TokenId::new(work.world.ids.next()),
        person: caller.id.clone(),
        name: asked.name,
        scopes: asked.scopes,
        created_at: work.now,
        expires_at: work.now + asked.lasts,
    };
    work.tx.save_token(&token, &secrets::digest(&secret)).await?;
    work.touched = Some(token.id.as_str().to_owned());
    Ok((token, secret))
}

/// Who comes with this token; `None` when it is none, or no longer good.
///
/// # Errors
/// When the database fails.
pub async fn authenticate(world: &World, secret: &str) -> Stored<Option<Caller>> {
    if !secret.starts_with(PREFIX) {
        return Ok(None);
    }
    let mut work = Work::look(world).await?;
    let token = work.tx.token_by_digest(&secrets::digest(secret)).await?;
    let Some(token) = token.filter(|token| work.now < token.expires_at) else { return Ok(None) };
    let active = work.tx.person(&token.person).await?.is_some_and(|person| person.active);
    Ok(active.then(|| Caller { scopes: Some(token.scopes), ..Caller::from(token.person) }))
}
