//! Templates: who sees which, which version was meant, and what `/template` answers.

use std::sync::Arc;

use commands::TemplateShow;

use super::{
    Answer, World,
    work::{Stop, Work},
};
use crate::{
    cards::{self, listing},
    domain::{
        person::Person,
        refusal::Refusal,
        request::Request,
        template::{Template, Version},
    },
    ports::store::Stored,
    until_saved,
};

/// The templates that somebody may have, by name. The others are not there for them.
pub fn of(world: &World, person: &Person) -> Vec<Arc<Template>> {
    world.templates.all().into_iter().filter(|template| template.is_for(person)).collect()
}

/// The template of that name, for somebody who may have it.
///
/// # Errors
/// [`Refusal::NoTemplate`]; [`Refusal::NotForTeams`].
pub fn named(world: &World, person: &Person, name: &str) -> Result<Arc<Template>, Refusal> {
    match world.templates.named(name) {
        Some(template) if template.is_for(person) => Ok(template),
        Some(template) => Err(for_others(&template)),
        None => Err(Refusal::NoTemplate {
            name: name.to_owned(),
            known: of(world, person).iter().map(|template| template.name.clone()).collect(),
        }),
    }
}

fn for_others(template: &Template) -> Refusal {
    Refusal::NotForTeams { template: template.name.clone(), teams: template.teams.clone() }
}

/// The template as it was when the request was made, whatever its file says now. A request from before versions were
/// kept means the one in force; `None` when that is gone.
pub async fn requested(work: &mut Work<'_>, request: &Request) -> Stored<Option<Arc<Template>>> {
    let kept = match request.template_version {
        0 => None,
        number => work.tx.template_version(&request.template, number).await?,
    };
    Ok(kept.map(Arc::new).or_else(|| work.world.templates.named(&request.template)))
}

/// Keeps what is in force now, so that every content that ever was has its number.
///
/// # Errors
/// When the database fails.
pub async fn keep(world: &World) -> Stored<()> {
    until_saved!(keep_once(world))
}

async fn keep_once(world: &World) -> Stored<()> {
    let mut work = Work::begin(world).await?;
    for template in world.templates.all() {
        work.tx.keep_template(&template, work.now).await?;
    }
    work.commit().await
}

/// The number of the version that is in force now; `None` when it is gone, or was not seen so far.
pub async fn in_force(work: &mut Work<'_>, name: &str) -> Stored<Option<u32>> {
    let Some(template) = work.world.templates.named(name) else { return Ok(None) };
    Ok(number_of(&work.tx.template_versions(name).await?, &template))
}

fn number_of(versions: &[Version], template: &Template) -> Option<u32> {
    let digest = template.digest();
    versions.iter().find(|version| version.digest == digest).map(|version| version.number)
}

/// `/template list`.
pub fn list(world: &World, caller: &Person) -> Answer {
    let all = of(world, caller);
    Answer::Say(listing::templates(all.iter().map(AsRef::as_ref)))
}

/// `/template show`: as it is in force, or as it was in a version.
pub async fn show(work: &mut Work<'_>, caller: &Person, asked: &TemplateShow) -> Result<Answer, Stop> {
    let versions = work.tx.template_versions(&asked.name).await?;
    let Some(wanted) = asked.version else {
        let template = named(work.world, caller, &asked.name)?;
        let number = number_of(&versions, &template);
        return Ok(Answer::Say(cards::template::explained(
            &work.world.policy.rules.applied(&template),
            number,
            true,
        )));
    };
    let number = u32::try_from(wanted).unwrap_or(u32::MAX);
    let Some(template) = work.tx.template_version(&asked.name, number).await? else {
        // Whoever may not have it learns that first, and no number.
        named(work.world, caller, &asked.name)?;
        let latest = versions.last().map_or(0, |version| version.number);
        return Err(Refusal::NoSuchVersion { template: asked.name.clone(), latest }.into());
    };
    // Who may have it now counts; of one that is gone, who might have had it then.
    let now = work.world.templates.named(&asked.name);
    let judge = now.as_deref().unwrap_or(&template);
    if !judge.is_for(caller) {
        return Err(for_others(judge).into());
    }
    let in_force = now.is_some_and(|now| now.digest() == template.digest());
    Ok(Answer::Say(cards::template::explained(
        &work.world.policy.rules.applied(&template),
        Some(number),
        in_force,
    )))
}
