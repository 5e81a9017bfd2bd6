//! Forms: what is asked for, with what was given, what there is to choose from, and what was wrong.

use std::sync::Arc;

use commands::{
    Parameters, Spec, UsageError,
    env::offer::{SHORTER, SMALLER},
    form,
};

use super::{
    Asked, Caller, World, access,
    perform::Said,
    templates,
    work::{Stop, Work},
};
use crate::{
    cards::refusal,
    domain::{person::Person, template::Template},
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
    caller: &Caller,
    path: &[String],
    given: &[(String, String)],
) -> Stored<Option<Asked>> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let Some(entry) = commands::find(&path) else { return Ok(None) };
    let mut work = Work::look(world).await?;
    let Some(caller) = caller.person(&mut work).await? else { return Ok(None) };
    let parameters = parameters(&mut work, &caller, entry.spec, given).await?;
    let form = form::form(entry.spec, &parameters).showing(given);
    let form = offered(&mut work, &caller, form, given).await?;
    Ok(Some(Asked { form, problem: None, faults: Vec::new() }))
}

/// The form for what could not be read, with what was given well.
pub(super) async fn after_mistake(
    work: &mut Work<'_>,
    caller: &Person,
    error: &UsageError,
    from_form: bool,
) -> Stored<Option<Asked>> {
    let Some(spec) = error.command else { return Ok(None) };
    let parameters = parameters(work, caller, spec, &error.given).await?;
    let Some(form) = form::form_for(error, &parameters) else { return Ok(None) };
    let form = offered(work, caller, form, &error.given).await?;
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
    let parameters = parameters(work, caller, said.spec, &said.pairs).await?;
    let form = form::form(said.spec, &parameters).with(&well).showing(&refused);
    let form = offered(work, caller, form, &said.pairs).await?;
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
async fn offered(
    work: &mut Work<'_>,
    caller: &Person,
    mut form: form::Form,
    given: &[(String, String)],
) -> Stored<form::Form> {
    let templates = templates::of(work.world, caller);
    if less(given) == Some(SMALLER) {
        form.drop("for");
    }
    form.offer("template", templates.iter().map(|template| template.name.clone()).collect());
    let sizes = chosen(work.world, caller, given).map_or_else(Vec::new, |template| template.sizes.clone());
    form.offer("size", sizes.into_iter().map(|size| size.name).collect());
    form.drop_empty("size");
    // Whoever is in one team at most need not say which.
    form.offer("team", caller.teams.iter().filter(|_| caller.teams.len() > 1).cloned().collect());
    form.drop_empty("team");
    let keys = work.tx.keys_of(&caller.id).await?;
    form.offer("key", keys.into_iter().map(|key| key.name).collect());
    Ok(form)
}

/// What an offer of less is to lower, where a button says so.
fn less(given: &[(String, String)]) -> Option<&str> {
    given.iter().find(|(name, _)| name == "less").map(|(_, value)| value.as_str())
}

/// What a form that was sent still lacks, beside its field.
fn missing(error: &UsageError) -> Vec<(String, Text)> {
    error.field.iter().map(|field| (field.clone(), Text::plain(error.what.clone()))).collect()
}

/// The parameters that a command takes beyond its own arguments, with these values given.
async fn parameters(
    work: &mut Work<'_>,
    caller: &Person,
    spec: &Spec,
    given: &[(String, String)],
) -> Stored<Vec<form::Parameter>> {
    let value = |name: &str| given.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    match spec.parameters {
        Parameters::None => Ok(Vec::new()),
        Parameters::OfTemplate(_) => {
            let template = chosen(work.world, caller, given);
            Ok(template.map_or_else(Vec::new, |template| values::describe_given(&template, given)))
        }
        Parameters::OfSubject(_) if less(given) == Some(SHORTER) => Ok(Vec::new()),
        Parameters::OfSubject(name) => match value(name) {
            Some(subject) => asked_for(work, caller, &subject).await,
            None => Ok(Vec::new()),
        },
    }
}

/// What a request asks for, as parameters that may be lowered.
pub(super) async fn asked_for(
    work: &mut Work<'_>,
    caller: &Person,
    subject: &str,
) -> Stored<Vec<form::Parameter>> {
    let request = match access::subject(work, caller, subject).await {
        Ok(access::Subject::Request(request)) => request,
        Err(Stop::Store(error)) => return Err(error),
        Ok(_) | Err(_) => return Ok(Vec::new()),
    };
    let Some(template) = templates::requested(work, &request).await? else { return Ok(Vec::new()) };
    let asked: Vec<_> =
        request.parameters.iter().map(|(name, value)| (name.clone(), values::show(value))).collect();
    let mut lowered = Vec::new();
    for known in values::describe_given(&template, &asked) {
        let size = template.parameter(&known.name).is_some_and(|parameter| parameter.kind.is_size());
        let Some((_, was)) = asked.iter().find(|(name, _)| *name == known.name).filter(|_| size) else {
            continue;
        };
        let was = Some(was.clone());
        lowered.push(form::Parameter { default: was.clone(), max: was, required: false, ..known });
    }
    Ok(lowered)
}

/// The template that was named, if the caller may have it.
fn chosen(world: &World, caller: &Person, given: &[(String, String)]) -> Option<Arc<Template>> {
    let (_, name) = given.iter().find(|(name, _)| name == "template")?;
    world.templates.named(name).filter(|template| template.is_for(caller))
}
