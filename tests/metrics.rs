//! Metrics: whatever the code counts has a description, and the other way round.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use sublet::telemetry::names::ALL;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The names in `metrics::counter!("…"`, `gauge!` and `histogram!` of a source text.
fn counted(text: &str) -> impl Iterator<Item = &str> {
    ["counter!(", "gauge!(", "histogram!("].into_iter().flat_map(move |call| {
        text.split(call).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
    })
}

#[test]
fn what_is_counted_is_what_is_described() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let texts: Vec<String> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let used: BTreeSet<&str> = texts.iter().flat_map(|text| counted(text)).collect();
    assert!(used.contains("sublet_faults_total"), "nothing was found: {used:?}");
    let described: BTreeSet<&str> = ALL.iter().map(|(name, ..)| *name).collect();
    let missing: Vec<&&str> = used.difference(&described).collect();
    assert!(missing.is_empty(), "describe these in src/telemetry/names.rs: {missing:?}");
    let never: Vec<&&str> = described.difference(&used).collect();
    assert!(never.is_empty(), "described, but never counted: {never:?}");
}
