//! What people do in Slack: type a command, press a button as it is now or as it was, choose from a menu.

use serde_json::{Value, json};

use super::{
    DEADLINE, Slack,
    deliver::{Kind, Problem},
    payload::About,
    read,
    state::{Content, Message, State},
};

/// What somebody did, and what the acknowledgement said.
pub struct Act {
    /// The trigger id that it got.
    pub trigger: String,
    /// Who did it.
    pub user: String,
    /// What the acknowledgement said.
    pub ack: Result<Value, Problem>,
    kind: Kind,
    payload: Value,
    since: u64,
}

/// What somebody sees after what they did.
#[derive(Debug)]
pub enum Said {
    /// A private message.
    Message(Content),
    /// A view: its id.
    View(String),
    /// Slack's own red line.
    Problem(Problem),
}

/// Something that can be pressed, on a message or in a view, as it was when it was seen.
#[derive(Debug, Clone)]
pub struct Pressable {
    /// Where: a message with what it said then, or a view's id.
    at: Place,
    /// What Slack sends of it.
    action: Value,
}

#[derive(Debug, Clone)]
enum Place {
    Message(Box<Message>),
    View(String),
}

impl Slack {
    /// Somebody types a slash command.
    pub async fn command(&self, team: &str, user: &str, channel: &str, typed: &str) -> Act {
        self.acts(Kind::Command, team, user, |state, about| {
            state.command(self, about, channel, typed, self.now())
        })
        .await
    }

    /// Somebody presses something.
    pub async fn presses(&self, team: &str, user: &str, what: &Pressable) -> Act {
        self.acts(Kind::Interaction, team, user, |state, about| match &what.at {
            Place::Message(message) => state.press(self, about, message, &what.action, self.now()),
            Place::View(id) => {
                let view = state.views.get(id).expect("that view").clone();
                state.press_in_view(about, &view, &what.action, self.now())
            }
        })
        .await
    }

    /// Somebody chooses a global shortcut.
    pub async fn shortcut(&self, team: &str, user: &str, callback: &str) -> Act {
        self.acts(Kind::Interaction, team, user, |state, about| state.shortcut(about, callback, self.now()))
            .await
    }

    /// Somebody opens the App Home, and sees what is there when the app has published it.
    pub async fn opens_home(&self, team: &str, user: &str) {
        let event = self.with(|state| state.home_opened(team, user, self.now()));
        self.event(event).await;
    }

    /// The same delivery comes again, as when the acknowledgement was lost.
    pub async fn again(&self, act: &Act) -> Act {
        let since = self.with(State::next);
        let ack = self.delivers(act.kind, &act.payload, Some((1, "http_timeout"))).await;
        let (kind, payload) = (act.kind, act.payload.clone());
        Act { trigger: act.trigger.clone(), user: act.user.clone(), ack, kind, payload, since }
    }

    pub(super) async fn acts(
        &self,
        kind: Kind,
        team: &str,
        user: &str,
        payload: impl FnOnce(&mut State, &About) -> Value,
    ) -> Act {
        let (payload, about, since) = self.with(|state| {
            let about = state.trigger(team, user, self.now());
            let since = state.next();
            (payload(state, &about), about, since)
        });
        let ack = self.delivers(kind, &payload, None).await;
        if let Ok(said) = &ack {
            let said = said["response_action"].is_null().then(|| content(said)).flatten();
            let channel = payload["channel_id"].as_str().unwrap_or_default().to_owned();
            if let Some(content) = said {
                self.answered_at_once(team, &channel, user, content, &about.trigger);
            }
        }
        Act { trigger: about.trigger, user: user.to_owned(), ack, kind, payload, since }
    }

    /// The acknowledgement of a command may be the answer.
    fn answered_at_once(&self, team: &str, channel: &str, user: &str, content: Content, trigger: &str) {
        let faults = super::blocks::check(&content.blocks, super::blocks::Surface::Message);
        assert!(faults.is_empty(), "Slack would not show this answer: {faults:?}");
        self.with(|state| {
            let mut message = super::api::message(team, channel, Some(user.to_owned()), content);
            message.by = Some(trigger.to_owned());
            state.post(message, self.now());
        });
    }

    /// What the person sees in answer: a private message, a view, or Slack's own red line.
    pub async fn answer(&self, act: &Act) -> Said {
        if let Err(problem) = &act.ack {
            return Said::Problem(problem.clone());
        }
        let said = self.within(DEADLINE, |state| seen(state, act)).await;
        said.unwrap_or_else(|| {
            panic!("nothing was answered to {}\n{}", act.payload, self.with(|state| state.told()))
        })
    }

    /// The same where an answer may be lost: `None` when nothing is seen in that time.
    pub async fn sees_within(&self, time: std::time::Duration, act: &Act) -> Option<Said> {
        self.within(time, |state| seen(state, act)).await
    }

    /// The newest button, or line of an overflow menu, with that label which somebody sees in a channel. `back` is
    /// how many versions ago it was seen.
    pub fn finds(&self, user: &str, channel: &str, label: &str, back: usize) -> Option<Pressable> {
        self.with(|state| {
            let here = state.messages.iter().rev().filter(|message| {
                message.channel == channel
                    && !message.deleted
                    && message.only_for.as_ref().is_none_or(|only| only == user)
            });
            here.filter_map(|message| {
                let mut then = message.clone();
                then.versions.truncate(message.versions.len().checked_sub(back)?.max(1));
                let action = read::pressable(&then.now().blocks, label)?;
                Some(Pressable { at: Place::Message(Box::new(then)), action })
            })
            .next()
        })
    }

    /// The same in a view: a modal, or the App Home.
    pub fn finds_in_view(&self, id: &str, label: &str) -> Option<Pressable> {
        self.with(|state| {
            let blocks = state.views.get(id)?.json["blocks"].as_array().cloned()?;
            let action = read::pressable(&blocks, label)?;
            Some(Pressable { at: Place::View(id.to_owned()), action })
        })
    }

    /// A choice in a field of a view, of which the app wants to know at once.
    pub(super) fn choice(id: &str, block: &str, element: &Value, value: &Value) -> Pressable {
        let mut action = value.clone();
        action["block_id"] = block.into();
        action["action_id"] = element["action_id"].clone();
        Pressable { at: Place::View(id.to_owned()), action }
    }
}

impl Pressable {
    /// The line that the button carries.
    pub fn value(&self) -> String {
        let own = self.action["value"].as_str().or_else(|| self.action["selected_option"]["value"].as_str());
        own.unwrap_or_default().to_owned()
    }
}

fn seen(state: &State, act: &Act) -> Option<Said> {
    let number = |ts: &str| ts.rsplit('.').next().and_then(|part| part.parse::<u64>().ok()).unwrap_or(0);
    let view = state.views.values().find(|view| view.by == act.trigger);
    if let Some(view) = view {
        return Some(Said::View(view.id.clone()));
    }
    let mut own = state
        .messages
        .iter()
        .filter(|message| message.only_for.as_ref() == Some(&act.user) && number(&message.ts) > act.since);
    own.next().map(|message| Said::Message(message.now().clone()))
}

/// What an acknowledgement says, if it says something that is shown.
fn content(said: &Value) -> Option<Content> {
    if let Some(text) = said.as_str().filter(|text| !text.is_empty()) {
        return Some(Content { text: text.to_owned(), blocks: Vec::new() });
    }
    let text = said["text"].as_str().unwrap_or_default().to_owned();
    let blocks = said["blocks"].as_array().cloned().unwrap_or_default();
    let open = json!("in_channel") == said["response_type"];
    assert!(!open, "an answer was for everybody: {said}");
    (!text.is_empty() || !blocks.is_empty()).then_some(Content { text, blocks })
}
