//! `COMMANDS.md`: every command, for reading outside the chat.

use crate::CATALOG;
use crate::spec::{Access, Spec};

/// The whole document.
pub fn document() -> String {
    let mut text = String::from(
        "# Commands\n\n\
         Made from the catalogue in `commands/`; change it there. `SUBLET_REGENERATE=1 cargo test -p sublet-commands` writes it anew.\n\n\
         Words may be quoted. `name=value` may also be written `for 3d` where that is clear. The text at the end of a line \
         needs no quotes. Processors: `500m`, `2`. Sizes: `512Mi`, `4Gi`, `4G`. Spans: `90m`, `8h`, `3d`, `2w`, `1d12h`. \
         Moments, in your own time zone: `2026-12-01 18:00`, `18:00`, `tomorrow`, `friday 17:00`.\n\n\
         | command | | for |\n|---|---|---|\n",
    );
    let specs: Vec<&Spec> = CATALOG.iter().map(|entry| entry.spec).filter(|spec| spec.listed).collect();
    for spec in &specs {
        let anchor = spec.path.join("-");
        text.push_str(&format!(
            "| [`{}`](#{anchor}) | {} | {} |\n",
            spec.name(),
            spec.summary,
            people(spec.access)
        ));
    }
    for spec in specs {
        text.push_str(&section(spec));
    }
    text
}

fn people(access: Access) -> &'static str {
    match access {
        Access::Member => "everybody",
        Access::Approver => "approvers",
        Access::Admin => "admins",
    }
}

fn section(spec: &Spec) -> String {
    let mut text = format!("\n## {}\n\n{}.", spec.name(), spec.summary);
    if !spec.about.is_empty() {
        text.push_str(&format!(" {}", spec.about));
    }
    text.push_str(&format!("\n\n```\n{}\n```\n", spec.usage()));
    for alias in spec.aliases {
        text.push_str(&format!("\n`/{}` is the same command.\n", alias.join(" ")));
    }
    if !spec.args.is_empty() {
        text.push_str("\n| argument | | |\n|---|---|---|\n");
    }
    for arg in spec.given() {
        let need = if arg.required { "required" } else { "optional" };
        text.push_str(&format!("| `{}` | {} | {need} |\n", arg.name, arg.help));
    }
    text.push_str("\nFor example:\n\n```\n");
    for example in spec.examples {
        text.push_str(&format!("{example}\n"));
    }
    text.push_str("```\n");
    text
}
