//! How each workspace stands: whether its token is good, whether the approvers' channel takes messages, and how
//! many sockets are open. For `/readyz`, the metrics, and so that an operator is told of a trouble once.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::trouble::{Method, Trouble};

/// The word for a token that is good, but for another workspace than the configuration says.
pub const WRONG_WORKSPACE: &str = "wrong_workspace";

/// What is known of the workspaces and the sockets.
#[derive(Debug, Default)]
pub struct Standing {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    workspaces: BTreeMap<String, Workspace>,
    /// Open connections of Socket Mode; `None` without it.
    sockets: Option<u32>,
}

#[derive(Debug, Default)]
struct Workspace {
    token: Option<Bad>,
    channel: Option<Cow<'static, str>>,
}

/// Why a token does not do.
#[derive(Debug)]
struct Bad {
    method: Method,
    code: Cow<'static, str>,
}

impl Bad {
    /// Whether the token is good, and only this one method is closed to it.
    fn lacks(&self) -> bool {
        matches!(self.code.as_ref(), "missing_scope" | "not_allowed_token_type")
    }

    fn is_healed_by(&self, method: Method) -> bool {
        // The token of another workspace is taken everywhere, and is never the right one.
        self.code != WRONG_WORKSPACE && (method == self.method || (method == Method::WhoAmI && !self.lacks()))
    }
}

/// One line of how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The workspace's id, or `sockets`.
    pub name: String,
    /// Whether there can be work with it as it is.
    pub ready: bool,
    /// How it is, in words.
    pub says: String,
}

impl Standing {
    /// The standing of these workspaces, all held for good until something else is seen.
    pub fn of<'a>(workspaces: impl IntoIterator<Item = &'a str>) -> Self {
        let workspaces = workspaces.into_iter().map(|id| (id.to_owned(), Workspace::default())).collect();
        let standing = Self { state: Mutex::new(State { workspaces, sockets: None }) };
        let ids: Vec<String> = standing.state().workspaces.keys().cloned().collect();
        for id in ids {
            closed(&id, "token", false);
            closed(&id, "channel", false);
        }
        standing
    }

    /// The token does not do. `true` when it did before: then an operator has to hear of it.
    pub fn token_bad(&self, workspace: &str, trouble: &Trouble) -> bool {
        closed(workspace, "token", true);
        let mut state = self.state();
        let known = state.workspaces.entry(workspace.to_owned()).or_default();
        let news = known.token.as_ref().is_none_or(|bad| bad.code != trouble.code);
        known.token = Some(Bad { method: trouble.method, code: trouble.code.clone() });
        news
    }

    /// A call was answered as it should be. `true` when the token did not do before, and does now.
    pub fn answered(&self, workspace: &str, method: Method) -> bool {
        let mut state = self.state();
        let Some(known) = state.workspaces.get_mut(workspace) else { return false };
        let healed = known.token.as_ref().is_some_and(|bad| bad.is_healed_by(method));
        if healed {
            known.token = None;
            closed(workspace, "token", false);
        }
        healed
    }

    /// Whether the token does not do, so that `auth.test` should be asked.
    pub fn is_closed(&self, workspace: &str) -> bool {
        self.state().workspaces.get(workspace).is_some_and(|known| known.token.is_some())
    }

    /// The approvers' channel does not take messages. `true` when that is news.
    pub fn channel_bad(&self, workspace: &str, trouble: &Trouble) -> bool {
        closed(workspace, "channel", true);
        let mut state = self.state();
        let known = state.workspaces.entry(workspace.to_owned()).or_default();
        let news = known.channel.as_ref() != Some(&trouble.code);
        known.channel = Some(trouble.code.clone());
        news
    }

    /// The approvers' channel took a message. `true` when it did not before.
    pub fn channel_good(&self, workspace: &str) -> bool {
        let mut state = self.state();
        let Some(known) = state.workspaces.get_mut(workspace) else { return false };
        let healed = known.channel.take().is_some();
        if healed {
            closed(workspace, "channel", false);
        }
        healed
    }

    /// How many connections of Socket Mode are open now.
    pub fn sockets(&self, open: u32) {
        metrics::gauge!("sublet_slack_sockets").set(f64::from(open));
        self.state().sockets = Some(open);
    }

    /// How it all stands, one line for each workspace and one for the sockets.
    pub fn lines(&self) -> Vec<Line> {
        let state = self.state();
        let mut lines: Vec<Line> = state.workspaces.iter().map(|(id, known)| line(id, known)).collect();
        lines.extend(state.sockets.map(|open| Line {
            name: "sockets".to_owned(),
            ready: open > 0,
            says: format!("{open} open"),
        }));
        lines
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn line(id: &str, known: &Workspace) -> Line {
    let says = match (&known.token, &known.channel) {
        (Some(bad), _) => format!("{}: the app must be installed again, or its token renewed", bad.code),
        // Everything else works, and a process that is taken out of service could not even say so.
        (None, Some(code)) => format!("the approvers' channel takes no messages: {code}"),
        (None, None) => "ok".to_owned(),
    };
    Line { name: id.to_owned(), ready: known.token.is_none(), says }
}

fn closed(workspace: &str, what: &'static str, closed: bool) {
    metrics::gauge!("sublet_slack_closed", "workspace" => workspace.to_owned(), "what" => what)
        .set(f64::from(u8::from(closed)));
}
