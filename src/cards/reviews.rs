//! What an approver decides by: cost, limits and room, the rule, who approved already, what was offered.

use super::{People, story::Story};
use crate::{
    domain::{
        approval::{Ballot, Review, Rule},
        cost::money,
        quota::{Amounts, QuotaLine, Resource, Scope},
        request::{Findings, RequestState},
        template::Value,
    },
    ports::chat::{Block, Text},
    values,
};

/// For whom it waits, in one sentence.
pub(super) fn waits(ballot: &Ballot) -> Text {
    if ballot.rule == Rule::default() {
        return Text::plain("Waiting for an approver.");
    }
    Text::plain(format!("Waiting. Still needed: {}.", ballot.needed()))
}

/// The rule that applies, unless it is the usual one, and who approved already.
pub(super) fn fields(ballot: &Ballot, people: &People) -> Vec<(String, Text)> {
    let mut fields = Vec::new();
    if ballot.rule != Rule::default() {
        let own = if ballot.rule.own { "; one's own is allowed" } else { "" };
        fields.push(("Rule".to_owned(), Text::plain(format!("{}{own}", ballot.rule.name))));
    }
    let mut text = Text::default();
    for (place, review) in ballot.reviews.iter().filter(|review| review.rejected.is_none()).enumerate() {
        text = reviewer(if place == 0 { text } else { text.and(", ") }, review, people);
    }
    // One who decided alone is named by the state.
    let told = ballot.reviews.len() > 1 || ballot.reviews.iter().any(|review| review.instead_of.is_some());
    let waits = !ballot.needed().is_empty();
    if text != Text::default() && (told || waits) {
        fields.push(("Approved by".to_owned(), text));
    }
    fields
}

fn reviewer(text: Text, review: &Review, people: &People) -> Text {
    let text = people.mention(text, &review.by);
    let text = match &review.instead_of {
        Some(away) => people.mention(text.and(" for "), away),
        None => text,
    };
    match &review.glass {
        Some(reason) => text.and(format!(", alone: {reason}")),
        None => text,
    }
}

/// What was found about cost, limits and room.
pub(super) fn findings(findings: &Findings) -> Vec<(String, Text)> {
    let mut fields = Vec::new();
    if let Some(cost) = &findings.cost {
        let (hour, whole) = (money(cost.hour, 4, &cost.currency), money(cost.whole, 2, &cost.currency));
        fields.push(("Cost".to_owned(), Text::plain(format!("{hour} an hour, {whole} until the end"))));
    }
    for line in &findings.quota {
        fields.push((format!("Quota of {}", scope(&line.scope)), Text::plain(quota(line))));
    }
    if let Some(left) = findings.headroom.as_ref().map(headroom).filter(|words| !words.is_empty()) {
        fields.push(("Room in the cluster".to_owned(), Text::plain(left)));
    }
    fields
}

fn scope(scope: &Scope) -> String {
    match scope {
        Scope::Everybody => "everybody".to_owned(),
        Scope::Team(team) => format!("team {team}"),
        Scope::Template(template) => format!("template {template}"),
        Scope::Person(_) => "the requester".to_owned(),
    }
}

fn quota(line: &QuotaLine) -> String {
    let say = |count| amount(line.resource, count);
    format!("{}: {} of {}, then {}", line.resource.word(), say(line.before), say(line.limit), say(line.after))
}

fn headroom(left: &Amounts) -> String {
    let known = Resource::ALL.into_iter().filter(|resource| left.of(*resource) != u64::MAX);
    let words = known.map(|resource| match resource {
        Resource::Environments if left.environments == 1 => "1 environment".to_owned(),
        Resource::Environments => format!("{} environments", left.environments),
        other => format!("{} {}", other.word(), amount(other, left.of(other))),
    });
    words.collect::<Vec<_>>().join(", ")
}

fn amount(resource: Resource, count: u64) -> String {
    match resource {
        Resource::Environments => count.to_string(),
        Resource::Cpu => values::show(&Value::Cpu(u32::try_from(count).unwrap_or(u32::MAX))),
        Resource::Memory | Resource::Storage => values::show(&Value::Bytes(count)),
        Resource::LeaseTime => format!("{}", count / 3600),
    }
}

/// What is offered instead, while it can be taken.
pub(super) fn offer(story: &Story) -> Option<Block> {
    let offer = story.request.ballot.offer.as_ref()?;
    let RequestState::Pending(_) = story.request.state else { return None };
    let text = story.people.mention(Text::default(), &offer.review.by);
    let sizes = super::sizes(&offer.parameters);
    let text = text.and(format!(" offers {sizes} instead"));
    Some(Block::Note(match offer.until {
        Some(until) => text.and(", until ").time(until).and("."),
        None => text.and(format!(", for {}.", values::say_span(offer.span))),
    }))
}
