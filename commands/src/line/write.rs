//! From a command back to a line that parses to the same command.

use crate::Pairs;
use crate::spec::{Arg, Kind, Spec};

use super::words::is_escaped;

/// The line for these values: positional ones bare and first, then the named ones, then the text.
pub(crate) fn write(spec: &Spec, pairs: Pairs) -> String {
    let mut parts = vec![spec.name()];
    let order = |name: &str| match spec.args.iter().find(|arg| arg.name == name) {
        Some(arg) if arg.rest => 2,
        Some(arg) if arg.positional => 0,
        _ => 1,
    };
    let mut pairs = pairs.0;
    pairs.sort_by_key(|(name, _)| order(name));
    for (name, value) in &pairs {
        parts.push(match spec.args.iter().find(|arg| arg.name == *name) {
            Some(arg) if arg.rest => rest(spec, arg, value),
            Some(arg) if arg.positional && is_plain(value) && !is_keyword(spec, value) => value.clone(),
            _ => format!("{name}={}", quote_if_needed(value)),
        });
    }
    parts.join(" ")
}

/// The line for values as a platform's own command gives them: unchecked, and any of them may be missing. `more` are
/// further words as they were typed, such as `cpu=2 memory=4Gi`. `None` when there is no such command.
pub fn compose(path: &[&str], given: &[(String, String)], more: &str) -> Option<String> {
    let spec = crate::find(path)?.spec;
    let given: Vec<_> = given.iter().filter(|(_, value)| !value.trim().is_empty()).collect();
    let mut parts = vec![spec.name()];
    // Behind a place that is empty, a value without its name would be taken for the one that is missing.
    let mut in_place = true;
    let mut last = None;
    for arg in spec.args.iter().filter(|arg| arg.positional) {
        let Some((name, value)) = given.iter().find(|(name, _)| name == arg.name) else {
            in_place = false;
            continue;
        };
        let named = || format!("{name}={}", quote_if_needed(value));
        if arg.rest {
            last = Some(if in_place { rest(spec, arg, value) } else { named() });
        } else if in_place && is_plain(value) && !is_keyword(spec, value) {
            parts.push(value.clone());
        } else {
            parts.push(named());
        }
    }
    let in_any_order = given.iter().filter(|(name, _)| !spec.arg(name).is_some_and(|arg| arg.positional));
    parts.extend(in_any_order.map(|(name, value)| format!("{name}={}", quote_if_needed(value))));
    parts.extend(Some(more.trim()).filter(|more| !more.is_empty()).map(str::to_owned));
    parts.extend(last);
    Some(parts.join(" "))
}

/// The value, in double quotes unless it is plain.
pub(crate) fn quote_if_needed(value: &str) -> String {
    if is_plain(value) {
        return value.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in value.chars() {
        if is_escaped(c) {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// Whether the value means itself wherever a word may stand.
fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value.chars().all(|c| c.is_alphanumeric() || "-_./:+@".contains(c))
        && value.starts_with(|c: char| c.is_alphanumeric() || c == '@')
        && (!value.contains(':') || value.starts_with(|c: char| c.is_ascii_digit()))
}

fn is_keyword(spec: &Spec, value: &str) -> bool {
    spec.args.iter().any(|arg| arg.name.eq_ignore_ascii_case(value))
}

/// Whether every word of a key means itself.
fn is_plain_key(spec: &Spec, value: &str) -> bool {
    let plain = |word: &str| {
        let name = word.split(['=', ':']).next().unwrap_or_default();
        word.starts_with(|c: char| c.is_ascii_alphanumeric())
            && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./+=@".contains(c))
            && !is_keyword(spec, name)
    };
    value.split(' ').all(plain) && value.contains(' ')
}

/// Text at the end stays bare when no word of it could be taken for something else.
fn rest(spec: &Spec, arg: &Arg, value: &str) -> String {
    if arg.kind == Kind::Key && is_plain_key(spec, value) {
        return value.to_owned();
    }
    let safe = |c: char| c.is_alphanumeric() || "-_./+@,;!?()#%&*' ".contains(c);
    let tidy = !value.starts_with(' ') && !value.ends_with(' ') && !value.contains("  ");
    let first = value.split(' ').next().unwrap_or_default();
    let speaks = first.starts_with(char::is_alphabetic)
        && first.chars().all(|c| c.is_alphanumeric() || "-'".contains(c));
    if tidy && speaks && !is_keyword(spec, first) && value.chars().all(safe) {
        return value.to_owned();
    }
    format!("{}={}", arg.name, quote_if_needed(value))
}
