//! Looking, without changing anything: lists, details, the way in, the story, templates, help.

use commands::{Access as For, Help, TemplateShow};

use super::{
    Answer, World, access, stories,
    work::{Stop, Work},
};
use crate::{
    cards::{self, answer, listing},
    domain::{person::Person, refusal::Refusal},
    ports::chat::{Block, Message, Text, Tone},
};

/// `/env list`: one's own, or for approvers everybody's or somebody's.
pub async fn list(work: &mut Work<'_>, caller: &Person, who: Option<&str>) -> Result<Answer, Stop> {
    let people = work.people().await?;
    let owner = match who.map(|who| who.trim_start_matches('@')) {
        None | Some("me") => Some(caller.id.clone()),
        Some(handle) if handle == caller.handle => Some(caller.id.clone()),
        Some(_) if !caller.may_decide() => return Err(Refusal::NotApprover.into()),
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
    let own = request.requester == caller.id;
    let story = stories::of(work, request).await?;
    Ok(Answer::Say(listing::details(&story, own)))
}

/// `/env ssh`: how to log in; for the owner only.
pub async fn ssh(work: &mut Work<'_>, caller: &Person, name: &str) -> Result<Answer, Stop> {
    let lease = access::owned(work, caller, name, "log in to").await?;
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

/// `/template list`.
pub fn templates(world: &World) -> Answer {
    let all = world.templates.all();
    Answer::Say(listing::templates(all.iter().map(AsRef::as_ref)))
}

/// `/template show`.
pub fn template(world: &World, asked: &TemplateShow) -> Result<Answer, Stop> {
    let Some(template) = world.templates.named(&asked.name) else {
        let known = world.templates.all().iter().map(|template| template.name.clone()).collect();
        return Err(Refusal::NoTemplate { name: asked.name.clone(), known }.into());
    };
    Ok(Answer::Say(listing::template(&template)))
}

/// `/help`: only what the caller may do.
pub fn help(caller: &Person, asked: &Help) -> Answer {
    let may = if caller.is_admin() {
        For::Admin
    } else if caller.may_decide() {
        For::Approver
    } else {
        For::Member
    };
    let text = commands::render::text::help(asked.topic.as_deref(), may);
    let mut message = answer::say("What you can say", Tone::Plain);
    message.blocks = vec![Block::Code(text)];
    Answer::Say(message)
}
