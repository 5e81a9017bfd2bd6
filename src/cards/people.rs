//! People, as admins and auditors see them, and as everybody sees themselves.

use crate::{
    domain::person::{Origin, Person},
    ports::{
        chat::{Block, Message, Text, Tone},
        store::Account,
    },
};

/// Everybody, one line each.
pub fn list(people: &[Person]) -> Message {
    let line = |person: &Person| {
        Text::default().strong(format!("@{}", person.handle)).and(format!(": {}", standing(person)))
    };
    let shown = people.iter().filter(|person| !person.standing.erased);
    let summary = Text::plain("People");
    Message { summary, tone: Tone::Plain, blocks: vec![Block::List(shown.map(line).collect())] }
}

/// One person with everything that rights depend on.
pub fn one(person: &Person, accounts: &[Account]) -> Message {
    let given = &person.standing.given;
    let mut fields = vec![
        ("Name".to_owned(), Text::plain(person.name.clone())),
        ("Address".to_owned(), Text::plain(person.email.clone())),
        ("Is".to_owned(), Text::plain(standing(person))),
        ("Known by".to_owned(), Text::plain(known_by(person))),
    ];
    let chat: Vec<String> =
        given.roles.iter().map(|role| role.word().to_owned()).chain(given.teams.iter().cloned()).collect();
    if !chat.is_empty() {
        fields.push(("Given in chat".to_owned(), Text::plain(chat.join(", "))));
    }
    let words: Vec<String> =
        accounts.iter().map(|account| format!("{}/{}", account.workspace.word(), account.id)).collect();
    if !words.is_empty() {
        fields.push(("Accounts".to_owned(), Text::plain(words.join(", "))));
    }
    if let Some(removed) = &person.standing.removed {
        fields
            .push(("Removed".to_owned(), Text::default().time(removed.at).and(format!(": {}", removed.why))));
    }
    let summary = Text::plain(format!("@{}", person.handle));
    Message {
        blocks: vec![Block::Heading(summary.clone()), Block::Fields(fields)],
        summary,
        tone: Tone::Plain,
    }
}

/// Roles and teams in words.
fn standing(person: &Person) -> String {
    let roles: Vec<&str> = person.roles.iter().map(|role| role.word()).collect();
    let mut words = if roles.is_empty() { "no role".to_owned() } else { roles.join(", ") };
    let teams: Vec<&str> = person.teams.iter().map(String::as_str).collect();
    if !teams.is_empty() {
        words.push_str(&format!("; in {}", teams.join(", ")));
    }
    match (&person.standing.removed, person.active) {
        (Some(_), _) => format!("removed (was {words})"),
        (None, false) => format!("not active (was {words})"),
        (None, true) => words,
    }
}

fn known_by(person: &Person) -> String {
    match person.origin {
        Origin::Listed => "the configuration".to_owned(),
        Origin::Chat => "a chat platform".to_owned(),
    }
}
