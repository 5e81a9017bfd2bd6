//! Words as Discord's Markdown. What somebody wrote stays what they wrote: it cannot become a link, a mention, an
//! emoji, a list or bold.
//!
//! Discord takes a backslash before a sign for that sign itself, and shows no backslash then. It looks at what begins
//! lines (headings, quotes, lists, small print), and makes links and invitations of words that only look like ones.

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

/// The last words of addresses that Discord shows as a card of its own, also without `https://` before them.
const CARDS: [&str; 4] = ["gg", "com", "new", "gift"];

/// Discord's markup.
struct Markdown;

impl Markup for Markdown {
    fn mark(look: Look) -> &'static str {
        match look {
            Look::Plain => "",
            Look::Strong => "**",
            Look::Code => "`",
        }
    }

    fn safe(words: &[char], look: Look, mut begins: bool) -> Vec<String> {
        if look == Look::Code {
            return words.iter().map(char::to_string).collect();
        }
        let mut safe = Vec::with_capacity(words.len());
        for (at, char) in words.iter().enumerate() {
            let works = works(*char) || (begins && leads(&words[..at], *char)) || joins(words, at);
            safe.push(if works { format!("\\{char}") } else { char.to_string() });
            // Digits stay at the beginning: a list may follow them.
            begins = *char == '\n' || (begins && (*char == ' ' || char.is_ascii_digit()));
        }
        safe
    }

    /// As a short date and time. Far moments are of no date in the reader's program.
    fn moment(at: Instant) -> Option<String> {
        let unix = at.timestamp();
        (unix > 0).then(|| format!("<t:{unix}:f>"))
    }

    /// Two ticks in a row would be another sign than two times one.
    fn between(last: char, first: char) -> &'static str {
        if last == '`' && first == '`' { "\u{200b}" } else { "" }
    }
}

/// The words as Markdown, cut to the limit.
pub fn markdown(text: &Text, names: &Names, limit: usize) -> String {
    write::<Markdown>(text, names, None, limit)
}

/// The words as Markdown in one line, cut to the limit.
pub fn line(text: &Text, names: &Names, limit: usize) -> String {
    markdown(text, names, limit).replace('\n', " ")
}

/// Something to be copied, as fenced text; in several parts when it does not fit into one.
pub fn fenced(code: &str) -> Vec<String> {
    words::fenced(code, limits::WORDS, |char| char.to_string())
}

/// Whether the sign formats wherever it stands, or begins a mention, a moment or a link.
fn works(char: char) -> bool {
    matches!(char, '\\' | '*' | '_' | '~' | '|' | '`' | '<' | '[')
}

/// Whether it makes something of a line that it begins, after nothing but spaces and perhaps a number.
fn leads(before: &[char], char: char) -> bool {
    let number = before.last().is_some_and(char::is_ascii_digit);
    match char {
        '>' | '#' | '-' | '+' => !number,
        '.' | ')' => number,
        _ => false,
    }
}

/// Whether it makes something of the words around it: a link, an invitation, an emoji, a mention of everybody.
fn joins(words: &[char], at: usize) -> bool {
    let rest = &words[at + 1..];
    match words[at] {
        ':' => rest.first() == Some(&'/') || words::is_emoji(rest),
        '/' => is_card(&words[..at]),
        '@' => {
            let next: String = rest.iter().take("everyone".len()).collect::<String>().to_lowercase();
            next == "everyone" || next.starts_with("here")
        }
        _ => false,
    }
}

/// Whether a slash behind these words would make an invitation or the like of them.
fn is_card(before: &[char]) -> bool {
    let last: String = before.iter().rev().take_while(|char| char.is_alphanumeric()).collect();
    let last: String = last.to_lowercase().chars().rev().collect();
    let dot = before.len().checked_sub(last.chars().count() + 1).and_then(|at| before.get(at));
    dot == Some(&'.') && CARDS.contains(&last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(words: &str) -> String {
        markdown(&Text::plain(words), &Names::default(), 1_000)
    }

    #[test]
    fn words_of_people_stay_words() {
        for (written, expected) in [
            ("@everyone @here @Kim a@b.c", "\\@everyone \\@here @Kim a@b.c"),
            ("<@1> <@&2> <#3> <t:4:f> </env:5>", "\\<@1> \\<@&2> \\<#3> \\<t:4:f> \\</env:5>"),
            ("**bold** _no_ ~~gone~~ ||spoiler||", r"\*\*bold\*\* \_no\_ \~\~gone\~\~ \|\|spoiler\|\|"),
            ("```\ncode", "\\`\\`\\`\ncode"),
            ("[bank](https://evil.example)", r"\[bank](https\://evil.example)"),
            ("discord.gg/x, DISCORD.COM/invite/x, 10.0/8", r"discord.gg\/x, DISCORD.COM\/invite/x, 10.0/8"),
            ("# head\n > quote\n- item\n  -# small", "\\# head\n \\> quote\n\\- item\n  \\-# small"),
            ("1. one\n12) two\n3.5 x\n#1", "1\\. one\n12\\) two\n3\\.5 x\n\\#1"),
            ("a # b > c - d, web-1, 2.5", "a # b > c - d, web-1, 2.5"),
            ("at 10:30:45 :tada: done", r"at 10:30:45 \:tada: done"),
            ("C:\\tmp", r"C:\\tmp"),
            ("turned \u{202e}round\u{0}", "turned round"),
        ] {
            assert_eq!(shown(written), expected);
        }
    }
}
