//! The two places where a test letter can arrive, read back by a mail parser that is not ours.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sublet::mail::{Security, Settings, Smtp, Transport};
use sublet::ports::clock::Clock;
use sublet::ports::mail::Mail;
use tempfile::TempDir;

/// What a mail program made of a letter.
#[derive(Debug, Deserialize)]
pub struct Arrived {
    pub headers: Vec<(String, String)>,
    #[serde(rename = "type")]
    pub kind: String,
    pub parts: Vec<(String, String)>,
    pub defects: Vec<String>,
    pub longest_header_line: usize,
    pub head_is_ascii: bool,
    pub bare_line_breaks: usize,
    #[serde(default)]
    pub to: Vec<String>,
    #[serde(default)]
    pub protected: bool,
    #[serde(default)]
    pub login: Option<String>,
}

impl Arrived {
    pub fn header(&self, name: &str) -> &str {
        let mut found = self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        let (_, value) = found.next().unwrap_or_else(|| panic!("no header {name} in {:?}", self.headers));
        assert!(found.next().is_none(), "header {name} twice in {:?}", self.headers);
        value
    }
}

/// Always the same moment.
pub struct Noon;

impl Noon {
    pub fn instant() -> DateTime<Utc> {
        DateTime::parse_from_rfc3339("2026-11-21T12:00:00Z").unwrap().to_utc()
    }
}

impl Clock for Noon {
    fn now(&self) -> DateTime<Utc> {
        Self::instant()
    }
}

/// The transport that these settings open, at noon.
pub fn open(transport: Transport) -> Arc<dyn Mail> {
    sublet::mail::open(&settings(transport), Arc::new(Noon)).unwrap()
}

/// Settings with the sender of all tests.
pub fn settings(transport: Transport) -> Settings {
    Settings { from: "Sublet <sublet@borrow.example>".into(), transport }
}

/// Where a letter arrives.
pub trait Post {
    fn mail(&self) -> Arc<dyn Mail>;
    /// Everything that arrived since the start, in no order that means anything.
    fn arrived(&self) -> Vec<Arrived>;
}

/// Letters in a folder.
pub struct FolderPost {
    python: String,
    pub folder: TempDir,
}

impl FolderPost {
    pub fn new(python: &str) -> Self {
        Self { python: python.to_owned(), folder: TempDir::new().unwrap() }
    }
}

impl Post for FolderPost {
    fn mail(&self) -> Arc<dyn Mail> {
        open(Transport::Folder(self.folder.path().join("made/when/needed")))
    }

    fn arrived(&self) -> Vec<Arrived> {
        let read = |path: PathBuf| {
            let out = Command::new(&self.python).args([SCRIPT, "parse"]).arg(path).output().unwrap();
            assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
            serde_json::from_slice(&out.stdout).unwrap()
        };
        files(&self.folder.path().join("made/when/needed"), "eml").into_iter().map(read).collect()
    }
}

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mail/server.py");

/// A real mail server in a process of its own.
pub struct Server {
    child: Child,
    folder: TempDir,
    pub port: u16,
}

impl Server {
    pub fn start(python: &str, options: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let mut child = Command::new(python)
            .args([SCRIPT, "serve"])
            .arg(folder.path())
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().strip_prefix("port ").expect("the server says its port").parse().unwrap();
        Self { child, folder, port }
    }

    /// How to reach it: plain, on this machine.
    pub fn plain(&self) -> Smtp {
        Smtp {
            port: Some(self.port),
            security: Security::None,
            timeout: Duration::from_secs(20),
            ..Smtp::at("localhost")
        }
    }
}

impl Post for Server {
    fn mail(&self) -> Arc<dyn Mail> {
        open(Transport::Smtp(self.plain()))
    }

    fn arrived(&self) -> Vec<Arrived> {
        let read = |path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        files(self.folder.path(), "json").into_iter().map(read).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == extension));
    paths.sort();
    paths
}
