//! Notices in words: as a DM, as a letter, and as the last resort in the approvers' channel.

use chrono_tz::Tz;
use commands::{Command, EnvAccept, EnvRelease, EnvRetry, EnvSsh};

use super::{
    button,
    letter::{Draft, Part},
    request::{actions, lease_buttons, take_button},
    story::Story,
};
use crate::{
    domain::{
        environment::SshAccess,
        ids::EnvName,
        lease::{Lease, Phase},
        notice::{News, Notice},
        person::Person,
    },
    ports::{
        chat::{Block, Message, Style, Text, Tone},
        mail::Letter,
    },
    values,
};

/// The notice as a direct message.
pub fn direct(notice: &Notice, story: &Story) -> Message {
    let (summary, tone) = words(notice, story);
    let mut blocks = vec![Block::Paragraph(summary.clone())];
    match (&notice.news, &story.lease) {
        (News::Ready, _) => blocks.extend(story.access()),
        (News::Offered { .. }, _) => blocks.extend(actions(take_button(story).into_iter().collect())),
        (News::ExpiresSoon { .. } | News::ProvisioningFailed { .. }, Some(lease)) => {
            blocks.extend(actions(lease_buttons(lease)));
        }
        _ => {}
    }
    Message { summary, tone, blocks }
}

/// The notice for the approvers' channel, when the person cannot be reached: nothing private in it.
pub fn in_channel(notice: &Notice, story: &Story) -> Message {
    let who = story
        .people
        .mention(Text::default(), &notice.to)
        .and(" could be reached neither by DM nor by e-mail. ");
    let (words, _) = words(notice, story);
    let summary = Text(who.0.into_iter().chain(words.0).collect());
    let mut blocks = vec![Block::Paragraph(summary.clone())];
    if notice.news == News::Ready {
        let line = EnvSsh { name: notice.name.as_str().to_owned() }.to_line();
        blocks.push(Block::Note(Text::plain("How to log in: ").code(line)));
    }
    Message { summary, tone: Tone::Warning, blocks }
}

/// The notice as a letter, with times in the reader's zone.
pub fn letter(notice: &Notice, story: &Story, to: &Person) -> Letter {
    let (words, _) = words(notice, story);
    let mut parts = vec![Part::Words(Text::plain(format!("Hello {},", to.name))), Part::Words(words)];
    parts.extend(story.lease.as_ref().map(|lease| ways_on(&notice.news, lease)).unwrap_or_default());
    let subject = subject(notice);
    Draft { to: &to.email, name: &to.name, zone: to.zone, subject, parts, key: notice.key() }.write()
}

/// What a letter says besides the news, because it has no buttons: how to log in, and what can be typed.
fn ways_on(news: &News, lease: &Lease) -> Vec<Part> {
    let name = lease.name.as_str();
    let release = ("To give it back now", EnvRelease { name: name.to_owned() }.to_line());
    match news {
        News::Ready => lease.access.as_ref().map(access_in_letter).unwrap_or_default(),
        News::ExpiresSoon { .. } if lease.extended || lease.asked.is_some() => {
            vec![Part::Ways(vec![release])]
        }
        News::ExpiresSoon { .. } => {
            let more = ("To keep it longer, once", format!("/env extend {name} for=1d <reason>"));
            vec![Part::Ways(vec![more, release])]
        }
        News::Offered { .. } => {
            let line = EnvAccept { name: name.to_owned(), version: None }.to_line();
            vec![Part::Ways(vec![("To take it", line)])]
        }
        News::ProvisioningFailed { .. } => {
            let line = EnvRetry { name: name.to_owned(), version: None }.to_line();
            vec![Part::Ways(vec![("To try it again", line), release])]
        }
        _ => Vec::new(),
    }
}

fn access_in_letter(access: &SshAccess) -> Vec<Part> {
    let pin = "To pin it, add this line to ~/.ssh/known_hosts:";
    let mut parts = vec![
        Part::Copy(access.command()),
        Part::Words(format!("Its host key is {}.\n{pin}", access.fingerprint).into()),
        Part::Copy(access.known_host()),
    ];
    parts.extend(access.isolation.iter().map(|isolation| Part::Words(isolation.clone().into())));
    parts
}

/// The approvers' card once more, when nobody decided yet.
pub fn reminder(mut card: Message) -> Message {
    card.summary = Text(Text::plain("Reminder: ").0.into_iter().chain(card.summary.0).collect());
    card.blocks.insert(0, Block::Note(Text::plain("A reminder: this still waits for an approver.")));
    card
}

/// A page for DevOps in the approvers' channel.
pub fn page(name: &EnvName, why: &str) -> Message {
    let summary = Text::default().strong(name.as_str()).and(format!(" needs somebody: {why}."));
    let line = format!("/env show {name}");
    Message {
        tone: Tone::Bad,
        blocks: vec![
            Block::Paragraph(summary.clone()),
            Block::Actions(vec![button("Details", Style::Plain, line)]),
        ],
        summary,
    }
}

/// A page for DevOps as a letter.
pub fn page_letter(name: &EnvName, why: &str, to: &str, key: &str) -> Letter {
    let parts = vec![
        Part::Words(Text::default().strong(name.as_str()).and(format!(" needs somebody: {why}."))),
        Part::Words("The approvers' channel could not be reached.".into()),
    ];
    let subject = format!("{name} needs somebody");
    Draft { to, name: "DevOps", zone: Tz::UTC, subject, parts, key: format!("{key}/{to}") }.write()
}

fn words(notice: &Notice, story: &Story) -> (Text, Tone) {
    let people = &story.people;
    let name = notice.name.as_str();
    let it = || Text::default().strong(name);
    match &notice.news {
        News::Approved { by } => {
            let text = it().and(" was approved by ");
            let text = match by {
                Some(by) => people.mention(text, by),
                None => text.and("the template's rule"),
            };
            (text.and(" and is being provisioned."), Tone::Good)
        }
        News::Rejected { by, reason } => {
            let text = people.mention(it().and(" was rejected by "), by);
            (text.and(format!(": {reason}")), Tone::Warning)
        }
        News::Offered { by, what } => {
            (offered(people.mention(Text::default(), by), name, what), Tone::Asking)
        }
        News::Lapsed => (
            it().and(
                " was decided by nobody in time and has lapsed. Ask again, or ask an approver in person.",
            ),
            Tone::Over,
        ),
        News::Ready => (it().and(" is ready. You can log in:"), Tone::Good),
        News::ProvisioningFailed { why } => (
            it().and(format!(" could not be provisioned: {why}. DevOps knows; you can retry or release it.")),
            Tone::Bad,
        ),
        // Said late, after a downtime or when nothing got through before: the end is not to come any more.
        News::ExpiresSoon { ends_at, .. } if over(story) => {
            let text = Text::plain("The lease of ").strong(name).and(" was over at ").time(*ends_at);
            let rest = ". This is the final warning: everything in it will be deleted soon.";
            (text.and(rest), Tone::Warning)
        }
        News::ExpiresSoon { ends_at, offset, last } => {
            let text = it().and(format!(" ends in about {}, at ", values::say_span(*offset))).time(*ends_at);
            let rest = if *last {
                ". This is the final warning: after that everything in it is deleted."
            } else {
                ". Everything in it will be deleted then."
            };
            (text.and(rest), Tone::Warning)
        }
        News::Extended { by, ends_at } => {
            let text = people.mention(it().and(" was extended by "), by);
            (text.and(" and now ends at ").time(*ends_at).and("."), Tone::Good)
        }
        News::ExtensionRejected { by, reason } => {
            let text = people.mention(Text::plain("More time for ").strong(name).and(" was refused by "), by);
            (text.and(format!(": {reason}")), Tone::Warning)
        }
        News::ExtensionLapsed => (
            Text::plain("Nobody decided in time whether ")
                .strong(name)
                .and(" may have more time; its end stands."),
            Tone::Warning,
        ),
        News::Gone => (it().and(" and everything in it is gone."), Tone::Over),
    }
}

fn offered(by: Text, name: &str, what: &str) -> Text {
    let text = by.and(" offers you less for ").strong(name);
    text.and(format!(": {what}. You may take it, or wait for a decision."))
}

fn over(story: &Story) -> bool {
    story.lease.as_ref().is_some_and(|lease| matches!(lease.phase, Phase::Grace { .. }))
}

fn subject(notice: &Notice) -> String {
    let name = &notice.name;
    match &notice.news {
        News::Approved { .. } => format!("{name} was approved"),
        News::Rejected { .. } => format!("{name} was rejected"),
        News::Offered { .. } => format!("Less is offered for {name}"),
        News::Lapsed => format!("{name} has lapsed"),
        News::Ready => format!("{name} is ready"),
        News::ProvisioningFailed { .. } => format!("{name} could not be provisioned"),
        News::ExpiresSoon { last: true, .. } => format!("final warning: {name} ends soon"),
        News::ExpiresSoon { .. } => format!("{name} ends soon"),
        News::Extended { .. } => format!("{name} was extended"),
        News::ExtensionRejected { .. } => format!("no more time for {name}"),
        News::ExtensionLapsed => format!("no decision about more time for {name}"),
        News::Gone => format!("{name} is gone"),
    }
}
