//! Where an answer goes, so that the person who asked sees it and nobody else.
//!
//! In the acknowledgement, while its moment lasts; then by the interaction's token, which is good for fifteen
//! minutes; and when nothing else is left, as a direct message.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;

use super::{
    Reception, Visit,
    reply::{Acknowledge, Means, Reply, means},
};
use crate::{
    cards::answer,
    chat::{
        discord::{
            client::Handle,
            render,
            trouble::{Kind, Trouble},
        },
        names::Names,
    },
    ports::chat::{Message, Tone, Workspace},
};

/// How long the token of an interaction is good, with a minute for the way.
const TOKEN: TimeDelta = TimeDelta::minutes(14);
/// How long Discord is given to take in an acknowledgement that has just been sent, before what follows it.
const SETTLES: Duration = Duration::from_millis(500);
/// Discord's number for an interaction that was acknowledged before.
const ACKNOWLEDGED: &str = "40060";

/// Shows a message to the person who acted. People in it are mentioned by their accounts in the workspace.
pub async fn say(
    at: &Reception,
    visit: &Visit,
    workspace: Option<&Workspace>,
    message: &Message,
    acknowledge: &mut Acknowledge,
) {
    let names = match workspace {
        Some(workspace) => names(at, workspace, message).await,
        None => Names::default(),
    };
    show(at, visit, render::answer(message, &names), acknowledge).await;
}

/// Shows something to the person who acted.
pub async fn show(at: &Reception, visit: &Visit, body: Value, acknowledge: &mut Acknowledge) {
    let takes_the_place = visit.takes_the_place();
    let reply = if takes_the_place { Reply::instead(body.clone()) } else { Reply::private(body.clone()) };
    if acknowledge.with(reply) {
        return;
    }
    let user = visit.came.user().map(|user| user.id.as_str());
    let in_time = at.now() - visit.at < TOKEN;
    let handle = visit.came.handle();
    later(at, in_time.then_some(&handle), user, &body).await;
}

/// Opens a modal, while that is possible. `false` when it is too late for one.
pub fn open(modal: Value, acknowledge: &mut Acknowledge) -> bool {
    acknowledge.with(Reply::modal(modal))
}

/// The first answer to an interaction did not get through by the API: what it says still reaches the person, and
/// once, whatever Discord made of it.
pub async fn not_shown(at: &Reception, handle: &Handle, user: Option<&str>, body: &Value, trouble: &Trouble) {
    tracing::warn!(%trouble, "an interaction was not answered at once");
    match means(body) {
        // If it stands there after all, this is the same once more in the same place.
        (Means::Message, message) => later(at, Some(handle), user, &message).await,
        // The same press came by two ways, and its form is open.
        (Means::Modal, _) if trouble.code == ACKNOWLEDGED => {}
        (Means::Modal, _) => {
            let words =
                "Discord did not open the form in time. Nothing was changed; please do that once more.";
            let message = render::answer(&answer::say(words, Tone::Warning), &Names::default());
            later(at, Some(handle), user, &message).await;
        }
        (Means::Other, _) => {}
    }
}

/// The ways that are left when the acknowledgement carries nothing, the best first.
async fn later(at: &Reception, handle: Option<&Handle>, user: Option<&str>, body: &Value) {
    if let Some(handle) = handle {
        match by_token(at, handle, body).await {
            Ok(()) => return,
            // It may be there, and the same twice is no help.
            Err(trouble) if trouble.unsure => {
                tracing::warn!(%trouble, "an answer may not have been shown");
                return;
            }
            Err(trouble) => tracing::warn!(%trouble, "an answer goes by direct message instead"),
        }
    }
    let Some(user) = user else { return };
    if let Err(trouble) = direct(at, user, body).await {
        at.troubled("an answer reached nobody", &trouble);
    }
}

async fn by_token(at: &Reception, handle: &Handle, body: &Value) -> Result<(), Trouble> {
    match at.client.edit_response(handle, body).await {
        // The acknowledgement whose place this takes may still be on its way.
        Err(trouble) if trouble.kind == Kind::Message => {
            tokio::time::sleep(SETTLES).await;
            at.client.edit_response(handle, body).await
        }
        done => done,
    }
}

async fn direct(at: &Reception, user: &str, body: &Value) -> Result<(), Trouble> {
    let channel = at.client.open_direct(user).await?;
    let key = at.world.ids.next().to_string();
    at.client.post(&channel, body, &key).await.map(|_| ())
}

/// The people whom a message mentions, by their accounts in a guild.
async fn names(at: &Reception, workspace: &Workspace, message: &Message) -> Names {
    match Names::of_message(at.world.store.as_ref(), workspace, message).await {
        Ok(names) => names,
        // Names are shown then as they are written in the message.
        Err(error) => {
            tracing::warn!(%error, "accounts could not be looked up for mentions");
            Names::default()
        }
    }
}
