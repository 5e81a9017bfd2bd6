//! What Slack says about an account, read to the parts that decide who somebody is.
//!
//! slack-morphism's own type reads all of it, and fails as a whole when Slack writes any part of it in another
//! way; then somebody would be locked out because of an icon.

use chrono_tz::Tz;
use serde::Deserialize;

use crate::{actions::admit::Described, domain::person::Membership, ports::chat::Workspace};

/// Slack's own program, which is not marked as one.
const SLACKBOT: &str = "USLACKBOT";

/// A user of Slack: <https://docs.slack.dev/reference/objects/user-object>.
///
/// `is_app_user` is left out on purpose: it tells that somebody has authorised the app, not that they are one.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Profile {
    /// The account's id.
    pub id: String,
    /// The workspace of the account, or the organisation's.
    pub team_id: Option<String>,
    /// The name to mention, as it was of old.
    pub name: Option<String>,
    /// The full name.
    pub real_name: Option<String>,
    /// The name of the time zone.
    pub tz: Option<String>,
    /// The account was closed.
    pub deleted: Option<bool>,
    /// It is a program.
    pub is_bot: Option<bool>,
    /// A guest.
    pub is_restricted: Option<bool>,
    /// A guest of one channel.
    pub is_ultra_restricted: Option<bool>,
    /// Of another organisation, and shares a channel.
    pub is_stranger: Option<bool>,
    /// Whether they proved that the address is theirs; Slack says nothing where it is not asked for.
    pub is_email_confirmed: Option<bool>,
    /// Present where an organisation has several workspaces.
    pub enterprise_user: Option<Enterprise>,
    /// What they wrote about themselves.
    #[serde(default)]
    pub profile: About,
}

/// An account of an organisation that has several workspaces.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Enterprise {
    /// The workspaces they are in.
    pub teams: Option<Vec<String>>,
}

/// What they wrote about themselves.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct About {
    /// The name they wish to be called by.
    pub display_name: Option<String>,
    /// The full name.
    pub real_name: Option<String>,
    /// Shown to apps that may see addresses.
    pub email: Option<String>,
}

impl Profile {
    /// What the account is to a workspace.
    pub fn membership(&self, workspace: &str) -> Membership {
        let is = |flag: Option<bool>| flag.unwrap_or(false);
        if is(self.deleted) {
            Membership::Left
        } else if is(self.is_bot) || self.id == SLACKBOT {
            Membership::Bot
        } else if is(self.is_stranger) || !self.is_of(workspace) {
            Membership::Stranger
        } else if is(self.is_restricted) || is(self.is_ultra_restricted) {
            Membership::Guest
        } else {
            Membership::Member
        }
    }

    /// Whether the account belongs to the workspace, by itself or by its organisation.
    fn is_of(&self, workspace: &str) -> bool {
        let listed = self.enterprise_user.as_ref().and_then(|user| user.teams.as_ref());
        listed.is_some_and(|teams| teams.iter().any(|team| team == workspace))
            || self.team_id.as_deref().is_none_or(|team| team == workspace)
    }

    /// The account as actions know it.
    pub fn described(&self, workspace: &Workspace) -> Described {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let handle = given(&self.profile.display_name).or_else(|| given(&self.name));
        let name = given(&self.profile.real_name).or_else(|| given(&self.real_name));
        let handle = handle.or_else(|| name.clone()).unwrap_or_else(|| self.id.to_lowercase());
        Described {
            workspace: workspace.clone(),
            id: self.id.clone(),
            membership: self.membership(&workspace.id),
            name: name.unwrap_or_else(|| handle.clone()),
            handle,
            listed: None,
            // An address that nobody has proven to be theirs says nothing about who they are.
            email: given(&self.profile.email).filter(|_| self.is_email_confirmed.unwrap_or(true)),
            by_email: true,
            zone: self.tz.as_deref().and_then(|zone| zone.parse::<Tz>().ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(more: Value) -> Profile {
        let mut user = json!({
            "id": "U1", "team_id": "T1", "name": "kim.lee", "real_name": "Kim Lee", "tz": "Europe/Berlin",
            "updated": 1, "is_email_confirmed": true, "is_app_user": true,
            "profile": {"email": "kim@example.org", "display_name": "kim", "start_date": "", "fields": []},
        });
        let parts = more.as_object().expect("an object").clone();
        user.as_object_mut().expect("an object").extend(parts);
        serde_json::from_value(user).expect("read")
    }

    #[test]
    fn an_account_is_read_to_what_decides() {
        let described = read(json!({})).described(&Workspace::slack("T1"));
        assert_eq!(described.membership, Membership::Member);
        assert_eq!((described.name.as_str(), described.handle.as_str()), ("Kim Lee", "kim"));
        assert_eq!(described.email.as_deref(), Some("kim@example.org"));
        assert_eq!(described.zone, Some(chrono_tz::Europe::Berlin));
    }

    #[test]
    fn an_address_that_is_not_proven_is_none() {
        let described = read(json!({"is_email_confirmed": false})).described(&Workspace::slack("T1"));
        assert_eq!(described.email, None);
    }

    #[test]
    fn names_that_are_missing_are_made_of_what_there_is() {
        let bare: Profile = serde_json::from_value(json!({"id": "U7"})).expect("read");
        let described = bare.described(&Workspace::slack("T1"));
        assert_eq!((described.name.as_str(), described.handle.as_str()), ("u7", "u7"));
        assert_eq!((described.email, described.zone), (None, None));
        let blank = read(json!({"profile": {"display_name": "", "email": ""}, "tz": "Mars/Olympus"}));
        let described = blank.described(&Workspace::slack("T1"));
        assert_eq!((described.handle.as_str(), described.email, described.zone), ("kim.lee", None, None));
    }

    #[test]
    fn who_is_what_to_a_workspace() {
        let teams = |teams: Value| json!({"team_id": "E1", "enterprise_user": {"id": "W1", "teams": teams}});
        for (more, expected) in [
            (json!({}), Membership::Member),
            (json!({"deleted": true, "is_bot": true}), Membership::Left),
            (json!({"is_bot": true}), Membership::Bot),
            (json!({"id": "USLACKBOT", "is_bot": false}), Membership::Bot),
            (json!({"is_restricted": true}), Membership::Guest),
            (json!({"is_ultra_restricted": true}), Membership::Guest),
            (json!({"is_stranger": true}), Membership::Stranger),
            (json!({"is_stranger": true, "is_restricted": true}), Membership::Stranger),
            (json!({"team_id": "T2"}), Membership::Stranger),
            (json!({"team_id": null}), Membership::Member),
            (teams(json!(["T0", "T1"])), Membership::Member),
            (teams(json!(["T0"])), Membership::Stranger),
            (teams(Value::Null), Membership::Stranger),
        ] {
            assert_eq!(read(more.clone()).membership("T1"), expected, "{more}");
        }
    }
}
