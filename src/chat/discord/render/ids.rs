//! Custom ids: what a component or a modal carries, so that it says itself what it means when it is used.

use serde_json::Value;

use super::limits;

/// The custom id of the menu that holds quiet buttons; the value of each of its options is a button's custom id.
pub const MORE: &str = "more";

/// How many characters the id of a draft has, each a small letter or a digit.
pub const DRAFT: usize = 12;

/// What a custom id means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Id {
    /// A button that stands for this line: `3|/env show web-1`.
    Press {
        /// Which button of the message it is.
        number: usize,
        /// The command line.
        line: String,
    },
    /// A button that asks once more before it stands for this line: `!3|/env release web-1`.
    Sure {
        /// Which button of the message it is.
        number: usize,
        /// The command line.
        line: String,
    },
    /// The menu of quiet buttons: what was chosen in it is an [`Id::Press`] or an [`Id::Sure`].
    More,
    /// A form, or one part of it, that was sent as a modal: `f|DRAFT|all`, `f|DRAFT|1`.
    Modal {
        /// The form's draft.
        draft: String,
        /// Which part, from 0; all of it when `None`.
        part: Option<usize>,
    },
    /// The menu of a field in a form that is shown as a message: `c|DRAFT|template`.
    Choice {
        /// The form's draft.
        draft: String,
        /// The field's name.
        field: String,
    },
    /// The button that opens a part of a form as a modal: `e|DRAFT|0`.
    Part {
        /// The form's draft.
        draft: String,
        /// Which part, from 0.
        part: usize,
    },
    /// The button that sends a form: `s|DRAFT`.
    Send {
        /// The form's draft.
        draft: String,
    },
}

impl Id {
    /// Reads a custom id. `None` when it is not ours.
    pub fn read(id: &str) -> Option<Self> {
        if id == MORE {
            return Some(Self::More);
        }
        let (head, rest) = id.split_once('|')?;
        let with_draft = |rest: &str| {
            let (draft, what) = rest.split_once('|').unwrap_or((rest, ""));
            is_draft(draft).then(|| (draft.to_owned(), what.to_owned()))
        };
        match head {
            "f" => {
                let (draft, part) = with_draft(rest)?;
                let part = if part == "all" { None } else { Some(part.parse().ok()?) };
                Some(Self::Modal { draft, part })
            }
            "c" => with_draft(rest)
                .filter(|(_, field)| !field.is_empty())
                .map(|(draft, field)| Self::Choice { draft, field }),
            "e" => {
                let (draft, part) = with_draft(rest)?;
                Some(Self::Part { draft, part: part.parse().ok()? })
            }
            "s" => is_draft(rest).then(|| Self::Send { draft: rest.to_owned() }),
            _ => {
                let line = rest.to_owned();
                match head.strip_prefix('!') {
                    Some(number) => Some(Self::Sure { number: number.parse().ok()?, line }),
                    None => Some(Self::Press { number: head.parse().ok()?, line }),
                }
            }
        }
    }

    /// As Discord carries it; `None` when it is longer than Discord carries.
    pub fn write(&self) -> Option<String> {
        let id = match self {
            Self::Press { number, line } => format!("{number}|{line}"),
            Self::Sure { number, line } => format!("!{number}|{line}"),
            Self::More => MORE.to_owned(),
            Self::Modal { draft, part: None } => format!("f|{draft}|all"),
            Self::Modal { draft, part: Some(part) } => format!("f|{draft}|{part}"),
            Self::Choice { draft, field } => format!("c|{draft}|{field}"),
            Self::Part { draft, part } => format!("e|{draft}|{part}"),
            Self::Send { draft } => format!("s|{draft}"),
        };
        Some(id).filter(|id| limits::length(id) <= limits::CUSTOM_ID)
    }
}

/// Whether it could be the id of a draft.
fn is_draft(id: &str) -> bool {
    id.len() == DRAFT && id.chars().all(|char| char.is_ascii_lowercase() || char.is_ascii_digit())
}

/// What was filled into a modal: the names of its fields with their values, from the `components` that Discord sends.
/// What was left empty has an empty value, which takes away what stood there before.
pub fn values_of_modal(components: &Value) -> Vec<(String, String)> {
    let rows = components.as_array().into_iter().flatten();
    let inputs = rows.flat_map(|row| {
        let inside = row["components"].as_array().into_iter().flatten();
        inside.chain(row.get("component"))
    });
    let given = |input: &Value| {
        let name = input["custom_id"].as_str()?;
        Some((name.to_owned(), input["value"].as_str().unwrap_or_default().trim().to_owned()))
    };
    inputs.filter_map(given).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let draft = || "0123456789ab".to_owned();
        for (written, id) in [
            ("3|/env show web-1", Id::Press { number: 3, line: "/env show web-1".to_owned() }),
            ("0|", Id::Press { number: 0, line: String::new() }),
            ("!12|/env a|b", Id::Sure { number: 12, line: "/env a|b".to_owned() }),
            ("more", Id::More),
            ("f|0123456789ab|all", Id::Modal { draft: draft(), part: None }),
            ("f|0123456789ab|1", Id::Modal { draft: draft(), part: Some(1) }),
            ("c|0123456789ab|a|b", Id::Choice { draft: draft(), field: "a|b".to_owned() }),
            ("e|0123456789ab|0", Id::Part { draft: draft(), part: 0 }),
            ("s|0123456789ab", Id::Send { draft: draft() }),
        ] {
            assert_eq!(id.write().as_deref(), Some(written));
            assert_eq!(Id::read(written), Some(id));
        }
    }

    #[test]
    fn what_is_not_ours_is_not_read_and_what_is_too_long_not_written() {
        for odd in
            ["", "x", "x|y", "-1|/env", "f|short|all", "f|0123456789ab|", "c|0123456789ab", "s|0123456789AB"]
        {
            assert_eq!(Id::read(odd), None, "{odd}");
        }
        let line = |length| Id::Press { number: 1, line: "x".repeat(length) };
        assert!(line(98).write().is_some());
        assert_eq!(line(99).write(), None);
    }

    #[test]
    fn a_modal_is_read_in_both_of_discords_ways() {
        let text = |name: &str, value: &str| json!({"type": 4, "custom_id": name, "value": value});
        let sent = json!([
            {"type": 1, "components": [text("for", " 3d ")]},
            {"type": 18, "component": text("reason", "")},
        ]);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(values_of_modal(&sent), [pair("for", "3d"), pair("reason", "")]);
        assert_eq!(values_of_modal(&json!(null)), []);
    }
}
