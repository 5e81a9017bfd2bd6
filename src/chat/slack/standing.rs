//! How each workspace stands: whether its token is good, whether the approvers' channel takes messages, and how
//! many sockets are open.

pub use crate::chat::standing::Line;

use super::trouble::{Method, Trouble};
use crate::{
    chat::standing::{self, Bad, Healed},
    domain::platform::Platform,
};

/// The word for a token that is good, but for another workspace than the configuration says.
pub const WRONG_WORKSPACE: &str = "wrong_workspace";

/// What is known of the workspaces and the sockets.
#[derive(Debug)]
pub struct Standing(standing::Standing);

impl Standing {
    /// The standing of these workspaces, all held for good until something else is seen.
    pub fn of<'a>(workspaces: impl IntoIterator<Item = &'a str>) -> Self {
        Self(standing::Standing::of(Platform::Slack, workspaces))
    }

    /// The token does not do. `true` when it did before: then an operator has to hear of it.
    pub fn token_bad(&self, workspace: &str, trouble: &Trouble) -> bool {
        let healed = match trouble.code.as_ref() {
            // The token of another workspace is taken everywhere, and is never the right one.
            WRONG_WORKSPACE => Healed::Never,
            "missing_scope" | "not_allowed_token_type" => Healed::Same,
            _ => Healed::Probe,
        };
        let bad = Bad { method: trouble.method.name(), code: trouble.code.clone(), healed };
        self.0.token_bad(workspace, bad)
    }

    /// A call was answered as it should be. `true` when the token did not do before, and does now.
    pub fn answered(&self, workspace: &str, method: Method) -> bool {
        self.0.answered(workspace, method.name(), method == Method::WhoAmI)
    }

    /// Whether the token does not do, so that `auth.test` should be asked.
    pub fn is_closed(&self, workspace: &str) -> bool {
        self.0.bad(workspace).is_some()
    }

    /// The approvers' channel does not take messages. `true` when that is news.
    pub fn channel_bad(&self, workspace: &str, trouble: &Trouble) -> bool {
        self.0.channel_bad(workspace, trouble.code.clone())
    }

    /// The approvers' channel took a message. `true` when it did not before.
    pub fn channel_good(&self, workspace: &str) -> bool {
        self.0.channel_good(workspace)
    }

    /// How many connections of Socket Mode are open now.
    pub fn sockets(&self, open: u32) {
        metrics::gauge!("sublet_slack_sockets").set(f64::from(open));
        self.0.connections("sockets", Some(open));
    }

    /// How it all stands, one line for each workspace and one for the sockets.
    pub fn lines(&self) -> Vec<Line> {
        self.0.lines()
    }
}
