//! Buttons: each carries its command line; quiet ones stand in a menu, dangerous ones ask once more.

use serde_json::{Value, json};

use super::{
    embeds::Part,
    ids::{Id, MORE},
    limits, text,
};
use crate::{
    chat::render::signs::asks,
    ports::chat::{Block, Button, Message, Style, Text},
};

/// Discord's numbers of kinds of components.
pub const ROW: u8 = 1;
const BUTTON: u8 = 2;
/// A menu of strings.
pub const MENU: u8 = 3;
/// A text input.
pub const INPUT: u8 = 4;

/// How a button looks: Discord's numbers.
#[derive(Debug, Clone, Copy)]
pub enum Look {
    /// What most people will press.
    Primary = 1,
    /// One of several.
    Secondary = 2,
    /// Something that cannot be taken back.
    Danger = 4,
}

/// The buttons of a message as rows of components, and parts for those that it cannot carry.
pub fn components(message: &Message) -> (Vec<Value>, Vec<Part>) {
    let blocks = message.blocks.iter();
    let buttons = blocks.flat_map(|block| match block {
        Block::Actions(buttons) => buttons.as_slice(),
        _ => &[],
    });
    let (mut pressed, mut quiet, mut typed) = (Vec::new(), Vec::new(), Vec::new());
    for (at, button) in buttons.enumerate() {
        match id(button, at + 1) {
            Some(id) if button.style == Style::Quiet => quiet.push((button, id)),
            Some(id) => pressed.push((button, id)),
            None => typed.push(cannot_carry(button)),
        }
    }
    // A menu that has one option would have it chosen after the first time, and do nothing at the second.
    if quiet.len() == 1 {
        pressed.append(&mut quiet);
    }
    let most = limits::BUTTONS * (limits::ROWS - usize::from(!quiet.is_empty()));
    if pressed.len() > most {
        let most = limits::BUTTONS * (limits::ROWS - 1);
        quiet.splice(..0, pressed.drain(most..));
    }
    for (button, _) in quiet.drain(quiet.len().min(limits::OPTIONS)..) {
        typed.push(cannot_carry(button));
    }
    let pressed: Vec<Value> = pressed.into_iter().map(|(button, id)| press(button, &id)).collect();
    let mut rows: Vec<Value> = pressed.chunks(limits::BUTTONS).map(row).collect();
    if !quiet.is_empty() {
        rows.push(row(&[menu(&quiet)]));
    }
    (rows, typed)
}

/// A row of components.
pub fn row(components: &[Value]) -> Value {
    json!({"type": ROW, "components": components})
}

/// A button.
pub fn button(label: &str, look: Look, custom_id: &str) -> Value {
    let label = text::label(label, limits::BUTTON_LABEL);
    json!({"type": BUTTON, "style": look as u8, "label": label, "custom_id": custom_id})
}

/// What a button carries; `None` when it does not fit.
fn id(button: &Button, number: usize) -> Option<String> {
    let line = button.line.clone();
    let sure = button.style == Style::Danger && !asks(&line);
    let id = if sure { Id::Sure { number, line } } else { Id::Press { number, line } };
    id.write()
}

fn press(one: &Button, id: &str) -> Value {
    let look = match one.style {
        Style::Plain | Style::Quiet => Look::Secondary,
        Style::Primary => Look::Primary,
        Style::Danger => Look::Danger,
    };
    button(&one.label, look, id)
}

fn menu(buttons: &[(&Button, String)]) -> Value {
    let option = |(button, id): &(&Button, String)| json!({"label": text::label(&button.label, limits::OPTION), "value": id});
    let options: Vec<Value> = buttons.iter().map(option).collect();
    json!({"type": MENU, "custom_id": MORE, "placeholder": "More…", "options": options})
}

/// A line is never cut, because it would mean something else.
fn cannot_carry(button: &Button) -> Part {
    /// Most characters of a line that is shown.
    const LINE: usize = 1_000;
    let words = Text::default().strong(text::label(&button.label, limits::BUTTON_LABEL));
    let words = if limits::length(&button.line) <= LINE && !button.line.trim().is_empty() {
        words
            .and(" has more to say than a button of Discord can carry. Please type ")
            .code(button.line.clone())
    } else {
        words.and(" has more to say than a button of Discord can carry: please type it.")
    };
    Part::Words(super::embeds::small(&text::markdown(&words, &super::Names::default(), 2 * LINE)))
}
