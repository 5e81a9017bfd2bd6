//! Words of people: which of their characters are shown, and how they are when a platform formats nothing.

use super::measure;
use crate::{
    domain::Instant,
    ports::chat::{Piece, Text},
};

/// The words for places where a platform formats nothing: one line, never empty, cut to the limit.
pub fn plain(text: &Text, limit: usize) -> String {
    let words = |piece: &Piece| match piece {
        Piece::Plain(words) | Piece::Strong(words) | Piece::Code(words) => words.replace('`', ""),
        Piece::Person { name, .. } => format!("@{name}"),
        Piece::Time(at) => utc(*at),
    };
    let all: String = text.0.iter().map(words).collect();
    label(&all, limit)
}

/// Words of ours or somebody else's for a label, a placeholder or an option: one line, never empty.
pub fn label(words: &str, limit: usize) -> String {
    let one: Vec<String> =
        words.split_whitespace().map(|word| word.chars().filter_map(shown).collect()).collect();
    let one = one.join(" ");
    if one.trim().is_empty() { "…".to_owned() } else { measure::cut(one.trim(), limit) }
}

/// A moment in UTC, where a platform cannot show it in the reader's zone.
pub fn utc(at: Instant) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// Whether a platform shows it to each reader in their own way, which needs its own markup.
pub fn alive(piece: &Piece) -> bool {
    matches!(piece, Piece::Person { .. } | Piece::Time(_))
}

/// The character as it is shown; `None` for those that are unseen or turn the direction of what follows.
pub fn shown(char: char) -> Option<char> {
    match char {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}' => None,
        '\n' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
        char if char.is_control() => None,
        char => Some(char),
    }
}

/// Whether what follows a colon makes it the name of an emoji: `tada:`.
pub fn is_emoji(rest: &[char]) -> bool {
    let name: Vec<&char> = rest
        .iter()
        .take_while(|char| char.is_alphanumeric() || matches!(char, '_' | '-' | '+' | '\''))
        .collect();
    let clock = name.iter().all(|char| char.is_ascii_digit()) && name.len() <= 2;
    !name.is_empty() && !clock && rest.get(name.len()) == Some(&':')
}

/// Something to be copied, as fenced text; in several parts when it does not fit into one. `room` is what a part may
/// be long, its fence included.
pub fn fenced(code: &str, room: usize, escape: fn(char) -> String) -> Vec<String> {
    let room = room - "```\n\n```".len();
    let mut parts: Vec<String> = Vec::new();
    let mut left = 0;
    for line in unfenced(code).split_inclusive('\n') {
        let line: Vec<String> = line.chars().map(escape).collect();
        let length = |atoms: &[String]| atoms.iter().map(|atom| measure::length(atom)).sum::<usize>();
        let whole = length(&line);
        // A line stays whole, unless it is longer than a part.
        let pieces = if whole <= room { vec![line.as_slice()] } else { line.chunks(room / 5).collect() };
        for piece in pieces {
            let needed = length(piece);
            match parts.last_mut() {
                Some(part) if needed <= left => part.push_str(&piece.concat()),
                _ => {
                    parts.push(piece.concat());
                    left = room;
                }
            }
            left -= needed;
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts.iter().map(|part| format!("```\n{}\n```", part.trim_matches('\n'))).collect()
}

/// The code without what would end a fence: of three ticks in a row the third is another sign that looks like one.
fn unfenced(code: &str) -> String {
    let mut ticks = 0;
    let safe = |char: char| {
        ticks = if char == '`' { ticks + 1 } else { 0 };
        if ticks < 3 {
            return char;
        }
        ticks = 0;
        'ˋ'
    };
    let keep = |char: char| if char == '\n' { Some('\n') } else { shown(char) };
    code.chars().filter_map(keep).map(safe).collect()
}
