//! A slash command, a press, a form that was sent: all of them are lines or values of the catalogue.

use super::{
    Reception, Visit,
    came::{Kind, Typed},
    forms,
    identity::{self, Admitted, Caller},
    line, offer,
    reply::{Acknowledge, Reply},
    show,
};
use crate::{
    actions::{self, Answer, Inbound, Input},
    chat::discord::render::{self, Id},
    ports::chat::{Platform, Tone},
};

/// What a press or a form stands for.
enum Meant<'a> {
    Line(String),
    Form(&'a Id),
}

/// Deals with something that came in.
pub async fn came(at: &Reception, visit: &Visit, acknowledge: &mut Acknowledge) {
    match visit.came.kind {
        Kind::Command => match visit.came.typed() {
            Some(typed) => command(at, visit, &typed, acknowledge).await,
            None => not_ours(acknowledge),
        },
        Kind::Component => pressed(at, visit, acknowledge).await,
        Kind::Modal => match &visit.pressed {
            Some(id @ Id::Modal { .. }) => meant(at, visit, Meant::Form(id), acknowledge).await,
            _ => show::say(at, visit, None, &forms::gone(), acknowledge).await,
        },
        Kind::Autocomplete => {
            acknowledge.with(Reply::choices(offer::choices(at, visit).await));
        }
        Kind::Ping | Kind::Other => {}
    }
}

async fn command(at: &Reception, visit: &Visit, typed: &Typed, acknowledge: &mut Acknowledge) {
    match identity::handles(at, visit, typed).await {
        Ok(handles) => meant(at, visit, Meant::Line(line::line(typed, &handles)), acknowledge).await,
        Err(error) => {
            let message =
                at.broken("the people that a command mentions could not be looked up", &error.into());
            show::say(at, visit, None, &message, acknowledge).await;
        }
    }
}

async fn pressed(at: &Reception, visit: &Visit, acknowledge: &mut Acknowledge) {
    // What is chosen in the menu of quiet buttons is a button.
    let button = match &visit.pressed {
        Some(Id::More) => visit.came.chosen(),
        _ => visit.came.custom_id(),
    };
    match button.and_then(Id::read) {
        Some(Id::Press { line, .. }) if line.starts_with('/') => {
            meant(at, visit, Meant::Line(line), acknowledge).await;
        }
        Some(Id::Sure { line, .. }) if line.starts_with('/') => {
            let label = button.and_then(|button| visit.came.label(button)).unwrap_or("Yes");
            show::show(at, visit, render::sure(label, &line), acknowledge).await;
        }
        Some(id @ (Id::Choice { .. } | Id::Part { .. } | Id::Send { .. })) => {
            meant(at, visit, Meant::Form(&id), acknowledge).await;
        }
        _ => not_ours(acknowledge),
    }
}

fn not_ours(acknowledge: &mut Acknowledge) {
    acknowledge.with(Reply::noted());
}

/// Does what was meant, for somebody who may.
async fn meant(at: &Reception, visit: &Visit, meant: Meant<'_>, acknowledge: &mut Acknowledge) {
    let who = match identity::caller(at, visit).await {
        Ok(Caller::Admitted(who)) => who,
        Ok(Caller::Refused { message, account }) => {
            let code = match &meant {
                Meant::Line(line) => actions::code_in(line),
                Meant::Form(_) => None,
            };
            let told = match account.zip(code) {
                Some((account, code)) => actions::introduce(&at.world, &account, &code).await,
                None => Ok(message),
            };
            let told =
                told.unwrap_or_else(|error| at.broken("an account could not be linked", &error.into()));
            return show::say(at, visit, None, &told, acknowledge).await;
        }
        Err(error) => {
            let message = at.broken("somebody of Discord could not be looked up", &error.into());
            return show::say(at, visit, None, &message, acknowledge).await;
        }
    };
    match meant {
        Meant::Line(line) => perform(at, visit, &who, Input::Line(line), None, acknowledge).await,
        Meant::Form(id) => form(at, visit, &who, id, acknowledge).await,
    }
}

async fn form(at: &Reception, visit: &Visit, who: &Admitted, id: &Id, acknowledge: &mut Acknowledge) {
    let filled = || render::values_of_modal(visit.came.filled());
    match id {
        Id::Choice { draft, field } => forms::choose(at, visit, who, (draft, field), acknowledge).await,
        Id::Part { draft, part } => forms::open(at, visit, who, (draft, *part), acknowledge).await,
        Id::Modal { draft, part: Some(_) } => {
            forms::fill(at, visit, who, draft, filled(), acknowledge).await;
        }
        Id::Modal { draft, part: None } => forms::send(at, visit, who, draft, filled(), acknowledge).await,
        Id::Send { draft } => forms::send(at, visit, who, draft, Vec::new(), acknowledge).await,
        Id::Press { .. } | Id::Sure { .. } | Id::More => not_ours(acknowledge),
    }
}

/// Does it and shows the answer. `draft` is the form that was sent: whatever comes twice of it is done once.
pub async fn perform(
    at: &Reception,
    visit: &Visit,
    who: &Admitted,
    input: Input,
    draft: Option<&str>,
    acknowledge: &mut Acknowledge,
) {
    let id = draft.map_or_else(|| visit.id.clone(), |draft| format!("discord:form:{draft}"));
    let inbound = Inbound { id, caller: who.caller.clone(), platform: Platform::Discord, input };
    match actions::perform(&at.world, inbound).await {
        Answer::Say(message) => {
            // After a fault, the same form can be sent once more.
            if let Some(draft) = draft.filter(|_| message.tone != Tone::Bad) {
                forms::forget(at, draft).await;
            }
            show::say(at, visit, Some(&who.workspace), &message, acknowledge).await;
        }
        Answer::Ask(asked) => forms::ask(at, visit, who, draft, &asked, acknowledge).await,
    }
}
