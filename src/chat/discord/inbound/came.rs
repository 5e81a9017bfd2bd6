//! What Discord sends, read to the parts that we use, the same by the gateway and by HTTP.
//!
//! Discord adds to interactions at any time, so whole messages and channels are not read: what we would not
//! understand must not make a press fail. Nothing here can be printed, because the token is a secret.

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use crate::chat::discord::client::{Handle, Member, User};

/// An interaction as Discord sends it:
/// <https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object>.
#[derive(Deserialize)]
pub struct Came {
    id: String,
    /// Which kind it is.
    #[serde(rename = "type")]
    pub kind: Kind,
    #[serde(default)]
    token: SecretString,
    /// The guild in which it happened; absent in a direct conversation.
    pub guild_id: Option<String>,
    /// Who did it, in a guild: as the guild knows them at this moment.
    pub member: Option<Member>,
    user: Option<User>,
    data: Option<Data>,
    message: Option<Shown>,
}

/// The kinds of interactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(from = "u64")]
pub enum Kind {
    /// Discord asks whether we are there.
    Ping,
    /// A slash command.
    Command,
    /// Something was pressed or chosen in a message.
    Component,
    /// Somebody types an option of a command.
    Autocomplete,
    /// A modal was sent.
    Modal,
    /// Anything else, which we did not ask for.
    Other,
}

impl From<u64> for Kind {
    fn from(number: u64) -> Self {
        match number {
            1 => Self::Ping,
            2 => Self::Command,
            3 => Self::Component,
            4 => Self::Autocomplete,
            5 => Self::Modal,
            _ => Self::Other,
        }
    }
}

/// What was typed, pressed, chosen or filled in.
#[derive(Deserialize)]
struct Data {
    name: Option<String>,
    options: Option<Vec<Choice>>,
    custom_id: Option<String>,
    values: Option<Vec<String>>,
    #[serde(default)]
    components: Value,
}

/// An option of a command: a subcommand with options of its own, or a value.
#[derive(Deserialize)]
struct Choice {
    name: String,
    #[serde(rename = "type")]
    kind: Option<u64>,
    #[serde(default)]
    value: Value,
    options: Option<Vec<Choice>>,
    focused: Option<bool>,
}

/// The types of options that hold other options: subcommands and their groups.
const SUBCOMMANDS: [u64; 2] = [1, 2];

/// The message in which something was pressed.
#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    components: Value,
}

/// A slash command as it was filled in.
#[derive(Debug, PartialEq, Eq)]
pub struct Typed {
    /// The words of the command.
    pub path: Vec<String>,
    /// The options by name, as text.
    pub options: Vec<(String, String)>,
    /// Which of them is being typed.
    pub focused: Option<String>,
}

impl Came {
    /// Reads an interaction. `None` when it is none.
    pub fn read(json: Value) -> Option<Self> {
        serde_json::from_value(json).ok()
    }

    /// The interaction's id, the same when it comes again.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where answers to it go.
    pub fn handle(&self) -> Handle {
        Handle { id: self.id.clone(), token: self.token.clone() }
    }

    /// Whose account it is; `None` for a webhook.
    pub fn user(&self) -> Option<&User> {
        self.member.as_ref().and_then(|member| member.user.as_ref()).or(self.user.as_ref())
    }

    /// Our own name of what was pressed, or of the modal that was sent.
    pub fn custom_id(&self) -> Option<&str> {
        self.data.as_ref()?.custom_id.as_deref()
    }

    /// What was chosen in a menu; `None` when the choice was taken back.
    pub fn chosen(&self) -> Option<&str> {
        self.data.as_ref()?.values.as_ref()?.first().map(String::as_str)
    }

    /// What was filled into a modal, as Discord sends it.
    pub fn filled(&self) -> &Value {
        self.data.as_ref().map_or(&Value::Null, |data| &data.components)
    }

    /// The slash command; `None` when it is none.
    pub fn typed(&self) -> Option<Typed> {
        let data = self.data.as_ref()?;
        let mut typed = Typed { path: vec![data.name.clone()?], options: Vec::new(), focused: None };
        let mut options = data.options.as_deref().unwrap_or_default();
        while let [only] = options
            && only.kind.is_some_and(|kind| SUBCOMMANDS.contains(&kind))
        {
            typed.path.push(only.name.clone());
            options = only.options.as_deref().unwrap_or_default();
        }
        for option in options {
            typed.focused = typed.focused.or_else(|| option.focused?.then(|| option.name.clone()));
            typed.options.push((option.name.clone(), text(&option.value)));
        }
        Some(typed)
    }

    /// What the button says that has this custom id in the message.
    pub fn label(&self, custom_id: &str) -> Option<&str> {
        fn find<'a>(part: &'a Value, custom_id: &str) -> Option<&'a str> {
            if part["custom_id"] == custom_id {
                return part["label"].as_str();
            }
            // The options of a menu carry what its buttons would.
            if part["value"] == custom_id {
                return part["label"].as_str();
            }
            let inside = ["components", "options"].into_iter().filter_map(|name| part[name].as_array());
            inside.flatten().find_map(|part| find(part, custom_id))
        }
        let rows = self.message.as_ref()?.components.as_array()?;
        rows.iter().find_map(|row| find(row, custom_id))
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_command_is_read_to_its_words_and_options() {
        let came = Came::read(json!({
            "id": "1", "type": 2, "token": "aW50", "version": 1, "application_id": "9", "guild_id": "5",
            "channel": {"id": "7", "type": 99, "of_tomorrow": {}}, "locale": "de", "entitlements": [],
            "member": {"user": {"id": "3", "username": "kim", "avatar": null}, "roles": ["8"], "nick": null,
                "pending": false, "permissions": "0", "joined_at": "2026-01-01T00:00:00Z"},
            "data": {"id": "6", "name": "env", "type": 1, "options": [{"name": "request", "type": 1, "options": [
                {"name": "template", "type": 3, "value": "web"}, {"name": "count", "type": 4, "value": 2},
            ]}]},
        }));
        let came = came.expect("read");
        assert_eq!((came.kind, came.guild_id.as_deref()), (Kind::Command, Some("5")));
        assert_eq!(came.user().map(|user| user.id.as_str()), Some("3"));
        assert_eq!(came.handle().token.expose_secret(), "aW50");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let typed = came.typed().expect("a command");
        assert_eq!(typed.path, ["env", "request"]);
        assert_eq!(typed.options, [pair("template", "web"), pair("count", "2")]);
        assert_eq!(typed.focused, None);
    }

    #[test]
    fn a_command_without_a_subcommand_keeps_a_single_option() {
        let came = Came::read(json!({
            "id": "1", "type": 4, "token": "t", "user": {"id": "3", "username": "kim"},
            "data": {"name": "help", "options": [{"name": "topic", "type": 3, "value": "env", "focused": true}]},
        }));
        let typed = came.and_then(|came| came.typed()).expect("a command");
        assert_eq!(typed.path, ["help"]);
        assert_eq!(typed.options, [("topic".to_owned(), "env".to_owned())]);
        assert_eq!(typed.focused.as_deref(), Some("topic"));
    }

    #[test]
    fn a_press_knows_what_its_button_says() {
        let came = Came::read(json!({
            "id": "1", "type": 3, "token": "t", "user": {"id": "3", "username": "kim"},
            "data": {"custom_id": "more", "component_type": 3, "values": ["!2|/env release web-1"]},
            "message": {"id": "4", "components": [
                {"type": 1, "components": [{"type": 2, "custom_id": "0|/env list", "label": "List"}]},
                {"type": 1, "components": [{"type": 3, "custom_id": "more", "options": [
                    {"label": "Release", "value": "!2|/env release web-1"}]}]},
            ]},
        }));
        let came = came.expect("read");
        assert_eq!((came.custom_id(), came.chosen()), (Some("more"), Some("!2|/env release web-1")));
        assert_eq!(came.label("0|/env list"), Some("List"));
        assert_eq!(came.label("!2|/env release web-1"), Some("Release"));
        assert_eq!(came.label("1|/env list"), None);
    }

    #[test]
    fn what_is_no_interaction_is_not_read_and_new_kinds_are() {
        for none in [json!(null), json!([]), json!({}), json!({"id": "1"}), json!({"type": 1})] {
            assert!(Came::read(none.clone()).is_none(), "{none}");
        }
        let ping = Came::read(json!({"id": "1", "type": 1, "application_id": "9"})).expect("read");
        assert!(ping.kind == Kind::Ping && ping.user().is_none() && ping.typed().is_none());
        assert_eq!(Came::read(json!({"id": "1", "type": 77})).map(|came| came.kind), Some(Kind::Other));
    }
}
