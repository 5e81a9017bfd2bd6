//! Quotas in words and bars, and the approvers' card of a wish for more.

use commands::{Command, EnvApprove};

use super::{
    People, button,
    request::{actions, decided as decided_at, decision_buttons},
};
use crate::{
    domain::{
        Instant,
        approval::Tally,
        quota::{
            Amounts, Reservation, Resource, Scope,
            fit::{Short, Standing},
            grant::Grant,
            wish::{Wish, WishState},
        },
    },
    ports::chat::{Block, Button, Message, Style, Text, Tone},
    values,
};

/// How many parts are listed; platforms limit the length of a message.
const SHOWN: usize = 15;

/// What `/quota show` shows.
pub struct View<'a> {
    /// Whose.
    pub scope: Scope,
    /// Whether it is the reader's own.
    pub own: bool,
    /// How it stands, and beside it what else limits the reader.
    pub standings: Vec<Standing>,
    /// What uses it, as far as the reader may see.
    pub held: Vec<Reservation>,
    /// How many more parts there are.
    pub hidden: usize,
    /// What is granted, or will be.
    pub grants: Vec<Grant>,
    /// The moment of looking.
    pub now: Instant,
    /// The people mentioned.
    pub people: &'a People,
}

/// A scope as it is typed; people by their id.
pub fn word(scope: &Scope) -> String {
    match scope {
        Scope::Everybody => "everybody".to_owned(),
        Scope::Team(name) => format!("team:{name}"),
        Scope::Template(name) => format!("template:{name}"),
        Scope::Person(id) => id.as_str().to_owned(),
    }
}

/// Adds whose quota it is, as the beginning of a sentence.
pub fn named(text: Text, scope: &Scope, people: &People) -> Text {
    match scope {
        Scope::Everybody => text.and("Everybody together"),
        Scope::Team(name) => text.and("The team ").strong(name.clone()),
        Scope::Template(name) => text.and("The template ").strong(name.clone()),
        Scope::Person(id) => people.mention(text, id),
    }
}

/// How the answer to a review goes on.
pub fn decided(tally: Tally) -> (&'static str, Tone) {
    match tally {
        Tally::Open => (". It needs somebody else's word as well.", Tone::Good),
        Tally::Approved => (". They are being told.", Tone::Good),
        Tally::Rejected => (". They are being told.", Tone::Plain),
    }
}

/// What was set, with what is held of it.
pub fn set(standing: &Standing, people: &People) -> Message {
    let mut words = named(Text::default(), &standing.scope, people);
    let limits: Vec<String> =
        standing.limits.0.iter().map(|(resource, limit)| values::say_amount(*resource, *limit)).collect();
    words = match limits.as_slice() {
        [] => words.and(" may hold as much as there is: no limit is left."),
        limits => words.and(format!(" may hold {} at once.", limits.join(", "))),
    };
    let over: Vec<String> =
        standing.over().iter().map(|short| values::say_amount(short.resource, short.used)).collect();
    if !over.is_empty() {
        let held = over.join(", ");
        words =
            words.and(format!(" More is held now ({held}): nothing is deleted, new requests are refused."));
    }
    super::answer::say(words, Tone::Good)
}

/// `/quota show`: bars, and what uses it.
pub fn show(view: &View<'_>) -> Message {
    let summary = if view.own {
        Text::plain("Your quotas")
    } else {
        named(Text::plain("Quotas: "), &view.scope, view.people)
    };
    let mut blocks = vec![Block::Heading(summary.clone())];
    for (place, standing) in view.standings.iter().enumerate() {
        let bars = bars(standing);
        if place > 0 && bars.is_empty() {
            continue;
        }
        if place > 0 {
            blocks.push(Block::Paragraph(named(Text::default(), &standing.scope, view.people).and(":")));
        }
        if bars.is_empty() {
            blocks.push(Block::Paragraph(Text::plain("No limits.")));
        }
        blocks.extend(bars);
    }
    let free = view.standings.first().map(unlimited).unwrap_or_default();
    if !free.is_empty() {
        blocks.push(Block::Note(Text::plain(format!("Without a limit: {}.", free.join(", ")))));
    }
    let uses = uses(view);
    if !uses.is_empty() {
        blocks.push(Block::Paragraph(Text::plain("What uses it:")));
        blocks.push(Block::List(uses));
    }
    let grants: Vec<Text> = view.grants.iter().map(|grant| granted(grant, view)).collect();
    if !grants.is_empty() {
        blocks.push(Block::Paragraph(Text::plain("For a while:")));
        blocks.push(Block::List(grants));
    }
    if view.own && view.standings.iter().any(|standing| !standing.limits.0.is_empty()) {
        blocks.extend(actions(vec![button("Ask for more", Style::Plain, "/quota request".to_owned())]));
    }
    Message { summary, tone: Tone::Plain, blocks }
}

fn bars(standing: &Standing) -> Vec<Block> {
    let bar = |(resource, limit): (&Resource, &u64)| {
        let used = standing.used.of(*resource);
        let percent = match limit {
            0 => 100,
            limit => u8::try_from(u128::from(used) * 100 / u128::from(*limit)).unwrap_or(100).min(100),
        };
        let number = |amount| values::show_amount(*resource, amount);
        let words = format!("{}: {} of {}", resource.word(), number(used), number(*limit));
        Block::Bar { percent, words: Text::plain(words) }
    };
    standing.limits.0.iter().map(bar).collect()
}

fn unlimited(standing: &Standing) -> Vec<String> {
    let free = standing.used.each().filter(|(resource, _)| standing.limits.of(*resource).is_none());
    free.map(|(resource, used)| values::say_amount(resource, used)).collect()
}

/// One line for each environment, those that hold most first.
fn uses(view: &View<'_>) -> Vec<Text> {
    let mut all: Vec<(&Reservation, Amounts)> = Vec::new();
    for held in &view.held {
        match all.iter_mut().find(|(known, _)| known.request == held.request) {
            Some((_, amounts)) => *amounts = amounts.plus(&held.amounts),
            None => all.push((held, held.amounts)),
        }
    }
    let size = |amounts: &Amounts| (amounts.cpu, amounts.memory, amounts.storage, amounts.lease_time);
    all.sort_by(|(a, x), (b, y)| size(y).cmp(&size(x)).then_with(|| a.name.cmp(&b.name)));
    let rest = all.len().saturating_sub(SHOWN) + view.hidden;
    let line = |(held, amounts): &(&Reservation, Amounts)| {
        let text = Text::default().strong(held.name.as_str());
        let text = if view.scope == Scope::Person(held.person.clone()) {
            text
        } else {
            view.people.mention(text.and(" of "), &held.person)
        };
        text.and(format!(": {}", values::say_amounts(&amounts.with(Resource::Environments, 0))))
    };
    let mut lines: Vec<Text> = all.iter().take(SHOWN).map(line).collect();
    if rest > 0 {
        lines.push(Text::plain(format!("and {rest} more")));
    }
    lines
}

fn granted(grant: &Grant, view: &View<'_>) -> Text {
    let text = Text::default().code(grant.id.as_str());
    let text = text.and(format!(": {} more", values::say_amounts(&grant.amounts)));
    let text = if grant.from > view.now { text.and(" from ").time(grant.from) } else { text };
    view.people.mention(text.and(" until ").time(grant.until).and(", by "), &grant.by)
}

/// A limit that is in the way, as a sentence to the one who asked, with what holds it.
pub fn in_the_way(text: Text, short: &Short, people: &People) -> Text {
    let say = |amount| values::say_amount(short.resource, amount);
    let own = matches!(short.scope, Scope::Person(_));
    let text = if own { text.and("You") } else { named(text, &short.scope, people) };
    let used = if short.used == 0 { "nothing".to_owned() } else { say(short.used) };
    let held =
        if own { format!("You hold {used}, and") } else { format!("Together that is {used} now, and you") };
    let text = text.and(format!(
        " may hold {} at once. {held} asked for {} more.",
        say(short.limit),
        say(short.asked)
    ));
    holders(text, short, people)
}

/// What holds it, largest first.
pub fn holders(mut text: Text, short: &Short, people: &People) -> Text {
    let own = matches!(short.scope, Scope::Person(_));
    for (place, part) in short.uses.iter().take(SHOWN).enumerate() {
        text = text.and(if place == 0 { " Held by " } else { ", " }).strong(part.name.as_str());
        if !own {
            text = people.mention(text.and(" of "), &part.by);
        }
        text = text.and(format!(" ({})", values::show_amount(short.resource, part.amount)));
    }
    let rest = short.uses.iter().skip(SHOWN).map(|part| part.amount).sum::<u64>() + short.others;
    match (short.uses.is_empty(), rest) {
        (true, 0) => text,
        (false, 0) => text.and("."),
        (true, _) => text.and(" Held by others."),
        (false, rest) => text.and(format!("; by others {}.", values::show_amount(short.resource, rest))),
    }
}

/// The card of a wish in the approvers' channel.
pub fn for_approvers(wish: &Wish, people: &People) -> Message {
    let asks = asks(wish, people);
    let (state, tone) = state(wish, people);
    let mut fields = vec![("Reason".to_owned(), Text::plain(wish.reason.clone()))];
    if let Some(from) = wish.from {
        fields.push(("From".to_owned(), Text::default().time(from)));
    }
    fields.push(("Until".to_owned(), Text::default().time(wish.until)));
    let summary = Text(asks.clone().and(". ").0.into_iter().chain(state.0.clone()).collect());
    let mut blocks = vec![Block::Heading(asks), Block::Fields(fields), Block::Paragraph(state)];
    if wish.wakes_at().is_some() {
        blocks.extend(actions(wish_buttons(wish, people)));
    }
    Message { summary, tone, blocks }
}

/// Who wishes for how much more.
pub(super) fn asks(wish: &Wish, people: &People) -> Text {
    people
        .mention(Text::default(), &wish.asked_by)
        .and(format!(" asks for {} more for a while", values::say_amounts(&wish.amounts)))
}

/// What an approver can do about a wish that waits.
pub(super) fn wish_buttons(wish: &Wish, people: &People) -> Vec<Button> {
    let mut buttons = decision_buttons(wish.id.as_str(), wish.version);
    let who = format!("/quota show @{}", people.handle(&wish.asked_by));
    buttons.push(button("Their quotas", Style::Quiet, who));
    buttons
}

/// A reminder of a wish. It has no buttons of its own, which would live on after the decision: the card has them.
pub fn reminder(wish: &Wish, people: &People) -> Message {
    let mut message = super::notice::reminder(for_approvers(wish, people));
    message.blocks.retain(|block| !matches!(block, Block::Actions(_)));
    let line = EnvApprove { subject: wish.id.as_str().to_owned(), version: None }.to_line();
    message.blocks.push(Block::Note(Text::plain("Its card has the buttons; or type ").code(line).and(".")));
    message
}

fn state(wish: &Wish, people: &People) -> (Text, Tone) {
    match &wish.state {
        WishState::Pending(_) => {
            let mut text = Text::plain("Waiting for an approver.");
            for (place, review) in wish.ballot.reviews.iter().enumerate() {
                let joint = if place == 0 { " Approved so far by " } else { ", " };
                text = people.mention(text.and(joint), &review.by);
            }
            (text, Tone::Asking)
        }
        WishState::Approved { by, at, on, .. } => {
            (decided_at(people.mention(Text::plain("Approved by "), by), Some(*on), *at), Tone::Good)
        }
        WishState::Rejected { by, at, on, reason } => {
            let text = decided_at(people.mention(Text::plain("Rejected by "), by), Some(*on), *at);
            (text.and(format!(": {reason}")), Tone::Warning)
        }
        WishState::Lapsed { at } => (Text::plain("Lapsed undecided at ").time(*at), Tone::Over),
    }
}
