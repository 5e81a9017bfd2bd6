//! Forms: what is asked for, with what was given, what there is to choose from, and what was wrong.

use commands::{UsageError, form};

use super::{Asked, World, perform::Said, work::Work};
use crate::{
    cards::refusal,
    domain::{ids::PersonId, person::Person},
    ports::{chat::Text, store::Stored},
    values,
};

/// The form of a command with these values in sight, as it is when another template was chosen in it: with the
/// parameters of that one. `None` when there is no such command.
///
/// # Errors
/// When the database fails.
pub async fn form(
    world: &World,
    caller: &PersonId,
    path: &[String],
    given: &[(String, String)],
) -> Stored<Option<Asked>> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let Some(entry) = commands::find(&path) else { return Ok(None) };
    let mut work = Work::look(world).await?;
    let form = form::form(entry.spec, &parameters(world, given)).showing(given);
    let form = offered(&mut work, caller, form).await?;
    Ok(Some(Asked { form, problem: None, faults: Vec::new() }))
}

/// The form for what could not be read, with what was given well.
pub(super) async fn after_mistake(
    work: &mut Work<'_>,
    caller: &Person,
    error: &UsageError,
    from_form: bool,
) -> Stored<Option<Asked>> {
    let Some(form) = form::form_for(error, &parameters(work.world, &error.given)) else { return Ok(None) };
    let form = offered(work, &caller.id, form).await?;
    let problem = (from_form && error.field.is_none()).then(|| Text::plain(error.explain()));
    let faults = if from_form && error.missing { missing(error) } else { Vec::new() };
    Ok(Some(Asked { form, problem, faults }))
}

/// The form for what was understood and refused; when it comes back, with the faults beside their fields.
pub(super) async fn after_refusal(
    work: &mut Work<'_>,
    caller: &Person,
    said: &Said,
    words: &refusal::Said,
    again: bool,
) -> Stored<Asked> {
    // What is refused stays in sight, also when it says what the command is about.
    let (refused, well): (Vec<_>, Vec<_>) =
        said.pairs.iter().cloned().partition(|(name, _)| words.fields.iter().any(|(wrong, _)| wrong == name));
    let form = form::form(said.spec, &parameters(work.world, &said.pairs)).with(&well).showing(&refused);
    let form = offered(work, &caller.id, form).await?;
    if !again {
        return Ok(Asked { form, problem: None, faults: Vec::new() });
    }
    let has = |name: &str| form.fields.iter().any(|field| field.name == name);
    let faults: Vec<_> = words.fields.iter().filter(|(name, _)| has(name)).cloned().collect();
    let problem = words.what.clone().and(" ").and(words.hint.clone());
    let problem = faults.is_empty().then_some(problem);
    Ok(Asked { form, problem, faults })
}

/// The form with what there is to choose from.
async fn offered(work: &mut Work<'_>, caller: &PersonId, mut form: form::Form) -> Stored<form::Form> {
    let templates = work.world.templates.all();
    form.offer("template", templates.iter().map(|template| template.name.clone()).collect());
    let keys = work.tx.keys_of(caller).await?;
    form.offer("key", keys.into_iter().map(|key| key.name).collect());
    Ok(form)
}

/// What a form that was sent still lacks, beside its field.
fn missing(error: &UsageError) -> Vec<(String, Text)> {
    error.field.iter().map(|field| (field.clone(), Text::plain(error.what.clone()))).collect()
}

fn parameters(world: &World, given: &[(String, String)]) -> Vec<form::Parameter> {
    let named = given.iter().find(|(name, _)| name == "template");
    let template = named.and_then(|(_, template)| world.templates.named(template));
    template.map_or_else(Vec::new, |template| values::describe(&template))
}
