//! Who somebody of Discord is to us: in a guild, Discord says it with each interaction; in a direct conversation it
//! is asked.

use std::{collections::BTreeMap, time::Duration};

use super::{Reception, Visit, came::Typed, line};
use crate::{
    actions::{self, admit::Described, admit::Newcomers, work::Work},
    cards::{self, answer},
    chat::discord::{
        client::{Member, User},
        settings::DiscordGuild,
        trouble::{Kind, Method, Trouble},
    },
    domain::{
        ids::PersonId,
        person::{Membership, Rights},
        refusal::Refusal,
    },
    ports::{
        chat::{Message, Tone, Workspace},
        store::{Account, Stored},
    },
};

/// How long a direct message waits for Discord to say who it comes from.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many people a command may mention before the rest of them are left as Discord calls them.
const MENTIONS: usize = 10;

/// Somebody who did something.
pub enum Caller {
    /// Somebody who may come in.
    Admitted(Admitted),
    /// Somebody who may not.
    Refused {
        /// What they are told.
        message: Message,
        /// Their account, when a code could make it known.
        account: Option<Described>,
    },
}

/// Somebody who may come in.
pub struct Admitted {
    /// Who it is, with the roles that Discord's make of them at this moment.
    pub caller: actions::Caller,
    /// The guild by which they are known.
    pub workspace: Workspace,
}

/// Who it is.
pub async fn caller(at: &Reception, visit: &Visit) -> Stored<Caller> {
    let Some(user) = visit.came.user() else { return Ok(refused(Membership::Bot)) };
    if is_program(user) {
        return Ok(refused(Membership::Bot));
    }
    let Some(guild) = &visit.came.guild_id else { return directly(at, user).await };
    match (at.guild(guild), &visit.came.member) {
        (Some(guild), Some(member)) => in_guild(at, guild, user, member).await,
        (Some(_), None) => Ok(refused(Membership::Bot)),
        (None, _) => Ok(refused(Membership::Stranger)),
    }
}

/// Who it is while they type: what the database knows, without asking anybody, and without changing anything.
pub async fn typing(at: &Reception, visit: &Visit) -> Stored<Option<actions::Caller>> {
    let Some(user) = visit.came.user().filter(|user| !is_program(user)) else { return Ok(None) };
    let guild = visit.came.guild_id.as_deref();
    let id = match guild {
        Some(guild) if at.guild(guild).is_none() => return Ok(None),
        Some(_) | None => person_of(at, guild, &user.id).await?,
    };
    let known = guild.and_then(|guild| at.guild(guild)).zip(visit.came.member.as_ref());
    let Rights { roles, teams } = known.map(|(guild, member)| rights_of(guild, member)).unwrap_or_default();
    Ok(id.map(|id| actions::Caller { roles, teams, ..id.into() }))
}

fn refused(membership: Membership) -> Caller {
    let refusal = Refusal::NotAdmitted { membership };
    let message = answer::refused(&cards::refusal::say(&refusal, &cards::People::default()), None);
    Caller::Refused { message, account: None }
}

fn is_program(user: &User) -> bool {
    user.bot.unwrap_or(false) || user.system.unwrap_or(false)
}

/// Somebody of a guild, as Discord describes them now.
async fn in_guild(at: &Reception, guild: &DiscordGuild, user: &User, member: &Member) -> Stored<Caller> {
    let workspace = Workspace::discord(&guild.id);
    let mut described = described(&workspace, user, Some(member));
    let mut work = Work::look(&at.world).await?;
    let known = work.tx.account(&workspace, &user.id).await?;
    described.listed = match at.settings.listed.get(&user.id) {
        Some(handle) => Some(handle.clone()),
        None if known.as_ref().is_some_and(|known| known.linked_at.is_some()) => None,
        None => elsewhere(at, &mut work, user).await?,
    };
    let person = match known.filter(|known| is_fresh(at, known, &described)) {
        Some(known) if known.linked_at.is_some() && described.listed.is_none() => known.person,
        _ => None,
    };
    drop(work);
    let admitted = match person {
        Some(person) => Ok(person),
        None => actions::admit::admit(&at.world, &described, Newcomers::Nobody).await?,
    };
    let Rights { roles, teams } = rights_of(guild, member);
    Ok(match admitted {
        Ok(id) => {
            Caller::Admitted(Admitted { caller: actions::Caller { roles, teams, ..id.into() }, workspace })
        }
        Err(message) => Caller::Refused { message, account: Some(described) },
    })
}

/// Whether the database says the same, and lately, so that nothing need be written.
fn is_fresh(at: &Reception, known: &Account, described: &Described) -> bool {
    known.membership == described.membership && at.now() - known.checked_at < at.settings.recheck / 2
}

fn described(workspace: &Workspace, user: &User, member: Option<&Member>) -> Described {
    let given = |text: Option<&String>| text.filter(|text| !text.trim().is_empty()).cloned();
    let nick = given(member.and_then(|member| member.nick.as_ref()));
    let name = nick.or_else(|| given(user.global_name.as_ref())).unwrap_or_else(|| user.username.clone());
    let membership = match member {
        None => Membership::Left,
        Some(member) if member.pending.unwrap_or(false) => Membership::Guest,
        Some(_) => Membership::Member,
    };
    Described {
        workspace: workspace.clone(),
        id: user.id.clone(),
        membership,
        name,
        handle: user.username.clone(),
        listed: None,
        // Discord shows bots no addresses.
        email: None,
        by_email: false,
        zone: None,
    }
}

/// What Discord's roles make of somebody in a guild.
fn rights_of(guild: &DiscordGuild, member: &Member) -> Rights {
    let mut rights = Rights::default();
    for gives in member.roles.iter().filter_map(|role| guild.roles.get(role)) {
        rights.extend(gives);
    }
    rights
}

/// The handle to which a code linked the same account in another guild: an account is one person's everywhere.
async fn elsewhere(at: &Reception, work: &mut Work<'_>, user: &User) -> Stored<Option<String>> {
    for guild in &at.settings.guilds {
        let account = work.tx.account(&Workspace::discord(&guild.id), &user.id).await?;
        let linked = account.filter(|account| account.linked_at.is_some());
        if let Some(person) = linked.and_then(|account| account.person) {
            return Ok(work.tx.person(&person).await?.map(|person| person.handle));
        }
    }
    Ok(None)
}

/// Somebody in a direct conversation, where Discord does not say of which guild they are a member: it is asked, at
/// every press, first for the guilds in which they have an account.
async fn directly(at: &Reception, user: &User) -> Stored<Caller> {
    let mut known = Vec::new();
    let mut work = Work::look(&at.world).await?;
    for guild in &at.settings.guilds {
        let account = work.tx.account(&Workspace::discord(&guild.id), &user.id).await?;
        known.push((guild, account.filter(|account| account.person.is_some())));
    }
    drop(work);
    known.sort_by_key(|(_, account)| account.is_none());
    let mut looked = Looked::default();
    if tokio::time::timeout(PATIENCE, look(at, &known, user, &mut looked)).await.is_err() {
        looked.trouble = Some(Trouble::timeout(Method::Member));
    }
    for (guild, account) in known.iter().filter(|(_, account)| account.is_some()) {
        if looked.left.contains(&guild.id.as_str()) {
            let left = described(&Workspace::discord(&guild.id), user, None);
            let _shut_out = actions::admit::admit(&at.world, &left, Newcomers::Nobody).await?;
            tracing::info!(account = account.as_ref().map(|account| &account.id), "somebody left a guild");
        }
    }
    let known: Vec<&Account> = known.iter().filter_map(|(_, account)| account.as_ref()).collect();
    match looked {
        Looked { found: Some((guild, member)), .. } => in_guild(at, guild, user, &member).await,
        Looked { trouble: Some(trouble), left, .. } => Ok(believed(at, &known, &left, &trouble)),
        Looked { .. } if known.is_empty() => Ok(refused(Membership::Stranger)),
        Looked { .. } => Ok(refused(Membership::Left)),
    }
}

/// What Discord said about somebody, guild by guild.
#[derive(Default)]
struct Looked<'a> {
    found: Option<(&'a DiscordGuild, Member)>,
    left: Vec<&'a str>,
    trouble: Option<Trouble>,
}

async fn look<'a>(
    at: &Reception,
    known: &[(&'a DiscordGuild, Option<Account>)],
    user: &User,
    looked: &mut Looked<'a>,
) {
    for (guild, _) in known {
        match at.client.member(&guild.id, &user.id).await {
            Ok(member) => {
                looked.found = Some((guild, member));
                return;
            }
            Err(trouble) if trouble.kind == Kind::Person => looked.left.push(&guild.id),
            Err(trouble) => looked.trouble = Some(trouble),
        }
    }
}

/// Discord did not say who it is: whoever was admitted lately still is, with no roles but their own.
fn believed(at: &Reception, known: &[&Account], left: &[&str], trouble: &Trouble) -> Caller {
    let lately = known.iter().find(|account| {
        at.now() - account.checked_at < at.settings.recheck && !left.contains(&account.workspace.id.as_str())
    });
    match lately.and_then(|account| Some((account.person.clone()?, account))) {
        Some((person, account)) => {
            tracing::warn!(account = account.id, %trouble, "Discord did not say who somebody is; believed as before");
            Caller::Admitted(Admitted { caller: person.into(), workspace: account.workspace.clone() })
        }
        None => {
            let words =
                "Discord did not tell Sublet who you are. Nothing was done; please try again in a moment.";
            Caller::Refused { message: answer::say(words, Tone::Warning), account: None }
        }
    }
}

/// The handles of the people whom a command mentions.
pub async fn handles(at: &Reception, visit: &Visit, typed: &Typed) -> Stored<BTreeMap<String, String>> {
    let mut handles = BTreeMap::new();
    let guild = visit.came.guild_id.as_deref();
    for account in line::mentioned(typed).into_iter().take(MENTIONS) {
        if handles.contains_key(account) {
            continue;
        }
        if let Some(person) = person_of(at, guild, account).await?
            && let Some(person) = Work::look(&at.world).await?.tx.person(&person).await?
        {
            handles.insert(account.to_owned(), person.handle);
        }
    }
    Ok(handles)
}

/// The person of an account: listed in the configuration, or known in this guild, or in another that is served.
async fn person_of(at: &Reception, guild: Option<&str>, id: &str) -> Stored<Option<PersonId>> {
    let mut work = Work::look(&at.world).await?;
    if let Some(handle) = at.settings.listed.get(id)
        && let Some(person) = work.tx.person_by_handle(handle).await?
    {
        return Ok(Some(person.id));
    }
    let all = at.settings.guilds.iter().map(|guild| guild.id.as_str());
    for guild in guild.into_iter().chain(all) {
        let account = work.tx.account(&Workspace::discord(guild), id).await?;
        if let Some(person) = account.and_then(|account| account.person) {
            return Ok(Some(person));
        }
    }
    Ok(None)
}
