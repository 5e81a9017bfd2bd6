//! The two cards of a request: the requester's, and the approvers'. Both move with it, to the end.

use commands::{
    Command, EnvAccept, EnvApprove, EnvRelease, EnvRetry, EnvShow, EnvWithdraw,
    env::offer::{SHORTER, SMALLER},
};

use super::{button, reviews, story::Story};
use crate::{
    domain::{
        Instant,
        extension::ExtensionState,
        lease::{Lease, Phase, Step},
        platform::Platform,
        request::RequestState,
        template::Value,
    },
    ports::chat::{Block, Button, Message, Style, Text, Tone},
};

/// The card in the requester's DM. When the environment went to somebody else, it says only that.
pub fn for_requester(story: &Story) -> Message {
    if !story.handed_over() {
        return for_owner(story);
    }
    let name = story.request.name.as_str();
    let words = Text::default().strong(name).and(" is in the hands of ");
    let words = story.people.mention(words, story.owner()).and(" now.");
    let blocks = vec![Block::Heading(Text::plain(name)), Block::Paragraph(words.clone())];
    Message { summary: words, tone: Tone::Plain, blocks }
}

/// The card of whoever has it now.
pub fn for_owner(story: &Story) -> Message {
    let (state, tone) = state(story);
    let name = story.request.name.as_str();
    let summary = Text::default().strong(name).and(": ");
    let summary = Text(summary.0.into_iter().chain(state.0.clone()).collect());
    let mut fields = story.asked();
    fields.extend(story.held());
    let mut blocks = vec![Block::Heading(Text::plain(name)), Block::Paragraph(state)];
    blocks.extend(progress(story));
    blocks.push(Block::Fields(fields));
    if reachable(story) {
        blocks.extend(story.access());
    }
    blocks.extend(extension_note(story));
    blocks.extend(reviews::offer(story));
    blocks.extend(actions(requester_buttons(story)));
    Message { summary, tone, blocks }
}

/// The card in the approvers' channel.
pub fn for_approvers(story: &Story) -> Message {
    let request = &story.request;
    let (state, tone) = state(story);
    let asks = |text: Text| {
        story.people.mention(text, &request.requester).and(" asks for ").strong(request.name.as_str())
    };
    let summary = asks(Text::default()).and(". ");
    let summary = Text(summary.0.into_iter().chain(state.0.clone()).collect());
    let mut fields = story.asked();
    fields.push(("Key".to_owned(), Text::default().code(request.key.fingerprint.clone())));
    fields.push(("Already holds".to_owned(), Text::plain(holding(story))));
    fields.extend(story.held());
    fields.extend(reviews::findings(&request.findings));
    fields.extend(reviews::fields(&request.ballot, &story.people));
    let mut blocks =
        vec![Block::Heading(asks(Text::default())), Block::Fields(fields), Block::Paragraph(state)];
    blocks.extend(progress(story));
    blocks.extend(reviews::offer(story));
    blocks.extend(actions(approver_buttons(story)));
    Message { summary, tone, blocks }
}

fn holding(story: &Story) -> String {
    let findings = &story.request.findings;
    let similar: Vec<&str> = findings.similar.iter().map(|name| name.as_str()).collect();
    match (findings.holding, similar.as_slice()) {
        (0, _) => "nothing".to_owned(),
        (count, []) => format!("{count}, none of this template"),
        (count, similar) => format!("{count}, of this template: {}", similar.join(", ")),
    }
}

/// Where it stands, in one sentence.
pub fn state(story: &Story) -> (Text, Tone) {
    let people = &story.people;
    match (&story.request.state, &story.lease) {
        (RequestState::Analysing, _) => (Text::plain("Being looked at."), Tone::Working),
        (RequestState::Pending(_), _) => (reviews::waits(&story.request.ballot), Tone::Asking),
        (RequestState::Rejected { by, at, on, reason }, _) => {
            let text = decided(people.mention(Text::plain("Rejected by "), by), *on, *at);
            (text.and(format!(": {reason}")), Tone::Warning)
        }
        (RequestState::Withdrawn { at }, _) => (Text::plain("Withdrawn at ").time(*at), Tone::Over),
        (RequestState::Lapsed { at }, _) => {
            (Text::plain("Nobody decided in time; it lapsed at ").time(*at), Tone::Over)
        }
        (RequestState::Approved { by, at, on }, lease) => {
            let text = Text::plain("Approved by ");
            let text = match by {
                Some(by) => people.mention(text, by),
                None => text.and("the template's rule"),
            };
            let text = decided(text, *on, *at).and(". ");
            match lease {
                None => (text, Tone::Working),
                Some(lease) => {
                    let (words, tone) = phase(lease);
                    (Text(text.0.into_iter().chain(words.0).collect()), tone)
                }
            }
        }
    }
}

/// Where and when it was decided.
pub(super) fn decided(text: Text, on: Option<Platform>, at: Instant) -> Text {
    let text = match on {
        Some(on) => text.and(format!(" on {}", on.name())),
        None => text,
    };
    text.and(" at ").time(at)
}

fn phase(lease: &Lease) -> (Text, Tone) {
    match &lease.phase {
        Phase::Provisioning { .. } => (Text::plain("Being provisioned."), Tone::Working),
        Phase::Active if lease.term.as_ref().is_some_and(|term| term.warned.is_some()) => {
            (Text::plain("Active, and ends soon."), Tone::Warning)
        }
        Phase::Active => (Text::plain("Active."), Tone::Good),
        Phase::Grace { until: Some(until), .. } => {
            (Text::plain("The lease is over. It will be deleted at ").time(*until), Tone::Warning)
        }
        Phase::Grace { until: None, .. } => (
            Text::plain("The lease is over. It is kept until its final warning has been delivered."),
            Tone::Warning,
        ),
        Phase::Deleting { because, .. } => (Text::plain(format!("Being purged: {because}.")), Tone::Working),
        Phase::Gone { at } => (Text::plain("Purged at ").time(*at), Tone::Over),
        Phase::Stuck { step: Step::Provision, why, .. } => {
            (Text::plain(format!("Stuck: provisioning failed, because {why}.")), Tone::Bad)
        }
        Phase::Stuck { step: Step::Purge, why, .. } => {
            (Text::plain(format!("Stuck: the purge failed, because {why}.")), Tone::Bad)
        }
    }
}

fn progress(story: &Story) -> Option<Block> {
    let lease = story.lease.as_ref()?;
    let Phase::Provisioning { .. } = lease.phase else { return None };
    let progress = &lease.progress;
    let step = if progress.step.is_empty() { "waiting for its turn" } else { &progress.step };
    Some(Block::Progress { done: progress.done, total: progress.total.max(1), step: step.to_owned() })
}

fn reachable(story: &Story) -> bool {
    story.lease.as_ref().is_some_and(|lease| matches!(lease.phase, Phase::Active | Phase::Grace { .. }))
}

fn extension_note(story: &Story) -> Option<Block> {
    let lease = story.lease.as_ref().filter(|_| reachable(story))?;
    let extension = story.extension.as_ref()?;
    let text = match &extension.state {
        ExtensionState::Pending(_) => Text::plain("More time was asked for; an approver decides."),
        ExtensionState::Approved { by, at, on } if lease.extended => {
            decided(story.people.mention(Text::plain("Extended by "), by), *on, *at)
        }
        ExtensionState::Approved { .. } => return None,
        ExtensionState::Rejected { by, reason, .. } => {
            story.people.mention(Text::plain("More time was refused by "), by).and(format!(": {reason}"))
        }
        ExtensionState::Lapsed { .. } => Text::plain("Nobody decided in time whether it may have more time."),
    };
    Some(Block::Note(text))
}

pub(super) fn requester_buttons(story: &Story) -> Vec<Button> {
    let name = story.request.name.as_str();
    match (&story.request.state, story.lease.as_ref()) {
        (RequestState::Analysing | RequestState::Pending(_), _) => {
            let line = EnvWithdraw { name: name.to_owned() }.to_line();
            let withdraw = button("Withdraw", Style::Plain, line);
            take_button(story).into_iter().chain([withdraw]).collect()
        }
        (RequestState::Approved { .. }, Some(lease)) => lease_buttons(lease),
        _ => Vec::new(),
    }
}

/// The button that takes what is offered, while something is.
pub(super) fn take_button(story: &Story) -> Option<Button> {
    let request = &story.request;
    let open = matches!(request.state, RequestState::Pending(_)) && request.ballot.offer.is_some();
    let version = u64::try_from(request.ballot.shown(request.version)).ok();
    let line = EnvAccept { name: request.name.as_str().to_owned(), version }.to_line();
    open.then(|| button("Take it", Style::Primary, line))
}

/// What the owner can do about a lease now; also on warnings.
pub fn lease_buttons(lease: &Lease) -> Vec<Button> {
    let name = lease.name.as_str().to_owned();
    let release = button("Release now", Style::Danger, EnvRelease { name: name.clone() }.to_line());
    match &lease.phase {
        Phase::Active | Phase::Grace { .. } if !lease.extended && lease.asked.is_none() => {
            vec![button("Extend", Style::Primary, format!("/env extend {name}")), release]
        }
        Phase::Active | Phase::Grace { .. } | Phase::Provisioning { .. } => vec![release],
        Phase::Stuck { step, .. } => {
            let mut buttons = vec![retry(lease)];
            if *step == Step::Provision {
                buttons.push(release);
            }
            buttons
        }
        Phase::Deleting { .. } | Phase::Gone { .. } => Vec::new(),
    }
}

fn retry(lease: &Lease) -> Button {
    let line = EnvRetry { name: lease.name.as_str().to_owned(), version: None }.to_line();
    button("Retry", Style::Primary, line)
}

pub(super) fn approver_buttons(story: &Story) -> Vec<Button> {
    let request = &story.request;
    let details =
        button("Details", Style::Quiet, EnvShow { name: request.name.as_str().to_owned() }.to_line());
    match (&request.state, story.lease.as_ref()) {
        (RequestState::Pending(_), _) => {
            let version = request.ballot.shown(request.version);
            let less = |what: &str| format!("/env offer {} less={what} seen={version}", request.id);
            let mut buttons = decision_buttons(request.id.as_str(), version);
            if request.parameters.values().any(Value::is_size) {
                buttons.push(button("Approve smaller", Style::Plain, less(SMALLER)));
            }
            buttons.push(button("Approve shorter", Style::Plain, less(SHORTER)));
            buttons.push(details);
            buttons
        }
        (RequestState::Approved { .. }, Some(lease)) if matches!(lease.phase, Phase::Stuck { .. }) => {
            vec![retry(lease), details]
        }
        _ => Vec::new(),
    }
}

/// Approve and Reject for a request or an extension at a version.
pub(super) fn decision_buttons(subject: &str, version: i64) -> Vec<Button> {
    let subject = subject.to_owned();
    let version = u64::try_from(version).ok();
    let reject = version.map_or_else(
        || format!("/env reject {subject}"),
        |seen| format!("/env reject {subject} version={seen}"),
    );
    let approve = EnvApprove { subject, version }.to_line();
    vec![button("Approve", Style::Primary, approve), button("Reject", Style::Danger, reject)]
}

pub(super) fn actions(buttons: Vec<Button>) -> Option<Block> {
    (!buttons.is_empty()).then_some(Block::Actions(buttons))
}
