//! A line cut into words: spaces of every kind separate, quotes of every kind join.

use std::ops::Range;

/// One word, with what it stands for and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// The word without its quotes.
    pub(crate) text: String,
    /// The bytes that it takes up in the line, quotes included.
    pub(crate) at: Range<usize>,
    /// Whether the whole word is quoted.
    pub(crate) quoted: bool,
    /// The parts of `name=value`, when the word has that form outside quotes.
    pub(crate) named: Option<Named>,
    /// Where a quote opens that nothing closes.
    pub(crate) unclosed: Option<usize>,
}

/// The two halves of `name=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// The name, in small letters.
    pub(crate) name: String,
    /// The bytes that hold the name.
    pub(crate) name_at: Range<usize>,
    /// The value without its quotes.
    pub(crate) value: String,
    /// The bytes that hold the value, quotes included.
    pub(crate) value_at: Range<usize>,
    /// Whether the value is quoted.
    pub(crate) quoted: bool,
    /// `=`, or `:` as Discord writes when somebody copies a command.
    pub(crate) sign: char,
}

/// Whether a character separates words: every white space, and marks that have no width at all.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// Whether the name of an argument may hold this character.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Cuts a line into words. Never fails: a quote that nothing closes is noted on its word.
pub(crate) fn words(line: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(offset) = line[from..].find(|c| !is_space(c)) {
        let word = word(line, from + offset);
        from = word.at.end;
        found.push(word);
    }
    found
}

fn word(line: &str, start: usize) -> Word {
    if let Some(quote) = quote(line, start) {
        let at = start..quote.end;
        return Word { text: quote.text, at, quoted: true, named: None, unclosed: quote.unclosed };
    }
    let tail = &line[start..];
    let end = start + tail.find(is_space).unwrap_or(tail.len());
    let plain = |end: usize| line[start..end].to_owned();
    let Some((sign_at, sign)) =
        line[start..end].char_indices().find(|(_, c)| !is_name(*c)).map(|(i, c)| (start + i, c))
    else {
        return Word { text: plain(end), at: start..end, quoted: false, named: None, unclosed: None };
    };
    if !matches!(sign, '=' | ':') || !tail.starts_with(char::is_alphabetic) {
        return Word { text: plain(end), at: start..end, quoted: false, named: None, unclosed: None };
    }
    let (name_at, value_start) = (start..sign_at, sign_at + 1);
    let name = line[name_at.clone()].to_lowercase();
    let (value, value_at, quoted, unclosed) = match quote(line, value_start) {
        Some(quote) => (quote.text, value_start..quote.end, true, quote.unclosed),
        None => (line[value_start..end].to_owned(), value_start..end, false, None),
    };
    let at = start..value_at.end;
    let text = format!("{}{value}", &line[start..value_start]);
    let named = Some(Named { name, name_at, value, value_at, quoted, sign });
    Word { text, at, quoted: false, named, unclosed }
}

struct Quote {
    text: String,
    end: usize,
    unclosed: Option<usize>,
}

/// The characters that close a quote which opens with this one. Chat clients mix straight and curly ones.
fn closers(open: char) -> Option<&'static [char]> {
    Some(match open {
        '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' => &['"', '\u{201c}', '\u{201d}'],
        '\'' | '\u{2018}' => &['\'', '\u{2019}'],
        '\u{ab}' => &['\u{bb}'],
        '`' => &['`'],
        _ => return None,
    })
}

/// Whether a backslash before this character takes away its meaning inside double quotes.
pub(super) fn is_escaped(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\\')
}

/// The quoted text that opens at this byte, if one does. An apostrophe that no other one closes at the
/// end of a word is a letter, as in `'tis`; any other quote that stays open takes the rest of the line.
fn quote(line: &str, start: usize) -> Option<Quote> {
    let open = line[start..].chars().next()?;
    let closers = closers(open)?;
    let (double, apostrophe) = (closers.contains(&'"'), closers.contains(&'\''));
    let inside = start + open.len_utf8();
    let mut text = String::new();
    let mut chars = line[inside..].char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        let after = inside + i + c.len_utf8();
        if double && c == '\\' && chars.peek().is_some_and(|(_, next)| is_escaped(*next)) {
            text.extend(chars.next().map(|(_, next)| next));
        } else if closers.contains(&c) && (!apostrophe || line[after..].chars().next().is_none_or(is_space)) {
            return Some(Quote { text, end: after, unclosed: None });
        } else {
            text.push(c);
        }
    }
    if apostrophe {
        return None;
    }
    Some(Quote { text, end: line.len(), unclosed: Some(start) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(line: &str) -> Vec<String> {
        words(line).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn spaces_separate_and_quotes_join() {
        assert_eq!(texts("a \u{a0}b\tc\nd"), ["a", "b", "c", "d"]);
        assert_eq!(texts("\"a b\" 'c d' \u{201c}e f\u{201d} `g`"), ["a b", "c d", "e f", "g"]);
        assert_eq!(texts("until=\"2026-12-01 18:00\" x"), ["until=2026-12-01 18:00", "x"]);
        assert_eq!(texts(r#""say \"hi\" \\ \n""#), [r#"say "hi" \ \n"#]);
    }

    #[test]
    fn apostrophes_are_letters_inside_words_and_when_alone() {
        assert_eq!(texts("don't 'tis it\u{2019}s"), ["don't", "'tis", "it\u{2019}s"]);
        assert_eq!(texts("'don't do' x"), ["don't do", "x"]);
    }

    #[test]
    fn an_open_quote_is_noted() {
        let found = words("a \"b c");
        assert_eq!(found[1].unclosed, Some(2));
        assert_eq!(found[1].text, "b c");
    }

    proptest! {
        #[test]
        fn words_lie_in_order_on_character_boundaries(line in "\\PC{0,60}|[ \"'=:\\\\a\u{a0}\u{201c}]{0,20}") {
            let mut last = 0;
            for word in words(&line) {
                prop_assert!(line.get(word.at.clone()).is_some() && word.at.start >= last && !word.at.is_empty());
                last = word.at.end;
            }
        }
    }
}
