//! Looking, without changing anything: lists, details, the way in, the story, templates, help.

use commands::{Access as For, Help};

use super::{
    Answer, access, stories, templates,
    work::{Stop, Work},
};
use crate::{
    cards::{self, answer, listing},
    domain::{
        access::{Verb, Whose, may},
        person::{Person, Role},
        refusal::Refusal,
    },
    ports::chat::{Block, Message, Text, Tone},
};

/// `/env list`: one's own, or for approvers everybody's or somebody's.
pub async fn list(work: &mut Work<'_>, caller: &Person, who: Option<&str>) -> Result<Answer, Stop> {
    let people = work.people().await?;
    let owner = match who.map(|who| who.trim_start_matches('@')) {
        None | Some("me") => Some(caller.id.clone()),
        Some(handle) if handle == caller.handle => Some(caller.id.clone()),
        Some(who) if may(caller, Verb::See, Whose::Other).is_err() => {
            let about = if who == "all" { who.to_owned() } else { format!("@{who}") };
            return Err(Stop::Denied { refusal: Refusal::NotApprover, about, tried: "see" });
        }
        Some("all") => None,
        Some(handle) => match people.all().find(|person| person.handle == handle) {
            Some(person) => Some(person.id.clone()),
            None => return Err(Refusal::NoSuch { name: handle.to_owned(), similar: None }.into()),
        },
    };
    let requests = work.tx.open_requests(owner.as_ref()).await?;
    let leases = work.tx.live_leases(owner.as_ref()).await?;
    Ok(Answer::Say(listing::environments(&requests, &leases, &people, owner.is_none())))
}

/// `/env show`: one environment in detail.
pub async fn show(work: &mut Work<'_>, caller: &Person, name: &str) -> Result<Answer, Stop> {
    let request = access::visible(work, caller, name).await?;
    let in_force = templates::in_force(work, &request.template).await?;
    let story = stories::of(work, request).await?;
    let own = *story.owner() == caller.id;
    Ok(Answer::Say(listing::details(&story, own, in_force)))
}

/// `/env ssh`: how to log in; for the owner only.
pub async fn ssh(work: &mut Work<'_>, caller: &Person, name: &str) -> Result<Answer, Stop> {
    let lease = access::lease(work, caller, name, Verb::LogIn).await?;
    let open = matches!(lease.phase.word(), "active" | "grace");
    let Some(way_in) = lease.access.as_ref().filter(|_| open) else {
        let state = lease.phase.word().to_owned();
        return Err(Refusal::WrongState { tried: "log in to".to_owned(), state }.into());
    };
    let summary = Text::plain("How to log in to ").strong(name);
    let mut blocks = vec![Block::Paragraph(summary.clone())];
    blocks.extend(cards::access::blocks(way_in));
    let pin = Text::plain("To pin the host key, add this line to ").code("~/.ssh/known_hosts").and(":");
    blocks.push(Block::Note(pin));
    blocks.push(Block::Code(way_in.known_host()));
    Ok(Answer::Say(Message { summary, tone: Tone::Plain, blocks }))
}

/// `/env why`: the story of an environment, from the audit log alone.
pub async fn why(work: &mut Work<'_>, caller: &Person, name: &str) -> Result<Answer, Stop> {
    let request = access::visible(work, caller, name).await?;
    let history = work.tx.history(request.name.as_str()).await?;
    let people = work.people().await?;
    Ok(Answer::Say(listing::why(name, &history, &people)))
}

/// `/help`: only what the caller may do.
pub fn help(caller: &Person, asked: &Help) -> Answer {
    let may = if caller.roles.contains(&Role::Admin) {
        For::Admin
    } else if may(caller, Verb::Decide, Whose::Other).is_ok() {
        For::Approver
    } else {
        For::Member
    };
    let text = commands::render::text::help(asked.topic.as_deref(), may);
    let mut message = answer::say("What you can say", Tone::Plain);
    message.blocks = vec![Block::Code(text)];
    Answer::Say(message)
}
