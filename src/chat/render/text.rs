//! Text in a platform's markup, cut without breaking any of it. What differs between platforms is their [`Markup`].

use super::{measure, words};
use crate::{
    chat::names::Names,
    domain::Instant,
    ports::chat::{Piece, Text},
};

/// How a piece stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// It does not.
    Plain,
    /// It matters more.
    Strong,
    /// It is to be typed or copied.
    Code,
}

/// How a platform writes what is more than words.
pub trait Markup {
    /// What stands before and behind words of that look.
    fn mark(look: Look) -> &'static str;

    /// The words, character by character, so that none of them can be more than itself. There are no ticks in code,
    /// and no characters that are not shown. `begins` when they are the first of a line.
    fn safe(words: &[char], look: Look, begins: bool) -> Vec<String>;

    /// A moment in the reader's own zone; `None` when the platform cannot show it so.
    fn moment(at: Instant) -> Option<String>;

    /// What must stand between two neighbours so that each keeps its look.
    fn between(last: char, first: char) -> &'static str;
}

/// What is kept or left out as a whole: one character, a mention, a moment.
#[derive(Debug, Clone)]
struct Atom {
    text: String,
    look: Look,
}

/// The words in a platform's markup, cut to the limit. `look` is for all of them, when it is not their own.
pub fn write<M: Markup>(text: &Text, names: &Names, look: Option<Look>, limit: usize) -> String {
    fit::<M>(&atoms::<M>(text, names, look, limit), limit)
}

/// The text in parts that are never cut: no more of them than the limit and one, since each is a character at least.
fn atoms<M: Markup>(text: &Text, names: &Names, look: Option<Look>, limit: usize) -> Vec<Atom> {
    let mut atoms = Vec::new();
    for piece in text.ticked().0 {
        let whole = |text| Atom { text, look: look.unwrap_or(Look::Plain) };
        let (words, own) = match piece {
            Piece::Plain(words) => (words, Look::Plain),
            Piece::Strong(words) => (words, Look::Strong),
            Piece::Code(words) => (words, Look::Code),
            Piece::Person { id, name } => match names.of(&id) {
                Some(user) => {
                    atoms.push(whole(format!("<@{user}>")));
                    continue;
                }
                None => (format!("@{name}"), Look::Plain),
            },
            Piece::Time(at) => {
                atoms.push(whole(M::moment(at).unwrap_or_else(|| words::utc(at))));
                continue;
            }
        };
        let look = look.unwrap_or(own);
        let room = (limit + 1).saturating_sub(atoms.len());
        let begins = atoms.last().is_none_or(|last: &Atom| last.text == "\n");
        atoms.extend(words_as::<M>(&words, look, begins).into_iter().take(room));
    }
    atoms
}

fn words_as<M: Markup>(words: &str, look: Look, begins: bool) -> Vec<Atom> {
    let keeps = |char: char| match (char, look) {
        ('\n', Look::Code) => Some(' '),
        ('\n', _) => Some('\n'),
        ('`', Look::Code) => Some('ˋ'),
        _ => words::shown(char),
    };
    let chars: Vec<char> = words.chars().filter_map(keeps).collect();
    let alone = |text: &str| if text == "\n" { Look::Plain } else { look };
    M::safe(&chars, look, begins).into_iter().map(|text| Atom { look: alone(&text), text }).collect()
}

/// The atoms as text: all of them, or the first ones with `…` behind them.
fn fit<M: Markup>(atoms: &[Atom], limit: usize) -> String {
    let all = joined::<M>(atoms);
    if measure::length(&all) <= limit {
        return all;
    }
    let shortened = |count: usize| format!("{}…", joined::<M>(&atoms[..count]));
    let (mut fits, mut too_many) = (0, atoms.len());
    while too_many - fits > 1 {
        let middle = fits.midpoint(too_many);
        if measure::length(&shortened(middle)) <= limit {
            fits = middle;
        } else {
            too_many = middle;
        }
    }
    shortened(fits)
}

fn joined<M: Markup>(atoms: &[Atom]) -> String {
    let mut out = String::new();
    for run in atoms.chunk_by(|one, next| one.look == next.look) {
        let words: String = run.iter().map(|atom| atom.text.as_str()).collect();
        let inner = words.trim();
        let mark = run.first().map_or("", |atom| M::mark(atom.look));
        if mark.is_empty() || inner.is_empty() {
            add::<M>(&mut out, &words);
            continue;
        }
        let at = words.find(inner).unwrap_or_default();
        let marked = format!("{}{mark}{inner}{mark}{}", &words[..at], &words[at + inner.len()..]);
        add::<M>(&mut out, &marked);
    }
    out
}

fn add<M: Markup>(out: &mut String, next: &str) {
    if let (Some(last), Some(first)) = (out.chars().next_back(), next.chars().next()) {
        out.push_str(M::between(last, first));
    }
    out.push_str(next);
}
