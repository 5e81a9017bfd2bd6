//! Who somebody of Slack is to us: asked of the database, and of Slack when that is long ago.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;

use super::{Reception, line};
use crate::{
    actions::{self, admit::Described, work::Work},
    cards::{self, answer},
    chat::slack::{
        profile::Profile,
        trouble::{Kind, Method, Trouble},
    },
    domain::{
        Instant,
        ids::PersonId,
        person::{Membership, Person, Rights},
        refusal::Refusal,
    },
    ports::{
        chat::{Message, Tone, Workspace},
        store::{Account, Stored},
    },
};

/// How long a command waits for Slack to say who it comes from.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long what Slack said about a user group is believed when it does not answer.
const BELIEVED: TimeDelta = TimeDelta::minutes(1);
/// How many people a line may mention before the rest of them are left as Slack calls them.
const MENTIONS: usize = 10;

/// Somebody who did something.
pub enum Caller {
    /// Somebody who may come in.
    Admitted(actions::Caller),
    /// Somebody who may not, and what they are told.
    Refused(Message),
}

/// What was said about the members of user groups, when it was last asked.
pub type Groups = Mutex<BTreeMap<(String, String), (Instant, BTreeSet<String>)>>;

/// Who it is, with what Slack's user groups make of them at this moment.
pub async fn caller(at: &Reception, workspace: &Workspace, user: &str) -> Stored<Caller> {
    Ok(match who(at, workspace, user).await? {
        Who::Admitted(person) => {
            let Rights { roles, teams } = rights(at, workspace, user).await;
            Caller::Admitted(actions::Caller { roles, teams, ..person.into() })
        }
        Who::Refused(message) => Caller::Refused(message),
    })
}

/// Somebody, whatever groups they are in.
enum Who {
    Admitted(PersonId),
    Refused(Message),
}

/// What the user groups give to an account now. Of a group of which Slack does not tell, what it told a moment ago
/// is believed; after that, nobody is in it.
async fn rights(at: &Reception, workspace: &Workspace, user: &str) -> Rights {
    let mut rights = Rights::default();
    for (group, gives) in at.groups_of(workspace) {
        let asked = at.client.group(&workspace.id, group);
        let members = match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(members)) => at.remember_group(workspace, group, members),
            Ok(Err(trouble)) => at.remembered_group(workspace, group, &trouble),
            Err(_) => at.remembered_group(workspace, group, &Trouble::timeout(Method::Group)),
        };
        if members.contains(user) {
            rights.extend(gives);
        }
    }
    rights
}

impl Reception {
    /// An account as actions know it, with what the settings make of addresses.
    fn description(&self, workspace: &Workspace, profile: &Profile) -> Described {
        Described { by_email: self.match_email, ..profile.described(workspace) }
    }

    /// The user groups of a workspace that give something.
    fn groups_of(&self, workspace: &Workspace) -> impl Iterator<Item = (&String, &Rights)> {
        self.groups.get(&workspace.id).into_iter().flatten()
    }

    fn remember_group(
        &self,
        workspace: &Workspace,
        group: &str,
        members: BTreeSet<String>,
    ) -> BTreeSet<String> {
        let key = (workspace.id.clone(), group.to_owned());
        let mut known = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(key, (self.now(), members.clone()));
        members
    }

    fn remembered_group(&self, workspace: &Workspace, group: &str, trouble: &Trouble) -> BTreeSet<String> {
        let key = (workspace.id.clone(), group.to_owned());
        let known = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = known.get(&key).filter(|(asked, _)| self.now() - *asked < BELIEVED);
        tracing::warn!(group, %trouble, believed = lately.is_some(), "Slack did not say who is in a user group");
        lately.map(|(_, members)| members.clone()).unwrap_or_default()
    }
}

/// Who it is. Slack's word is believed for a while; then Slack is asked again, and when it does not answer,
/// whoever was admitted before still is.
async fn who(at: &Reception, workspace: &Workspace, user: &str) -> Stored<Who> {
    let known = account(at, workspace, user).await?;
    if let Some(account) = known.as_ref().filter(|account| at.now() - account.checked_at < at.recheck) {
        match (&account.person, account.membership) {
            (Some(person), _) => return Ok(Who::Admitted(person.clone())),
            // A member may have been given an address since, or a place in the configuration.
            (None, Membership::Member | Membership::Guest) => {}
            (None, membership) => return Ok(Who::Refused(refused(membership))),
        }
    }
    match described(at, workspace, user).await {
        Ok(profile) => admit(at, workspace, &profile).await,
        Err(trouble) => Ok(match known.and_then(|account| account.person) {
            Some(person) => {
                let trouble = trouble.to_string();
                tracing::warn!(
                    account = user,
                    trouble,
                    "Slack did not say who somebody is; believed as before"
                );
                Who::Admitted(person)
            }
            None => Who::Refused(not_told()),
        }),
    }
}

/// Links the account of somebody who is refused, and has a code; answers with what they are told.
pub async fn link(at: &Reception, workspace: &Workspace, user: &str, code: &str) -> Stored<Message> {
    match described(at, workspace, user).await {
        Ok(profile) => actions::introduce(&at.world, &at.description(workspace, &profile), code).await,
        Err(trouble) => {
            tracing::warn!(account = user, %trouble, "Slack did not say who somebody is; not linked");
            Ok(not_told())
        }
    }
}

fn not_told() -> Message {
    let words = "Slack did not tell Sublet who you are. Nothing was done; please try again in a moment.";
    answer::say(words, Tone::Warning)
}

/// The refusal for somebody of a workspace that is not served.
pub fn stranger() -> Message {
    refused(Membership::Stranger)
}

fn refused(membership: Membership) -> Message {
    let refusal = Refusal::NotAdmitted { membership };
    answer::refused(&cards::refusal::say(&refusal, &cards::People::default()), None)
}

async fn admit(at: &Reception, workspace: &Workspace, profile: &Profile) -> Stored<Who> {
    let admitted =
        actions::admit::admit(&at.world, &at.description(workspace, profile), at.newcomers).await?;
    Ok(match admitted {
        Ok(person) => Who::Admitted(person),
        Err(message) => Who::Refused(message),
    })
}

/// Slack's word about an account, as it is now. Whoever the workspace does not know is a stranger to it.
async fn described(at: &Reception, workspace: &Workspace, user: &str) -> Result<Profile, Trouble> {
    let asked = at.client.user(&workspace.id, user);
    match tokio::time::timeout(PATIENCE, asked).await {
        // Organisations know people by a second id; the one by which they came counts.
        Ok(Ok(profile)) => Ok(Profile { id: user.to_owned(), ..profile }),
        Ok(Err(trouble)) if trouble.kind == Kind::Person => {
            Ok(Profile { id: user.to_owned(), is_stranger: Some(true), ..Profile::default() })
        }
        Ok(Err(trouble)) => Err(trouble),
        Err(_) => Err(Trouble::timeout(Method::User)),
    }
}

/// A workspace says that an account changed. Of people who never came there is nothing to change; of the others
/// Slack is asked at once when it looks as if they were something else now.
pub async fn changed(at: &Reception, workspace: &Workspace, profile: &Profile) -> Stored<()> {
    let Some(account) = account(at, workspace, &profile.id).await? else { return Ok(()) };
    if account.membership == profile.membership(&workspace.id) {
        return Ok(());
    }
    match described(at, workspace, &profile.id).await {
        Ok(asked) => {
            admit(at, workspace, &asked).await?;
        }
        // The event has told enough to shut somebody out, and not enough to let anybody in.
        Err(trouble) => {
            tracing::warn!(account = profile.id, %trouble, "Slack did not say what somebody is now");
            let mut work = Work::begin(&at.world).await?;
            let account = Account { membership: profile.membership(&workspace.id), person: None, ..account };
            work.tx.save_account(&account).await?;
            work.commit().await?;
        }
    }
    Ok(())
}

/// The handles of the accounts that a text mentions.
pub async fn handles(at: &Reception, workspace: &Workspace, text: &str) -> Stored<BTreeMap<String, String>> {
    let mut handles = BTreeMap::new();
    for account in line::mentioned(text).into_iter().take(MENTIONS) {
        if handles.contains_key(account) {
            continue;
        }
        if let Some(person) = mentioned(at, workspace, account).await? {
            handles.insert(account.to_owned(), person.handle);
        }
    }
    Ok(handles)
}

/// The person of an account; somebody who never came by Slack is known by their address.
async fn mentioned(at: &Reception, workspace: &Workspace, id: &str) -> Stored<Option<Person>> {
    if let Some(person) = account(at, workspace, id).await?.and_then(|account| account.person) {
        return Work::look(&at.world).await?.tx.person(&person).await;
    }
    if !at.match_email {
        return Ok(None);
    }
    let Ok(profile) = described(at, workspace, id).await else { return Ok(None) };
    let Some(email) = profile.described(workspace).email else { return Ok(None) };
    let people = Work::look(&at.world).await?.tx.people().await?;
    Ok(people.into_iter().find(|person| person.email.eq_ignore_ascii_case(&email)))
}

async fn account(at: &Reception, workspace: &Workspace, id: &str) -> Stored<Option<Account>> {
    Work::look(&at.world).await?.tx.account(workspace, id).await
}
