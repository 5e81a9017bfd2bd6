//! What the application really sent, checked by schemas made from Discord's own description of its API: the same
//! checker as in tests/discord_bodies, started once and asked again and again.

use std::{
    io::{BufRead, BufReader, Read as _, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, OnceLock, PoisonError},
};

use serde_json::{Value, json};

use super::{api::routes::*, state::State};
use crate::support::required;

/// The checker, which says one line for each fault.
struct Checker {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _child: Child,
    /// Holds its packages while it runs.
    _folder: tempfile::TempDir,
}

/// What is said to the checker last: it answers that it knows no such operation.
const END: &str = "end";

impl Checker {
    fn start(packages: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/discord_bodies/check.mjs");
        let folder = tempfile::tempdir().expect("a folder");
        let modules = Path::new(packages).join("node_modules");
        std::os::unix::fs::symlink(modules, folder.path().join("node_modules")).expect("a link");
        let mut command = Command::new("node");
        command.arg(script).arg(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("node starts");
        let input = child.stdin.take().expect("its input");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        Self { input, output, _child: child, _folder: folder }
    }

    fn faults(&mut self, sent: &[(&str, Value)]) -> Vec<String> {
        for (operation, body) in sent.iter().chain([&(END, Value::Null)]) {
            let line = json!({"name": operation, "operation": operation, "body": body});
            writeln!(self.input, "{line}").expect("the checker listens");
        }
        let said = self.output.by_ref().lines().map(|line| line.expect("the checker answers"));
        said.take_while(|line| !line.starts_with(END)).collect()
    }
}

/// What Discord's schemas find wrong in anything that was sent.
pub fn faults(state: &State) -> Vec<String> {
    static CHECKER: OnceLock<Option<Mutex<Checker>>> = OnceLock::new();
    let start = || required("SUBLET_TEST_DISCORD_SPEC").map(|packages| Mutex::new(Checker::start(&packages)));
    let Some(checker) = CHECKER.get_or_init(start) else { return Vec::new() };
    let calls = state.calls.iter().filter_map(|call| Some((operation(&call.route)?, call.body.clone())));
    let answers = state.answers.iter().map(|body| ("create_interaction_response", body.clone()));
    let sent: Vec<(&str, Value)> = calls.chain(answers).collect();
    checker.lock().unwrap_or_else(PoisonError::into_inner).faults(&sent)
}

/// Discord's name of what a route does, where there is a body to be checked. Answers are kept apart, because by HTTP
/// they are no calls.
fn operation(route: &str) -> Option<&'static str> {
    match route {
        POST_MESSAGE => Some("create_message"),
        EDIT_MESSAGE => Some("update_message"),
        START_THREAD => Some("create_thread_from_message"),
        OPEN_DIRECT => Some("create_dm"),
        PUT_COMMANDS | PUT_GUILD_COMMANDS => Some("bulk_set_application_commands"),
        EDIT_ANSWER => Some("update_original_webhook_message"),
        FOLLOW_UP => Some("execute_webhook"),
        _ => None,
    }
}

#[test]
fn what_discord_does_not_know_is_found() {
    let mut state = State::new(super::people::Directory::default());
    state.answers.push(json!({"type": 4, "data": {"content": "x"}}));
    assert_eq!(faults(&state), Vec::<String>::new());
    state.answers.push(json!({"type": 4, "data": {"content": "x", "colour": "red"}}));
    let found = faults(&state);
    assert!(found.len() == 1 && found[0].contains("colour"), "{found:?}");
}
