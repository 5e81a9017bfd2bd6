//! Refusals in words: what cannot be, why, and what would work.

use super::People;
use crate::{
    domain::{
        person::Membership,
        refusal::{KeyProblem, Refusal},
        template::{ParameterFault, Problem},
    },
    ports::chat::Text,
    values,
};

/// A refusal in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// Why not.
    pub what: Text,
    /// What would work; empty when nothing would.
    pub hint: String,
    /// The arguments or parameters at fault, each with its own sentence.
    pub fields: Vec<(String, Text)>,
}

impl Said {
    fn new(what: impl Into<Text>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into(), fields: Vec::new() }
    }

    fn field(mut self, name: &str) -> Self {
        let words = self.what.clone().and(" ").and(self.hint.clone());
        self.fields.push((name.to_owned(), words));
        self
    }
}

/// Says a refusal.
pub fn say(refusal: &Refusal, people: &People) -> Said {
    about_people(refusal)
        .or_else(|| about_rights(refusal))
        .or_else(|| about_requests(refusal))
        .or_else(|| about_keys(refusal))
        .unwrap_or_else(|| about_decisions(refusal, people))
}

fn list(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn nearest<'a>(word: &str, known: &'a [String]) -> Option<&'a str> {
    commands::usage::nearest(word, known.iter().map(String::as_str))
}

fn about_people(refusal: &Refusal) -> Option<Said> {
    Some(match refusal {
        Refusal::Unknown => {
            Said::new("Sublet does not know you, or you are no longer active.", "Ask an admin to add you.")
        }
        Refusal::NotAdmitted { membership } => Said::new(
            match membership {
                Membership::Bot => "Sublet listens to people, not to programs.",
                Membership::Left => "This account was closed, or has left.",
                Membership::Guest => "Guests may not use Sublet here.",
                Membership::Member | Membership::Stranger => {
                    "People of other organisations may not use Sublet here."
                }
            },
            match membership {
                Membership::Guest => "Ask an admin to add you.",
                Membership::Left => "Ask an admin if that is wrong.",
                _ => "Ask somebody of this workspace to do it.",
            },
        ),
        Refusal::NoAddress => Said::new(
            "Your profile here shows no e-mail address, so Sublet cannot tell who you are.",
            "Add one to your profile, or ask an admin whether Sublet may see addresses.",
        ),
        Refusal::NotLinked { account } => Said::new(
            "Sublet does not know who you are here.",
            format!(
                "Where you use it already, type `/env link`, and the code that you get here: `/env link CODE`. Or \
                 ask an admin to list your account {account}."
            ),
        ),
        Refusal::WrongCode => Said::new(
            "This code is no good: it is mistyped, was used, or its ten minutes are over.",
            "Type `/env link` where you use Sublet already, for a new one.",
        ),
        Refusal::Linked => Said::new(
            "You are known here already.",
            "Type the code on the platform where you are not known yet.",
        ),
        Refusal::DomainNotAllowed { email, allowed } => Said::new(
            format!("Your address {email} is not of an allowed domain."),
            format!("Allowed: {}. Ask an admin if your address should be another.", list(allowed)),
        ),
        _ => return None,
    })
}

fn about_rights(refusal: &Refusal) -> Option<Said> {
    Some(match refusal {
        Refusal::NotApprover => Said::new(
            "Only approvers may do that.",
            "They were asked already; you will be told what they decide.",
        ),
        Refusal::OwnRequest => {
            Said::new("Nobody decides what they asked for themselves.", "Another approver has to.")
        }
        Refusal::Reviewed => Said::new(
            "You approved this already; it needs somebody else's word as well.",
            "The card tells who is still needed.",
        ),
        Refusal::WhichTeam { teams } => Said::new(
            "You are in several teams.",
            format!("Say which one it is for: `team=` one of {}.", list(teams)),
        )
        .field("team"),
        Refusal::NotInTeam { team, teams } if teams.is_empty() => {
            Said::new(format!("You are not in a team `{team}`."), "You are in none; leave `team=` out.")
                .field("team")
        }
        Refusal::NotInTeam { team, teams } => {
            Said::new(format!("You are not in a team `{team}`."), format!("You are in {}.", list(teams)))
                .field("team")
        }
        Refusal::OutOfScope { needs } => Said::new(
            format!("This token is not good for that: it lacks the scope `{}`.", needs.word()),
            "Make one that has it: `/token create`.",
        ),
        Refusal::NobodyCanApprove => Said::new(
            "There is nobody who could approve this, so it would wait for ever.",
            "Ask an admin to name an approver other than you.",
        ),
        Refusal::NotYours { name } => {
            Said::new(format!("{name} belongs to somebody else."), "Its owner or an admin can do that.")
        }
        _ => return None,
    })
}

fn about_requests(refusal: &Refusal) -> Option<Said> {
    Some(match refusal {
        Refusal::NoTemplate { name, known } => {
            let hint = match nearest(name, known) {
                Some(similar) => format!("Did you mean `{similar}`?"),
                None => format!("There are: {}.", list(known)),
            };
            Said::new(format!("There is no template `{name}`."), hint).field("template")
        }
        Refusal::BadParameters { template, faults } => {
            let fields: Vec<(String, Text)> =
                faults.iter().map(|fault| (fault.name.clone(), Text::plain(parameter(fault)))).collect();
            let what: Vec<String> = faults.iter().map(parameter).collect();
            let hint = format!("`/template show {template}` explains its parameters.");
            Said { what: Text::plain(what.join(" ")), hint, fields }
        }
        Refusal::TooLong { asked, longest } => Said::new(
            format!("{} is too long.", values::say_span(*asked)),
            format!("At most {}: write `for={}`.", values::say_span(*longest), values::show_span(*longest)),
        )
        .field("for"),
        Refusal::TooShort { asked, shortest } => Said::new(
            format!("{} is too short.", values::say_span(*asked)),
            format!("At least {}.", values::say_span(*shortest)),
        )
        .field("for"),
        Refusal::EndInThePast { until } => Said::new(
            Text::default().time(*until).and(" is over."),
            "Give an end that is still to come, such as `for=3d`.",
        )
        .field("until"),
        Refusal::NoSuch { name, similar } => Said::new(
            format!("There is no environment `{name}` that you could see."),
            match similar {
                Some(similar) => format!("Did you mean `{similar}`?"),
                None => "`/env list` shows yours.".to_owned(),
            },
        )
        .field("name"),
        Refusal::TooMany { what, limit } => Said::new(
            format!("You have {} {what}, which is the limit.", values::show(limit)),
            "Wait for a decision, or withdraw one; `/env list` shows them.",
        ),
        Refusal::TooMuchText { field, most } => {
            Said::new(format!("The {field} is too long."), format!("At most {most} characters.")).field(field)
        }
        _ => return None,
    })
}

fn parameter(fault: &ParameterFault) -> String {
    let name = &fault.name;
    match &fault.problem {
        Problem::Unknown { known } if known.is_empty() => {
            format!("There is no parameter `{name}`; this template has none.")
        }
        Problem::Unknown { known } => match nearest(name, known) {
            Some(similar) => format!("There is no parameter `{name}`. Did you mean `{similar}`?"),
            None => format!("There is no parameter `{name}`; there are {}.", list(known)),
        },
        Problem::Missing => format!("`{name}` must be given."),
        Problem::Unreadable { why } => why.clone(),
        Problem::WrongKind { .. } => format!("`{name}` takes another kind of value."),
        Problem::BelowMinimum { min } => format!("`{name}` is too little; at least {}.", values::show(min)),
        Problem::AboveMaximum { max } => format!("`{name}` is too much; at most {}.", values::show(max)),
        Problem::NotAChoice { choices } => format!("`{name}` must be one of {}.", list(choices)),
    }
}

fn about_keys(refusal: &Refusal) -> Option<Said> {
    Some(match refusal {
        Refusal::NoKey => Said::new(
            "You have no SSH key here, so nobody could log in.",
            "Add the public one first: `/key add ssh-ed25519 AAAA… you@laptop` (the line in ~/.ssh/id_ed25519.pub).",
        )
        .field("key"),
        Refusal::WhichKey { names } => {
            Said::new("You have several keys.", format!("Say which one: `key=` one of {}.", list(names))).field("key")
        }
        Refusal::NoSuchKey { name, known } if known.is_empty() => {
            Said::new(format!("You have no key `{name}`."), "You have none at all yet; `/key add` adds one.").field("key")
        }
        Refusal::NoSuchKey { name, known } => {
            Said::new(format!("You have no key `{name}`."), format!("You have: {}.", list(known))).field("key")
        }
        Refusal::KeyExists { name } => {
            Said::new(format!("You have that key, or one named `{name}`, already."), "`/key list` shows them.").field("name")
        }
        Refusal::BadKey { problem } => {
            let (what, hint) = key(problem);
            Said::new(what, hint).field("public_key")
        }
        _ => return None,
    })
}

fn key(problem: &KeyProblem) -> (String, &'static str) {
    let one_line = "Paste the one line of the .pub file, such as `ssh-ed25519 AAAA… you@laptop`.";
    let better = "Make one with `ssh-keygen -t ed25519` and paste its .pub file.";
    match problem {
        KeyProblem::Empty => ("There is no key.".to_owned(), one_line),
        KeyProblem::SeveralLines => ("A key is one line.".to_owned(), one_line),
        KeyProblem::Private => (
            "That is a private key. Never send it to anybody; since it was in a chat now, make a new one."
                .to_owned(),
            better,
        ),
        KeyProblem::Options => {
            ("There is something in front of the key; options are not accepted.".to_owned(), one_line)
        }
        KeyProblem::Unreadable => ("That cannot be read as an OpenSSH public key.".to_owned(), one_line),
        KeyProblem::Type { found } => (format!("Keys of type {found} are not accepted."), better),
        KeyProblem::Weak { bits, needed } => {
            (format!("The key has {bits} bits; at least {needed} are needed."), better)
        }
        KeyProblem::TooLong => ("That is longer than any key.".to_owned(), one_line),
    }
}

fn about_decisions(refusal: &Refusal, people: &People) -> Said {
    match refusal {
        Refusal::AlreadyDecided { decision, by, at } => {
            let text = match decision.as_str() {
                "lapsed" => Text::plain("It has lapsed already, undecided,"),
                decision => Text::plain(format!("It was {decision} already")),
            };
            let text = match by {
                Some(by) => people.mention(text.and(" by "), by),
                None => text,
            };
            Said::new(text.and(" at ").time(*at).and("."), "")
        }
        Refusal::Stale => {
            Said::new("This card is older than what it shows.", "Look at it again as it is now, then decide.")
        }
        Refusal::NotYet => Said::new("It is still being looked at.", "Try again in a moment."),
        Refusal::WrongState { tried, state } => Said::new(
            format!("You cannot {tried} it while it is {state}."),
            "`/env show` tells where it stands.",
        ),
        Refusal::AlreadyExtended => {
            Said::new("It was extended once already, and once is all there is.", "Ask for a new environment.")
        }
        Refusal::ExtensionPending => {
            Said::new("More time is already asked for.", "You will be told what the approvers decide.")
        }
        Refusal::BeyondMaximum { latest, possible } => {
            let text = Text::plain("That would be longer than the template allows, which is until ")
                .time(*latest)
                .and(".");
            let span = chrono::TimeDelta::from(*possible);
            let hint = if span < chrono::TimeDelta::minutes(1) {
                "Nothing can be added; ask for a new environment.".to_owned()
            } else {
                format!(
                    "At most {}: write `for={}`.",
                    values::say_span(span),
                    values::show_span(whole_minutes(span))
                )
            };
            Said::new(text, hint).field("for")
        }
        other => Said::new(format!("That cannot be done ({other:?})."), ""),
    }
}

/// Rounded down, so that the hint is not refused in turn.
fn whole_minutes(span: chrono::TimeDelta) -> chrono::TimeDelta {
    chrono::TimeDelta::minutes(span.num_minutes())
}
