//! Help as plain text, for a monospace block in a chat.

use crate::spec::{Access, Spec};
use crate::{CATALOG, find, group};

/// Help for a topic: everything (`None`), a group (`env`) or one command (`env request`). Commands above the
/// given access are left out of lists. An unknown topic gives the list of everything.
pub fn help(topic: Option<&str>, access: Access) -> String {
    let path: Vec<&str> = topic.unwrap_or_default().split_whitespace().collect();
    if let Some(entry) = find(&path) {
        return command(entry.spec);
    }
    match path.as_slice() {
        [first] if group(first).next().is_some() => {
            format!("{}\n\n`/help {first} <command>` explains one of them.", list(access, Some(first)))
        }
        _ => format!("{}\n\n`/help <command>` explains one of them.", list(access, None)),
    }
}

/// Usage and summary of every command, in two columns.
fn list(access: Access, first: Option<&str>) -> String {
    let shown = |spec: &&Spec| {
        spec.listed && spec.access <= access && first.is_none_or(|first| spec.path.first() == Some(&first))
    };
    let specs: Vec<&Spec> = CATALOG.iter().map(|entry| entry.spec).filter(shown).collect();
    let width = specs.iter().map(|spec| spec.name().len()).max().unwrap_or(0);
    let lines = specs.iter().map(|spec| format!("{:width$}  {}", spec.name(), spec.summary));
    lines.collect::<Vec<_>>().join("\n")
}

/// One command in full.
fn command(spec: &Spec) -> String {
    let mut text = format!("{}\n\n{}.", spec.usage(), spec.summary);
    if !spec.about.is_empty() {
        text.push_str(&format!(" {}", spec.about));
    }
    let rows: Vec<(String, &str)> = spec.given().map(|arg| (arg.name.replace('_', " "), arg.help)).collect();
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    if !rows.is_empty() {
        text.push('\n');
    }
    for (name, help) in &rows {
        text.push_str(&format!("\n  {name:width$}  {help}"));
    }
    for alias in spec.aliases {
        text.push_str(&format!("\n\n`/{}` is the same command.", alias.join(" ")));
    }
    text.push_str("\n\nFor example:");
    for example in spec.examples {
        text.push_str(&format!("\n  {example}"));
    }
    text
}
