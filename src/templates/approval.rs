//! Approval rules as they are written, in templates and in the configuration: who must agree.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use commands::units;

use super::read::short;
use crate::{
    document::{Section, Wrong},
    domain::approval::{Escalation, Group, Need, Overrides, Rule},
};

/// The most people that a need asks for.
const MOST: u32 = 20;
/// The most needs of a rule.
const MOST_NEEDS: usize = 5;
const RIGHT: &str = "Write `approvers`, `admins`, `team:NAME`, `own team` or handles such as `@kim @lee`; \
                     with `2 of ` in front it takes two of them.";

/// What `[approval]` of a template says about who must agree.
pub(super) fn overrides(section: &Section<'_>) -> Overrides {
    let auto = section.has("rule");
    Overrides { requests: optional(section, "requests"), extensions: optional(section, "extensions"), auto }
}

/// The rule below a key; `None` when it was not written.
pub fn optional(section: &Section<'_>, key: &'static str) -> Option<Rule> {
    section.leave(key);
    section.has(key).then(|| section.section(key, rule))
}

/// One rule. What is left out is as in the usual one.
fn rule(section: &Section<'_>) -> Rule {
    let usual = Rule::default();
    let needs = section.each("needs", need);
    if needs.as_ref().is_some_and(Vec::is_empty) {
        section
            .fault("needs", Wrong::new("Nobody would have to agree.", "Name somebody, or leave this out."));
    }
    if needs.as_ref().is_some_and(|needs| needs.len() > MOST_NEEDS) {
        let right = format!("Keep {MOST_NEEDS} at most.");
        section.fault("needs", Wrong::new("So many groups never come together.", right));
    }
    let needs: Option<Vec<Need>> = needs.map(|needs| needs.into_iter().map(|need| need.value).collect());
    let name = section.parse("name", |text| short(text, 60));
    let needs = needs.filter(|needs| !needs.is_empty()).unwrap_or(usual.needs);
    let mut rule = Rule {
        name: name.unwrap_or_default(),
        needs,
        own: section.switch("own").unwrap_or(usual.own),
        break_glass: section.parse("break_glass", group),
        escalate: escalation(section),
    };
    if rule.name.is_empty() {
        rule.name = rule.words();
    }
    rule
}

fn escalation(section: &Section<'_>) -> Option<Escalation> {
    section.leave("escalate");
    if !section.has("escalate") {
        return None;
    }
    section.section("escalate", |section| {
        let after = section.parse("after", after);
        let after =
            section.require("after", after, "Write after how long others count as well, such as `2h`.");
        let to = section.parse("to", group);
        let to = section.require("to", to, "Write who counts then, such as `admins`.");
        Some(Escalation { after: after?.into(), to: to? })
    })
}

fn after(text: &str) -> Result<TimeDelta, Wrong> {
    let span = units::span(text)?;
    if span >= TimeDelta::minutes(1) && span <= TimeDelta::days(31) {
        return Ok(span);
    }
    Err(Wrong::new(format!("“{text}” is outside the limits."), "Write a span from 1m to 31d."))
}

fn need(text: &str) -> Result<Need, Wrong> {
    let (count, of) = match text.split_once(" of ") {
        Some((count, of)) => {
            (count.trim().parse().ok().filter(|count| (1..=MOST).contains(count)), of.trim())
        }
        None => (Some(1), text),
    };
    let Some(count) = count else {
        let right = format!("Write a number from 1 to {MOST}, such as `2 of approvers`.");
        return Err(Wrong::new(format!("“{text}” does not say how many."), right));
    };
    let of = group(of)?;
    if let Group::People(handles) = &of
        && handles.len() < count as usize
    {
        let wrong = format!("{count} of {} people will never come together.", handles.len());
        return Err(Wrong::new(wrong, "Name more people, or ask for fewer."));
    }
    Ok(Need { of, count })
}

fn group(text: &str) -> Result<Group, Wrong> {
    let wrong = || Wrong::new(format!("“{text}” is no group of people."), RIGHT);
    match text {
        "approvers" | "approver" | "devops" => return Ok(Group::Approvers),
        "admins" | "admin" => return Ok(Group::Admins),
        "own team" => return Ok(Group::OwnTeam),
        _ => {}
    }
    if let Some(team) = text.strip_prefix("team:") {
        return if is_name(team) { Ok(Group::Team(team.to_owned())) } else { Err(wrong()) };
    }
    let mut handles = BTreeSet::new();
    for word in text.split([',', ' ']).filter(|word| !word.is_empty()) {
        let handle = word.strip_prefix('@').filter(|handle| is_name(handle)).ok_or_else(wrong)?;
        handles.insert(handle.to_owned());
    }
    if handles.is_empty() { Err(wrong()) } else { Ok(Group::People(handles)) }
}

/// A team's name or a handle.
fn is_name(text: &str) -> bool {
    text.len() <= 32
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    fn read(text: &str) -> Result<Option<Rule>, String> {
        let document = Document::read("rule.toml", text).map_err(|faults| faults.to_string())?;
        document.check(|root| optional(root, "requests")).map_err(|faults| faults.to_string())
    }

    #[test]
    fn a_rule_is_read_in_full() {
        let text = r#"
            [requests]
            needs = ["2 of approvers", "team:security", "@kim, @lee"]
            own = true
            break_glass = "admins"
            escalate = { after = "2h", to = "own team" }
        "#;
        let rule = read(text).unwrap().unwrap();
        let words = "2 of the approvers and one of the approvers of team security and one of @kim, @lee";
        assert_eq!((rule.name.as_str(), rule.own), (words, true));
        assert_eq!(rule.break_glass, Some(Group::Admins));
        let escalation = Escalation { after: TimeDelta::hours(2).into(), to: Group::OwnTeam };
        assert_eq!(rule.escalate, Some(escalation));
    }

    #[test]
    fn what_is_left_out_is_as_usual() {
        assert_eq!(read(""), Ok(None));
        let rule = read("[requests]\nbreak_glass = \"admins\"").unwrap().unwrap();
        assert_eq!((rule.needs, rule.own), (Rule::default().needs, false));
    }

    #[test]
    fn what_cannot_be_is_a_fault() {
        for text in [
            "needs = []",
            "needs = [\"0 of approvers\"]",
            "needs = [\"21 of approvers\"]",
            "needs = [\"2 of @kim\"]",
            "needs = [\"everybody\"]",
            "needs = [\"team:\"]",
            "break_glass = \"2 of admins\"",
            "escalate = { after = \"2h\" }",
            "escalate = { after = \"2s\", to = \"admins\" }",
            "escalate = \"admins\"",
            "needed = [\"admins\"]",
        ] {
            assert!(read(&format!("[requests]\n{text}")).is_err(), "{text}");
        }
    }
}
