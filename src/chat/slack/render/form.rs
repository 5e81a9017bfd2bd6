//! Forms as modals, and what was filled in as values again.

use std::collections::HashMap;

use commands::form::Field;
use serde::{Deserialize, Serialize};
use slack_morphism::prelude::*;

use super::{Names, blocks, limits, text};
use crate::{
    actions::Asked,
    chat::render::{
        form::{fault, hint},
        words::alive,
    },
    ports::chat::Text,
};

/// The `callback_id` of every form.
const FORM: &str = "form";
/// The `action_id` of every field; its `block_id` is the field's name.
const VALUE: &str = "value";

/// What a form carries unseen, so that it can be read when it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// The command's path.
    pub path: Vec<String>,
    /// Values that are settled.
    pub hidden: Vec<(String, String)>,
    /// The names of the fields that are shown; empty when they did not fit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shown: Vec<String>,
    /// Whether the form says above its fields what is wrong: then only another form takes that away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    marked: bool,
}

impl Meta {
    /// What a view carries; `None` when it is not ours.
    pub fn read(private_metadata: &str) -> Option<Self> {
        serde_json::from_str(private_metadata).ok()
    }

    fn of(asked: &Asked) -> Self {
        let form = &asked.form;
        Self {
            path: form.spec.path.iter().map(|word| (*word).to_owned()).collect(),
            hidden: form.hidden.clone(),
            shown: form.fields.iter().map(|field| field.name.clone()).collect(),
            marked: false,
        }
    }

    /// As it is carried; `None` when it is more than Slack keeps.
    fn write(mut self) -> Option<String> {
        let fits = |meta: &Self| {
            serde_json::to_string(meta).ok().filter(|text| limits::length(text) <= limits::METADATA)
        };
        fits(&self).or_else(|| {
            self.shown.clear();
            fits(&self)
        })
    }
}

/// The form as a modal. When it holds more than Slack can carry, the modal says so instead of losing any of it.
pub fn modal(asked: &Asked, names: &Names) -> SlackModalView {
    let form = &asked.form;
    let marked = asked.problem.is_some() || form.fields.iter().any(|field| fault(field, asked).is_some());
    let Some(meta) = (Meta { marked, ..Meta::of(asked) }).write() else { return too_much(asked) };
    let title =
        if limits::length(&form.title) <= limits::TITLE { form.title.clone() } else { form.spec.name() };
    let mut shown = Vec::new();
    if title != form.title {
        shown.push(blocks::section(text::mrkdwn(&form.title.as_str().into(), names, limits::SECTION)));
    }
    if let Some(problem) = &asked.problem {
        let words = Text::default().strong("⚠️ That did not work: ");
        let words = Text(words.0.into_iter().chain(problem.0.clone()).collect());
        shown.push(blocks::section(text::mrkdwn(&words, names, limits::SECTION)));
    }
    let room = limits::VIEW_BLOCKS - shown.len();
    let fields = form.fields.iter().flat_map(|field| input(field, asked, names));
    shown.extend(fields.take(room));
    SlackModalView::new(text::label(&title, limits::TITLE).into(), shown)
        .with_callback_id(FORM.into())
        .with_private_metadata(meta)
        .with_submit(text::label(&form.submit, limits::TITLE).into())
        .with_close("Cancel".into())
}

/// A modal that cannot be sent: it says what to do instead.
fn too_much(asked: &Asked) -> SlackModalView {
    let words = Text::plain(
        "What was given already is longer than a form of Slack can carry. Please type it in one line: ",
    )
    .code(asked.form.spec.usage())
    .and(".");
    let shown = vec![blocks::section(text::mrkdwn(&words, &Names::default(), limits::SECTION))];
    SlackModalView::new(text::label(&asked.form.spec.name(), limits::TITLE).into(), shown)
        .with_close("Close".into())
}

/// What is wrong, field by field, for the view that is shown. `None` when nothing can be said so: then the view
/// itself must change.
pub fn faults(asked: &Asked, shown: &Meta) -> Option<HashMap<String, String>> {
    let next = Meta::of(asked);
    let faults = asked.form.fields.iter().filter_map(|field| Some((field, fault(field, asked)?)));
    let faults: Vec<_> = faults.collect();
    // Slack's own errors are plain text, in which a moment could not be in the reader's zone.
    let alive = faults.iter().any(|(_, words)| words.0.iter().any(alive));
    if asked.problem.is_some() || next != *shown || alive {
        return None;
    }
    let wrong = faults.iter().map(|(field, words)| (field.name.clone(), text::plain(words, limits::HINT)));
    Some(wrong.collect::<HashMap<_, _>>()).filter(|wrong| !wrong.is_empty())
}

/// The field, and above it what is wrong with it.
fn input(field: &Field, asked: &Asked, names: &Names) -> Vec<SlackBlock> {
    let fault = fault(field, asked).map(|words| {
        let words = Text(Text::plain("⚠️ ").0.into_iter().chain(words.0).collect());
        blocks::context(text::mrkdwn(&words, names, limits::SECTION))
    });
    let options = options(field);
    let follows = !options.is_empty() && field.leads;
    let hint = hint(field, options.is_empty(), limits::INPUT);
    let element = if options.is_empty() { typed(field) } else { select(field, options) };
    let mut input = SlackInputBlock::new(text::label(&field.label, limits::HINT).into(), element)
        .with_block_id(SlackBlockId(field.name.clone()))
        .with_optional(!field.required);
    if !hint.is_empty() {
        input = input.with_hint(text::label(&hint, limits::HINT).into());
    }
    if follows {
        input = input.with_dispatch_action(true);
    }
    fault.into_iter().chain([input.into()]).collect()
}

type Option_ = SlackBlockChoiceItem<SlackBlockPlainTextOnly>;

/// The choices as options; none when Slack cannot offer them all, so that the value is typed.
fn options(field: &Field) -> Vec<Option_> {
    let fits = |choice: &String| !choice.trim().is_empty() && limits::length(choice) <= limits::OPTION_VALUE;
    if field.choices.len() > limits::SELECT || !field.choices.iter().all(fits) {
        return Vec::new();
    }
    let option = |choice: &String| {
        SlackBlockChoiceItem::new(text::label(choice, limits::LABEL).into(), choice.clone())
    };
    field.choices.iter().map(option).collect()
}

fn select(field: &Field, options: Vec<Option_>) -> SlackInputBlockElement {
    let chosen = options.iter().find(|option| option.value == field.value).cloned();
    let mut element = SlackBlockStaticSelectElement::new().with_action_id(VALUE.into()).with_options(options);
    if !field.placeholder.is_empty() {
        element = element.with_placeholder(text::label(&field.placeholder, limits::PLACEHOLDER).into());
    }
    element.opt_initial_option(chosen).into()
}

fn typed(field: &Field) -> SlackInputBlockElement {
    let mut element = SlackBlockPlainTextInputElement::new().with_action_id(VALUE.into());
    if field.is_long() {
        element = element.with_multiline(true);
    }
    if !field.placeholder.is_empty() {
        element = element.with_placeholder(text::label(&field.placeholder, limits::PLACEHOLDER).into());
    }
    if !field.value.is_empty() && limits::length(&field.value) <= limits::INPUT {
        element = element.with_initial_value(field.value.clone());
    }
    element.into()
}

/// What was filled in, after the hidden values; what was left empty is left out.
pub fn values(meta: &Meta, state: &SlackViewState) -> Vec<(String, String)> {
    let given = |(block, actions): (&SlackBlockId, &HashMap<SlackActionId, SlackViewStateValue>)| {
        let value = actions.get(&SlackActionId(VALUE.to_owned()))?;
        let chosen = value.selected_option.as_ref().map(|option| option.value.clone());
        let value = chosen.or_else(|| value.value.clone()).filter(|value| !value.is_empty())?;
        Some((block.0.clone(), value))
    };
    let mut filled: Vec<(String, String)> = state.values.iter().filter_map(given).collect();
    let place = |name: &str| meta.shown.iter().position(|shown| shown == name).unwrap_or(usize::MAX);
    filled.sort_by(|(one, _), (other, _)| place(one).cmp(&place(other)).then_with(|| one.cmp(other)));
    let hidden = meta.hidden.iter().filter(|(name, _)| filled.iter().all(|(shown, _)| shown != name));
    hidden.cloned().chain(filled.clone()).collect()
}
