//! Discord's markup undone: mentions as handles, times in the reader's zone, code blocks indented, small print in
//! brackets.

use chrono::DateTime;
use chrono_tz::Tz;

use super::state::State;

/// A text as its reader sees it.
pub(super) fn plain(state: &State, text: &str, zone: Tz) -> String {
    let mut lines = Vec::new();
    let mut fenced = false;
    for line in text.split('\n') {
        let (before, fence) = match line.split_once("```") {
            Some((before, after)) => (before, Some(after)),
            None => (line, None),
        };
        match fence {
            // A whole block in one line.
            Some(after) if !fenced && after.ends_with("```") => {
                lines.push(format!("    {}", after.trim_end_matches("```")));
            }
            Some(after) => {
                let first = if fenced { before } else { language_less(after) };
                if fenced && !first.is_empty() || !fenced && !first.is_empty() {
                    lines.push(format!("    {first}"));
                }
                fenced = !fenced;
            }
            None if fenced => lines.push(format!("    {line}").trim_end().to_owned()),
            None => lines.push(one(state, line, zone)),
        }
    }
    lines.join("\n")
}

/// What stands behind the opening of a block, unless it is the name of a language.
fn language_less(after: &str) -> &str {
    let name = !after.is_empty() && after.bytes().all(|byte| byte.is_ascii_lowercase());
    if name { "" } else { after }
}

fn one(state: &State, line: &str, zone: Tz) -> String {
    if let Some(small) = line.strip_prefix("-# ") {
        return format!("({})", inline(state, small, zone));
    }
    for heading in ["# ", "## ", "### "] {
        if let Some(rest) = line.strip_prefix(heading) {
            return format!("# {}", inline(state, rest, zone));
        }
    }
    match line.strip_prefix("• ") {
        Some(item) => format!("- {}", inline(state, item, zone)),
        None => inline(state, line, zone),
    }
}

/// Words within a line.
pub(super) fn inline(state: &State, text: &str, zone: Tz) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        if char == '`' {
            let (code, after) = code(rest);
            shown.push_str(&code);
            rest = after;
            continue;
        }
        if let Some((thing, after)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'))
            && let Some(seen) = tag(state, thing, zone)
        {
            shown.push_str(&seen);
            rest = after;
            continue;
        }
        if let Some(after) = rest.strip_prefix("**").or_else(|| rest.strip_prefix("__")) {
            rest = after;
            continue;
        }
        rest = &rest[char.len_utf8()..];
        // What is behind a backslash is itself; what cannot be seen is left out.
        match char {
            '\\' => {
                let Some(next) = rest.chars().next() else { break };
                shown.push(next);
                rest = &rest[next.len_utf8()..];
            }
            '\u{200b}' | '\u{2060}' | '\u{feff}' => {}
            other => shown.push(other),
        }
    }
    shown
}

/// Code between backticks, one or two, and what follows it.
fn code(text: &str) -> (String, &str) {
    let fence = if text.starts_with("``") { "``" } else { "`" };
    let inside = &text[fence.len()..];
    match inside.split_once(fence) {
        Some((code, after)) => {
            let code = if fence == "``" { code.trim() } else { code };
            (format!("`{}`", code.replace(['\u{200b}', '\u{2060}'], "")), after)
        }
        None => (fence.to_owned(), inside),
    }
}

/// A mention or a moment; `None` when it is neither.
fn tag(state: &State, thing: &str, zone: Tz) -> Option<String> {
    if let Some(moment) = thing.strip_prefix("t:") {
        let seconds = moment.split(':').next()?.parse().ok()?;
        let at = DateTime::from_timestamp(seconds, 0)?;
        return Some(at.with_timezone(&zone).format("%a %-d %b %Y %H:%M %Z").to_string());
    }
    if let Some(role) = thing.strip_prefix("@&") {
        let mut guilds = state.directory.guilds.values();
        return guilds.find_map(|guild| guild.roles.get(role)).map(|name| format!("@{name}"));
    }
    let user = thing.strip_prefix('@')?.trim_start_matches('!');
    state.directory.users.get(user).map(|user| format!("@{}", user.handle))
}
