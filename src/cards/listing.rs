//! Lists and explanations: environments, keys, templates, the story of one environment, help.

use super::{People, sizes, story::Story};
use crate::{
    domain::{
        audit::{Actor, Entry, Fact},
        key::StoredKey,
        lease::Lease,
        request::Request,
        template::{Approval, Template},
    },
    ports::chat::{Block, Message, Text, Tone},
    values,
};

/// Environments and open requests.
pub fn environments(requests: &[Request], leases: &[Lease], people: &People, everybody: bool) -> Message {
    if requests.is_empty() && leases.is_empty() {
        let hint = Text::plain("Nothing here. Ask for something: ").code("/env request web").and(".");
        return super::answer::say(hint, Tone::Plain);
    }
    let owned = |text: Text, owner| if everybody { people.mention(text.and(", "), owner) } else { text };
    let mut lines = Vec::new();
    for lease in leases {
        let text = Text::default().strong(lease.name.as_str()).and(format!(": {}", lease.phase.word()));
        let text = match lease.ends_at() {
            Some(at) => text.and(", ends ").time(at),
            None => text,
        };
        lines.push(owned(text, &lease.owner));
    }
    for request in requests {
        let text = Text::default().strong(request.name.as_str()).and(format!(": {}", request.state.word()));
        lines.push(owned(text.and(format!(", {}", sizes(&request.parameters))), &request.requester));
    }
    let count = lines.len();
    let summary =
        Text::plain(format!("{count} environment{} and requests", if count == 1 { "" } else { "s" }));
    Message { summary, tone: Tone::Plain, blocks: vec![Block::List(lines)] }
}

/// One environment in detail, for its owner or an approver.
pub fn details(story: &Story, own: bool) -> Message {
    let mut message =
        if own { super::request::for_requester(story) } else { super::request::for_approvers(story) };
    if let Some(lease) = story.lease.as_ref() {
        let mut fields =
            vec![("Latest end with an extension".to_owned(), Text::default().time(lease.latest_end()))];
        if let Some(delete_at) = lease.term.as_ref().and_then(|term| term.delete_at(lease.terms.grace)) {
            fields.push(("Deleted from".to_owned(), Text::default().time(delete_at)));
        }
        message.blocks.push(Block::Fields(fields));
    }
    message
}

/// Somebody's keys.
pub fn keys(keys: &[StoredKey]) -> Message {
    if keys.is_empty() {
        let hint = Text::plain("You have no key here yet. Add the public one: ")
            .code("/key add ssh-ed25519 AAAA… you@laptop");
        return super::answer::say(hint, Tone::Plain);
    }
    let line = |key: &StoredKey| {
        Text::default()
            .strong(key.name.clone())
            .and(": ")
            .code(key.key.fingerprint.clone())
            .and(", added ")
            .time(key.created_at)
    };
    let blocks = vec![Block::List(keys.iter().map(line).collect())];
    Message { summary: Text::plain("Your SSH keys"), tone: Tone::Plain, blocks }
}

/// What can be requested.
pub fn templates<'a>(templates: impl Iterator<Item = &'a Template>) -> Message {
    let line = |template: &Template| {
        Text::default()
            .strong(template.name.clone())
            .and(format!(": {}; up to {}. ", template.title, values::say_span(template.longest)))
            .code(format!("/env request {}", template.name))
    };
    let lines: Vec<Text> = templates.map(line).collect();
    if lines.is_empty() {
        return super::answer::say("There are no templates yet. An admin adds them as files.", Tone::Plain);
    }
    Message { summary: Text::plain("Templates"), tone: Tone::Plain, blocks: vec![Block::List(lines)] }
}

/// One template in full.
pub fn template(template: &Template) -> Message {
    let fields = vec![
        ("Asked for with".to_owned(), Text::default().code(format!("/env request {}", template.name))),
        (
            "For".to_owned(),
            Text::plain(format!(
                "{} unless you say otherwise, {} at most with an extension",
                values::say_span(template.default_span),
                values::say_span(template.longest)
            )),
        ),
        ("Approval".to_owned(), Text::plain(approval(template))),
        ("Warnings".to_owned(), Text::plain(warnings(template))),
        (
            "Kept after the end".to_owned(),
            Text::plain(format!(
                "at least {} after the final warning was delivered",
                values::say_span(template.grace)
            )),
        ),
    ];
    let parameters = values::describe(template).into_iter().map(|parameter| {
        let default =
            parameter.default.as_ref().map_or("must be given".to_owned(), |value| format!("default {value}"));
        let mut about = vec![default];
        about.extend(Some(parameter.range()).filter(|range| !range.is_empty()));
        if !parameter.choices.is_empty() {
            about.push(format!("one of {}", parameter.choices.join(", ")));
        }
        Text::default().strong(parameter.name.clone()).and(format!(
            ": {} ({})",
            parameter.help,
            about.join("; ")
        ))
    });
    let heading = format!("{} ({})", template.title, template.name);
    let mut blocks = vec![
        Block::Heading(Text::plain(heading.clone())),
        Block::Paragraph(Text::plain(template.about.clone())),
        Block::Fields(fields),
    ];
    if !template.parameters.is_empty() {
        blocks.push(Block::List(parameters.collect()));
    }
    Message { summary: Text::plain(heading), tone: Tone::Plain, blocks }
}

fn approval(template: &Template) -> String {
    match &template.approval {
        Approval::Always => "an approver decides every request".to_owned(),
        Approval::Auto { limits, longest } => {
            let mut words: Vec<String> =
                limits.iter().map(|(name, limit)| format!("{name} up to {}", values::show(limit))).collect();
            words.extend(longest.map(|longest| format!("up to {}", values::say_span(longest))));
            format!("none needed for {}; otherwise an approver decides", words.join(", "))
        }
    }
}

fn warnings(template: &Template) -> String {
    let words: Vec<String> = template.warnings.iter().map(|offset| values::say_span(*offset)).collect();
    format!("{} before the end", words.join(", "))
}

/// The story of one environment, from the audit log alone.
pub fn why(name: &str, history: &[Entry], people: &People) -> Message {
    let line = |entry: &Entry| {
        let text = Text::default().time(entry.at).and(": ");
        let text = match &entry.actor {
            Actor::Person(id) if !follows(&entry.fact) => people.mention(text, id).and(" "),
            Actor::Person(_) | Actor::Rule | Actor::Clock | Actor::Outside => text,
        };
        Text(text.0.into_iter().chain(fact(entry).0).collect())
    };
    Message {
        summary: Text::plain(format!("The story of {name}")),
        tone: Tone::Plain,
        blocks: vec![
            Block::Heading(Text::plain(format!("The story of {name}"))),
            Block::List(history.iter().map(line).collect()),
        ],
    }
}

/// Whether it only follows from what somebody did, so that it is not told as their deed.
fn follows(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::ProvisioningStarted { .. }
            | Fact::DeletionStarted { .. }
            | Fact::ExtensionLapsed
            | Fact::Pending
    )
}

fn fact(entry: &Entry) -> Text {
    let plain = |words: &str| Text::plain(words);
    match &entry.fact {
        Fact::Requested { template, span, reason } => Text::plain(format!(
            "asked for {template} for {}{}",
            values::say_span(*span),
            reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default()
        )),
        Fact::Pending => plain("it waits for an approver"),
        Fact::Approved { .. } if entry.actor == Actor::Rule => plain("approved by the template's rule"),
        Fact::Approved { .. } => plain("approved it"),
        Fact::Rejected { reason } => Text::plain(format!("rejected it: {reason}")),
        Fact::Withdrawn => plain("withdrew it"),
        Fact::Lapsed => plain("nobody decided in time; it lapsed"),
        Fact::Reminded { count } => Text::plain(format!("the approvers were reminded (time {count})")),
        Fact::Refused { tried, why } => Text::plain(format!("tried to {tried} it and was refused: {why}")),
        Fact::ProvisioningStarted { attempt: 1 } => plain("provisioning began"),
        Fact::ProvisioningStarted { attempt } => Text::plain(format!("provisioning began, try {attempt}")),
        Fact::Ready { access, ends_at } => {
            Text::plain(format!("ready at {}:{}; the lease ends ", access.host, access.port)).time(*ends_at)
        }
        Fact::ProvisioningFailed { why } => Text::plain(format!("provisioning failed: {why}")),
        Fact::Warned { offset, last } => Text::plain(format!(
            "{} warning sent, as due {} before the end",
            if *last { "final" } else { "a" },
            values::say_span(*offset)
        )),
        Fact::WarningDelivered { way, last } => {
            Text::plain(format!("{} warning delivered by {way}", if *last { "final" } else { "a" }))
        }
        Fact::WarningUndelivered { why } => {
            Text::plain(format!("the final warning could not be delivered: {why}"))
        }
        Fact::GraceStarted { until: Some(until) } => Text::plain("kept for the grace until ").time(*until),
        Fact::GraceStarted { until: None } => {
            plain("the lease is over; held, because no delivery of the final warning is confirmed")
        }
        Fact::ExtensionAsked { by, reason } => {
            Text::plain(format!("asked for {} more: {reason}", values::say_span(*by)))
        }
        Fact::ExtensionApproved { ends_at } => {
            Text::plain("approved the extension; it now ends ").time(*ends_at)
        }
        Fact::ExtensionRejected { reason } => Text::plain(format!("refused the extension: {reason}")),
        Fact::ExtensionLapsed => plain("nobody decided the extension in time"),
        Fact::Released => plain("released it"),
        Fact::DeletionStarted { because } => Text::plain(format!("deletion began, because {because}")),
        Fact::PurgeFailed { why } => Text::plain(format!("the purge failed: {why}")),
        Fact::Retried => plain("asked for another try"),
        Fact::Gone => plain("everything is gone"),
        Fact::KeyAdded { fingerprint } => Text::plain("added the key ").code(fingerprint.clone()),
        Fact::KeyRemoved { fingerprint } => Text::plain("removed the key ").code(fingerprint.clone()),
    }
}
