//! Lists and explanations: environments, keys, templates, the story of one environment, help.

use super::{People, sizes, story::Story};
use crate::{
    domain::{
        audit::{Actor, Entry, Fact},
        key::StoredKey,
        lease::Lease,
        request::Request,
        template::{Approval, Template},
        token::Token,
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
/// `in_force` is the number of its template's version that is in force now, if it is known.
pub fn details(story: &Story, own: bool, in_force: Option<u32>) -> Message {
    let mut message =
        if own { super::request::for_requester(story) } else { super::request::for_approvers(story) };
    let made_of = story.lease.as_ref().map_or(story.request.template_version, |lease| lease.template_version);
    if made_of > 0 {
        let now =
            in_force.filter(|now| *now != made_of).map(|now| format!("; version {now} is in force now"));
        let words = format!("{}, version {made_of}{}", story.request.template, now.unwrap_or_default());
        message.blocks.push(Block::Fields(vec![("Made of".to_owned(), Text::plain(words))]));
    }
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

/// Somebody's tokens, without what is secret in them.
pub fn tokens(tokens: &[Token]) -> Message {
    if tokens.is_empty() {
        let hint = Text::plain("You have no token. Make one: ").code("/token create laptop");
        return super::answer::say(hint, Tone::Plain);
    }
    let line = |token: &Token| {
        let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.word()).collect();
        let text =
            Text::default().strong(token.name.clone()).and(format!(": {}, good until ", scopes.join(",")));
        text.time(token.expires_at)
    };
    let blocks = vec![Block::List(tokens.iter().map(line).collect())];
    Message { summary: Text::plain("Your tokens"), tone: Tone::Plain, blocks }
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

/// Who decides a request, in words.
pub(super) fn approval(template: &Template) -> String {
    let who = match &template.reviews.requests {
        Some(rule) => rule.words(),
        None => "an approver".to_owned(),
    };
    match &template.approval {
        Approval::Always => format!("{who} decide{} every request", plural(&who)),
        Approval::Auto { limits, longest } => {
            let mut words: Vec<String> =
                limits.iter().map(|(name, limit)| format!("{name} up to {}", values::show(limit))).collect();
            words.extend(longest.map(|longest| format!("up to {}", values::say_span(longest))));
            format!("none needed for {}; otherwise {who} decide{}", words.join(", "), plural(&who))
        }
    }
}

/// The ending of a verb about these people, who are several when a number or an `and` says so.
fn plural(who: &str) -> &'static str {
    if who.contains(" and ") || who.starts_with(|c: char| c.is_ascii_digit()) { "" } else { "s" }
}

/// When its owner is warned, in words.
pub(super) fn warnings(template: &Template) -> String {
    let words: Vec<String> = template.warnings.iter().map(|offset| values::say_span(*offset)).collect();
    format!("{} before the end", words.join(", "))
}

/// What an entry says, as a sentence without its subject.
pub fn told(entry: &Entry, people: &People) -> Text {
    fact(entry, people)
}

/// The story of one environment, from the audit log alone.
pub fn why(name: &str, history: &[Entry], people: &People) -> Message {
    let line = |entry: &Entry| {
        let text = Text::default().time(entry.at).and(": ");
        let text = match &entry.actor {
            Actor::Person(id) if !follows(&entry.fact) => people.mention(text, id).and(" "),
            Actor::Person(_) | Actor::Rule | Actor::Clock | Actor::Outside => text,
        };
        Text(text.0.into_iter().chain(fact(entry, people).0).collect())
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

/// A page of the audit log, newest first; `older` is the line that asks for the next one.
pub fn audit(entries: &[Entry], older: Option<String>, people: &People) -> Message {
    if entries.is_empty() {
        return super::answer::say("The log has nothing of that kind.", Tone::Plain);
    }
    let line = |entry: &Entry| {
        let text = Text::default().time(entry.at).and(" ").strong(entry.about.clone()).and(": ");
        let text = match &entry.actor {
            Actor::Person(id) => people.mention(text, id).and(" "),
            Actor::Rule | Actor::Clock | Actor::Outside => text,
        };
        Text(text.0.into_iter().chain(fact(entry, people).0).collect())
    };
    let mut blocks = vec![Block::List(entries.iter().map(line).collect())];
    blocks
        .extend(older.map(|line| {
            Block::Actions(vec![super::button("Older", crate::ports::chat::Style::Plain, line)])
        }));
    Message { summary: Text::plain("The audit log"), tone: Tone::Plain, blocks }
}

/// Whether it only follows from what somebody did, so that it is not told as their deed.
fn follows(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::ProvisioningStarted { .. }
            | Fact::DeletionStarted { .. }
            | Fact::ExtensionLapsed
            | Fact::OfferSuperseded
            | Fact::Pending
            | Fact::HandedOver { .. }
    )
}

/// What was done about people, and about the log itself.
fn administration(fact: &Fact) -> Text {
    match fact {
        Fact::RoleGiven { role } => Text::plain(format!("gave the role {}", role.word())),
        Fact::RoleTaken { role } => Text::plain(format!("took the role {}", role.word())),
        Fact::TeamJoined { team } => Text::plain(format!("put into the team {team}")),
        Fact::TeamLeft { team } => Text::plain(format!("took out of the team {team}")),
        Fact::AccountLinked { account } => Text::plain("linked the account ").code(account.clone()),
        Fact::PersonLeft { reason } => Text::plain(format!("left: {reason}")),
        Fact::PersonRestored => Text::plain("let back in"),
        Fact::PersonErased { entries } => {
            Text::plain(format!("erased what was known of them, and the words of {} entries", entries.len()))
        }
        Fact::Pruned { seq, .. } => {
            Text::plain(format!("entries up to {seq} were removed, their time was over"))
        }
        _ => Text::default(),
    }
}

#[expect(clippy::too_many_lines, reason = "one arm for each fact")]
fn fact(entry: &Entry, people: &People) -> Text {
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
        Fact::Reviewed { .. }
        | Fact::BrokeGlass { .. }
        | Fact::Escalated { .. }
        | Fact::Offered { .. }
        | Fact::OfferSuperseded
        | Fact::OfferTaken { .. }
        | Fact::Delegated { .. }
        | Fact::DelegationEnded => reviewed(&entry.fact, people),
        Fact::Withdrawn => plain("withdrew it"),
        Fact::Lapsed => plain("nobody decided in time; it lapsed"),
        Fact::ReasonChanged { reason: Some(reason) } => Text::plain(format!("gave another reason: {reason}")),
        Fact::ReasonChanged { reason: None } => plain("took the reason back"),
        Fact::ProfileChanged => plain("changed the name or the zone"),
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
        Fact::TokenMade { name, .. } => Text::plain("made the token ").strong(name.clone()),
        Fact::TokenRevoked { name } => Text::plain("revoked the token ").strong(name.clone()),
        Fact::HandedOver { from, to } => {
            people.mention(people.mention(plain("it went from "), from).and(" to "), to)
        }
        fact @ (Fact::RoleGiven { .. }
        | Fact::RoleTaken { .. }
        | Fact::TeamJoined { .. }
        | Fact::TeamLeft { .. }
        | Fact::AccountLinked { .. }
        | Fact::PersonLeft { .. }
        | Fact::PersonRestored
        | Fact::PersonErased { .. }
        | Fact::Pruned { .. }) => administration(fact),
        Fact::QuotaSet { .. }
        | Fact::QuotaGranted { .. }
        | Fact::QuotaRevoked { .. }
        | Fact::QuotaEnded { .. }
        | Fact::QuotaAsked { .. }
        | Fact::QuotaRejected { .. }
        | Fact::QuotaLapsed => quota(&entry.fact),
    }
}

fn quota(fact: &Fact) -> Text {
    match fact {
        Fact::QuotaSet { resource, limit: Some(limit) } => {
            Text::plain(format!("set the limit: {}", values::say_amount(*resource, *limit)))
        }
        Fact::QuotaSet { resource, limit: None } => {
            Text::plain(format!("took away the limit on {}", resource.word()))
        }
        Fact::QuotaGranted { grant, amounts, from, until, reason } => {
            Text::plain(format!("gave {} more (", values::say_amounts(amounts)))
                .code(grant.as_str())
                .and(") from ")
                .time(*from)
                .and(" until ")
                .time(*until)
                .and(reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default())
        }
        Fact::QuotaRevoked { grant } => Text::plain("took back the temporary quota ").code(grant.as_str()),
        Fact::QuotaEnded { grant } => {
            Text::plain("the temporary quota ").code(grant.as_str()).and(" is over")
        }
        Fact::QuotaAsked { amounts, until, reason } => {
            Text::plain(format!("asked for {} more until ", values::say_amounts(amounts)))
                .time(*until)
                .and(format!(": {reason}"))
        }
        Fact::QuotaRejected { reason } => Text::plain(format!("rejected the wish for more quota: {reason}")),
        _ => Text::plain("nobody decided in time on the wish for more quota"),
    }
}

/// What happened on the way to a decision.
fn reviewed(fact: &Fact, people: &People) -> Text {
    let plain = |words: &str| Text::plain(words);
    match fact {
        Fact::Reviewed { instead_of, needed } => {
            let text = plain("approved it");
            let text = match instead_of {
                Some(away) => people.mention(text.and(" for "), away),
                None => text,
            };
            if needed.is_empty() { text } else { text.and(format!("; still needed: {needed}")) }
        }
        Fact::BrokeGlass { reason } => Text::plain(format!("broke the glass: {reason}")),
        Fact::Escalated { to } => Text::plain(format!("nobody answered; now it may also be {to}")),
        Fact::Offered { what } => Text::plain(format!("offered {what} instead")),
        Fact::OfferSuperseded => plain("so the offer is no more"),
        Fact::OfferTaken { of, needed } => {
            let text = people.mention(plain("took the offer of "), of);
            if needed.is_empty() {
                text.and("; with that it is approved")
            } else {
                text.and(format!("; still needed: {needed}"))
            }
        }
        Fact::Delegated { to, until } => {
            people.mention(plain("let "), to).and(" review for them until ").time(*until)
        }
        Fact::DelegationEnded => plain("reviews again themselves"),
        _ => Text::default(),
    }
}
