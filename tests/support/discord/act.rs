//! What people do in Discord: type a command, ask what could be typed, press a button as it is now or as it was,
//! choose from a menu.

use std::time::Duration;

use serde_json::Value;

use super::{
    DEADLINE, Discord, api,
    deliver::Problem,
    interactions::{First, Interaction, Kind},
    payload::{Doing, chosen, pressed},
    state::{Message, State},
    typed,
};

/// What somebody did, and whether it was answered in time.
#[derive(Debug, Clone)]
pub struct Act {
    /// Discord's id of it.
    pub interaction: String,
    /// Who did it.
    pub user: String,
    /// Whether it was answered.
    pub ack: Result<(), Problem>,
    /// How often the message on which it was pressed had been rewritten then.
    versions: usize,
}

/// What somebody sees after what they did.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// A message: its id.
    Message(String),
    /// The message on which they pressed says something else: its id.
    Rewritten(String),
    /// A modal is open.
    Modal,
    /// What could be typed: name and value.
    Choices(Vec<(String, String)>),
    /// "The application did not respond", or their own client held it.
    Problem(String),
}

/// Something that can be pressed or chosen on a message, as it was when it was seen.
#[derive(Debug, Clone)]
pub struct Pressable {
    /// The message with what it said then.
    message: Box<Message>,
    /// What Discord sends of it.
    data: Value,
}

impl Discord {
    /// The direct messages of the bot with somebody, opened when they were not yet.
    pub fn opens_direct(&self, user: &str) -> String {
        self.with(|state| api::direct(state, user))
    }

    /// Somebody types a slash command in a channel. `Err`: what their client says instead of sending it.
    pub async fn command(&self, user: &str, channel: &str, line: &str) -> Result<Act, String> {
        let data = self.typed(channel, line, None)?;
        Ok(self.acts(Doing { kind: Kind::Command, user, channel, data, message: None }).await)
    }

    /// Somebody types in an option of a command and sees what could be typed there.
    pub async fn completes(
        &self,
        user: &str,
        channel: &str,
        line: &str,
        option: &str,
    ) -> Vec<(String, String)> {
        let data = self.typed(channel, line, Some(option)).expect("a command");
        let act = self.acts(Doing { kind: Kind::Autocomplete, user, channel, data, message: None }).await;
        match self.answer(&act).await {
            Said::Choices(choices) => choices,
            other => panic!("while something was typed: {other:?}"),
        }
    }

    fn typed(&self, channel: &str, line: &str, focus: Option<&str>) -> Result<Value, String> {
        self.with(|state| {
            let guild = state.directory.channels.get(channel).expect("that channel").guild.clone();
            let commands = state.commands_in(guild.as_deref());
            typed::data(&commands, &state.directory, guild.as_deref(), line, focus)
        })
    }

    /// Somebody presses something, or chooses it from a menu.
    pub async fn presses(&self, user: &str, what: &Pressable) -> Act {
        let message = what.message.as_ref();
        assert!(
            message.only_for.as_ref().is_none_or(|only| only == user),
            "{user} does not see that message"
        );
        let (channel, data) = (message.channel.as_str(), what.data.clone());
        self.acts(Doing { kind: Kind::Component, user, channel, data, message: Some(message) }).await
    }

    /// The same delivery comes again, as when a session is resumed. What the application says to it changes nothing.
    pub async fn again(&self, act: &Act) {
        let id = act.interaction.as_str();
        let calls = self.with(|state| state.calls.len());
        let handed = self.hands_over(id).await;
        assert!(handed.is_ok(), "what was delivered again: {handed:?}");
        let by_http = self.with(|state| state.interactions_url.is_some());
        if !by_http {
            // The application may leave it or try to answer once more, which Discord refuses.
            self.within(Duration::from_millis(500), |state| (state.calls.len() > calls).then_some(())).await;
        }
    }

    pub(super) async fn acts(&self, doing: Doing<'_>) -> Act {
        let user = doing.user.to_owned();
        let source = doing.message.map(|message| message.id.clone());
        let (interaction, versions) = self.with(|state| {
            let versions = source.and_then(|id| state.message(&id).map(|message| message.versions.len()));
            (state.does(doing, self.now()), versions.unwrap_or_default())
        });
        let ack = self.hands_over(&interaction).await;
        self.with(|state| state.shows_modal(&interaction));
        Act { interaction, user, ack, versions }
    }

    /// What the person sees in answer.
    pub async fn answer(&self, act: &Act) -> Said {
        let said = self.sees_within(DEADLINE, act).await;
        said.unwrap_or_else(|| {
            let payload = self.with(|state| state.interactions[&act.interaction].payload.clone());
            panic!("nothing was answered to {payload}\n{}", self.with(|state| state.told()))
        })
    }

    /// The same where an answer may be lost: `None` when nothing is seen in that time.
    pub async fn sees_within(&self, time: Duration, act: &Act) -> Option<Said> {
        if let Err(problem) = &act.ack {
            return Some(Said::Problem(format!("The application did not respond ({problem:?})")));
        }
        self.within(time, |state| seen(state, act)).await
    }

    /// The newest button, or line of a menu, with that label which somebody sees in a channel. `back` is how many
    /// versions ago it was seen.
    pub fn finds(&self, user: &str, channel: &str, label: &str, back: usize) -> Option<Pressable> {
        self.with(|state| {
            let here = state.messages.iter().rev().filter(|message| {
                message.channel == channel
                    && !message.deleted
                    && message.only_for.as_ref().is_none_or(|only| only == user)
            });
            here.filter_map(|message| Pressable::on(message, back, |known, _| known == label)).next()
        })
    }

    /// The first button or line of a menu on a message that fits by its label and what it carries.
    pub fn finds_on(&self, message: &str, fits: impl Fn(&str, &str) -> bool) -> Option<Pressable> {
        self.with(|state| Pressable::on(state.message(message)?, 0, fits))
    }
}

impl Discord {
    /// A choice in a menu on a message, by the menu's id.
    pub fn menu(&self, message: &str, is_it: impl Fn(&str) -> bool, value: &str) -> Option<Pressable> {
        self.with(|state| {
            let message = state.message(message)?;
            let rows = message.now().components.iter().filter_map(|row| row["components"].as_array());
            let menus = rows.flatten().filter(|part| part["type"] == 3 && part["disabled"] != true);
            let mut menus = menus.filter(|menu| is_it(menu["custom_id"].as_str().unwrap_or_default()));
            let menu = menus.next()?;
            let options = menu["options"].as_array().cloned().unwrap_or_default();
            let known = options.iter().any(|option| option["value"] == value);
            assert!(known, "there is no option {value} in {menu}");
            let id = menu["custom_id"].as_str().unwrap_or_default();
            Some(Pressable { message: Box::new(message.clone()), data: chosen(id, value) })
        })
    }
}

impl Pressable {
    fn on(message: &Message, back: usize, fits: impl Fn(&str, &str) -> bool) -> Option<Self> {
        let mut then = message.clone();
        then.versions.truncate(message.versions.len().checked_sub(back)?.max(1));
        let parts = then.now().components.iter().filter_map(|row| row["components"].as_array()).flatten();
        let data = parts.filter(|part| part["disabled"] != true).find_map(|part| part_of(part, &fits))?;
        Some(Self { message: Box::new(then), data })
    }

    /// What the button, or the line of a menu, carries.
    pub fn value(&self) -> String {
        let chosen = self.data["values"][0].as_str();
        chosen.or(self.data["custom_id"].as_str()).unwrap_or_default().to_owned()
    }

    /// The message on which it is.
    pub fn message(&self) -> &str {
        &self.message.id
    }
}

fn part_of(part: &Value, fits: &impl Fn(&str, &str) -> bool) -> Option<Value> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let id = text(&part["custom_id"]);
    match part["type"].as_u64()? {
        2 => fits(&text(&part["label"]), &id).then(|| pressed(&id)),
        3 => {
            let mut options = part["options"].as_array()?.iter();
            let fitting = |option: &&Value| fits(&text(&option["label"]), &text(&option["value"]));
            options.find(fitting).map(|option| chosen(&id, &text(&option["value"])))
        }
        _ => None,
    }
}

fn seen(state: &mut State, act: &Act) -> Option<Said> {
    let Interaction { first, original, .. } = state.interactions.get(&act.interaction)?.clone();
    let message = original.and_then(|id| state.message(&id).cloned());
    match first? {
        First::Modal(_) => Some(Said::Modal),
        First::Choices(all) => {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Some(Said::Choices(all.iter().map(|one| (text(&one["name"]), text(&one["value"]))).collect()))
        }
        First::Message | First::Deferred => {
            message.filter(|message| !message.thinking).map(|message| Said::Message(message.id))
        }
        First::Update => message.map(|message| Said::Rewritten(message.id)),
        First::DeferredUpdate => {
            let mut later = state.messages.iter().filter(|known| known.by.as_ref() == Some(&act.interaction));
            if let Some(own) = later.next() {
                return Some(Said::Message(own.id.clone()));
            }
            let changed = message.filter(|message| message.versions.len() > act.versions);
            changed.map(|message| Said::Rewritten(message.id))
        }
    }
}
