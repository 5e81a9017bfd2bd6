//! The home page of one person: what they have with the time that is left, and what waits for their decision.
//!
//! It is made anew whenever somebody looks, so unlike a card it may depend on the present moment.

use super::{
    People, button, extension, quota,
    request::{actions, approver_buttons, requester_buttons, state},
    story::Story,
};
use crate::{
    domain::{Instant, lease::Lease, quota::wish::Wish},
    ports::chat::{Block, Message, Style, Text, Tone},
    values,
};

/// How many environments are shown; platforms limit the length of a page.
const SHOWN: usize = 15;

/// What one person has, and what waits for them.
pub struct Home {
    /// Their environments, then their undecided requests.
    pub mine: Vec<Story>,
    /// What waits for their decision: requests, then extensions.
    pub waiting: Vec<Story>,
    /// Wishes for more quota that wait for it as well.
    pub wishes: Vec<Wish>,
    /// How people are called.
    pub people: People,
    /// How many undecided requests they have.
    pub undecided: usize,
    /// How many they may have.
    pub allowed: u32,
    /// Whether they decide at all.
    pub decides: bool,
    /// The moment of looking.
    pub now: Instant,
}

/// The page.
pub fn page(home: &Home) -> Message {
    let mut blocks = vec![Block::Actions(vec![
        button("Request an environment", Style::Primary, "/env request".to_owned()),
        button("My keys", Style::Plain, "/key list".to_owned()),
        button("Templates", Style::Plain, "/template list".to_owned()),
    ])];
    if home.decides {
        blocks.push(Block::Heading(Text::plain("Waiting for your decision")));
        blocks.extend(home.waiting.iter().take(SHOWN).flat_map(waiting));
        blocks.extend(rest(home.waiting.len()));
        blocks.extend(home.wishes.iter().take(SHOWN).flat_map(|asked| wish(asked, &home.people)));
        blocks.extend(rest(home.wishes.len()));
        if home.waiting.is_empty() && home.wishes.is_empty() {
            blocks.push(Block::Note(Text::plain("Nothing waits.")));
        }
    }
    blocks.push(Block::Heading(Text::plain("Your environments")));
    blocks.extend(home.mine.iter().take(SHOWN).flat_map(|story| mine(story, home.now)));
    blocks.extend(rest(home.mine.len()));
    if home.mine.is_empty() {
        blocks.push(Block::Note(Text::plain("None yet.")));
    }
    blocks.push(limit(home));
    Message { summary: Text::plain("Your environments"), tone: Tone::Plain, blocks }
}

fn mine(story: &Story, now: Instant) -> Vec<Block> {
    let (words, _) = state(story);
    let words = Text::default().strong(story.request.name.as_str()).and(": ").0.into_iter().chain(words.0);
    let mut blocks = vec![Block::Paragraph(Text(words.collect()))];
    blocks.extend(story.lease.as_ref().and_then(|lease| left(lease, now)));
    blocks.extend(actions(requester_buttons(story)));
    blocks
}

/// The time that is left of a lease, as a bar.
fn left(lease: &Lease, now: Instant) -> Option<Block> {
    let term = lease.term.as_ref()?;
    let whole = (term.ends_at - term.from).num_seconds().max(1);
    let left = (term.ends_at - now).num_seconds().clamp(0, whole);
    let percent = u8::try_from(left * 100 / whole).unwrap_or(100);
    let words = match left {
        0 => Text::plain("It ended ").time(term.ends_at),
        _ => Text::plain(format!("{} left, until ", values::say_span(term.ends_at - now))).time(term.ends_at),
    };
    Some(Block::Bar { percent, words })
}

fn waiting(story: &Story) -> Vec<Block> {
    let request = &story.request;
    let who = |text| story.people.mention(text, &request.requester);
    let (words, buttons) = match story.extension.as_ref().filter(|_| story.lease.is_some()) {
        Some(asked) => {
            let more = format!(" asks for {} more for ", values::say_span(asked.by));
            let words = who(Text::default()).and(more).strong(request.name.as_str());
            (words.and(format!(": {}", asked.reason)), extension::buttons(asked))
        }
        None => {
            let words = who(Text::default()).and(" asks for ").strong(request.name.as_str());
            let size =
                format!(": {} for {}", super::sizes(&request.parameters), values::say_span(request.span));
            (words.and(size), approver_buttons(story))
        }
    };
    let mut blocks = vec![Block::Paragraph(words)];
    blocks.extend(actions(buttons));
    blocks
}

fn wish(wish: &Wish, people: &People) -> Vec<Block> {
    let words = quota::asks(wish, people).and(", until ").time(wish.until);
    let mut blocks = vec![Block::Paragraph(words.and(format!(": {}", wish.reason)))];
    blocks.extend(actions(quota::wish_buttons(wish, people)));
    blocks
}

fn rest(all: usize) -> Option<Block> {
    let more = all.checked_sub(SHOWN).filter(|more| *more > 0)?;
    Some(Block::Note(Text::plain(format!("And {more} more: ")).code("/env list")))
}

fn limit(home: &Home) -> Block {
    let allowed = usize::try_from(home.allowed).unwrap_or(usize::MAX).max(1);
    let percent = u8::try_from((home.undecided * 100 / allowed).min(100)).unwrap_or(100);
    let words = format!("{} of {} undecided requests", home.undecided, home.allowed);
    Block::Bar { percent, words: Text::plain(words) }
}
