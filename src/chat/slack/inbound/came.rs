//! What Slack sends, read to the parts that we use, the same by Socket Mode and by HTTP.
//!
//! Whole messages and views come along in it. Slack adds to those at any time, so they are not read: what we
//! would not understand must not make a press fail. Nothing here can be printed, because trigger ids and
//! response URLs are secrets.

use serde::Deserialize;
use serde_json::Value;
use slack_morphism::prelude::{SlackResponseUrl, SlackTriggerId, SlackViewId, SlackViewState};

use crate::chat::slack::profile::Profile;

/// Something that came in.
pub enum Came {
    /// A slash command.
    Command(Command),
    /// A press, a form, or a shortcut.
    Interaction(Box<Interaction>),
    /// Something happened in a workspace.
    Event(Event),
}

/// A slash command.
#[derive(Deserialize)]
pub struct Command {
    /// The workspace.
    pub team_id: String,
    /// Whose account.
    pub user_id: String,
    /// Such as `/env`.
    pub command: String,
    /// What stands after it.
    #[serde(default)]
    pub text: String,
    /// What a form is opened with.
    pub trigger_id: SlackTriggerId,
    /// Where an answer may go to later.
    pub response_url: Option<SlackResponseUrl>,
}

/// A press, a form, or a shortcut.
#[derive(Deserialize)]
pub struct Interaction {
    /// Which of them.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The workspace; absent where the app is installed for a whole organisation.
    pub team: Option<Id>,
    /// Whose account.
    pub user: User,
    /// What a form is opened with.
    pub trigger_id: Option<SlackTriggerId>,
    /// Where an answer may go to.
    pub response_url: Option<SlackResponseUrl>,
    /// The form, or the home, in which something was pressed or which was sent.
    pub view: Option<View>,
    /// What was pressed or chosen.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// Which shortcut.
    pub callback_id: Option<String>,
}

/// The kinds of interactions.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something was pressed or chosen.
    BlockActions,
    /// A form was sent.
    ViewSubmission,
    /// A shortcut.
    Shortcut,
    /// A shortcut in the menu of a message.
    MessageAction,
    /// Anything else, which we did not ask for.
    #[serde(other)]
    Other,
}

/// A part that has an id.
#[derive(Deserialize)]
pub struct Id {
    /// Its id.
    pub id: String,
}

/// Whose account it is.
#[derive(Deserialize)]
pub struct User {
    /// Its id.
    pub id: String,
    /// Its own workspace.
    pub team_id: Option<String>,
}

/// A form, or the home.
#[derive(Deserialize)]
pub struct View {
    /// Slack's id of it.
    pub id: SlackViewId,
    /// `modal` or `home`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What we wrote into it for ourselves.
    #[serde(default)]
    pub private_metadata: String,
    /// What is filled in.
    pub state: Option<SlackViewState>,
    /// Changes with the view.
    #[serde(default)]
    pub hash: String,
}

impl View {
    /// Whether it is a form, and not the home.
    pub fn is_modal(&self) -> bool {
        self.kind == "modal"
    }
}

/// What was pressed or chosen.
#[derive(Deserialize)]
pub struct Action {
    /// Our own name of it.
    pub action_id: String,
    /// The block it stands in: in a form, the name of the field.
    pub block_id: Option<String>,
    /// The value of a button.
    pub value: Option<String>,
    /// What was chosen of a menu.
    pub selected_option: Option<Choice>,
}

/// What was chosen of a menu.
#[derive(Deserialize)]
pub struct Choice {
    /// Its value.
    pub value: String,
}

impl Action {
    /// What it carries: a button's value, or that of the option that was chosen.
    pub fn carries(&self) -> Option<&str> {
        self.value.as_deref().or(self.selected_option.as_ref().map(|choice| choice.value.as_str()))
    }
}

/// Something happened in a workspace.
#[derive(Deserialize)]
pub struct Event {
    /// The workspace.
    pub team_id: String,
    /// Slack's id of the event, the same when it is sent again.
    pub event_id: String,
    /// What happened.
    pub event: Happened,
}

/// What may happen in a workspace.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Happened {
    /// Somebody opened a tab of the app.
    AppHomeOpened {
        /// Whose account.
        user: String,
        /// `home`, or `messages`.
        #[serde(default)]
        tab: String,
    },
    /// What a workspace knows of somebody changed.
    UserChange {
        /// The account as it is now.
        user: Box<Profile>,
    },
    /// Tokens were taken back.
    TokensRevoked {
        /// Which: a list of ids for each kind of token.
        tokens: Tokens,
    },
    /// The app was removed from the workspace.
    AppUninstalled,
    /// Anything else, which we did not ask for.
    #[serde(other)]
    Other,
}

/// Tokens that were taken back.
#[derive(Deserialize)]
pub struct Tokens {
    /// The bot users whose tokens they were.
    #[serde(default)]
    pub bot: Vec<Value>,
}

impl Came {
    /// The workspaces in which it may have happened, the likelier first. In channels that are shared with another
    /// organisation, a person's own workspace is not the one in which they press.
    pub fn teams(&self) -> Vec<&str> {
        match self {
            Self::Command(command) => vec![&command.team_id],
            Self::Interaction(one) => {
                let own = one.user.team_id.as_deref();
                one.team.as_ref().map(|team| team.id.as_str()).into_iter().chain(own).collect()
            }
            Self::Event(event) => vec![&event.team_id],
        }
    }

    /// Slack's own id of it within a workspace, the same when it is sent again.
    pub fn id(&self) -> String {
        match self {
            Self::Command(command) => command.trigger_id.0.clone(),
            Self::Interaction(one) => match (&one.trigger_id, &one.view) {
                (Some(trigger), _) => trigger.0.clone(),
                (None, Some(view)) => format!("{}/{}", view.id.0, view.hash),
                (None, None) => String::new(),
            },
            Self::Event(event) => event.event_id.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_known_does_not_make_a_press_fail() {
        let read: Interaction = serde_json::from_value(json!({
            "type": "block_actions", "team": {"id": "T1", "domain": "x"}, "user": {"id": "U1", "name": "kim"},
            "trigger_id": "1.2.3", "response_url": "https://hooks.example/1", "api_app_id": "A1", "token": "t",
            "container": {"type": "message"}, "enterprise": null, "is_enterprise_install": false,
            "message": {"type": "message", "blocks": [{"type": "of_tomorrow"}]},
            "actions": [{"type": "overflow", "action_id": "more", "block_id": "b", "action_ts": "1.0",
                "selected_option": {"text": {"type": "plain_text", "text": "Why"}, "value": "/env why web-1"}}],
        }))
        .expect("read");
        assert!(read.kind == Kind::BlockActions);
        assert_eq!(read.actions[0].carries(), Some("/env why web-1"));
        let came = Came::Interaction(Box::new(read));
        assert_eq!((came.teams(), came.id()), (vec!["T1"], "1.2.3".to_owned()));
    }

    #[test]
    fn events_that_nobody_asked_for_are_read_too() {
        for (event, known) in [
            (json!({"type": "reaction_added", "user": "U1"}), false),
            (json!({"type": "app_uninstalled"}), true),
            (json!({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}), true),
            (json!({"type": "user_change", "user": {"id": "U1", "deleted": true}, "cache_ts": 1}), true),
            (json!({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"}), true),
        ] {
            let event = json!({"team_id": "T1", "event_id": "Ev1", "event_time": 1, "event": event});
            let read: Event = serde_json::from_value(event).expect("read");
            assert_eq!(!matches!(read.event, Happened::Other), known);
        }
    }
}
