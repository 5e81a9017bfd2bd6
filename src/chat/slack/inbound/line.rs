//! What people typed in Slack, as they typed it: Slack sends `&`, `<` and `>` escaped, and people, channels and
//! links as marks in `<…>`.

use std::{borrow::Cow, collections::BTreeMap};

/// The command line behind a slash command. `/sublet` takes every command after it; alone, it is `/help`.
pub fn typed(command: &str, text: &str) -> String {
    let text = text.trim();
    if command != "/sublet" {
        return if text.is_empty() { command.to_owned() } else { format!("{command} {text}") };
    }
    match text.trim_start_matches('/') {
        "" => "/help".to_owned(),
        line => format!("/{line}"),
    }
}

/// The ids of the accounts that a text mentions.
pub fn mentioned(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for part in parts(text) {
        if let Part::Mark(mark) = part
            && let Some(account) = mark.strip_prefix('@')
        {
            found.push(labelled(account).0);
        }
    }
    found
}

/// The text without Slack's marks; `handles` knows people by the ids of their accounts.
pub fn plain(text: &str, handles: &BTreeMap<String, String>) -> String {
    let shown = parts(text).map(|part| match part {
        Part::Words(words) => unescaped(words),
        Part::Mark(mark) => Cow::Owned(without_mark(mark, handles)),
    });
    shown.collect()
}

/// A part of a text.
enum Part<'a> {
    Words(&'a str),
    /// What stood in `<…>`. A `<` that somebody types comes as `&lt;`.
    Mark(&'a str),
}

fn parts(mut rest: &str) -> impl Iterator<Item = Part<'_>> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((mark, after)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'))
            && !mark.is_empty()
            && !mark.contains('<')
        {
            rest = after;
            return Some(Part::Mark(mark));
        }
        // A `<` without its end is a word like any other.
        let next = rest.char_indices().skip(1).find(|(_, c)| *c == '<');
        let (words, after) = rest.split_at(next.map_or(rest.len(), |(at, _)| at));
        rest = after;
        Some(Part::Words(words))
    })
}

fn labelled(mark: &str) -> (&str, Option<&str>) {
    match mark.split_once('|') {
        Some((what, label)) => (what, Some(label).filter(|label| !label.is_empty())),
        None => (mark, None),
    }
}

fn without_mark(mark: &str, handles: &BTreeMap<String, String>) -> String {
    let (what, label) = labelled(mark);
    let label = label.map(unescaped);
    let mut letters = what.chars();
    match letters.next() {
        Some('@') => {
            let account = letters.as_str();
            let handle = handles.get(account).map(String::as_str);
            format!("@{}", handle.or(label.as_deref()).unwrap_or(account))
        }
        Some('#') => format!("#{}", label.as_deref().unwrap_or(letters.as_str())),
        // Groups carry their `@` in the label; `<!here>` and its like have none.
        Some('!') => match label {
            Some(label) => label.into_owned(),
            None => format!("@{}", letters.as_str().rsplit('^').next().unwrap_or_default()),
        },
        // A link that Slack made of what was typed shows what was typed.
        _ => {
            let target = what.strip_prefix("mailto:").or_else(|| what.strip_prefix("tel:")).unwrap_or(what);
            label.unwrap_or_else(|| unescaped(target)).into_owned()
        }
    }
}

/// Takes back Slack's three escapes, in one pass, so that `&amp;lt;` is `&lt;`.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let known = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')];
        let hit = known.iter().find(|(escape, _)| from.starts_with(escape));
        let (escape, meant) = hit.copied().unwrap_or(("&", '&'));
        out.push(meant);
        rest = &from[escape.len()..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        plain(text, &BTreeMap::from([("U123".to_owned(), "kim-2".to_owned())]))
    }

    #[test]
    fn every_command_can_follow_sublet() {
        assert_eq!(typed("/env", " list  "), "/env list");
        assert_eq!(typed("/env", ""), "/env");
        assert_eq!(typed("/sublet", ""), "/help");
        assert_eq!(typed("/sublet", "  "), "/help");
        assert_eq!(typed("/sublet", "help env request"), "/help env request");
        assert_eq!(typed("/sublet", "env request web"), "/env request web");
        assert_eq!(typed("/sublet", "/env list"), "/env list");
    }

    #[test]
    fn escapes_are_taken_back_once() {
        assert_eq!(shown("a &lt; b &amp;&amp; c &gt; d"), "a < b && c > d");
        assert_eq!(shown("&amp;lt; &amp;amp;"), "&lt; &amp;");
        assert_eq!(shown("R&D &quot; &"), "R&D &quot; &");
    }

    #[test]
    fn people_are_named_by_their_handles_here() {
        assert_eq!(shown("list <@U123|kim>"), "list @kim-2");
        assert_eq!(shown("list <@U123>"), "list @kim-2");
        assert_eq!(shown("list <@U9|lee>"), "list @lee", "unknown: as Slack calls them");
        assert_eq!(shown("list <@U9>"), "list @U9");
        assert_eq!(mentioned("list <@U123|kim> and <@W9> in <#C1|general> <@>"), ["U123", "W9", ""]);
    }

    #[test]
    fn marks_become_what_was_typed() {
        assert_eq!(
            shown("<!subteam^S1|@ops> <!subteam^S1> <!here> <!date^1^{date}|today>"),
            "@ops @S1 @here today"
        );
        assert_eq!(shown("<#C1|general> <#C1>"), "#general #C1");
        assert_eq!(shown("<https://example.org/?a=1&amp;b=2>"), "https://example.org/?a=1&b=2");
        assert_eq!(shown("<http://example.org|example.org>"), "example.org");
        assert_eq!(shown("<mailto:a@b.example|a@b.example> <mailto:a@b.example>"), "a@b.example a@b.example");
        assert_eq!(shown("<https://a.example|a &amp; b>"), "a & b");
    }

    #[test]
    fn half_marks_are_words() {
        for text in ["<", ">", "<>", "a < b", "<@U123", "<<<", "a > b <"] {
            assert_eq!(shown(text), text);
        }
        assert_eq!(shown("<<@U123>"), "<@kim-2");
    }

    proptest! {
        #[test]
        fn text_without_marks_comes_back_unchanged(text in "[^<>&]*") {
            prop_assert_eq!(shown(&text), text);
        }

        #[test]
        fn whatever_is_typed_comes_back_as_it_was(text in any::<String>()) {
            let sent = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            prop_assert_eq!(shown(&sent), text);
        }

        #[test]
        fn nothing_panics(text in "[<>&|@#!^amplgt;:/ U1é]*") {
            shown(&text);
            mentioned(&text);
            typed("/sublet", &text);
        }
    }
}
