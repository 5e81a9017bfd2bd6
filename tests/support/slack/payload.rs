//! The shapes of what Slack sends: commands, interactions, events.

use serde_json::{Value, json};
use sublet::domain::Instant;

use super::{
    APP, Slack, api, escape,
    people::Team,
    state::{Message, ResponseUrl, State, Trigger, View},
    views::given_back,
};

/// What every payload is about.
pub(super) struct About {
    pub team: String,
    pub user: String,
    pub trigger: String,
}

impl State {
    /// Somebody does something that lets the app open a view. `team` is where they do it.
    pub(super) fn trigger(&mut self, team: &str, user: &str, now: Instant) -> About {
        let number = self.next();
        let id = format!("{number}.{}.standin", &team[1..]);
        let trigger = Trigger { team: team.to_owned(), user: user.to_owned(), at: now, used: false };
        self.triggers.insert(id.clone(), trigger);
        About { team: team.to_owned(), user: user.to_owned(), trigger: id }
    }

    fn response_url(
        &mut self,
        slack: &Slack,
        about: &About,
        channel: &str,
        message: Option<&str>,
        now: Instant,
    ) -> String {
        let token = format!("r{}", self.next());
        let url = ResponseUrl {
            team: about.team.clone(),
            user: about.user.clone(),
            channel: channel.to_owned(),
            trigger: about.trigger.clone(),
            message: message.map(str::to_owned),
            at: now,
            uses: 0,
        };
        self.response_urls.insert(token.clone(), url);
        format!("http://{}/respond/{token}", slack.0.api)
    }

    /// What a channel is called in payloads.
    fn called(&self, channel: &str) -> String {
        let known = self.directory.channels.get(channel).expect("that channel");
        if known.direct { "directmessage".to_owned() } else { known.name.clone() }
    }

    fn somebody(&self, user: &str) -> Value {
        let user = self.user(user);
        json!({ "id": user.id, "username": user.handle, "name": user.handle, "team_id": user.team })
    }

    /// A slash command, as typed.
    pub(super) fn command(
        &mut self,
        slack: &Slack,
        about: &About,
        channel: &str,
        typed: &str,
        now: Instant,
    ) -> Value {
        let (command, text) = typed.split_once(' ').unwrap_or((typed, ""));
        let text = escape::typed(self, &about.team, text.trim());
        let url = self.response_url(slack, about, channel, None, now);
        let team = self.team(&about.team).clone();
        json!({
            "token": "verification", "team_id": team.id, "team_domain": team.domain, "channel_id": channel,
            "channel_name": self.called(channel), "user_id": about.user,
            "user_name": self.user(&about.user).handle, "command": command, "text": text, "api_app_id": APP,
            "is_enterprise_install": "false", "response_url": url, "trigger_id": about.trigger,
        })
    }

    fn begun(&self, about: &About, kind: &str) -> Value {
        let team: &Team = self.team(&about.team);
        json!({
            "type": kind, "team": { "id": team.id, "domain": team.domain },
            "user": self.somebody(&about.user), "api_app_id": APP, "token": "verification",
            "trigger_id": about.trigger, "enterprise": null, "is_enterprise_install": false,
        })
    }

    /// A press on something in a message.
    pub(super) fn press(
        &mut self,
        slack: &Slack,
        about: &About,
        message: &Message,
        action: &Value,
        now: Instant,
    ) -> Value {
        let private = message.only_for.is_some();
        let mut payload = self.begun(about, "block_actions");
        payload["container"] = json!({
            "type": "message", "message_ts": message.ts, "channel_id": message.channel, "is_ephemeral": private,
        });
        payload["channel"] = json!({ "id": message.channel, "name": self.called(&message.channel) });
        if !private {
            payload["message"] = api::shown(message, &message.team);
        }
        payload["state"] = json!({ "values": {} });
        payload["response_url"] =
            self.response_url(slack, about, &message.channel, Some(&message.ts), now).into();
        payload["actions"] = json!([acted(action, now)]);
        payload
    }

    /// A press or a choice in a view.
    pub(super) fn press_in_view(&self, about: &About, view: &View, action: &Value, now: Instant) -> Value {
        let mut payload = self.begun(about, "block_actions");
        payload["container"] = json!({ "type": "view", "view_id": view.id });
        payload["view"] = given_back(view);
        payload["actions"] = json!([acted(action, now)]);
        payload
    }

    /// A form that was sent.
    pub(super) fn submission(&self, about: &About, view: &View) -> Value {
        let mut payload = self.begun(about, "view_submission");
        payload["view"] = given_back(view);
        payload["response_urls"] = json!([]);
        payload
    }

    /// A global shortcut.
    pub(super) fn shortcut(&self, about: &About, callback: &str, now: Instant) -> Value {
        let mut payload = self.begun(about, "shortcut");
        payload["callback_id"] = callback.into();
        payload["action_ts"] = moment(now).into();
        payload
    }

    /// A shortcut on a message.
    pub(super) fn message_shortcut(
        &mut self,
        slack: &Slack,
        about: &About,
        message: &Message,
        callback: &str,
        now: Instant,
    ) -> Value {
        let mut payload = self.shortcut(about, callback, now);
        payload["type"] = "message_action".into();
        payload["message_ts"] = message.ts.clone().into();
        payload["message"] = api::shown(message, &message.team);
        payload["channel"] = json!({ "id": message.channel, "name": self.called(&message.channel) });
        payload["response_url"] = self.response_url(slack, about, &message.channel, None, now).into();
        payload
    }

    /// An event of the Events API.
    pub(super) fn event(&mut self, team: &str, event: Value, now: Instant) -> Value {
        let number = self.next();
        let bot = self.team(team).bot.clone();
        json!({
            "token": "verification", "team_id": team, "context_team_id": team, "context_enterprise_id": null,
            "api_app_id": APP, "event": event, "type": "event_callback", "event_id": format!("Ev{number:08}"),
            "event_time": now.timestamp(), "is_ext_shared_channel": false, "event_context": format!("4-{number}"),
            "authorizations": [{
                "enterprise_id": null, "team_id": team, "user_id": bot, "is_bot": true,
                "is_enterprise_install": false,
            }],
        })
    }

    /// Somebody opens the App Home.
    pub(super) fn home_opened(&mut self, team: &str, user: &str, now: Instant) -> Value {
        let mut event = json!({
            "type": "app_home_opened", "user": user, "channel": format!("D{}", &user[1..]), "tab": "home",
            "event_ts": moment(now),
        });
        if let Some(view) = self.views.get(&super::views::home_of(user)) {
            event["view"] = given_back(view);
        }
        self.event(team, event, now)
    }
}

fn acted(action: &Value, now: Instant) -> Value {
    let mut action = action.clone();
    action["action_ts"] = moment(now).into();
    action
}

fn moment(now: Instant) -> String {
    format!("{}.000100", now.timestamp())
}
