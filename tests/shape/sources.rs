//! Finds our files and reads Rust as tokens, so that comments, strings and tests do not count.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The top of the checkout.
pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A file of ours.
pub struct Source {
    /// From the top of the checkout, with `/`.
    pub path: String,
    pub text: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The tokens, without what is compiled into tests only.
    pub fn tokens(&self) -> Vec<TokenTree> {
        let stream = TokenStream::from_str(&self.text).unwrap_or_else(|e| panic!("{}: {e}", self.path));
        without_tests(stream)
    }

    /// The files of the modules that this file declares for tests only, as `#[cfg(test)] mod name;`, without `.rs`.
    fn test_modules(&self) -> Vec<String> {
        let tokens: Vec<TokenTree> = TokenStream::from_str(&self.text).unwrap().into_iter().collect();
        let marks = (1..tokens.len()).filter(|at| is_test_mark(&tokens[at - 1], &tokens[*at]));
        marks
            .filter_map(|at| {
                let item: Vec<String> =
                    tokens[at + 1..].iter().take_while(|t| !ends_item(t)).map(ToString::to_string).collect();
                let name = item.iter().position(|word| word == "mod").map(|at| item[at + 1].clone())?;
                let path =
                    item.iter().find_map(|word| word.strip_prefix("[path = \"")?.strip_suffix(".rs\"]"));
                // `#[path]` counts from the folder of the file, a plain name from the module's own.
                Some(match path {
                    Some(path) => format!("{}/{path}", self.path.rsplit_once('/')?.0),
                    None => format!("{}/{name}", home(&self.path)),
                })
            })
            .collect()
    }
}

/// All files below these folders (or the files themselves) whose names end so; an empty end means all.
pub fn files(tops: &[&str], end: &str) -> Vec<Source> {
    let mut paths = BTreeSet::new();
    for top in tops {
        walk(&Path::new(ROOT).join(top), &mut paths);
    }
    let wanted = paths.into_iter().filter(|path| path.to_string_lossy().ends_with(end));
    wanted
        .filter_map(|path| {
            let name = path.strip_prefix(ROOT).unwrap().to_string_lossy().replace('\\', "/");
            // What is not text is not ours to judge.
            Some(Source { text: std::fs::read_to_string(&path).ok()?, path: name })
        })
        .collect()
}

/// The code of the program: both crates, without files that are compiled into tests only.
pub fn program() -> Vec<Source> {
    let all = files(&["src", "commands/src"], ".rs");
    let tests: Vec<String> = all.iter().flat_map(Source::test_modules).collect();
    let is_test = |path: &str| {
        tests.iter().any(|test| path == format!("{test}.rs") || path.starts_with(&format!("{test}/")))
    };
    all.into_iter().filter(|source| !is_test(&source.path)).collect()
}

/// The folder where the modules that a file declares live.
fn home(path: &str) -> String {
    let path = Path::new(path);
    let folder = path.parent().unwrap().to_string_lossy().into_owned();
    match path.file_stem().unwrap().to_str().unwrap() {
        "mod" | "lib" | "main" => folder,
        stem => format!("{folder}/{stem}"),
    }
}

fn walk(path: &Path, found: &mut BTreeSet<PathBuf>) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if path.is_file() {
        found.insert(path.to_owned());
    } else if path.is_dir() && !["target", ".git", "node_modules", "artefacts"].contains(&&*name) {
        for entry in std::fs::read_dir(path).unwrap() {
            walk(&entry.unwrap().path(), found);
        }
    }
}

/// Leaves out every item behind `#[cfg(test)]` or `#[test]`, up to its body or semicolon.
fn without_tests(stream: TokenStream) -> Vec<TokenTree> {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if at + 1 < tokens.len() && is_test_mark(&tokens[at], &tokens[at + 1]) {
            at += 2;
            while at < tokens.len() && !ends_item(&tokens[at]) {
                at += 1;
            }
        } else {
            kept.push(tokens[at].clone());
        }
        at += 1;
    }
    kept
}

fn is_test_mark(hash: &TokenTree, group: &TokenTree) -> bool {
    let compact = group.to_string().replace(' ', "");
    hash.to_string() == "#" && (compact.starts_with("[cfg(test)") || compact == "[test]")
}

fn ends_item(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    }
}

/// Calls `look` with every run of sibling tokens, at any depth.
pub fn each_run(tokens: &[TokenTree], look: &mut impl FnMut(&[TokenTree])) {
    look(tokens);
    for token in tokens {
        if let TokenTree::Group(group) = token {
            each_run(&without_tests(group.stream()), look);
        }
    }
}

/// The line of a token, counted from one.
pub fn line(token: &TokenTree) -> usize {
    token.span().start().line
}

#[test]
fn tests_do_not_count() {
    let source = Source::new(
        "src/x.rs",
        "fn a() {} #[cfg(test)] mod t { fn b() {} } #[test] fn c() { d() } #[cfg(test)] mod e; fn f() {}
         #[cfg(test)] #[path = \"g.rs\"] mod h;",
    );
    let left = TokenStream::from_iter(source.tokens()).to_string();
    assert_eq!(left, "fn a () { } fn f () { }");
    assert_eq!(source.test_modules(), ["src/x/t", "src/x/e", "src/g"]);
    assert_eq!(home("src/lease.rs"), "src/lease");
    assert_eq!(home("src/mail/mod.rs"), "src/mail");
}
