//! The App Home: what somebody has, and what waits for them, as it is at the moment they look.

use slack_morphism::prelude::SlackView;

use super::{
    Reception,
    identity::{self, Caller},
    show,
};
use crate::{
    actions,
    chat::slack::{render, trouble::Kind},
    ports::{chat::Message, chat::Workspace, store::Stored},
};

/// Publishes somebody's home. `false` when it could not be done, and trying again can help.
pub async fn publish(at: &Reception, workspace: &Workspace, user: &str) -> bool {
    let message = match page(at, workspace, user).await {
        Ok(Some(message)) => message,
        Ok(None) => return true,
        Err(error) => {
            at.broken("a home could not be made", &error.into());
            return false;
        }
    };
    let names = show::names(at, workspace, &message).await;
    let view = SlackView::Home(render::home(&message, &names));
    match at.client.publish_home(&workspace.id, user, view).await {
        Ok(()) => true,
        Err(trouble) => {
            // It is made anew whenever somebody opens it.
            tracing::warn!(account = user, %trouble, "a home could not be shown");
            trouble.kind != Kind::Passing
        }
    }
}

async fn page(at: &Reception, workspace: &Workspace, user: &str) -> Stored<Option<Message>> {
    match identity::caller(at, workspace, user).await? {
        Caller::Admitted(caller) => actions::home(&at.world, &caller).await,
        Caller::Refused(message) => Ok(Some(message)),
    }
}
