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

/// Files whose names begin with `good-` must be read, all others must not.
fn told_apart(folder: &str, check: fn(&[u8]) -> bool) {
    let (accepted, refused): (Vec<_>, Vec<_>) =
        corpus(folder, check).into_iter().partition(|(name, _)| name.starts_with("good-"));
    assert!(accepted.len() >= 5 && refused.len() >= 10, "the corpus lost files: {accepted:?} {refused:?}");
    let wrong: Vec<_> =
        accepted.iter().filter(|(_, read)| !read).chain(refused.iter().filter(|(_, read)| *read)).collect();
    assert!(wrong.is_empty(), "refused although good, or read although bad: {wrong:?}");
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
