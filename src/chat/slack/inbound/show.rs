//! Where an answer goes, so that the person who asked sees it and nobody else.
//!
//! In the acknowledgement, where Slack shows what stands in it: under a command, and in the form that was sent.
//! Otherwise at the `response_url`; in App Home, which has none, as a view over it, because ephemeral messages
//! are not seen from there. When nothing else is left, as a direct message.

use serde_json::{Value, json};
use slack_morphism::prelude::{
    SlackMessageContent, SlackModalView, SlackResponseUrl, SlackTriggerId, SlackView,
};

use super::{
    Reception, Visit,
    came::{Came, Kind, View},
    reply::{Acknowledge, Reply},
};
use crate::{
    actions::Asked,
    cards::answer,
    chat::slack::{
        render::{self, Names},
        trouble::{self, Trouble},
    },
    ports::chat::{Message, Tone, Workspace},
};

/// The title of a view that only tells something.
const TITLE: &str = "Sublet";

/// From where somebody acted: what an answer can be shown with.
struct Place<'a> {
    user: &'a str,
    /// What was sent, when it was a form; else the view over Slack in which something was pressed.
    form: Option<&'a View>,
    sent: bool,
    respond: Option<&'a SlackResponseUrl>,
    trigger: Option<&'a SlackTriggerId>,
}

impl Visit {
    /// `None` for events, which nobody waits for.
    fn place(&self) -> Option<Place<'_>> {
        match &self.came {
            Came::Command(command) => Some(Place {
                user: &command.user_id,
                form: None,
                sent: false,
                respond: command.response_url.as_ref(),
                trigger: Some(&command.trigger_id),
            }),
            Came::Interaction(one) => Some(Place {
                user: &one.user.id,
                form: one.view.as_ref().filter(|view| view.is_modal()),
                sent: one.kind == Kind::ViewSubmission,
                respond: one.response_url.as_ref(),
                trigger: one.trigger_id.as_ref(),
            }),
            Came::Event(_) => None,
        }
    }
}

/// Shows a message to the person who acted.
pub async fn say(at: &Reception, visit: &Visit, message: &Message, acknowledge: &mut Acknowledge) {
    let Some(place) = visit.place() else {
        acknowledge.with(Reply::NotTaken);
        return;
    };
    let names = names(at, &visit.workspace, message).await;
    let content = render::message(message, &names, None);
    let reply = match &visit.came {
        Came::Command(_) => private(&content),
        _ if place.sent => becomes(&told(&content)),
        _ => Reply::Empty,
    };
    let carries = matches!(reply, Reply::With(_));
    if acknowledge.with(reply) && carries {
        return;
    }
    if let Err(trouble) = otherwise(at, visit, &place, &content).await {
        at.troubled("an answer reached nobody", &trouble);
    }
}

/// The ways that are left when the acknowledgement carries nothing, the best first.
async fn otherwise(
    at: &Reception,
    visit: &Visit,
    place: &Place<'_>,
    content: &SlackMessageContent,
) -> Result<(), Trouble> {
    let (client, workspace) = (&at.client, visit.workspace.id.as_str());
    let tried = match (place.respond, place.form, place.trigger) {
        (Some(url), ..) => client.respond(url, content).await,
        (None, Some(form), _) => {
            client.update_view(workspace, &form.id, SlackView::Modal(told(content))).await
        }
        (None, None, Some(trigger)) => {
            client.open_view(workspace, trigger, SlackView::Modal(told(content))).await
        }
        (None, None, None) => direct(at, visit, place.user, content).await,
    };
    match tried {
        Ok(()) => Ok(()),
        // It may be there, and the same twice is no help.
        Err(trouble) if trouble.unsure => {
            tracing::warn!(%trouble, "an answer may not have been shown");
            Ok(())
        }
        Err(trouble) => {
            tracing::warn!(%trouble, "an answer goes by direct message instead");
            direct(at, visit, place.user, content).await
        }
    }
}

async fn direct(
    at: &Reception,
    visit: &Visit,
    user: &str,
    content: &SlackMessageContent,
) -> Result<(), Trouble> {
    let workspace = visit.workspace.id.as_str();
    let channel = at.client.open_direct(workspace, user).await?;
    let key = at.world.ids.next().to_string();
    at.client.post(workspace, &channel, content, &key).await.map(|_| ())
}

/// Shows a form to the person who acted.
pub async fn ask(at: &Reception, visit: &Visit, asked: &Asked, acknowledge: &mut Acknowledge) {
    let Some(place) = visit.place() else { return };
    let form = render::modal(asked, &Names::default());
    if let Some(view) = place.form.filter(|_| place.sent) {
        let shown = render::Meta::read(&view.private_metadata);
        let wrong = shown.and_then(|shown| render::faults(asked, &shown));
        let reply = match wrong {
            Some(errors) => Reply::With(json!({ "response_action": "errors", "errors": errors })),
            None => becomes(&form),
        };
        if acknowledge.with(reply) {
            return;
        }
    }
    acknowledge.with(Reply::Empty);
    let workspace = visit.workspace.id.as_str();
    let opened = match (place.form, place.trigger) {
        (Some(view), _) => at.client.update_view(workspace, &view.id, SlackView::Modal(form)).await,
        (None, Some(trigger)) => at.client.open_view(workspace, trigger, SlackView::Modal(form)).await,
        (None, None) => Err(Trouble::new(trouble::Method::OpenView, "invalid_trigger_id")),
    };
    if let Err(trouble) = opened {
        not_opened(at, visit, &trouble, acknowledge).await;
    }
}

/// A form could not be shown: the person hears what they can do.
async fn not_opened(at: &Reception, visit: &Visit, trouble: &Trouble, acknowledge: &mut Acknowledge) {
    let message = match (trouble.kind, trouble.code.as_ref()) {
        // The same press came twice, and its form is open.
        (_, "exchanged_trigger_id" | "trigger_exchanged") => return,
        (trouble::Kind::Message | trouble::Kind::Passing, _) => {
            tracing::warn!(%trouble, "a form was not opened");
            let words = "Slack did not open the form in time. Nothing was changed; please do that once more.";
            answer::say(words, Tone::Warning)
        }
        _ => at.troubled("a form was not opened", trouble),
    };
    // The trigger is of no use any more, so this goes where answers go without one.
    Box::pin(say(at, visit, &message, acknowledge)).await;
}

/// Shows a form instead of the one that is open.
pub async fn instead(at: &Reception, visit: &Visit, view: &View, asked: &Asked) {
    let form = SlackView::Modal(render::modal(asked, &Names::default()));
    if let Err(trouble) = at.client.update_view(&visit.workspace.id, &view.id, form).await {
        // It stays as it is, and can be sent: what is missing is asked for then.
        tracing::warn!(%trouble, "a form did not follow what was chosen in it");
    }
}

/// What stands in a form while its answer is not there yet.
pub fn still_working() -> Reply {
    let words = "This takes longer than usual. The answer will stand here in a moment.";
    let content = render::message(&answer::say(words, Tone::Working), &Names::default(), None);
    becomes(&told(&content))
}

/// The people whom a message mentions, by their accounts in a workspace.
pub async fn names(at: &Reception, workspace: &Workspace, message: &Message) -> Names {
    match Names::of_message(at.world.store.as_ref(), workspace, message).await {
        Ok(names) => names,
        // Names are shown then as they are written in the message.
        Err(error) => {
            tracing::warn!(%error, "accounts could not be looked up for mentions");
            Names::default()
        }
    }
}

/// A message for the eyes of the one who typed the command.
fn private(content: &SlackMessageContent) -> Reply {
    let mut payload = json!(content);
    if let Value::Object(parts) = &mut payload {
        parts.insert("response_type".to_owned(), json!("ephemeral"));
    }
    Reply::With(payload)
}

/// What becomes of a form that was sent.
fn becomes(view: &SlackModalView) -> Reply {
    Reply::With(json!({ "response_action": "update", "view": SlackView::Modal(view.clone()) }))
}

/// A view that tells something.
fn told(content: &SlackMessageContent) -> SlackModalView {
    SlackModalView::new(TITLE.into(), content.blocks.clone().unwrap_or_default()).with_close("Close".into())
}
