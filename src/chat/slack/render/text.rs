//! Words as Slack's mrkdwn. What somebody wrote stays what they wrote: it cannot become a link, a mention, an
//! emoji or bold.
//!
//! Slack escapes three characters (`&`, `<`, `>`) and has no escape for those of formatting. One of these that could
//! begin or end something is replaced by a sign that looks the same; zero-width characters would not do, because
//! Slack takes them for the border of a word, which is where formatting begins.

use super::{Names, limits};
pub use crate::chat::render::words::{label, plain};
use crate::{
    chat::render::{
        text::{Look, Markup, write},
        words,
    },
    domain::Instant,
    ports::chat::Text,
};

/// Slack's markup.
struct Mrkdwn;

impl Markup for Mrkdwn {
    fn mark(look: Look) -> &'static str {
        match look {
            Look::Plain => "",
            Look::Strong => "*",
            Look::Code => "`",
        }
    }

    fn safe(words: &[char], look: Look, begins: bool) -> Vec<String> {
        let mut chars = words.to_vec();
        if look != Look::Code {
            defuse(&mut chars, look, begins);
        }
        chars.into_iter().map(escape).collect()
    }

    /// By Slack's date format.
    fn moment(at: Instant) -> Option<String> {
        let unix = at.timestamp();
        (unix > 0).then(|| format!("<!date^{unix}^{{date_short_pretty}} {{time}}|{}>", words::utc(at)))
    }

    /// Formatting ends only at the border of a word: where there is none, an unseen one is made.
    fn between(last: char, first: char) -> &'static str {
        let border = |char: char| {
            char.is_whitespace() || matches!(char, '.' | ',' | ':' | ';' | '!' | '?' | '(' | ')')
        };
        if border(last) || border(first) { "" } else { "\u{200b}" }
    }
}

/// The words as mrkdwn, cut to the limit.
pub fn mrkdwn(text: &Text, names: &Names, limit: usize) -> String {
    write::<Mrkdwn>(text, names, None, limit)
}

/// The words as mrkdwn, all of them strong, cut to the limit.
pub fn strong(text: &Text, names: &Names, limit: usize) -> String {
    write::<Mrkdwn>(text, names, Some(Look::Strong), limit)
}

/// The words without any formatting, for notifications and screen readers; mentions and moments stay alive.
pub fn notice(text: &Text, names: &Names, limit: usize) -> String {
    write::<Mrkdwn>(text, names, Some(Look::Plain), limit)
}

/// Something to be copied, as fenced text; in several parts when it does not fit into one.
pub fn fenced(code: &str) -> Vec<String> {
    words::fenced(code, limits::SECTION, escape)
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
            ':' if words::is_emoji(&chars[at + 1..]) => '∶',
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

fn escape(char: char) -> String {
    match char {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        char => char.to_string(),
    }
}
