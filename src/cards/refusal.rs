//! Refusals in words: what cannot be, why, and what would work.

mod keys;

use super::{People, button, quota};
use crate::{
    domain::{
        person::{Membership, Role},
        quota::Resource,
        refusal::Refusal,
        template::ParameterFault,
    },
    ports::chat::{Button, Style, Text},
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
    /// Lines that would work instead, as buttons.
    pub ways: Vec<Button>,
}

impl Said {
    fn new(what: impl Into<Text>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into(), fields: Vec::new(), ways: Vec::new() }
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
        .or_else(|| about_administration(refusal))
        .or_else(|| about_templates(refusal))
        .or_else(|| about_tokens(refusal))
        .or_else(|| about_requests(refusal))
        .or_else(|| keys::about(refusal))
        .or_else(|| about_quotas(refusal, people))
        .or_else(|| about_offers(refusal, people))
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

fn needs_role(roles: &[Role]) -> Said {
    let mut words: Vec<String> = roles.iter().map(|role| format!("{}s", role.word())).collect();
    let last = words.pop();
    match (words.as_slice(), last) {
        (_, None) => Said::new("Nobody may do that for somebody else.", "They have to do it themselves."),
        ([], Some(last)) => Said::new(format!("Only {last} may do that."), "Ask one of them."),
        (others, Some(last)) => {
            Said::new(format!("Only {} and {last} may do that.", others.join(", ")), "Ask one of them.")
        }
    }
}

/// What admins are told about people.
fn about_administration(refusal: &Refusal) -> Option<Said> {
    Some(match refusal {
        Refusal::NoSuchPerson { handle, similar } => Said::new(
            format!("Nobody is known here as `@{handle}`."),
            match similar {
                Some(similar) => format!("Did you mean `@{similar}`?"),
                None => "`/admin people` lists everybody.".to_owned(),
            },
        )
        .field("who"),
        Refusal::AlreadyIs { handle, what } => {
            Said::new(format!("@{handle} is {what} already."), "`/admin people` tells what somebody is.")
        }
        Refusal::NotGivenHere { handle, what, elsewhere: true } => Said::new(
            format!("That @{handle} is {what} was not said here."),
            "Change the configuration, or the group on the platform, which says so.",
        ),
        Refusal::NotGivenHere { handle, what, elsewhere: false } => {
            Said::new(format!("@{handle} is not {what}."), "`/admin people` tells what somebody is.")
        }
        Refusal::BadAccount { account } => Said::new(
            format!("`{account}` is no account of a platform."),
            "Write platform, workspace and account, such as `slack/T0123ABCD/U0456EFGH`.",
        )
        .field("account"),
        Refusal::StillActive { handle } => Said::new(
            format!("@{handle} is active."),
            format!("Remove them first: `/admin remove @{handle} …`."),
        ),
        Refusal::ByConfiguration { handle } => Said::new(
            format!("The configuration does not let @{handle} in."),
            "List them there as active, and start Sublet again.",
        ),
        Refusal::Erased => Said::new("What was known of them was erased, for good.", ""),
        _ => return None,
    })
}

fn about_rights(refusal: &Refusal) -> Option<Said> {
    Some(match refusal {
        Refusal::NotApprover => Said::new(
            "Only approvers may do that.",
            "They were asked already; you will be told what they decide.",
        ),
        Refusal::NeedsRole { roles } => needs_role(roles),
        Refusal::Oneself => Said::new("You would shut yourself out.", "Another admin has to do that."),
        Refusal::NotReviewer { needs } => {
            Said::new("This one is not yours to decide.", format!("It needs {needs}."))
        }
        Refusal::NoBreakGlass { who: Some(who) } => {
            Said::new("You may not approve this alone.", format!("In an emergency {who} may."))
        }
        Refusal::NoBreakGlass { who: None } => Said::new(
            "Nobody may approve this alone.",
            "Its rule names nobody for emergencies; an admin can change the rule for what is asked for later.",
        ),
        Refusal::OwnStead => {
            Said::new("Nobody reviews in their own stead.", "Name somebody else; `off` ends it.").field("who")
        }
        Refusal::AwayTooLong { latest } => Said::new(
            Text::plain("Nobody is away longer than until ").time(*latest).and("."),
            "Give an earlier end, and do it again then.",
        )
        .field("until"),
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
        Refusal::NobodyCanApprove { lacks } => Said::new(
            "There is nobody who could approve this, so it would wait for ever.",
            format!("It lacks {}, other than you. Ask an admin to name people for it.", lacks.join(" and ")),
        ),
        Refusal::NotYours { name } => {
            Said::new(format!("{name} belongs to somebody else."), "Its owner or an admin can do that.")
        }
        _ => return None,
    })
}

fn about_tokens(refusal: &Refusal) -> Option<Said> {
    Some(match refusal {
        Refusal::NoSuchScope { name } => Said::new(
            if name.is_empty() {
                "No scope is named.".to_owned()
            } else {
                format!("There is no scope `{name}`.")
            },
            "Write one or more of `read`, `use`, `review` and `admin`, with commas between them.",
        )
        .field("scopes"),
        Refusal::TokenExists { name } => Said::new(
            format!("You have a token `{name}` already."),
            format!("Choose another name, or `/token revoke {name}` first."),
        )
        .field("name"),
        Refusal::NoSuchToken { name, known } if known.is_empty() => {
            Said::new(format!("You have no token `{name}`."), "You have none at all.").field("name")
        }
        Refusal::NoSuchToken { name, known } => {
            Said::new(format!("You have no token `{name}`."), format!("You have: {}.", list(known)))
                .field("name")
        }
        Refusal::TooManyTokens { most } => Said::new(
            format!("You have {most} tokens, which is the limit."),
            "Revoke one that you need no more: `/token list` shows them.",
        ),
        _ => return None,
    })
}

fn about_templates(refusal: &Refusal) -> Option<Said> {
    Some(match refusal {
        Refusal::NotForTeams { template, teams } => Said::new(
            format!("The template `{template}` is for {} only.", of_teams(teams)),
            "`/template list` shows what you can have; an admin decides who is in which team.",
        )
        .field("template"),
        Refusal::NoSuchSize { template, name, known } if known.is_empty() => Said::new(
            format!("There is no size `{name}`; the template `{template}` has none."),
            format!("Give the parameters themselves; `/template show {template}` explains them."),
        )
        .field("size"),
        Refusal::NoSuchSize { template, name, known } => Said::new(
            format!("There is no size `{name}` of `{template}`."),
            match nearest(name, known) {
                Some(similar) => format!("Did you mean `{similar}`?"),
                None => format!("There are: {}.", list(known)),
            },
        )
        .field("size"),
        Refusal::NoSuchVersion { template, latest } => Said::new(
            format!("There is no such version of the template `{template}`."),
            match latest {
                0 => "None was kept so far: leave the version out.".to_owned(),
                1 => "There is version 1 only.".to_owned(),
                latest => format!("There are versions 1 to {latest}."),
            },
        )
        .field("version"),
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
            Said { fields, ..Said::new(what.join(" "), hint) }
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
    values::problem(&format!("`{}`", fault.name), &fault.name, &fault.problem)
}

fn of_teams(teams: &[String]) -> String {
    format!("the team{} {}", if teams.len() == 1 { "" } else { "s" }, list(teams))
}

fn about_quotas(refusal: &Refusal, people: &People) -> Option<Said> {
    Some(match refusal {
        Refusal::Quota { short, offer } => {
            let mut what = Text::default();
            for (place, short) in short.iter().enumerate() {
                let space = if place == 0 { "" } else { " " };
                what = quota::in_the_way(what.and(space), short, people);
            }
            let hint = match offer {
                Some(line) => format!("This would fit: `{line}`"),
                None => "Release or withdraw something, or ask for more for a while: `/quota request`. `/quota show` \
                         tells how it stands."
                    .to_owned(),
            };
            let mut said = Said::new(what, hint);
            for short in short {
                said = said.field(match short.resource {
                    Resource::LeaseTime => "for",
                    other => other.word(),
                });
            }
            said.ways =
                offer.iter().map(|line| button("Ask for that", Style::Primary, line.clone())).collect();
            said
        }
        Refusal::NoSuchQuota { who, similar } => Said::new(
            format!("There is nobody and nothing called `{who}` here that could have a quota."),
            match similar {
                Some(similar) => format!("Did you mean `{similar}`?"),
                None => "Write `me`, a person such as `@kim`, `everybody`, `team:NAME` or `template:NAME`."
                    .to_owned(),
            },
        )
        .field("who"),
        Refusal::NoLimit { scope, resource } => Said::new(
            quota::named(Text::default(), scope, people)
                .and(format!(" has no limit on {}.", resource.word())),
            "So nothing can be added to it, and nothing need be.",
        )
        .field(resource.word()),
        Refusal::NoSuchGrant { id } => Said::new(
            format!("There is no temporary quota `{id}`."),
            "`/quota show @kim` lists somebody's with their ids.",
        ),
        Refusal::GrantOver { id } => Said::new(
            format!("The temporary quota `{id}` is over already."),
            "Nothing is left to be taken back.",
        ),
        Refusal::EndBeforeBegin { from, until } => Said::new(
            Text::plain("It would end at ").time(*until).and(", before it begins at ").time(*from).and("."),
            "Give an end after the beginning.",
        )
        .field("until"),
        _ => return None,
    })
}

fn about_offers(refusal: &Refusal, people: &People) -> Option<Said> {
    Some(match refusal {
        Refusal::SpokenFor { by } => Said::new(
            people.mention(Text::default(), by).and(" approved this already, in the same place."),
            "It needs somebody else's word as well; the card tells whose.",
        ),
        Refusal::NoOffer => {
            Said::new("Nothing is offered for it, or not any more.", "`/env show` tells where it stands.")
        }
        Refusal::OnlyLess { name, asked } => Said::new(
            format!("An offer may only be less than what was asked for, `{name}={asked}`."),
            format!("Write `{name}={asked}` or less."),
        )
        .field(name),
        Refusal::NothingLess => {
            Said::new("That is what was asked for.", "Lower something, or approve it as it is.").field("for")
        }
        _ => return None,
    })
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
