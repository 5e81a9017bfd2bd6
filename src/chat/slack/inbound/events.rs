//! What happens in a workspace without anybody asking Sublet for something.

use super::{Reception, came::Happened, home, identity};
use crate::{
    chat::slack::trouble::{Method, Trouble},
    faults,
    ports::chat::Workspace,
};

/// Deals with an event. `false` when it could not be dealt with and should come again.
pub async fn happened(at: &Reception, workspace: &Workspace, what: &Happened) -> bool {
    match what {
        Happened::AppHomeOpened { user, tab } if tab == "home" => home::publish(at, workspace, user).await,
        Happened::UserChange { user } => match identity::changed(at, workspace, user).await {
            Ok(()) => true,
            Err(error) => {
                at.broken("a change of an account was not noted", &error.into());
                false
            }
        },
        Happened::TokensRevoked { tokens } if !tokens.bot.is_empty() => {
            revoked(at, workspace, "token_revoked")
        }
        Happened::AppUninstalled => revoked(at, workspace, "account_inactive"),
        Happened::AppHomeOpened { .. } | Happened::TokensRevoked { .. } | Happened::Other => true,
    }
}

/// The token does not do any more. What is to be told stays in the outbox until there is one that does.
fn revoked(at: &Reception, workspace: &Workspace, code: &'static str) -> bool {
    let trouble = Trouble::new(Method::WhoAmI, code);
    if at.standing.token_bad(&workspace.id, &trouble) {
        let error = anyhow::Error::new(trouble).context(format!("workspace {}", workspace.id));
        faults::record(
            at.world.ids.next(),
            "the app was removed from a workspace, or its token revoked",
            &error,
        );
    }
    true
}
