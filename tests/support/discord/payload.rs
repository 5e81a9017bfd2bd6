//! The shapes of what Discord sends when somebody does something, complete, as its documentation shows them.

use serde_json::{Value, json};
use sublet::domain::Instant;

use super::{
    APPLICATION, api,
    interactions::{Interaction, Kind},
    people::{Channel, May},
    state::{Message, State},
};

/// What somebody does, and where.
pub(super) struct Doing<'a> {
    pub kind: Kind,
    pub user: &'a str,
    pub channel: &'a str,
    pub data: Value,
    /// The message on which it was pressed, as it was then.
    pub message: Option<&'a Message>,
}

impl State {
    /// Somebody does something: a new interaction, of which nobody knows yet. Its id.
    pub(super) fn does(&mut self, doing: Doing<'_>, now: Instant) -> String {
        let id = self.snowflake(now);
        let token = format!("aW50ZXJhY3Rpb246{id}{:06}standin", self.next());
        let channel = self.directory.channels.get(doing.channel).expect("that channel").clone();
        let payload = self.payload(&id, &token, &doing, &channel);
        let interaction = Interaction {
            id: id.clone(),
            token,
            kind: doing.kind,
            guild: channel.guild,
            channel: channel.id,
            user: doing.user.to_owned(),
            at: now,
            message: doing.message.map(|message| message.id.clone()),
            first: None,
            original: None,
            given_up: false,
            delivered: 0,
            payload,
        };
        self.interactions.insert(id.clone(), interaction);
        id
    }

    fn payload(&self, id: &str, token: &str, doing: &Doing<'_>, channel: &Channel) -> Value {
        let owner = channel.guild.clone().unwrap_or_else(|| "0".to_owned());
        let mut payload = json!({
            "id": id, "application_id": APPLICATION, "type": doing.kind.number(), "data": doing.data,
            "channel_id": channel.id, "channel": api::channel(self, channel), "token": token, "version": 1,
            "app_permissions": May::ALL.bits(), "locale": "en-US", "entitlements": [],
            "entitlement_sku_ids": [], "authorizing_integration_owners": { "0": owner },
            "context": u8::from(channel.guild.is_none()), "attachment_size_limit": 10_485_760,
        });
        let user = self.user(doing.user);
        match &channel.guild {
            Some(guild) => {
                let known = &self.directory.guilds[guild];
                let member = known.members.get(doing.user).filter(|member| !member.left);
                let member = member.unwrap_or_else(|| panic!("{} is not in the guild {guild}", user.handle));
                payload["member"] = api::describe(user, member);
                payload["member"]["permissions"] = json!("2248473465835073");
                payload["guild_id"] = json!(guild);
                payload["guild_locale"] = json!("en-US");
                payload["guild"] = json!({ "id": guild, "locale": "en-US", "features": [] });
            }
            None => payload["user"] = api::account(user),
        }
        if let Some(message) = doing.message {
            payload["message"] = api::shown(self, message);
        }
        payload
    }
}

/// A press of a button: what it carries.
pub(super) fn pressed(custom_id: &str) -> Value {
    json!({ "component_type": 2, "custom_id": custom_id, "id": 2 })
}

/// A choice in a menu.
pub(super) fn chosen(custom_id: &str, value: &str) -> Value {
    json!({ "component_type": 3, "custom_id": custom_id, "values": [value], "id": 2 })
}

/// A form that was sent, with what stands in its fields.
pub(super) fn sent(custom_id: &str, values: &[(String, String)]) -> Value {
    let row = |(number, (name, value)): (usize, &(String, String))| {
        let input = json!({ "type": 4, "custom_id": name, "value": value, "id": 2 * number + 2 });
        json!({ "type": 1, "components": [input], "id": 2 * number + 1 })
    };
    json!({ "custom_id": custom_id, "components": values.iter().enumerate().map(row).collect::<Vec<_>>() })
}
