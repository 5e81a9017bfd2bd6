//! `/token create|list|revoke`: tokens of the API. Made once, shown once, kept as digests.

use commands::TokenCreate;

use super::{
    Answer, Caller, World, scopes, secrets,
    work::{Stop, Work},
};
use crate::{
    cards::{answer, listing},
    domain::{
        audit::{Actor, Fact, NewEntry},
        ids::TokenId,
        person::Person,
        refusal::Refusal,
        token::Token,
    },
    ports::{
        chat::{Block, Message, Text, Tone},
        store::Stored,
    },
};

/// What every token begins with, so that scanners of leaked secrets know it.
pub const PREFIX: &str = "sublet_";
/// How many letters follow: 160 bits.
const LENGTH: usize = 32;

/// Makes a token. The secret is in the answer and nowhere else. Whoever comes with a token makes none that reaches
/// further or lasts longer.
pub(super) async fn create(
    work: &mut Work<'_>,
    caller: &Person,
    by: &Caller,
    asked: TokenCreate,
) -> Result<Answer, Stop> {
    let rules = work.world.policy.tokens.clone();
    let scopes = match &asked.scopes {
        Some(text) => scopes::read(text)?,
        None => rules.scopes.iter().copied().filter(|scope| by.may(*scope).is_ok()).collect(),
    };
    for scope in &scopes {
        by.may(*scope)?;
    }
    let longest = by.until.map_or(rules.longest, |until| rules.longest.min(until - work.now));
    let lasts = asked.lasts.unwrap_or_else(|| rules.usual.min(longest));
    if lasts > longest {
        return Err(Refusal::TooLong { asked: lasts.into(), longest: longest.into() }.into());
    }
    let shortest = chrono::TimeDelta::minutes(1);
    if lasts < shortest {
        return Err(Refusal::TooShort { asked: lasts.into(), shortest: shortest.into() }.into());
    }
    work.tx.forget_tokens(work.now).await?;
    let known = work.tx.tokens_of(&caller.id).await?;
    if known.iter().any(|token| token.name == asked.name) {
        return Err(Refusal::TokenExists { name: asked.name }.into());
    }
    if known.len() >= rules.most as usize {
        return Err(Refusal::TooManyTokens { most: rules.most }.into());
    }
    let chance = [work.world.ids.next(), work.world.ids.next(), work.world.ids.next(), work.world.ids.next()];
    let secret = format!("{PREFIX}{}", secrets::letters(&chance, LENGTH));
    let token = Token {
        id: TokenId::new(work.world.ids.next()),
        person: caller.id.clone(),
        name: asked.name,
        scopes,
        created_at: work.now,
        expires_at: work.now + lasts,
    };
    work.tx.save_token(&token, &secrets::digest(&secret)).await?;
    work.touched = Some(token.id.as_str().to_owned());
    let fact = Fact::TokenMade { name: token.name.clone(), scopes: token.scopes.clone() };
    record(work, caller, fact).await?;
    Ok(Answer::Say(shown_once(&token, secret)))
}

/// The message that shows a token. [`secret_in`] reads it again.
fn shown_once(token: &Token, secret: String) -> Message {
    let words = Text::plain("Your token ")
        .strong(token.name.clone())
        .and(format!(" ({}), good until ", scopes::words(&token.scopes)))
        .time(token.expires_at)
        .and(":");
    let tells = "It is shown this once and kept nowhere. Whoever has it may do what it is good for, as you.";
    Message {
        summary: words.clone(),
        tone: Tone::Plain,
        blocks: vec![Block::Paragraph(words), Block::Code(secret), Block::Note(Text::plain(tells))],
    }
}

/// The secret in the answer to `/token create`, for surfaces that are no chat.
pub fn secret_in(answer: &Answer) -> Option<&str> {
    let Answer::Say(message) = answer else { return None };
    message.blocks.iter().find_map(|block| match block {
        Block::Code(text) if text.starts_with(PREFIX) => Some(text.as_str()),
        _ => None,
    })
}

/// The caller's tokens that are still good.
pub(super) async fn list(work: &mut Work<'_>, caller: &Person) -> Result<Answer, Stop> {
    let mut tokens = work.tx.tokens_of(&caller.id).await?;
    tokens.retain(|token| work.now < token.expires_at);
    Ok(Answer::Say(listing::tokens(&tokens)))
}

/// Revokes a token, by its name or its id.
pub(super) async fn revoke(work: &mut Work<'_>, caller: &Person, name: &str) -> Result<Answer, Stop> {
    let mut tokens = work.tx.tokens_of(&caller.id).await?;
    tokens.retain(|token| work.now < token.expires_at);
    let Some(token) = tokens.iter().find(|token| token.name == name || token.id.as_str() == name) else {
        let known = tokens.iter().map(|token| token.name.clone()).collect();
        return Err(Refusal::NoSuchToken { name: name.to_owned(), known }.into());
    };
    work.tx.delete_token(&token.id).await?;
    work.touched = Some(token.id.as_str().to_owned());
    record(work, caller, Fact::TokenRevoked { name: token.name.clone() }).await?;
    let words = Text::plain("Revoked your token ").strong(token.name.clone());
    Ok(Answer::Say(answer::say(words.and(". It is no good any more."), Tone::Good)))
}

async fn record(work: &mut Work<'_>, caller: &Person, fact: Fact) -> Result<(), Stop> {
    let actor = Actor::Person(caller.id.clone());
    let entry = NewEntry { at: work.now, actor, about: format!("@{}", caller.handle), fact };
    Ok(work.tx.record(&entry).await?)
}

/// Who comes with this token, and which one it is; `None` when it is none, or no longer good.
///
/// # Errors
/// When the database fails.
pub async fn authenticate(world: &World, secret: &str) -> Stored<Option<(Caller, TokenId)>> {
    if !secret.starts_with(PREFIX) {
        return Ok(None);
    }
    let mut work = Work::look(world).await?;
    // Whoever guesses learns nothing from how long this takes: the digest of a guess is near no other digest.
    let token = work.tx.token_by_digest(&secrets::digest(secret)).await?;
    let Some(token) = token.filter(|token| work.now < token.expires_at) else { return Ok(None) };
    let active = work.tx.person(&token.person).await?.is_some_and(|person| person.active);
    let (scopes, until) = (Some(token.scopes), Some(token.expires_at));
    Ok(active.then(|| (Caller { scopes, until, ..Caller::from(token.person) }, token.id)))
}

/// Somebody's tokens that are still good, for surfaces that show them in another way than in words.
///
/// # Errors
/// When the database fails.
pub async fn of(world: &World, caller: &Caller) -> Stored<Vec<Token>> {
    let mut work = Work::look(world).await?;
    let mut tokens = work.tx.tokens_of(&caller.id).await?;
    tokens.retain(|token| work.now < token.expires_at);
    Ok(tokens)
}
