//! Starts Slack's own libraries and reads what they find.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::json;

use crate::Body;

/// The types that TypeScript compares with. `AnyBlock` of the views would take any object with a type.
const HEAD: &str = "import type { HomeView, InputBlock, KnownBlock, ModalView } from '@slack/types';
import type { AppsManifestValidateArguments } from '@slack/web-api';
type Shown = Exclude<KnownBlock, InputBlock>;
type message = { text: string; blocks: Shown[] };
type home = Omit<HomeView, 'blocks'> & { blocks: Shown[] };
type modal = Omit<ModalView, 'blocks'> & { blocks: KnownBlock[] };
type manifest = AppsManifestValidateArguments['manifest'];
";

/// What slack_sdk finds: a line for each fault, beginning with the body's name.
pub fn python(python: &str, bodies: &[Body]) -> Vec<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slack_bodies/check.py");
    let mut input = tempfile::tempfile().unwrap();
    for Body { name, kind, body } in bodies {
        writeln!(input, "{}", json!({"name": name, "kind": kind, "body": body})).unwrap();
    }
    std::io::Seek::rewind(&mut input).unwrap();
    let output = Command::new(python).arg(script).stdin(Stdio::from(input)).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the checker itself failed: {errors}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// What TypeScript finds: a line for each fault, beginning with the body's name.
pub fn types(packages: &str, bodies: &[Body]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let modules = Path::new(packages).join("node_modules");
    std::os::unix::fs::symlink(&modules, folder.path().join("node_modules")).unwrap();
    let mut text = HEAD.to_owned();
    for (at, Body { kind, body, .. }) in bodies.iter().enumerate() {
        writeln!(text, "export const body{at}: {kind} = {body};").unwrap();
    }
    fs::write(folder.path().join("bodies.mts"), text).unwrap();
    let output = Command::new("node")
        .arg(modules.join("typescript/bin/tsc"))
        .args(["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext"])
        .args(["--pretty", "false", "bodies.mts"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() || told.starts_with("bodies.mts("), "the compiler failed: {told}");
    told.lines().map(|line| named(line, bodies)).collect()
}

/// `bodies.mts(12,5): error …` with the body's name instead of its place.
fn named(line: &str, bodies: &[Body]) -> String {
    let place = line.strip_prefix("bodies.mts(").and_then(|rest| rest.split_once(','));
    let row: Option<usize> = place.and_then(|(row, _)| row.parse().ok());
    let body = row.and_then(|row| bodies.get(row.checked_sub(HEAD.lines().count() + 1)?));
    let said = line.split_once(": ").map_or(line, |(_, said)| said);
    match body {
        Some(body) => format!("{}: {said}", body.name),
        None => line.to_owned(),
    }
}
