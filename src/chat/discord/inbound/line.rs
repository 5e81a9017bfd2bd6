//! A slash command of Discord as the line that means the same, with people by their handles.

use std::collections::BTreeMap;

use super::came::Typed;

/// The option that holds the parameters of a template, as `name=value` words.
pub const PARAMETERS: &str = "parameters";

/// The command line behind a slash command; `handles` knows people by the ids of their accounts.
pub fn line(typed: &Typed, handles: &BTreeMap<String, String>) -> String {
    let path: Vec<&str> = typed.path.iter().map(String::as_str).collect();
    let mut parameters = String::new();
    let mut values = Vec::new();
    for (name, value) in &typed.options {
        let value = plain(value, handles);
        if name == PARAMETERS {
            parameters = value;
        } else {
            values.push((name.clone(), value));
        }
    }
    // A command that the catalogue has no more is refused as if it had been typed.
    let unknown = || format!("/{}", path.join(" "));
    commands::line::compose(&path, &values, &parameters).unwrap_or_else(unknown)
}

/// The ids of the accounts that a command mentions.
pub fn mentioned(typed: &Typed) -> Vec<&str> {
    let values = typed.options.iter().map(|(_, value)| value.as_str());
    values
        .flat_map(parts)
        .filter_map(|part| if let Part::Person(id) = part { Some(id) } else { None })
        .collect()
}

/// The text with people as people write them.
fn plain(text: &str, handles: &BTreeMap<String, String>) -> String {
    let mut shown = String::new();
    for part in parts(text) {
        match part {
            Part::Words(words) => shown.push_str(words),
            Part::Person(id) => {
                shown.push('@');
                shown.push_str(handles.get(id).map_or(id, String::as_str));
            }
        }
    }
    shown
}

/// A part of a text.
enum Part<'a> {
    Words(&'a str),
    /// A mention, `<@123>` or `<@!123>`, by its account. Those of channels and roles stay words.
    Person(&'a str),
}

fn parts(mut rest: &str) -> impl Iterator<Item = Part<'_>> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((id, after)) = person(rest) {
            rest = after;
            return Some(Part::Person(id));
        }
        let next = rest.char_indices().skip(1).find(|(_, c)| *c == '<');
        let (words, after) = rest.split_at(next.map_or(rest.len(), |(at, _)| at));
        rest = after;
        Some(Part::Words(words))
    })
}

fn person(text: &str) -> Option<(&str, &str)> {
    let (id, after) = text.strip_prefix("<@")?.split_once('>')?;
    let id = id.strip_prefix('!').unwrap_or(id);
    let digits = !id.is_empty() && id.chars().all(|c| c.is_ascii_digit());
    digits.then_some((id, after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn typed(path: &[&str], options: &[(&str, &str)]) -> Typed {
        let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let path = path.iter().map(|word| (*word).to_owned()).collect();
        Typed { path, options: options.collect(), focused: None }
    }

    fn shown(path: &[&str], options: &[(&str, &str)]) -> String {
        line(&typed(path, options), &BTreeMap::from([("123".to_owned(), "kim-2".to_owned())]))
    }

    #[test]
    fn options_become_the_line_that_means_the_same() {
        let request = ["env", "request"];
        let all = [
            ("template", "web"),
            ("parameters", "cpu=2 memory=4Gi"),
            ("for", "3d"),
            ("reason", "to show the checkout"),
        ];
        assert_eq!(shown(&request, &all), "/env request web for=3d cpu=2 memory=4Gi to show the checkout");
        assert_eq!(shown(&request, &[("reason", "a demo")]), "/env request reason=\"a demo\"");
        assert_eq!(
            shown(&request, &[("until", "2026-12-01 18:00")]),
            "/env request until=\"2026-12-01 18:00\""
        );
        assert_eq!(shown(&["help"], &[("command", "env request")]), "/help env request");
        assert_eq!(shown(&["env", "of-tomorrow"], &[("name", "x")]), "/env of-tomorrow");
    }

    #[test]
    fn people_are_named_by_their_handles_here() {
        let list = ["env", "list"];
        assert_eq!(shown(&list, &[("who", "<@123>")]), "/env list @kim-2");
        assert_eq!(shown(&list, &[("who", "<@!123>")]), "/env list @kim-2");
        assert_eq!(shown(&list, &[("who", "<@9>")]), "/env list @9", "unknown: as Discord calls them");
        let typed = typed(&list, &[("who", "<@123> <@!4> <@&5> <#6>"), ("x", "<@7>")]);
        assert_eq!(mentioned(&typed), ["123", "4", "7"]);
    }

    #[test]
    fn other_marks_and_half_marks_are_words() {
        for text in ["<#6>", "<@&5>", "<", "<>", "<@", "<@>", "<@!>", "<@x>", "a < b > c", "<:smile:1>"] {
            assert_eq!(plain(text, &BTreeMap::new()), text);
        }
        assert_eq!(plain("<<@1>>", &BTreeMap::new()), "<@1>");
    }

    proptest! {
        #[test]
        fn text_without_marks_comes_back_unchanged(text in "[^<]*") {
            prop_assert_eq!(plain(&text, &BTreeMap::new()), text);
        }

        #[test]
        fn nothing_panics(text in "[<>@!&#1é ]*") {
            mentioned(&typed(&["env", "list"], &[("who", &text)]));
            shown(&["env", "list"], &[("who", &text)]);
        }
    }
}
