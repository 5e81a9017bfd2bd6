//! The approvers' card of an extension.

use commands::{Command, EnvShow};

use super::{
    button,
    request::{actions, decided, decision_buttons},
    reviews,
    story::Story,
};
use crate::{
    domain::extension::{Extension, ExtensionState},
    ports::chat::{Block, Button, Message, Style, Text, Tone},
    values,
};

/// The card in the approvers' channel.
pub fn for_approvers(story: &Story, extension: &Extension) -> Message {
    let name = extension.name.as_str();
    let asks = story
        .people
        .mention(Text::default(), &extension.asked_by)
        .and(format!(" asks for {} more for ", values::say_span(extension.by)))
        .strong(name);
    let (state, tone) = state(story, extension);
    let mut fields = vec![("Reason".to_owned(), Text::plain(extension.reason.clone()))];
    if let Some(lease) = &story.lease {
        if let Some(ends_at) = lease.ends_at() {
            fields.push(("Ends now".to_owned(), Text::default().time(ends_at)));
        }
        fields.push(("At the latest".to_owned(), Text::default().time(lease.latest_end())));
    }
    fields.extend(reviews::fields(&extension.ballot, &story.people));
    let summary = Text(asks.clone().and(". ").0.into_iter().chain(state.0.clone()).collect());
    let mut blocks = vec![Block::Heading(asks), Block::Fields(fields), Block::Paragraph(state)];
    blocks.extend(actions(buttons(extension)));
    Message { summary, tone, blocks }
}

/// What approvers can do about it now.
pub(super) fn buttons(extension: &Extension) -> Vec<Button> {
    let ExtensionState::Pending(_) = extension.state else { return Vec::new() };
    let mut buttons = decision_buttons(extension.id.as_str(), extension.ballot.shown(extension.version));
    let details = EnvShow { name: extension.name.as_str().to_owned() }.to_line();
    buttons.push(button("Details", Style::Quiet, details));
    buttons
}

fn state(story: &Story, extension: &Extension) -> (Text, Tone) {
    let people = &story.people;
    match &extension.state {
        ExtensionState::Pending(_) => (reviews::waits(&extension.ballot), Tone::Asking),
        ExtensionState::Approved { by, at, on } => {
            (decided(people.mention(Text::plain("Approved by "), by), *on, *at), Tone::Good)
        }
        ExtensionState::Rejected { by, at, on, reason } => {
            let text = decided(people.mention(Text::plain("Rejected by "), by), *on, *at);
            (text.and(format!(": {reason}")), Tone::Warning)
        }
        ExtensionState::Lapsed { at } => (Text::plain("Lapsed undecided at ").time(*at), Tone::Over),
    }
}
