//! Words as Slack's mrkdwn. What somebody wrote stays what they wrote: it cannot become a link, a mention, an
//! emoji or bold.
//!
//! Slack escapes three characters (`&`, `<`, `>`) and has no escape for those of formatting. One of these that could
//! begin or end something is replaced by a sign that looks the same; zero-width characters would not do, because
//! Slack takes them for the border of a word, which is where formatting begins.

use super::{Names, limits};
use crate::{
    domain::Instant,
    ports::chat::{Piece, Text},
};

/// How a piece stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Plain,
    Strong,
    Code,
}

impl Look {
    fn mark(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "*",
            Self::Code => "`",
        }
    }
}

/// What is kept or left out as a whole: one character, a mention, a moment.
#[derive(Debug, Clone)]
struct Atom {
    text: String,
    look: Look,
}

/// The words as mrkdwn, cut to the limit.
pub fn mrkdwn(text: &Text, names: &Names, limit: usize) -> String {
    fit(&atoms(text, names, None, limit), limit)
}

/// The words as mrkdwn, all of them strong, cut to the limit.
pub fn strong(text: &Text, names: &Names, limit: usize) -> String {
    fit(&atoms(text, names, Some(Look::Strong), limit), limit)
}

/// The words without any formatting, for notifications and screen readers; mentions and moments stay alive.
pub fn notice(text: &Text, names: &Names, limit: usize) -> String {
    fit(&atoms(text, names, Some(Look::Plain), limit), limit)
}

/// The words for places where Slack formats nothing.
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
    if one.trim().is_empty() { "…".to_owned() } else { limits::cut(one.trim(), limit) }
}

/// Something to be copied, as fenced text; in several parts when it does not fit into one.
pub fn fenced(code: &str) -> Vec<String> {
    const ROOM: usize = limits::SECTION - "```\n\n```".len();
    let mut parts: Vec<String> = Vec::new();
    let mut left = 0;
    for line in unfenced(code).split_inclusive('\n') {
        let line: Vec<String> = line.chars().map(escape).collect();
        let length = |atoms: &[String]| atoms.iter().map(|atom| limits::length(atom)).sum::<usize>();
        let whole = length(&line);
        // A line stays whole, unless it is longer than a part.
        let pieces = if whole <= ROOM { vec![line.as_slice()] } else { line.chunks(ROOM / 5).collect() };
        for piece in pieces {
            let needed = length(piece);
            match parts.last_mut() {
                Some(part) if needed <= left => part.push_str(&piece.concat()),
                _ => {
                    parts.push(piece.concat());
                    left = ROOM;
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

/// A moment in UTC, where Slack cannot show it in the reader's zone.
pub fn utc(at: Instant) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// A moment in the reader's own zone, by Slack's date format.
fn moment(at: Instant) -> String {
    let unix = at.timestamp();
    if unix <= 0 {
        return utc(at);
    }
    format!("<!date^{unix}^{{date_short_pretty}} {{time}}|{}>", utc(at))
}

/// The text in parts that are never cut: no more of them than the limit and one, since each is a character at least.
fn atoms(text: &Text, names: &Names, look: Option<Look>, limit: usize) -> Vec<Atom> {
    let mut atoms = Vec::new();
    for piece in text.ticked().0 {
        let (words, own) = match piece {
            Piece::Plain(words) => (words, Look::Plain),
            Piece::Strong(words) => (words, Look::Strong),
            Piece::Code(words) => (words, Look::Code),
            Piece::Person { id, name } => match names.of(&id) {
                Some(user) => {
                    let text = format!("<@{user}>");
                    atoms.push(Atom { text, look: look.unwrap_or(Look::Plain) });
                    continue;
                }
                None => (format!("@{name}"), Look::Plain),
            },
            Piece::Time(at) => {
                atoms.push(Atom { text: moment(at), look: look.unwrap_or(Look::Plain) });
                continue;
            }
        };
        let look = look.unwrap_or(own);
        let room = (limit + 1).saturating_sub(atoms.len());
        let lines_begin = atoms.last().is_none_or(|last: &Atom| last.text == "\n");
        atoms.extend(words_as(&words, look, lines_begin).into_iter().take(room));
    }
    atoms
}

fn words_as(words: &str, look: Look, begins: bool) -> Vec<Atom> {
    let keeps = |char: char| match (char, look) {
        ('\n', Look::Code) => Some(' '),
        ('\n', _) => Some('\n'),
        _ => shown(char),
    };
    let mut chars: Vec<char> = words.chars().filter_map(keeps).collect();
    match look {
        Look::Code => chars.iter_mut().filter(|char| **char == '`').for_each(|char| *char = 'ˋ'),
        Look::Plain | Look::Strong => defuse(&mut chars, look, begins),
    }
    let alone = |char: char| if char == '\n' { Look::Plain } else { look };
    chars.into_iter().map(|char| Atom { text: escape(char), look: alone(char) }).collect()
}

/// Replaces what Slack could take for formatting.
fn defuse(chars: &mut [char], look: Look, mut begins: bool) {
    for at in 0..chars.len() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied();
        let after = chars.get(at + 1).copied();
        let risky = look == Look::Strong || opens_or_closes(before, after);
        let safe = match chars[at] {
            '*' if risky => '∗',
            '_' if risky => 'ˍ',
            '~' if risky => '∼',
            '`' => 'ˋ',
            '>' if begins => '›',
            ':' if is_emoji(&chars[at + 1..]) => '∶',
            same => same,
        };
        begins = safe == '\n' || (begins && safe == ' ');
        chars[at] = safe;
    }
}

/// Whether a sign of formatting could work between these neighbours: it opens before a word and closes behind one.
fn opens_or_closes(before: Option<char>, after: Option<char>) -> bool {
    let inside = |char: Option<char>| char.is_some_and(|char| char.is_ascii_alphanumeric());
    let space = |char: Option<char>| char.is_some_and(char::is_whitespace);
    let opens = !inside(before) && !space(after);
    let closes = !inside(after) && !space(before);
    opens || closes
}

/// Whether what follows a colon makes it the name of an emoji: `tada:`.
fn is_emoji(rest: &[char]) -> bool {
    let name: Vec<&char> = rest
        .iter()
        .take_while(|char| char.is_alphanumeric() || matches!(char, '_' | '-' | '+' | '\''))
        .collect();
    let clock = name.iter().all(|char| char.is_ascii_digit()) && name.len() <= 2;
    !name.is_empty() && !clock && rest.get(name.len()) == Some(&':')
}

/// The character as it is shown; `None` for those that are unseen or turn the direction of what follows.
fn shown(char: char) -> Option<char> {
    match char {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}' => None,
        '\n' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
        char if char.is_control() => None,
        char => Some(char),
    }
}

fn escape(char: char) -> String {
    match char {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        char => char.to_string(),
    }
}

/// The atoms as text: all of them, or the first ones with `…` behind them.
fn fit(atoms: &[Atom], limit: usize) -> String {
    let all = write(atoms);
    if limits::length(&all) <= limit {
        return all;
    }
    let shortened = |count: usize| format!("{}…", write(&atoms[..count]));
    let (mut fits, mut too_many) = (0, atoms.len());
    while too_many - fits > 1 {
        let middle = fits.midpoint(too_many);
        if limits::length(&shortened(middle)) <= limit {
            fits = middle;
        } else {
            too_many = middle;
        }
    }
    shortened(fits)
}

fn write(atoms: &[Atom]) -> String {
    let mut out = String::new();
    for run in atoms.chunk_by(|one, next| one.look == next.look) {
        let words: String = run.iter().map(|atom| atom.text.as_str()).collect();
        let inner = words.trim();
        let mark = run.first().map_or("", |atom| atom.look.mark());
        if mark.is_empty() || inner.is_empty() {
            apart(&mut out, &words);
            out.push_str(&words);
            continue;
        }
        let at = words.find(inner).unwrap_or_default();
        let marked = format!("{}{mark}{inner}{mark}{}", &words[..at], &words[at + inner.len()..]);
        apart(&mut out, &marked);
        out.push_str(&marked);
    }
    out
}

/// Formatting ends only at the border of a word: where there is none, an unseen one is made.
fn apart(out: &mut String, next: &str) {
    let border =
        |char: char| char.is_whitespace() || matches!(char, '.' | ',' | ':' | ';' | '!' | '?' | '(' | ')');
    let (last, first) = (out.chars().next_back(), next.chars().next());
    if let (Some(last), Some(first)) = (last, first)
        && !border(last)
        && !border(first)
    {
        out.push('\u{200b}');
    }
}
