//! Which module may use which. Arrows point down: main → wiring → adapters and loops → actions → ports → domain.

use proc_macro2::{Delimiter, TokenTree};

use crate::sources::{Source, each_run, line, program};

/// A module of `src/` and all that it may use of ours, besides itself. `commands` is the other crate.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("ports", &["domain"]),
    ("values", &["commands", "domain"]),
    ("clock", &["domain", "ports"]),
    // The units and the near misses of the language serve files as well as lines.
    ("document", &["commands"]),
    ("telemetry", &[]),
    ("faults", &[]),
    ("https", &[]),
    ("fed", &["ports"]),
    ("hooks", &["domain", "https", "ports"]),
    ("oidc", &["domain", "https", "ports"]),
    ("cards", &["commands", "domain", "ports", "values"]),
    ("actions", &["cards", "commands", "domain", "ports", "values"]),
    ("engine", &["actions", "cards", "domain", "ports"]),
    ("chat", &["actions", "cards", "commands", "domain", "fed", "https", "ports", "values"]),
    ("api", &["actions", "cards", "commands", "domain", "fed", "oidc", "ports", "values"]),
    ("web", &["actions", "cards", "chat::console", "commands", "domain", "ports", "values"]),
    ("cluster", &["domain", "ports"]),
    ("store", &["domain", "ports"]),
    ("mail", &["domain", "ports"]),
    ("templates", &["commands", "document", "domain", "ports", "values"]),
    // Settings types live with what they set; config only fills them.
    (
        "config",
        &[
            "api",
            "chat",
            "cluster",
            "commands",
            "document",
            "domain",
            "engine",
            "hooks",
            "mail",
            "oidc",
            "store",
            "telemetry",
            "templates",
            "values",
            "web",
        ],
    ),
];

/// What may be used anywhere but in the domain: what went wrong is recorded in one way.
const EVERYWHERE: &str = "faults";

/// These join the parts and may use everything.
const ABOVE: &[&str] = &["lib", "main", "cli", "wiring", "demo"];

#[test]
fn arrows_point_down() {
    let findings: Vec<String> =
        program().iter().filter(|source| source.path.starts_with("src/")).flat_map(upward).collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

/// Every use in a file that its module may not make.
fn upward(source: &Source) -> Vec<String> {
    let place: Vec<&str> = module(&source.path);
    let from = place.first().copied().unwrap_or("lib");
    if ABOVE.contains(&from) {
        return Vec::new();
    }
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == from) else {
        return vec![format!(
            "{}: the module `{from}` is new. Say in ARROWS of tests/shape/arrows.rs what it may use, as little as it can.",
            source.path
        )];
    };
    let modules = || ARROWS.iter().map(|(name, _)| *name).chain(ABOVE.iter().copied()).chain(["commands"]);
    let forbidden = |used: &Used| {
        let whole = used.path.join("::");
        // Other names at the root are macros; a module that is not in the table is found by its own file.
        if !modules().any(|name| name == used.path[0]) || (used.path[0] == EVERYWHERE && from != "domain") {
            return false;
        }
        used.path[0] != from && !allowed.iter().any(|a| *a == used.path[0] || *a == whole)
    };
    used(source, place.len())
        .into_iter()
        .filter(forbidden)
        .map(|used| {
            format!(
                "{}:{}: `{from}` may not use `{}`. It may use: {}. Move what both need to a module below both \
                 (a trait to ports, a rule to domain), or let wiring pass it in.",
                source.path,
                used.line,
                used.path.join("::"),
                if allowed.is_empty() { "nothing of ours".to_owned() } else { allowed.join(", ") },
            )
        })
        .collect()
}

/// `src/mail/smtp.rs` → `mail, smtp`; `src/mail/mod.rs` → `mail`; `src/lib.rs` → `lib`.
fn module(path: &str) -> Vec<&str> {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').collect()
}

/// A module of ours that is named somewhere, by its first one or two names.
struct Used {
    path: Vec<String>,
    line: usize,
}

/// Every path that starts at the crate's root, whether by `crate::` or by enough `super::`, and every path into
/// the `commands` crate. `depth` is how deep the file itself lies.
fn used(source: &Source, depth: usize) -> Vec<Used> {
    let mut found = Vec::new();
    each_run(&source.tokens(), &mut |tokens| {
        for (at, token) in tokens.iter().enumerate() {
            if at > 0 && is_colon(&tokens[at - 1]) {
                continue;
            }
            let rest = match token.to_string().as_str() {
                "crate" => after_colons(&tokens[at + 1..]),
                "super" => above_root(&tokens[at..], depth),
                "commands" => after_colons(&tokens[at + 1..]).map(|_| &tokens[at..]),
                _ => None,
            };
            for path in rest.map(paths).unwrap_or_default() {
                found.push(Used { path, line: line(token) });
            }
        }
    });
    found
}

/// What follows as many `super::` as lead to the root, if there are that many.
fn above_root(mut tokens: &[TokenTree], depth: usize) -> Option<&[TokenTree]> {
    for _ in 0..depth {
        let (first, rest) = tokens.split_first()?;
        if first.to_string() != "super" {
            return None;
        }
        tokens = after_colons(rest)?;
    }
    Some(tokens)
}

fn is_colon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':')
}

fn after_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    match tokens {
        [first, second, rest @ ..] if is_colon(first) && is_colon(second) => Some(rest),
        _ => None,
    }
}

/// The paths that start here, cut to two names: `a::b::c` and `a::{b, c::d}` alike.
fn paths(tokens: &[TokenTree]) -> Vec<Vec<String>> {
    match tokens.first() {
        Some(TokenTree::Ident(name)) => {
            let below = after_colons(&tokens[1..]).map(paths).unwrap_or_default();
            let heads = below.into_iter().filter_map(|path| path.into_iter().next());
            let whole: Vec<Vec<String>> = heads.map(|head| vec![name.to_string(), head]).collect();
            if whole.is_empty() { vec![vec![name.to_string()]] } else { whole }
        }
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
            tokens.split(|token| token.to_string() == ",").flat_map(paths).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn an_upward_use_is_found_however_it_is_written() {
    let bad = [
        ("src/domain/lease.rs", "use crate::ports::clock::Clock;"),
        ("src/domain/lease.rs", "use crate::{ports::clock::Clock};"),
        ("src/domain/lease.rs", "use super::super::ports::clock::Clock;"),
        ("src/domain/mod.rs", "use super::ports;"),
        ("src/domain/mod.rs", "fn f() -> bool { format!(\"{}\", crate::store::open()) }"),
        ("src/domain/mod.rs", "use commands::Span;"),
        ("src/mail/mod.rs", "use crate::{domain::Instant, store::Pool};"),
        ("src/web/pages.rs", "use crate::chat::slack::Client;"),
        ("src/web/pages.rs", "use crate::chat::{console::Page, slack::Client};"),
        ("src/cellar/mod.rs", "fn f() {}"),
    ];
    for (path, text) in bad {
        assert_eq!(upward(&Source::new(path, text)).len(), 1, "{path}: {text}");
    }
    let good = [
        ("src/domain/lease/steps.rs", "use super::super::Instant; use super::Lease; use crate::domain::ids;"),
        ("src/mail/mod.rs", "use crate::{domain::Instant, ports::{mail::Mail, Failure}};"),
        (
            "src/domain/mod.rs",
            "// use crate::store;\nconst S: &str = \"crate::store::x\"; use other::commands::X;",
        ),
        ("src/domain/mod.rs", "#[cfg(test)] mod tests { use crate::store::Memory; }"),
        ("src/web/pages.rs", "use crate::chat::console::Page;"),
        ("src/wiring.rs", "use crate::store::Store;"),
    ];
    for (path, text) in good {
        assert_eq!(upward(&Source::new(path, text)), Vec::<String>::new(), "{path}: {text}");
    }
}
