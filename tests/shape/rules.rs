//! Rules for single files and folders.

use std::collections::BTreeSet;

use crate::sources::{Source, each_run, files, line, program};

/// Where our Rust is.
const RUST: &[&str] = &["src", "commands", "tests", "benches", "fuzz"];

/// Folders and files that are read by people elsewhere, so that nothing of one machine belongs into them.
const READ_ELSEWHERE: &[&str] = &[
    ".ci",
    "Cargo.toml",
    "CHANGELOG.md",
    "README.md",
    "benches",
    "charts",
    "commands",
    "deny.toml",
    "docs",
    "fuzz",
    "migrations",
    "src",
    "templates",
    "tests",
];

const LONGEST_FILE: usize = 500;

fn none(findings: impl IntoIterator<Item = String>) {
    let findings: Vec<String> = findings.into_iter().collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn every_file_opens_with_its_role() {
    let without = |source: &Source| !source.text.starts_with("//! ");
    none(files(RUST, ".rs").iter().filter(|source| without(source)).map(|source| {
        format!("{}: open it with a line `//! …` that says what the file is for.", source.path)
    }));
}

#[test]
fn no_file_is_a_cellar() {
    none(files(RUST, ".rs").iter().filter(|source| source.text.lines().count() > LONGEST_FILE).map(
        |source| {
            format!(
                "{}: {} lines. Split it by what it talks about; {LONGEST_FILE} is the most, 200 is good.",
                source.path,
                source.text.lines().count()
            )
        },
    ));
}

#[test]
fn the_program_does_not_give_up() {
    none(program().iter().flat_map(giving_up));
}

fn giving_up(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    each_run(&source.tokens(), &mut |tokens| {
        for three in tokens.windows(3) {
            let (dot, name) = (three[0].to_string(), three[1].to_string());
            if dot == "."
                && ["unwrap", "expect"].contains(&name.as_str())
                && three[2].to_string().starts_with('(')
            {
                found.push(format!(
                    "{}:{}: {name}() ends the program. Return a Refusal, a Failure or an anyhow error, or make the \
                     impossible case unrepresentable.",
                    source.path,
                    line(&three[1])
                ));
            }
        }
    });
    found
}

#[test]
fn sql_stays_in_the_store() {
    none(program().iter().flat_map(sql));
}

fn sql(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    if source.path.starts_with("src/store/") {
        return found;
    }
    each_run(&source.tokens(), &mut |tokens| {
        found.extend(tokens.iter().filter(|token| token.to_string() == "sqlx").map(|token| {
            format!(
                "{}:{}: SQL lives in src/store. Add a method to the store port for it.",
                source.path,
                line(token)
            )
        }));
    });
    found
}

#[test]
fn nothing_is_about_one_machine() {
    none(files(READ_ELSEWHERE, "").iter().flat_map(machine_paths));
}

fn machine_paths(source: &Source) -> Vec<String> {
    // Put together here, so that this file does not find itself.
    let homes = ["work", "root", "Users"].map(|folder| format!("/{folder}/"));
    let hit = |text: &str| homes.iter().any(|home| text.contains(home.as_str()));
    let lines = source.text.lines().enumerate().filter(|(_, text)| hit(text));
    lines
        .map(|(number, text)| {
            format!(
                "{}:{}: names a path of one machine: {}. Take it from the configuration, a variable or the manifest's folder.",
                source.path,
                number + 1,
                text.trim()
            )
        })
        .collect()
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |folder: &str| -> BTreeSet<String> {
        files(&[folder], "").iter().map(|file| file.path.rsplit('/').next().unwrap().to_owned()).collect()
    };
    let (sqlite, postgres) = (names("migrations/sqlite"), names("migrations/postgres"));
    none(sqlite.symmetric_difference(&postgres).map(|name| {
        format!("migrations/{{sqlite,postgres}}/{name}: is in one folder only. Write it for the other database too.")
    }));
}

#[test]
fn every_dependency_says_why() {
    none(files(&["Cargo.toml", "commands/Cargo.toml"], "").iter().flat_map(unexplained));
}

fn unexplained(source: &Source) -> Vec<String> {
    let mut section = "";
    let mut found = Vec::new();
    for (number, text) in source.text.lines().enumerate() {
        if text.starts_with('[') {
            section = text;
        } else if section.contains("dependencies]") && text.contains('=') {
            let ours = text.contains("workspace = true") || text.contains("path = ");
            if !ours && !text.contains(" # ") && !text.contains("  #") {
                found.push(format!(
                    "{}:{}: say why behind the dependency: `{} # …`",
                    source.path,
                    number + 1,
                    text.trim()
                ));
            }
        }
    }
    found
}

#[test]
fn each_rule_finds_what_it_is_for() {
    let bad = Source::new("src/x.rs", "fn f() { a.unwrap(); g(|| b.expect(\"c\")); sqlx::query(\"\") }");
    assert_eq!((giving_up(&bad).len(), sql(&bad).len()), (2, 1));
    let good = Source::new("src/x.rs", "fn f() { a.unwrap_or(1); /* b.unwrap() */ \"sqlx .unwrap()\" }");
    assert_eq!((giving_up(&good).len(), sql(&good).len()), (0, 0));
    let path = format!("x = \"/{}/here\"\n", "root");
    assert_eq!(machine_paths(&Source::new("docs/x.md", &path)).len(), 1);
    let manifest =
        Source::new("Cargo.toml", "[dependencies]\na = \"1\"\nb = \"1\" # for b\nc = { workspace = true }\n");
    assert_eq!(unexplained(&manifest).len(), 1);
}
