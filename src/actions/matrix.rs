//! `docs/access.md`: the table of rights with the commands of each row, and the calls of the API that do the same,
//! written from the program itself.

use chrono_tz::UTC;
use commands::{CATALOG, Context, line};

use super::access::verb_of;
use crate::domain::{
    Instant,
    access::{Row, TABLE, Verb},
    person::Role,
};

const HEAD: &str = "\
<!-- Written by `sublet generate access`. Do not edit. -->

# Who may do what

This table is the program's own: what people do in chat, on the pages and by the API is looked up in it, and
`tests/access.rs` tries every cell, through chat and through the API. **all** means with what is theirs and with what is
others'; **own** only with what is theirs; **others** only with what is not. Whoever has several roles may do what any of
them may. Tries of what may not be are on record: `/audit what=refused`.

";

const CALLS: &str = "
The API has a call for each of them. A list shows only what its reader may see, and somebody else's account less:
nothing is refused there. What is done or looked at by its id is refused and on record as in chat.

| command | calls |
|---|---|
";

const FOOT: &str = "
Besides the table:

- Nobody decides what they asked for themselves, unless the approval rule says so.
- What somebody may not see is answered as if it were not there; the try is on record all the same.
- A token of the API reaches no further than its scopes, and never further than its person.
- Roles and teams come from the configuration, from groups and roles of the platforms at the moment of the press, and
  from `/admin role` and `/admin team`; see [people.md](people.md).
";

/// The document. `calls_of` knows the calls of the API that do what a command does.
pub fn document(calls_of: &dyn Fn(&str) -> &'static [&'static str]) -> String {
    let mut text = HEAD.to_owned();
    text.push_str("| what | ");
    text.push_str(&Role::ALL.map(Role::word).join(" | "));
    text.push_str(" | commands |\n|---|---|---|---|---|---|---|\n");
    for row in &TABLE {
        let cells = Role::ALL.map(|role| cell(row, role)).join(" | ");
        let commands: Vec<String> =
            commands_of(row.verb).iter().map(|command| format!("`/{command}`")).collect();
        text.push_str(&format!("| {} | {cells} | {} |\n", row.says, commands.join(", ")));
    }
    text.push_str(CALLS);
    for entry in CATALOG {
        let command = entry.spec.path.join(" ");
        let calls: Vec<String> = calls_of(&command).iter().map(|call| format!("`{call}`")).collect();
        if !calls.is_empty() {
            text.push_str(&format!("| `/{command}` | {} |\n", calls.join(", ")));
        }
    }
    text.push_str(FOOT);
    text
}

fn cell(row: &Row, role: Role) -> &'static str {
    match (row.own.contains(&role), row.other.contains(&role)) {
        (true, true) => "all",
        (true, false) => "own",
        (false, true) => "others",
        (false, false) => "–",
    }
}

/// The commands of a verb, in the order of the catalogue.
fn commands_of(verb: Verb) -> Vec<String> {
    // Examples speak of moments to come.
    let now = Instant::from_timestamp(1_795_262_400, 0).unwrap_or_default();
    let context = Context { now, zone: UTC };
    let mut found = Vec::new();
    for entry in CATALOG {
        let meant = entry.spec.examples.first().and_then(|line| line::parse(line, &context).ok());
        if meant.is_some_and(|invocation| verb_of(&invocation) == verb) {
            found.push(entry.spec.path.join(" "));
        }
    }
    found
}
