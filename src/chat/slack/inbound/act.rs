//! A slash command, a press, a form that was sent, a shortcut: all of them are lines or values of the catalogue.

use super::{
    Reception, Visit,
    came::{Action, Command, Interaction, Kind, View},
    home,
    identity::{self, Caller},
    line,
    reply::{Acknowledge, Reply},
    show,
};
use crate::{
    actions::{self, Answer, Inbound, Input},
    chat::slack::render,
    ports::{chat::Platform, store::Stored},
};

/// The line of the shortcut that asks for an environment.
const REQUEST: &str = "/env request";
/// The `callback_id` of that shortcut.
const SHORTCUT: &str = "request";
/// The `action_id` of every field of a form.
const FIELD: &str = "value";

/// A slash command.
pub async fn command(at: &Reception, visit: &Visit, command: &Command, acknowledge: &mut Acknowledge) {
    let typed = line::typed(&command.command, &command.text);
    let line = if line::mentioned(&typed).is_empty() {
        Ok(line::plain(&typed, &std::collections::BTreeMap::new()))
    } else {
        identity::handles(at, &visit.workspace, &typed).await.map(|handles| line::plain(&typed, &handles))
    };
    match line {
        Ok(line) => perform(at, visit, &command.user_id, Input::Line(line), acknowledge).await,
        Err(error) => {
            let message = at.broken("the people that a line mentions could not be looked up", &error.into());
            show::say(at, visit, &message, acknowledge).await;
        }
    }
}

/// A press, a form that was sent, or a shortcut.
pub async fn interaction(at: &Reception, visit: &Visit, one: &Interaction, acknowledge: &mut Acknowledge) {
    let user = &one.user.id;
    match one.kind {
        Kind::BlockActions => pressed(at, visit, one, acknowledge).await,
        Kind::ViewSubmission => match one.view.as_ref().and_then(filled) {
            Some(input) => perform(at, visit, user, input, acknowledge).await,
            None => not_ours(acknowledge),
        },
        Kind::Shortcut | Kind::MessageAction if one.callback_id.as_deref() == Some(SHORTCUT) => {
            perform(at, visit, user, Input::Line(REQUEST.to_owned()), acknowledge).await;
        }
        Kind::Shortcut | Kind::MessageAction | Kind::Other => not_ours(acknowledge),
    }
}

async fn pressed(at: &Reception, visit: &Visit, one: &Interaction, acknowledge: &mut Acknowledge) {
    let Some(action) = one.actions.first() else { return not_ours(acknowledge) };
    let form = one.view.as_ref().filter(|view| view.is_modal() && action.action_id == FIELD);
    if let Some(view) = form {
        // What the form is to be does not hang on this; it is replaced when it is known.
        acknowledge.with(Reply::Empty);
        return follow(at, visit, &one.user.id, view, action).await;
    }
    let Some(line) = action.carries().filter(|line| line.starts_with('/')) else {
        return not_ours(acknowledge);
    };
    perform(at, visit, &one.user.id, Input::Line(line.to_owned()), acknowledge).await;
    if one.view.as_ref().is_some_and(|view| !view.is_modal()) {
        home::publish(at, &visit.workspace, &one.user.id).await;
    }
}

/// Another template was chosen in a form: it asks for the parameters of that one.
async fn follow(at: &Reception, visit: &Visit, user: &str, view: &View, action: &Action) {
    let Some(Input::Form { path, mut values }) = filled(view) else { return };
    if let (Some(field), Some(chosen)) = (&action.block_id, action.carries()) {
        values.retain(|(name, _)| name != field);
        values.push((field.clone(), chosen.to_owned()));
    }
    let asked = async {
        let Caller::Admitted(caller) = caller(at, visit, user).await? else { return Ok(None) };
        actions::form(&at.world, &caller, &path, &values).await
    };
    match asked.await {
        Ok(Some(asked)) => show::instead(at, visit, view, &asked).await,
        Ok(None) => {}
        Err(error) => {
            at.broken("a form could not follow the template that was chosen", &error.into());
        }
    }
}

/// What was filled in; `None` for a view that is no form of ours.
fn filled(view: &View) -> Option<Input> {
    let meta = render::Meta::read(&view.private_metadata)?;
    let values =
        view.state.as_ref().map_or_else(|| meta.hidden.clone(), |state| render::values(&meta, state));
    Some(Input::Form { path: meta.path, values })
}

fn not_ours(acknowledge: &mut Acknowledge) {
    acknowledge.with(Reply::Empty);
}

/// Does it and shows the answer.
async fn perform(at: &Reception, visit: &Visit, user: &str, input: Input, acknowledge: &mut Acknowledge) {
    let answer = match caller(at, visit, user).await {
        Ok(Caller::Admitted(caller)) => {
            let id = visit.id.clone();
            actions::perform(&at.world, Inbound { id, caller, platform: Platform::Slack, input }).await
        }
        Ok(Caller::Refused(message)) => match code(visit, &input) {
            Some(code) => match identity::link(at, &visit.workspace, user, &code).await {
                Ok(message) => Answer::Say(message),
                Err(error) => Answer::Say(at.broken("an account could not be linked", &error.into())),
            },
            None => Answer::Say(message),
        },
        Err(error) => Answer::Say(at.broken("somebody of Slack could not be looked up", &error.into())),
    };
    match answer {
        Answer::Say(message) => show::say(at, visit, &message, acknowledge).await,
        Answer::Ask(asked) => show::ask(at, visit, &asked, acknowledge).await,
    }
}

/// The code with which somebody who is not known says who they are.
fn code(visit: &Visit, input: &Input) -> Option<String> {
    match input {
        Input::Line(line) if visit.served => actions::code_in(line),
        Input::Line(_) | Input::Form { .. } => None,
    }
}

async fn caller(at: &Reception, visit: &Visit, user: &str) -> Stored<Caller> {
    if visit.served {
        identity::caller(at, &visit.workspace, user).await
    } else {
        Ok(Caller::Refused(identity::stranger()))
    }
}
