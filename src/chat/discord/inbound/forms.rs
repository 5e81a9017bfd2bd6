//! Forms: as a modal where Discord opens one, else as a message. What was given so far is kept in the database,
//! because Discord keeps nothing between two presses; only whoever began a form may go on with it.

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::{Reception, Visit, act, came::Kind, identity::Admitted, reply::Acknowledge, show};
use crate::{
    actions::{self, Asked, Input, work::Work},
    cards::answer,
    chat::discord::render::{self},
    domain::ids::PersonId,
    ports::{
        chat::{Message, Tone},
        store::{Draft, StoreError, Stored},
    },
    until_saved,
};

/// How long a form is kept.
const KEPT: TimeDelta = TimeDelta::days(1);
/// The letters and digits of a draft's id.
const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// Shows a form to the person who acted. `known` is its draft, when it comes back.
pub async fn ask(
    at: &Reception,
    visit: &Visit,
    who: &Admitted,
    known: Option<&str>,
    asked: &Asked,
    acknowledge: &mut Acknowledge,
) {
    let draft = draft_of(at, who, known, asked);
    if let Err(error) = keep(at, &draft).await {
        let message = at.broken("a form could not be kept", &error.into());
        return show::say(at, visit, Some(&who.workspace), &message, acknowledge).await;
    }
    // Discord opens no modal over another, and what was wrong is seen better in a message.
    let opens = matches!(visit.came.kind, Kind::Command | Kind::Component) && known.is_none();
    if let Some(modal) = render::modal(asked, &draft.id).filter(|_| opens && !visit.takes_the_place())
        && show::open(modal, acknowledge)
    {
        return;
    }
    show::show(at, visit, render::form(asked, &draft.id), acknowledge).await;
}

/// Something was chosen in a menu of a form: the form follows it.
pub async fn choose(
    at: &Reception,
    visit: &Visit,
    who: &Admitted,
    (draft, field): (&str, &str),
    acknowledge: &mut Acknowledge,
) {
    let chosen = visit.came.chosen().unwrap_or_default().to_owned();
    fill(at, visit, who, draft, vec![(field.to_owned(), chosen)], acknowledge).await;
}

/// A part of a form was filled in as a modal, or something was chosen in it: it is shown as it is now.
pub async fn fill(
    at: &Reception,
    visit: &Visit,
    who: &Admitted,
    draft: &str,
    values: Vec<(String, String)>,
    acknowledge: &mut Acknowledge,
) {
    let shown = async {
        let Some(draft) = until_saved!(change(at, &who.caller.id, draft, &values))? else { return Ok(None) };
        Ok(asked(at, who, &draft).await?.map(|asked| render::form(&asked, &draft.id)))
    };
    match shown.await {
        Ok(Some(form)) => show::show(at, visit, form, acknowledge).await,
        Ok(None) => show::say(at, visit, None, &gone(), acknowledge).await,
        Err(error) => failed(at, visit, error, acknowledge).await,
    }
}

/// A part of a form is to be filled in.
pub async fn open(
    at: &Reception,
    visit: &Visit,
    who: &Admitted,
    (draft, part): (&str, usize),
    acknowledge: &mut Acknowledge,
) {
    let found = async {
        let Some(draft) = find(at, &who.caller.id, draft).await? else { return Ok(None) };
        Ok(asked(at, who, &draft).await?.map(|asked| (draft, asked)))
    };
    let (draft, asked) = match found.await {
        Ok(Some(found)) => found,
        Ok(None) => return show::say(at, visit, None, &gone(), acknowledge).await,
        Err(error) => return failed(at, visit, error, acknowledge).await,
    };
    if let Some(modal) = render::part(&asked, &draft.id, part)
        && show::open(modal, acknowledge)
    {
        return;
    }
    // The form as it is now: another button of it may be pressed.
    show::show(at, visit, render::form(&asked, &draft.id), acknowledge).await;
}

/// A form was sent, with what was filled in just now.
pub async fn send(
    at: &Reception,
    visit: &Visit,
    who: &Admitted,
    draft: &str,
    values: Vec<(String, String)>,
    acknowledge: &mut Acknowledge,
) {
    let mut draft = match find(at, &who.caller.id, draft).await {
        Ok(Some(draft)) => draft,
        Ok(None) => return show::say(at, visit, None, &gone(), acknowledge).await,
        Err(error) => return failed(at, visit, error, acknowledge).await,
    };
    set(&mut draft, &values);
    let input = Input::Form { path: draft.path.clone(), values: all(&draft) };
    act::perform(at, visit, who, input, Some(&draft.id), acknowledge).await;
}

/// A form was sent and understood: it is kept no longer.
pub async fn forget(at: &Reception, id: &str) {
    if let Err(error) = until_saved!(forget_once(at, id)) {
        // It is forgotten in a day anyway.
        tracing::warn!(%error, "a form that was sent was not forgotten");
    }
}

/// What somebody is told whose form is not there, or is somebody else's.
pub fn gone() -> Message {
    let words =
        "This form is no longer kept: it was sent, or is older than a day. Please begin it once more.";
    answer::say(words, Tone::Warning)
}

async fn failed(at: &Reception, visit: &Visit, error: StoreError, acknowledge: &mut Acknowledge) {
    let message = at.broken("a form could not be looked up", &error.into());
    show::say(at, visit, None, &message, acknowledge).await;
}

/// The draft of a form as it is shown.
fn draft_of(at: &Reception, who: &Admitted, known: Option<&str>, asked: &Asked) -> Draft {
    let given = asked.form.fields.iter().filter(|field| !field.value.is_empty());
    Draft {
        id: known.map_or_else(|| new_id(at), str::to_owned),
        person: who.caller.id.clone(),
        path: asked.form.spec.path.iter().map(|word| (*word).to_owned()).collect(),
        values: given.map(|field| (field.name.clone(), field.value.clone())).collect(),
        hidden: asked.form.hidden.clone(),
    }
}

/// The form of a draft. `None` when its command is no more.
async fn asked(at: &Reception, who: &Admitted, draft: &Draft) -> Stored<Option<Asked>> {
    let asked = actions::form(&at.world, &who.caller, &draft.path, &all(draft)).await?;
    Ok(asked.map(|mut asked| {
        asked.form.fields.retain(|field| !draft.hidden.iter().any(|(name, _)| *name == field.name));
        asked.form.hidden.clone_from(&draft.hidden);
        asked
    }))
}

fn all(draft: &Draft) -> Vec<(String, String)> {
    draft.hidden.iter().chain(&draft.values).cloned().collect()
}

/// Sets values; an empty one takes away what stood there.
fn set(draft: &mut Draft, values: &[(String, String)]) {
    for (name, value) in values {
        draft.values.retain(|(known, _)| known != name);
        if !value.is_empty() {
            draft.values.push((name.clone(), value.clone()));
        }
    }
}

async fn find(at: &Reception, person: &PersonId, id: &str) -> Stored<Option<Draft>> {
    let mut work = Work::look(&at.world).await?;
    Ok(work.tx.draft(id, work.now - KEPT).await?.filter(|draft| draft.person == *person))
}

async fn change(
    at: &Reception,
    person: &PersonId,
    id: &str,
    values: &[(String, String)],
) -> Stored<Option<Draft>> {
    let mut work = Work::begin(&at.world).await?;
    let old = work.now - KEPT;
    let Some(mut draft) = work.tx.draft(id, old).await?.filter(|draft| draft.person == *person) else {
        return Ok(None);
    };
    set(&mut draft, values);
    work.tx.save_draft(&draft, work.now, old).await?;
    work.commit().await?;
    Ok(Some(draft))
}

async fn keep(at: &Reception, draft: &Draft) -> Stored<()> {
    until_saved!(keep_once(at, draft))
}

async fn keep_once(at: &Reception, draft: &Draft) -> Stored<()> {
    let mut work = Work::begin(&at.world).await?;
    work.tx.save_draft(draft, work.now, work.now - KEPT).await?;
    work.commit().await
}

async fn forget_once(at: &Reception, id: &str) -> Stored<()> {
    let mut work = Work::begin(&at.world).await?;
    work.tx.forget_draft(id).await?;
    work.commit().await
}

/// A new id, which nobody can guess from another.
fn new_id(at: &Reception) -> String {
    let bytes = Sha256::digest(at.world.ids.next().as_bytes());
    bytes.iter().take(render::ids::DRAFT).map(|byte| char::from(LETTERS[usize::from(byte % 36)])).collect()
}
