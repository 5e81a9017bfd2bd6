//! `/admin erase`: what is known of somebody who left is forgotten, and the audit log stays whole.

use chrono::DateTime;
use serde_json::Value;

use super::{
    Answer, access, leave, quotas,
    work::{Stop, Work},
};
use crate::{
    cards::answer,
    domain::{
        Change,
        approval::Ballot,
        audit::{Actor, Fact},
        chain::Row,
        extension::ExtensionState,
        ids::PersonId,
        person::{Person, Removed, Standing},
        quota::{Scope, wish::WishState},
        refusal::Refusal,
        request::{Request, RequestState},
    },
    ports::{
        chat::{Text, Tone},
        store::Stored,
    },
};

/// What stands where words were erased.
const ERASED: &str = "(erased)";
/// How many entries are looked at together.
const PAGE: u32 = 1_000;
/// Requests of one person; more than anybody has.
const ALL: u32 = 1_000_000;
/// Fields of facts in which people's own words, or marks of them, stand.
const WORDS: [&str; 4] = ["reason", "fingerprint", "account", "why"];

/// Erases somebody who was removed before.
pub async fn erase(work: &mut Work<'_>, caller: &Person, who: &str) -> Result<Answer, Stop> {
    let person = access::somebody(work, caller, who).await?;
    if person.id == caller.id {
        return Err(Refusal::Oneself.into());
    }
    if person.active {
        return Err(Refusal::StillActive { handle: person.handle }.into());
    }
    if person.standing.erased {
        return Err(Refusal::Erased.into());
    }
    let actor = Actor::Person(caller.id.clone());
    // Whatever they still have goes first: it could not be told whose it was.
    leave::everything(work, &person, &actor).await?;
    let names = forget_requests(work, &person.id, &actor).await?;
    forget_quotas(work, &person.id, &actor).await?;
    for key in work.tx.keys_of(&person.id).await? {
        work.tx.delete_key(&key.id).await?;
    }
    work.tx.forget_drafts_of(&person.id).await?;
    let nobody = nobody(&person, work);
    let entries = forget_entries(work, &Traces::of(&person, names, &nobody.handle)).await?;
    work.tx.save_person(&nobody).await?;
    let count = entries.len();
    leave::about(work, &nobody, Fact::PersonErased { entries }, &actor).await?;
    let words = format!(
        "What was known of @{} is erased, with the words of {count} entries of the log. They are @{} from now on.",
        person.handle, nobody.handle
    );
    Ok(Answer::Say(answer::say(Text::plain(words), Tone::Good)))
}

/// Somebody of whom nothing is known but that they were.
fn nobody(person: &Person, work: &Work<'_>) -> Person {
    let chance = work.world.ids.next().simple().to_string();
    let tail: String = chance.chars().rev().take(8).collect();
    Person {
        id: person.id.clone(),
        handle: format!("erased-{tail}"),
        name: "somebody".to_owned(),
        email: String::new(),
        zone: chrono_tz::UTC,
        roles: Default::default(),
        teams: Default::default(),
        active: false,
        origin: person.origin,
        standing: Standing {
            removed: Some(Removed { at: work.now, why: ERASED.to_owned() }),
            erased: true,
            ..Standing::default()
        },
    }
}

/// Takes the words out of everything that they asked for; answers with the names of it.
async fn forget_requests(work: &mut Work<'_>, person: &PersonId, actor: &Actor) -> Stored<Vec<String>> {
    let mut names = Vec::new();
    for mut request in work.tx.requests_of(person, ALL).await? {
        names.push(request.name.as_str().to_owned());
        without_words(&mut request);
        let show = Change::none().effect(request.show());
        work.save_request(&mut request, show, actor).await?;
        let Some(lease) = work.tx.lease_of_request(&request.id).await? else { continue };
        for mut extension in work.tx.extensions_of(&lease.id).await? {
            extension.reason = ERASED.to_owned();
            if let ExtensionState::Rejected { reason, .. } = &mut extension.state {
                *reason = ERASED.to_owned();
            }
            without_reasons(&mut extension.ballot);
            work.tx.save_extension(&mut extension).await?;
        }
    }
    Ok(names)
}

/// Takes the words out of what they wished for, and of what was given to them.
async fn forget_quotas(work: &mut Work<'_>, person: &PersonId, actor: &Actor) -> Stored<()> {
    for mut wish in work.tx.wishes_of(person).await? {
        wish.reason = ERASED.to_owned();
        if let WishState::Rejected { reason, .. } = &mut wish.state {
            *reason = ERASED.to_owned();
        }
        without_reasons(&mut wish.ballot);
        let show = Change::none().effect(wish.show());
        quotas::save_wish(work, &mut wish, show, actor).await?;
    }
    let ever = DateTime::UNIX_EPOCH;
    for mut grant in work.tx.grants_of(&Scope::Person(person.clone()), ever).await? {
        grant.reason = grant.reason.map(|_| ERASED.to_owned());
        work.tx.save_grant(&mut grant).await?;
    }
    Ok(())
}

fn without_words(request: &mut Request) {
    request.reason = request.reason.as_ref().map(|_| ERASED.to_owned());
    // The comment of a key often names its owner; the fingerprint is the key's own name.
    request.key.line = request.key.line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    if let RequestState::Rejected { reason, .. } = &mut request.state {
        *reason = ERASED.to_owned();
    }
    without_reasons(&mut request.ballot);
}

/// What reviewers wrote about somebody is theirs as well.
fn without_reasons(ballot: &mut Ballot) {
    let offered = ballot.offer.iter_mut().map(|offer| &mut offer.review);
    for review in ballot.reviews.iter_mut().chain(offered) {
        for words in [&mut review.rejected, &mut review.glass].into_iter().flatten() {
            *words = ERASED.to_owned();
        }
    }
}

/// By what somebody is found in the log.
struct Traces {
    actor: String,
    handle: String,
    names: Vec<String>,
    /// Words that are replaced wherever they stand, with what stands there then.
    words: Vec<(String, String)>,
}

impl Traces {
    fn of(person: &Person, names: Vec<String>, nobody: &str) -> Self {
        let actor = serde_json::to_string(&Actor::Person(person.id.clone())).unwrap_or_default();
        let handle = format!("@{}", person.handle);
        let mut words = vec![(handle.clone(), format!("@{nobody}"))];
        words.extend(
            [&person.email, &person.name]
                .into_iter()
                .filter(|word| word.chars().count() > 2)
                .map(|word| (word.clone(), ERASED.to_owned())),
        );
        Self { actor, handle, names, words }
    }

    /// What an entry says without them: what it is about, and the fact. `None` when it says nothing of them.
    fn erased_from(&self, row: &Row) -> Option<(String, String)> {
        let text = row.text.as_ref()?;
        let about = self.replaced(&text.about);
        let theirs =
            text.actor == self.actor || text.about == self.handle || self.names.contains(&text.about);
        let mut fact: Value = serde_json::from_str(&text.fact).ok()?;
        self.clean(&mut fact, theirs);
        let fact = serde_json::to_string(&fact).ok()?;
        (about != text.about || fact != text.fact).then_some((about, fact))
    }

    fn clean(&self, value: &mut Value, theirs: bool) {
        match value {
            Value::String(text) => *text = self.replaced(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.clean(value, theirs)),
            Value::Object(fields) => {
                for (name, value) in fields.iter_mut() {
                    match value {
                        Value::String(text) if theirs && WORDS.contains(&name.as_str()) => {
                            *text = ERASED.to_owned();
                        }
                        value => self.clean(value, theirs),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn replaced(&self, text: &str) -> String {
        self.words.iter().fold(text.to_owned(), |text, (word, instead)| replace_whole(&text, word, instead))
    }
}

/// Replaces a word where it stands alone: `@dan` is no part of `@dana`.
fn replace_whole(text: &str, word: &str, instead: &str) -> String {
    let part = |char: char| char.is_alphanumeric() || char == '-' || char == '_';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, found) = rest.split_at(at);
        let after = &found[word.len()..];
        let alone = !after.starts_with(part) && !before.ends_with(part);
        out.push_str(before);
        out.push_str(if alone { instead } else { word });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Takes somebody out of the log; answers with the places of the entries that say something else now. Entries of old
/// stay as they are: their hashes cover their words.
async fn forget_entries(work: &mut Work<'_>, traces: &Traces) -> Stored<Vec<i64>> {
    let (mut after, mut erased) = (0, Vec::new());
    loop {
        let page = work.tx.audit_after(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(erased) };
        after = last.seq;
        for row in &page {
            if let Some((about, fact)) = traces.erased_from(row)
                && work.tx.seal_entry(row.seq, &about, &fact).await?
            {
                erased.push(row.seq);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_replaced_only_where_it_stands_alone() {
        let replaced = |text| replace_whole(text, "@dan", "@x");
        assert_eq!(replaced("@dan released it, not @dana or a@dan"), "@x released it, not @dana or a@dan");
        assert_eq!(replaced("@dan"), "@x");
        assert_eq!(replaced("(@dan), @dan."), "(@x), @x.");
    }
}
