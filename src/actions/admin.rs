//! `/admin`: roles, teams and accounts of people, and their leaving. Whoever comes here may administer.

use commands::{AdminLink, AdminRemove, AdminRole, AdminTeam};

use super::{
    Answer, access,
    leave::{self, Left},
    request_environment::bounded,
    work::{Stop, Work},
};
use crate::{
    cards::{People, answer, people as cards},
    domain::{
        Instant,
        access::{Verb, Whose, may},
        audit::{Actor, Fact},
        person::{Membership, Person, Removed, Role},
        refusal::Refusal,
    },
    ports::{
        chat::{Block, Message, Platform, Text, Tone, Workspace},
        store::{Account, Stored},
    },
};

/// `/admin role`: gives a role, or takes one that was given.
pub async fn role(work: &mut Work<'_>, caller: &Person, asked: &AdminRole) -> Result<Answer, Stop> {
    let mut person = known(work, caller, &asked.who).await?;
    let Some(role) = Role::parse(&asked.role) else {
        return Err(Refusal::NotGivenHere {
            handle: person.handle,
            what: asked.role.clone(),
            elsewhere: false,
        }
        .into());
    };
    let (handle, what) = (person.handle.clone(), role.word().to_owned());
    let fact = if asked.way == "give" {
        if !person.give(role) {
            return Err(Refusal::AlreadyIs { handle, what }.into());
        }
        Fact::RoleGiven { role }
    } else {
        let elsewhere = person.roles.contains(&role);
        if !person.take(role) {
            return Err(Refusal::NotGivenHere { handle, what, elsewhere }.into());
        }
        Fact::RoleTaken { role }
    };
    let words = match &fact {
        Fact::RoleGiven { .. } => format!("@{handle} is {what} now."),
        _ if person.roles.contains(&role) => format!("@{handle} is still {what}: the configuration says so."),
        _ => format!("@{handle} is no longer {what}."),
    };
    save(work, caller, &person, fact).await?;
    said(work, words).await
}

/// `/admin team`: puts somebody into a team, or takes them out again.
pub async fn team(work: &mut Work<'_>, caller: &Person, asked: &AdminTeam) -> Result<Answer, Stop> {
    let mut person = known(work, caller, &asked.who).await?;
    let (handle, team) = (person.handle.clone(), asked.team.clone());
    let what = format!("in the team {team}");
    let fact = if asked.way == "join" {
        if !person.join(&team) {
            return Err(Refusal::AlreadyIs { handle, what }.into());
        }
        Fact::TeamJoined { team }
    } else {
        let elsewhere = person.teams.contains(&team);
        if !person.leave(&team) {
            return Err(Refusal::NotGivenHere { handle, what, elsewhere }.into());
        }
        Fact::TeamLeft { team }
    };
    let words = match &fact {
        Fact::TeamJoined { .. } => format!("@{handle} is {what} now."),
        _ if person.teams.contains(&asked.team) => {
            format!("@{handle} is still {what}: the configuration says so.")
        }
        _ => format!("@{handle} is no longer {what}."),
    };
    save(work, caller, &person, fact).await?;
    said(work, words).await
}

/// `/admin link`: an account of a platform is somebody's from now on.
pub async fn link(work: &mut Work<'_>, caller: &Person, asked: &AdminLink) -> Result<Answer, Stop> {
    let person = known(work, caller, &asked.who).await?;
    let (workspace, id) = account(&asked.account)?;
    let before = work.tx.account(&workspace, &id).await?;
    let account = Account {
        membership: before.as_ref().map_or(Membership::Member, |before| before.membership),
        direct: before.filter(|before| before.person.as_ref() == Some(&person.id)).and_then(|it| it.direct),
        workspace,
        id,
        person: Some(person.id.clone()),
        linked_at: Some(work.now),
        // What the platform says of the account is asked at its first press, whatever was known.
        checked_at: Instant::UNIX_EPOCH,
    };
    work.tx.save_account(&account).await?;
    let fact = Fact::AccountLinked { account: asked.account.clone() };
    leave::about(work, &person, fact, &Actor::Person(caller.id.clone())).await?;
    let words = Text::plain(format!("Whoever uses {} is ", asked.account));
    let words = words.strong(format!("@{}", person.handle)).and(" from now on.");
    Ok(Answer::Say(answer::say(words, Tone::Good)))
}

/// `slack/T0123/U0456` in its parts.
fn account(text: &str) -> Result<(Workspace, String), Refusal> {
    let bad = || Refusal::BadAccount { account: text.to_owned() };
    let (word, id) = text.trim().rsplit_once('/').ok_or_else(bad)?;
    let workspace = Workspace::parse(word).ok_or_else(bad)?;
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let fits = matches!(workspace.platform, Platform::Slack | Platform::Discord);
    if fits && plain(&workspace.id) && plain(id) { Ok((workspace, id.to_owned())) } else { Err(bad()) }
}

/// `/admin people`: who is known, and what they may do.
pub async fn people(work: &mut Work<'_>, caller: &Person, who: Option<&str>) -> Result<Answer, Stop> {
    let Some(who) = who.filter(|who| *who != "all") else {
        return match may(caller, Verb::People, Whose::Other) {
            Ok(()) => Ok(Answer::Say(cards::list(&work.tx.people().await?))),
            Err(refusal) => Err(Stop::Denied { refusal, about: "people".to_owned(), tried: "see" }),
        };
    };
    let handle = who.trim_start_matches('@');
    if handle != "me" && handle != caller.handle {
        // Whether somebody is known is told only to those who may see everybody.
        let denied = |refusal| Stop::Denied { refusal, about: format!("@{handle}"), tried: "see" };
        may(caller, Verb::People, Whose::Other).map_err(denied)?;
    }
    let mut person = access::somebody(work, caller, who).await?;
    if person.id == caller.id {
        person = caller.clone();
    }
    let accounts = work.tx.accounts_of(&person.id).await?;
    Ok(Answer::Say(cards::one(&person, &accounts)))
}

/// `/admin remove`: somebody leaves.
pub async fn remove(work: &mut Work<'_>, caller: &Person, asked: AdminRemove) -> Result<Answer, Stop> {
    let person = known(work, caller, &asked.who).await?;
    if person.id == caller.id {
        return Err(Refusal::Oneself.into());
    }
    let why = bounded("reason", asked.reason)?;
    let mut person = Person { active: false, ..person };
    if person.standing.removed.is_none() {
        person.standing.removed = Some(Removed { at: work.now, why: why.clone() });
    }
    work.tx.save_person(&person).await?;
    work.touched = Some(person.id.as_str().to_owned());
    let left = leave::noted(work, &person, &why, &Actor::Person(caller.id.clone())).await?;
    let people = work.people().await?;
    let mut message = became(&person, &left, &people);
    missing(work, &mut message).await?;
    Ok(Answer::Say(message))
}

/// What became of what they had.
fn became(person: &Person, left: &Left, people: &People) -> Message {
    let mut message = answer::say(format!("@{} is removed.", person.handle), Tone::Good);
    let withdrawn =
        left.withdrawn.iter().map(|name| Text::default().strong(name.as_str()).and(" was withdrawn"));
    let handed = left.handed.iter().map(|(name, to)| {
        people.mention(Text::default().strong(name.as_str()).and(" is now in the hands of "), to)
    });
    let kept = left.kept.iter().map(|name| {
        Text::default().strong(name.as_str()).and(" stays until its end: nobody is there to take it")
    });
    let lines: Vec<Text> = withdrawn.chain(handed).chain(kept).collect();
    if !lines.is_empty() {
        message.blocks.push(Block::List(lines));
    }
    message
}

/// `/admin restore`: somebody who was removed comes back.
pub async fn restore(work: &mut Work<'_>, caller: &Person, who: &str) -> Result<Answer, Stop> {
    let mut person = access::somebody(work, caller, who).await?;
    let handle = person.handle.clone();
    if person.standing.erased {
        return Err(Refusal::Erased.into());
    }
    if person.active {
        return Err(Refusal::AlreadyIs { handle, what: "active".to_owned() }.into());
    }
    if person.standing.removed.take().is_none() {
        return Err(Refusal::ByConfiguration { handle }.into());
    }
    person.active = true;
    save(work, caller, &person, Fact::PersonRestored).await?;
    let words = format!("@{handle} is back, with the roles they had. They link their accounts anew.");
    Ok(Answer::Say(answer::say(words, Tone::Good)))
}

/// Somebody about whom something can still be said.
async fn known(work: &mut Work<'_>, caller: &Person, who: &str) -> Result<Person, Stop> {
    let person = access::somebody(work, caller, who).await?;
    if person.standing.erased {
        return Err(Refusal::Erased.into());
    }
    Ok(person)
}

async fn save(work: &mut Work<'_>, caller: &Person, person: &Person, fact: Fact) -> Stored<()> {
    work.tx.save_person(person).await?;
    work.touched = Some(person.id.as_str().to_owned());
    leave::about(work, person, fact, &Actor::Person(caller.id.clone())).await
}

async fn said(work: &mut Work<'_>, words: String) -> Result<Answer, Stop> {
    let mut message = answer::say(words, Tone::Good);
    missing(work, &mut message).await?;
    Ok(Answer::Say(message))
}

/// The last admin and the last approver never go without being missed aloud.
async fn missing(work: &mut Work<'_>, message: &mut Message) -> Stored<()> {
    let people = work.tx.people().await?;
    let none = |may: fn(&Person) -> bool| !people.iter().any(may);
    if none(Person::may_decide) {
        let words = "Nobody is left who may decide by a role of their own: requests wait for those whom a group of a \
                     platform makes an approver.";
        message.blocks.push(Block::Note(Text::plain(words)));
    } else if none(Person::is_admin) {
        let words = "No admin is left by a role of their own; the configuration can name one.";
        message.blocks.push(Block::Note(Text::plain(words)));
    }
    Ok(())
}
