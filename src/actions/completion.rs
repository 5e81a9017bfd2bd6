//! What could come next while somebody types.

use commands::{
    complete::{Candidate, Completion, Source},
    form::Parameter,
};

use super::{Caller, World, scopes, templates, work::Work};
use crate::{
    cards,
    domain::template::{Size, Template},
    ports::store::Stored,
    values,
};

/// How many names are offered at the most.
const OFFERED: u32 = 50;

/// Completions for a line with the cursor at that byte. A fault gives none: typing goes on without.
pub async fn complete(world: &World, caller: &Caller, text: &str, cursor: usize) -> Vec<Completion> {
    match known(world, caller).await {
        Ok(known) => commands::complete::complete(text, cursor, &known),
        Err(error) => {
            tracing::warn!(%error, "completion could not look at the database");
            Vec::new()
        }
    }
}

/// What the caller could mean: looked up at once, since the completer itself asks nobody.
struct Known {
    templates: Vec<std::sync::Arc<Template>>,
    environments: Vec<Candidate>,
    subjects: Vec<Candidate>,
    keys: Vec<Candidate>,
    tokens: Vec<Candidate>,
}

async fn known(world: &World, caller: &Caller) -> Stored<Known> {
    let mut work = Work::look(world).await?;
    let candidate = |name: &str, help: &str| Candidate { name: name.to_owned(), help: help.to_owned() };
    let person = caller.person(&mut work).await?;
    let templates = person.as_ref().map_or_else(Vec::new, |person| templates::of(world, person));
    let decides = person.is_some_and(|person| person.may_decide());
    let caller = &caller.id;
    let mut environments: Vec<Candidate> = Vec::new();
    for lease in work.tx.live_leases(Some(caller)).await? {
        environments.push(candidate(lease.name.as_str(), lease.phase.word()));
    }
    let mut subjects = Vec::new();
    for request in work.tx.open_requests(if decides { None } else { Some(caller) }).await? {
        let offered = candidate(request.name.as_str(), request.state.word());
        if request.requester == *caller {
            environments.push(offered.clone());
        }
        subjects.push(offered);
    }
    if decides {
        for lease in work.tx.live_leases(None).await?.into_iter().filter(|lease| lease.asked.is_some()) {
            subjects.push(candidate(lease.name.as_str(), "extension asked for"));
        }
        for wish in work.tx.open_wishes(None).await? {
            let help = format!("{} more asked for", values::say_amounts(&wish.amounts));
            subjects.push(candidate(wish.id.as_str(), &help));
        }
    }
    environments.truncate(OFFERED as usize);
    subjects.truncate(OFFERED as usize);
    let keys = work.tx.keys_of(caller).await?;
    let keys = keys.iter().map(|key| candidate(&key.name, &key.key.fingerprint)).collect();
    let tokens = work.tx.tokens_of(caller).await?;
    let tokens = tokens.iter().map(|token| candidate(&token.name, &scopes::words(&token.scopes))).collect();
    Ok(Known { templates, environments, subjects, keys, tokens })
}

impl Source for Known {
    fn templates(&self) -> Vec<Candidate> {
        let one = |template: &std::sync::Arc<Template>| Candidate {
            name: template.name.clone(),
            help: template.title.clone(),
        };
        self.templates.iter().map(one).collect()
    }

    fn parameters(&self, template: &str) -> Vec<Parameter> {
        self.parameters_given(template, &[])
    }

    fn parameters_given(&self, template: &str, given: &[(String, String)]) -> Vec<Parameter> {
        let found = self.templates.iter().find(|known| known.name == template);
        found.map_or_else(Vec::new, |template| values::describe_given(template, given))
    }

    fn sizes(&self, template: &str) -> Vec<Candidate> {
        let found = self.templates.iter().find(|known| known.name == template);
        let one = |size: &Size| Candidate { name: size.name.clone(), help: cards::sizes(&size.values) };
        found.map_or_else(Vec::new, |template| template.sizes.iter().map(one).collect())
    }

    fn environments(&self) -> Vec<Candidate> {
        self.environments.clone()
    }

    fn subjects(&self) -> Vec<Candidate> {
        self.subjects.clone()
    }

    fn keys(&self) -> Vec<Candidate> {
        self.keys.clone()
    }

    fn tokens(&self) -> Vec<Candidate> {
        self.tokens.clone()
    }
}
