//! What an approver decides by: cost, limits and room, the rule, who approved already, what was offered.

use super::{People, story::Story};
use crate::{
    domain::{
        approval::{Ballot, Review, Rule},
        cost::money,
        headroom::Headroom,
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

fn headroom(left: &Headroom) -> String {
    let all = room(&left.all);
    match left.roomiest.as_ref().map(room).filter(|words| !words.is_empty()) {
        Some(roomiest) => format!("{all}; the roomiest node has {roomiest}"),
        None => all,
    }
}

fn room(left: &Amounts) -> String {
    let known = Resource::ALL.into_iter().filter(|resource| left.of(*resource) != u64::MAX);
    let words = known.map(|resource| match resource {
        Resource::Environments if left.environments == 1 => "1 environment".to_owned(),
        Resource::Environments => format!("{} environments", left.environments),
        other => format!("{} {}", other.word(), amount(other, rounded(other, left.of(other)))),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// At most so much, in few digits: what is left changes by the minute.
fn rounded(resource: Resource, amount: u64) -> u64 {
    let units: &[u64] = match resource {
        Resource::Memory | Resource::Storage => &[1 << 40, 1 << 30, 1 << 20],
        Resource::Cpu => &[1000, 100],
        Resource::Environments | Resource::LeaseTime => &[],
    };
    let unit = units.iter().find(|unit| amount / **unit >= 10).unwrap_or(&1);
    amount - amount % unit
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

#[cfg(test)]
mod tests {
    use super::*;

    fn told(all: Amounts, roomiest: Option<Amounts>) -> Option<Text> {
        let found = Findings { headroom: Some(Headroom { all, roomiest }), ..Findings::default() };
        let mut fields = findings(&found).into_iter();
        assert!(fields.len() <= 1);
        fields.next().map(|(name, text)| {
            assert_eq!(name, "Room in the cluster");
            text
        })
    }

    #[test]
    fn room_is_told_in_few_digits_and_never_more_than_there_is() {
        let unknown = u64::MAX;
        let none = Amounts {
            cpu: unknown,
            memory: unknown,
            storage: unknown,
            lease_time: unknown,
            environments: unknown,
        };
        assert_eq!(told(none, None), None);
        let local = Amounts { environments: 1, ..none };
        assert_eq!(told(local, None), Some(Text::plain("1 environment")));
        let all = Amounts { environments: 207, cpu: 12_875, memory: (40 << 30) + 123_456_789, ..none };
        let roomiest = Amounts { environments: 104, cpu: 7_950, memory: (9 << 30) + 12_345, ..none };
        assert_eq!(
            told(all, Some(roomiest)),
            Some(Text::plain(
                "207 environments, cpu 12, memory 40Gi; the roomiest node has 104 environments, cpu 7.9, memory 9Gi"
            ))
        );
        let little = Amounts { environments: 0, cpu: 40, memory: 5 << 20, ..none };
        assert_eq!(told(little, None), Some(Text::plain("0 environments, cpu 40m, memory 5Mi")));
    }
}
