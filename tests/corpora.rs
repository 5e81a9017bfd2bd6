//! The fuzzers' corpora as ordinary tests: what was once found stays found.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]

#[path = "../fuzz/checks.rs"]
mod checks;

use std::path::Path;

/// Every file of a corpus with what its reader made of it.
fn corpus(folder: &str, check: fn(&[u8]) -> bool) -> Vec<(String, bool)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            eprintln!("reading {name}");
            let read = check(&std::fs::read(path).unwrap());
            (name, read)
        })
        .collect()
}

/// Files that begin with `good-` must be read, those that begin with `bad-` must not; others need only hold.
fn told_apart(folder: &str, check: fn(&[u8]) -> bool) {
    let results = corpus(folder, check);
    let of = |start: &str| results.iter().filter(|(name, _)| name.starts_with(start)).count();
    assert!(of("good-") >= 5 && of("bad-") >= 10, "the corpus lost files: {results:?}");
    let wrong = |(name, read): &&(String, bool)| {
        (name.starts_with("good-") && !read) || (name.starts_with("bad-") && *read)
    };
    let wrong: Vec<_> = results.iter().filter(wrong).collect();
    assert!(wrong.is_empty(), "read although bad, or refused although good: {wrong:?}");
}

#[test]
fn lines() {
    let results = corpus("commands/corpus/line", checks::line);
    assert!(results.iter().any(|(_, command)| *command) && results.iter().any(|(_, command)| !*command));
}

#[test]
fn keys() {
    told_apart("tests/corpus/key", checks::key);
}

#[test]
fn templates() {
    told_apart("tests/corpus/template", checks::template);
}
