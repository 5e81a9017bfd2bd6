//! The script of the tour, scene by scene.

use anyhow::{Context as _, ensure};
use chrono::TimeDelta;

use super::{chat::Pressed, login::KeyPair, stage::Stage};
use crate::{
    domain::{
        environment::SshAccess,
        ids::EnvName,
        lease::{Lease, Phase},
        person::Person,
    },
    ports::chat::Room,
};

/// How many scenes there are.
pub const SCENES: u64 = 8;

/// Plays all scenes.
pub async fn play(stage: &Stage<'_>) -> anyhow::Result<()> {
    let dana = stage.chat.person("dana").await?;
    let room = Room::Direct(dana.id.clone());
    let key = KeyPair::make(&stage.keys, "tour")?;
    let name = request(stage, &key).await?;
    approve(stage, &name).await?;
    let lease = ready(stage, &name).await?;
    let access = lease.access.clone().context("not as told: it is ready without an address")?;
    login(stage, &name, &key, &access).await?;
    warned(stage, &lease, &room).await?;
    extend(stage, &lease, &room).await?;
    release(stage, &name, &room).await?;
    gone(stage, &name, &dana, &key, &access).await
}

async fn request(stage: &Stage<'_>, key: &KeyPair) -> anyhow::Result<EnvName> {
    stage.scene("Dana asks for an environment");
    let stored = stage.chat.say("dana", &format!("/key add {}", key.public)).await?;
    let known = stored.summary.in_zone(chrono_tz::UTC);
    ensure!(
        known.contains("Stored") || known.contains("already"),
        "not as told: the key was not stored: {known}"
    );
    let key_name = key_name(&known);
    let line = format!("/env request web {} for=3d key={key_name} to see the tour", stage.size);
    stage.line(format!("   > {line}"));
    let before = stage.newest("dana").await?;
    let answer = stage.chat.say("dana", &line).await?;
    stage.line(format!("   {}", answer.summary.in_zone(chrono_tz::UTC)));
    let name = stage.newest("dana").await?.filter(|name| Some(name) != before.as_ref());
    name.context("not as told: there is no request")
}

/// The name under which the key is stored, from the answer that says so.
fn key_name(answer: &str) -> String {
    let words = answer.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()));
    words.into_iter().find(|word| word.starts_with("tour")).unwrap_or("tour").to_owned()
}

async fn approve(stage: &Stage<'_>, name: &EnvName) -> anyhow::Result<()> {
    stage.scene("Ada sees the card in #approvals and presses Approve");
    let waits = async || Ok(stage.chat.sees_button("ada", &Room::Approvers, "Approve").await?.then_some(()));
    stage.until("the approvers' card", waits).await?;
    let Pressed::Answered(answer) = stage.chat.press("ada", &Room::Approvers, "Approve").await? else {
        anyhow::bail!("not as told: Approve opened a form");
    };
    let said = answer.summary.in_zone(chrono_tz::UTC);
    ensure!(said.contains("approved"), "not as told: {name} was not approved: {said}");
    stage.line(format!("   {said}"));
    Ok(())
}

async fn ready(stage: &Stage<'_>, name: &EnvName) -> anyhow::Result<Lease> {
    stage.scene("It is provisioned");
    let told = std::cell::RefCell::new(String::new());
    let active = async || {
        let Some(lease) = stage.lease(name).await? else { return Ok(None) };
        let progress = &lease.progress;
        let words = format!("   {}/{} {}", progress.done, progress.total, progress.step);
        if !progress.step.is_empty() && *told.borrow() != words {
            stage.line(&words);
            *told.borrow_mut() = words;
        }
        Ok((lease.phase == Phase::Active).then_some(lease))
    };
    stage.until("readiness", active).await
}

async fn login(stage: &Stage<'_>, name: &EnvName, key: &KeyPair, access: &SshAccess) -> anyhow::Result<()> {
    stage.scene("Dana logs in by SSH, with the key she gave");
    stage.line(format!("   $ {}", access.command()));
    let printed = key.run(access, "echo hello from $(hostname)").await?;
    ensure!(printed.contains("hello from"), "not as told: the login printed {printed}");
    stage.line(format!("   {printed}"));
    let stranger = KeyPair::make(&stage.keys, "stranger")?;
    let refused = stranger.run(access, "true").await.err().context("not as told: another key was let in")?;
    ensure!(refused.to_string().contains("Permission denied"), "not as told: {refused}");
    stage.line(format!("   another key is refused at {name}"));
    if let Some(isolation) = &access.isolation {
        stage.line(format!("   {isolation}"));
    }
    Ok(())
}

async fn warned(stage: &Stage<'_>, lease: &Lease, room: &Room) -> anyhow::Result<()> {
    stage.scene("Two days pass; the warnings come");
    let ends_at = lease.ends_at().context("not as told: the lease has no end")?;
    stage.clock.advance_to(ends_at - TimeDelta::minutes(25));
    let receipt = async || {
        let lease = stage.lease(&lease.name).await?;
        Ok(lease.and_then(|lease| lease.term).and_then(|term| term.receipt))
    };
    stage.until("the delivery of the final warning", receipt).await?;
    let lines = stage.chat.read("dana", room).await?;
    let warning = lines.iter().rev().find(|line| line.contains("final warning"));
    stage.line(format!("   {}", warning.context("not as told: Dana reads no final warning")?));
    Ok(())
}

async fn extend(stage: &Stage<'_>, lease: &Lease, room: &Room) -> anyhow::Result<()> {
    stage.scene("Dana asks for a day more; Omar approves it");
    let Pressed::Form { path, hidden } = stage.chat.press("dana", room, "Extend").await? else {
        anyhow::bail!("not as told: Extend opened no form");
    };
    let mut values = hidden;
    values.push(("for".to_owned(), "1d".to_owned()));
    values.push(("reason".to_owned(), "the demonstration was moved to tomorrow".to_owned()));
    let answer = stage.chat.fill("dana", room, path, values).await?;
    stage.line(format!("   {}", answer.summary.in_zone(chrono_tz::UTC)));
    let waits = async || Ok(stage.chat.sees_button("omar", &Room::Approvers, "Approve").await?.then_some(()));
    stage.until("the card of the extension", waits).await?;
    stage.chat.press("omar", &Room::Approvers, "Approve").await?;
    let before = lease.ends_at();
    let extended = async || {
        let lease = stage.lease(&lease.name).await?;
        Ok(lease.and_then(|lease| lease.ends_at()).filter(|ends_at| Some(*ends_at) != before))
    };
    let ends_at = stage.until("the extension", extended).await?;
    ensure!(
        before.map(|before| before + TimeDelta::days(1)) == Some(ends_at),
        "not as told: it now ends {ends_at}"
    );
    stage.line(format!("   it now ends {ends_at}"));
    Ok(())
}

async fn release(stage: &Stage<'_>, name: &EnvName, room: &Room) -> anyhow::Result<()> {
    stage.scene("Dana is done and presses Release now");
    let Pressed::Answered(answer) = stage.chat.press("dana", room, "Release now").await? else {
        anyhow::bail!("not as told: Release now opened a form");
    };
    stage.line(format!("   {}", answer.summary.in_zone(chrono_tz::UTC)));
    let lease = stage.lease(name).await?.context("not as told: the lease is lost")?;
    ensure!(
        matches!(lease.phase, Phase::Deleting { .. } | Phase::Gone { .. }),
        "not as told: it is {}",
        lease.phase.word()
    );
    Ok(())
}

async fn gone(
    stage: &Stage<'_>,
    name: &EnvName,
    dana: &Person,
    key: &KeyPair,
    access: &SshAccess,
) -> anyhow::Result<()> {
    stage.scene("Everything is purged, and can be explained");
    let over = async || {
        let lease = stage.lease(name).await?;
        Ok(lease.filter(|lease| matches!(lease.phase, Phase::Gone { .. })))
    };
    stage.until("the purge", over).await?;
    ensure!(key.run(access, "true").await.is_err(), "not as told: one can still log in");
    stage.line("   nobody can log in any more");
    let room = Room::Direct(dana.id.clone());
    let told = async || {
        let lines = stage.chat.read("dana", &room).await?;
        Ok(lines.iter().any(|line| line.contains("is gone")).then_some(()))
    };
    stage.until("the last notice", told).await?;
    let story = stage.chat.say("dana", &format!("/env why {name}")).await?;
    for block in &story.blocks {
        if let crate::ports::chat::Block::List(entries) = block {
            for entry in entries {
                stage.line(format!("   {}", entry.in_zone(dana.zone)));
            }
        }
    }
    Ok(())
}
