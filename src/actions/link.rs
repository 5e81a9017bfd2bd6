//! `/env link`: one person on several platforms. Whoever holds a code is who it was given to, and only once.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{
    Answer,
    admit::{self, Described},
    secrets,
    work::{Stop, Work},
};
use crate::{
    actions::World,
    cards::{self, answer},
    domain::{Instant, ids::PersonId, person::Person, refusal::Refusal},
    ports::{
        chat::{Block, Message, Text, Tone},
        store::{Code, Stored},
    },
    until_saved,
};

/// How long a code is good.
pub const CODE_GOOD_FOR: TimeDelta = TimeDelta::minutes(10);
/// How many of them a code has: fifty bits, for ten minutes.
const LENGTH: usize = 10;

/// Gives out a code. Somebody who is known where they type one needs none.
pub(super) async fn link(work: &mut Work<'_>, caller: &Person, code: Option<&str>) -> Result<Answer, Stop> {
    if code.is_some() {
        return Err(Refusal::Linked.into());
    }
    let code = new_code(work.world.ids.next());
    let kept =
        Code { digest: digest(&code), person: caller.id.clone(), expires_at: work.now + CODE_GOOD_FOR };
    work.tx.save_code(&kept, work.now).await?;
    let words = Text::plain("Type this within ten minutes on the platform where you are not known yet:");
    let tells = Text::plain("It makes whoever types it you, so show it to nobody.");
    Ok(Answer::Say(Message {
        summary: words.clone(),
        tone: Tone::Plain,
        blocks: vec![Block::Paragraph(words), Block::Code(format!("/env link {code}")), Block::Note(tells)],
    }))
}

/// Links an account that is not known to the person of the code. The message for somebody who typed a code that is
/// no good says what to do.
///
/// # Errors
/// When the database fails.
pub async fn redeem(world: &World, described: &Described, code: &str) -> Stored<Result<PersonId, Message>> {
    let linked = until_saved!(once(world, described, code))?;
    Ok(linked
        .map_err(|refusal| answer::refused(&cards::refusal::say(&refusal, &cards::People::default()), None)))
}

/// The code in a line that is to link an account; `None` when it is another line.
pub fn code_in(line: &str) -> Option<String> {
    let context = commands::Context { now: Instant::UNIX_EPOCH, zone: chrono_tz::UTC };
    match commands::line::parse(line, &context) {
        Ok(commands::Invocation::EnvLink(asked)) => asked.code,
        _ => None,
    }
}

/// The code in the answer to whoever asked for one.
pub fn code_of(answer: &Answer) -> Option<String> {
    let Answer::Say(message) = answer else { return None };
    message.blocks.iter().find_map(|block| match block {
        Block::Code(line) => code_in(line),
        _ => None,
    })
}

/// Links an account that is not known to the person of the code, and tells whoever typed it who they are now, or
/// why not.
///
/// # Errors
/// When the database fails.
pub async fn introduce(world: &World, described: &Described, code: &str) -> Stored<Message> {
    let person = match redeem(world, described, code).await? {
        Ok(person) => person,
        Err(message) => return Ok(message),
    };
    let person = Work::look(world).await?.tx.person(&person).await?;
    let name = person.map_or_else(String::new, |person| format!("@{}", person.handle));
    let words = Text::plain("You are known here as ").strong(name).and(" now.");
    Ok(answer::say(words, Tone::Good))
}

async fn once(world: &World, described: &Described, code: &str) -> Stored<Result<PersonId, Refusal>> {
    // Whoever was given a code is known: a guest of this place counts as listed.
    if let Err(refusal) = described.membership.admits(true) {
        return Ok(Err(refusal));
    }
    let mut work = Work::begin(world).await?;
    let Some(person) = work.tx.take_code(&digest(code), work.now).await? else {
        return Ok(Err(Refusal::WrongCode));
    };
    let known = work.tx.person(&person).await?.filter(|person| person.active);
    if known.is_none() {
        return Ok(Err(Refusal::Unknown));
    }
    let now = work.now;
    admit::remember(&mut work, described, Some(person.clone()), Some(now)).await?;
    work.commit().await?;
    tracing::info!(
        account = described.id,
        workspace = described.workspace.word(),
        "an account was linked by a code"
    );
    Ok(Ok(person))
}

fn new_code(chance: Uuid) -> String {
    let letters: Vec<char> = secrets::letters(&[chance], LENGTH).chars().collect();
    let parts: Vec<String> = letters.chunks(4).map(|part| part.iter().collect()).collect();
    parts.join("-")
}

/// The digest of a code, however it was typed.
fn digest(code: &str) -> String {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    secrets::digest(&letters.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_short_and_each_is_another() {
        let codes: Vec<String> = (0..100).map(|number| new_code(Uuid::from_u128(number))).collect();
        let single: std::collections::BTreeSet<&String> = codes.iter().collect();
        assert_eq!(single.len(), 100);
        assert!(codes.iter().all(|code| code.len() == LENGTH + 2), "{codes:?}");
    }

    #[test]
    fn a_code_is_understood_however_it_is_typed() {
        assert_eq!(digest("K7QP-2M9D-XR"), digest(" k7qp2m9dxr "));
        assert_ne!(digest("K7QP-2M9D-XR"), digest("K7QP-2M9D-XS"));
    }
}
