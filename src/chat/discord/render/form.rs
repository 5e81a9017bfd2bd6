//! Forms: as one modal, or as a message with menus and with buttons that open parts of the form as modals.

use commands::form::{Field, FieldKind};
use serde_json::{Map, Value, json};

use super::{
    Names,
    components::{self, Look},
    embeds::{self, Part},
    ids::Id,
    limits,
    message::{answer, body},
    text,
};
use crate::{
    actions::Asked,
    cards::answer::say,
    chat::render::form::{fault, hint},
    ports::chat::{Text, Tone},
};

/// Most menus of a form: one row of its message is for buttons.
const MENUS: usize = limits::ROWS - 1;
/// Most parts of a form: the last button of the row sends it.
const PARTS: usize = limits::BUTTONS - 1;
/// Most characters of a value that the message shows; the field itself holds all of it.
const VALUE: usize = 300;

/// A form as a modal, when it fits into one and nothing is wrong with it: at most five fields, all of them text. `id`
/// is its draft's. It is the `data` of an answer.
pub fn modal(asked: &Asked, id: &str) -> Option<Value> {
    let fields: Vec<&Field> = asked.form.fields.iter().collect();
    let wrong = asked.problem.is_some() || fields.iter().any(|field| fault(field, asked).is_some());
    if wrong || !fields.iter().all(|field| limits::length(&field.value) <= limits::INPUT) {
        return None;
    }
    opened(asked, &Id::Modal { draft: id.to_owned(), part: None }, &fields)
}

/// The part of a form that has this number as a modal: its text fields from `5 × part`. `id` is its draft's. It is the
/// `data` of an answer.
pub fn part(asked: &Asked, id: &str, part: usize) -> Option<Value> {
    let (_, typed) = sorted(asked);
    let fields = typed.chunks(limits::MODAL_FIELDS).nth(part)?;
    opened(asked, &Id::Modal { draft: id.to_owned(), part: Some(part) }, fields)
}

/// A form as a message, with its fields, what was wrong with them, menus for choices, and buttons that open parts
/// of it as modals and send it. `id` is its draft's.
pub fn form(asked: &Asked, id: &str) -> Value {
    let form = &asked.form;
    let (menus, typed) = sorted(asked);
    if typed.len() > PARTS * limits::MODAL_FIELDS {
        return too_much(asked);
    }
    let title = text::line(&text::label(&form.title, limits::TITLE).into(), &Names::default(), limits::TITLE);
    let mut parts = vec![Part::Title(title)];
    parts.extend(asked.problem.iter().map(problem));
    parts.extend(form.fields.iter().map(|field| shown(field, asked)));
    let tone = if is_wrong(asked) { Tone::Warning } else { Tone::Plain };
    let menus = menus.iter().filter_map(|field| menu(field, id));
    let mut rows: Vec<Value> = menus.map(|menu| components::row(&[menu])).collect();
    rows.push(components::row(&buttons(asked, id, typed.len())));
    body("", &embeds::embeds(&parts, tone), &rows, None)
}

/// A form that Discord cannot hold: it says what to do instead.
fn too_much(asked: &Asked) -> Value {
    let words = "This form has more fields than Discord can show. Please type it in one line: ";
    let words = Text::plain(words).code(asked.form.spec.usage()).and(".");
    answer(&say(words, Tone::Warning), &Names::default())
}

fn is_wrong(asked: &Asked) -> bool {
    asked.problem.is_some() || asked.form.fields.iter().any(|field| fault(field, asked).is_some())
}

/// The fields that are menus, and those that are typed.
fn sorted(asked: &Asked) -> (Vec<&Field>, Vec<&Field>) {
    let mut room = MENUS;
    asked.form.fields.iter().partition(|field| {
        let menu = room > 0 && is_menu(field);
        room -= usize::from(menu);
        menu
    })
}

/// Whether Discord can offer all of the field's choices.
fn is_menu(field: &Field) -> bool {
    let fits = |choice: &String| !choice.trim().is_empty() && limits::length(choice) <= limits::OPTION;
    (1..=limits::OPTIONS).contains(&field.choices.len())
        && field.choices.iter().all(fits)
        && different(&field.choices)
}

fn different(choices: &[String]) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    choices.iter().all(|choice| seen.insert(choice))
}

fn menu(field: &Field, id: &str) -> Option<Value> {
    let custom_id = Id::Choice { draft: id.to_owned(), field: field.name.clone() }.write()?;
    let option = |choice: &String| {
        let label = text::label(choice, limits::OPTION);
        json!({"label": label, "value": choice, "default": *choice == field.value})
    };
    let options: Vec<Value> = field.choices.iter().map(option).collect();
    Some(json!({
        "type": components::MENU,
        "custom_id": custom_id,
        "placeholder": text::label(&field.label, limits::MENU_PLACEHOLDER),
        // What may stay empty can be emptied again.
        "min_values": u8::from(field.required),
        "max_values": 1,
        "options": options,
    }))
}

/// The buttons that open the parts, and the one that sends the form.
fn buttons(asked: &Asked, id: &str, typed: usize) -> Vec<Value> {
    let parts = typed.div_ceil(limits::MODAL_FIELDS);
    let open = |part: usize| {
        let (first, last) = (part * limits::MODAL_FIELDS + 1, typed.min((part + 1) * limits::MODAL_FIELDS));
        let label = match (parts, first == last) {
            (1, _) => "Fill in".to_owned(),
            (_, true) => format!("Fill in {last}"),
            _ => format!("Fill in {first}–{last}"),
        };
        let id = Id::Part { draft: id.to_owned(), part }.write()?;
        Some(components::button(&label, Look::Secondary, &id))
    };
    let send = Id::Send { draft: id.to_owned() }.write();
    let send = send.map(|id| components::button(&asked.form.submit, Look::Primary, &id));
    (0..parts).filter_map(open).chain(send).collect()
}

fn problem(words: &Text) -> Part {
    let words =
        Text(Text::default().strong("⚠️ That did not work: ").0.into_iter().chain(words.0.clone()).collect());
    Part::Words(text::markdown(&words, &Names::default(), limits::WORDS))
}

/// A field with what stands in it, and below it what is wrong with it.
fn shown(field: &Field, asked: &Asked) -> Part {
    let markdown = |words: &Text, limit| text::markdown(words, &Names::default(), limit);
    let mark = if field.required { "*" } else { "" };
    let label = Text::default().strong(text::label(&field.label, limits::LABEL)).and(format!("{mark}: "));
    // A tick in it would make code of what stands before the next one.
    let value = limits::cut(&field.value.replace('`', "ˋ"), VALUE).replace('\n', " ");
    let line = markdown(&label.and(value), limits::FIELD_VALUE);
    let wrong = fault(field, asked).map(|words| {
        let words = Text(Text::plain("⚠️ ").0.into_iter().chain(words.0).collect());
        format!("\n{}", markdown(&words, limits::FIELD_VALUE))
    });
    Part::Words(format!("{}{}", line.trim_end(), wrong.unwrap_or_default()))
}

/// These fields as a modal; `None` when there are none, or more than one modal holds.
fn opened(asked: &Asked, id: &Id, fields: &[&Field]) -> Option<Value> {
    if !(1..=limits::MODAL_FIELDS).contains(&fields.len()) {
        return None;
    }
    let form = &asked.form;
    let title = if limits::length(&form.title) <= limits::MODAL_TITLE {
        form.title.clone()
    } else {
        form.spec.name()
    };
    let inputs: Option<Vec<Value>> = fields.iter().map(|field| input(field)).collect();
    Some(json!({
        "custom_id": id.write()?,
        "title": text::label(&title, limits::MODAL_TITLE),
        "components": inputs?.into_iter().map(|input| components::row(&[input])).collect::<Vec<_>>(),
    }))
}

/// A field to be typed into; `None` when it has a name that Discord does not carry.
fn input(field: &Field) -> Option<Value> {
    let named = !field.name.is_empty() && limits::length(&field.name) <= limits::CUSTOM_ID;
    let mut input = Map::new();
    let mut set = |name: &str, value: Value| input.insert(name.to_owned(), value);
    set("type", json!(components::INPUT));
    set("custom_id", json!(field.name));
    set("style", json!(if field.is_long() { 2 } else { 1 }));
    set("label", json!(text::label(&field.label, limits::LABEL)));
    set("required", json!(field.required));
    if field.required {
        set("min_length", json!(1));
    }
    set("max_length", json!(limits::INPUT));
    if !field.value.is_empty() && limits::length(&field.value) <= limits::INPUT {
        set("value", json!(field.value));
    }
    let placeholder = placeholder(field);
    if !placeholder.is_empty() {
        set("placeholder", json!(text::label(&placeholder, limits::PLACEHOLDER)));
    }
    named.then_some(Value::Object(input))
}

/// What stands grey in a field: its choices, else what it is for with an example or what is taken otherwise.
fn placeholder(field: &Field) -> String {
    if limits::length(&field.value) > limits::INPUT || !field.choices.is_empty() {
        let bare = Field { help: String::new(), ..field.clone() };
        return hint(&bare, true, limits::INPUT);
    }
    let example = match field.kind {
        _ if field.placeholder.is_empty() || field.help.contains(&field.placeholder) => String::new(),
        FieldKind::Parameter(_) => format!("otherwise {}", field.placeholder),
        FieldKind::Arg(_) if field.placeholder == "…" => String::new(),
        FieldKind::Arg(_) => format!("such as {}", field.placeholder),
    };
    let words = [field.help.as_str(), &example];
    let words: Vec<&str> = words.into_iter().filter(|words| !words.is_empty()).collect();
    words.join("; ")
}
