//! `/key add|list|remove`: people's SSH public keys.

use commands::KeyAdd;

use super::{
    Answer,
    work::{Stop, Work},
};
use crate::{
    cards::{answer, listing},
    domain::{
        audit::{Actor, Fact, NewEntry},
        ids::KeyId,
        key::{PublicKey, StoredKey},
        person::Person,
        refusal::Refusal,
    },
    ports::chat::{Text, Tone},
};

/// Checks a key and stores it.
pub async fn add(work: &mut Work<'_>, caller: &Person, asked: KeyAdd) -> Result<Answer, Stop> {
    let key = PublicKey::parse(&asked.public_key).map_err(|problem| Refusal::BadKey { problem })?;
    let keys = work.tx.keys_of(&caller.id).await?;
    if let Some(same) = keys.iter().find(|stored| stored.key.fingerprint == key.fingerprint) {
        return Err(Refusal::KeyExists { name: same.name.clone() }.into());
    }
    let name = match asked.name {
        Some(name) => name,
        None => free_name(&key, &keys),
    };
    let stored = StoredKey {
        id: KeyId::new(work.world.ids.next()),
        owner: caller.id.clone(),
        name: name.clone(),
        key,
        created_at: work.now,
    };
    if !work.tx.insert_key(&stored).await? {
        return Err(Refusal::KeyExists { name }.into());
    }
    work.touched = Some(stored.id.as_str().to_owned());
    let fingerprint = stored.key.fingerprint;
    record(work, caller, Fact::KeyAdded { fingerprint: fingerprint.clone() }).await?;
    let words = Text::plain("Stored your key ").strong(name).and(", ").code(fingerprint).and(".");
    Ok(Answer::Say(answer::say(words, Tone::Good)))
}

/// The caller's keys.
pub async fn list(work: &mut Work<'_>, caller: &Person) -> Result<Answer, Stop> {
    Ok(Answer::Say(listing::keys(&work.tx.keys_of(&caller.id).await?)))
}

/// Removes a key. Environments that it already opens keep it until they end.
pub async fn remove(work: &mut Work<'_>, caller: &Person, name: &str) -> Result<Answer, Stop> {
    let keys = work.tx.keys_of(&caller.id).await?;
    let Some(key) = keys.iter().find(|key| key.name == name) else {
        let known = keys.iter().map(|key| key.name.clone()).collect();
        return Err(Refusal::NoSuchKey { name: name.to_owned(), known }.into());
    };
    work.tx.delete_key(&key.id).await?;
    record(work, caller, Fact::KeyRemoved { fingerprint: key.key.fingerprint.clone() }).await?;
    let words = Text::plain("Removed your key ").strong(name);
    let words = words.and(". Environments that exist keep letting it in until they end.");
    Ok(Answer::Say(answer::say(words, Tone::Good)))
}

/// The key's comment, made a word; numbered when that name is taken.
fn free_name(key: &PublicKey, keys: &[StoredKey]) -> String {
    let word: String = key
        .comment()
        .unwrap_or("key")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c.to_ascii_lowercase() } else { '-' })
        .take(24)
        .collect();
    let word = word.trim_matches('-');
    let word = if word.is_empty() { "key" } else { word };
    let taken = |name: &str| keys.iter().any(|key| key.name == name);
    if !taken(word) {
        return word.to_owned();
    }
    (2..).map(|number| format!("{word}-{number}")).find(|name| !taken(name)).unwrap_or_default()
}

async fn record(work: &mut Work<'_>, caller: &Person, fact: Fact) -> Result<(), Stop> {
    let actor = Actor::Person(caller.id.clone());
    let entry = NewEntry { at: work.now, actor, about: format!("@{}", caller.handle), fact };
    Ok(work.tx.record(&entry).await?)
}
