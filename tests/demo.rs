//! The real program as a stranger starts it: the tour, a restart on the same data, `serve`, a clean end.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

use std::fs;

use program::{Sublet, program};

#[path = "support/program.rs"]
mod program;

#[test]
fn the_tour_ends_as_told() {
    let home = tempfile::tempdir().unwrap();
    let output = program(home.path()).args(["demo", "--tour"]).output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{text}");
    for told in ["hello from web-", "another key is refused", "final warning", "The story ended as told."] {
        assert!(text.contains(told), "“{told}” is missing in:\n{text}");
    }
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "the tour left something behind");
}

#[test]
fn a_restart_shows_the_same_messages() {
    let home = tempfile::tempdir().unwrap();
    let arguments = ["demo", "--data", "data", "--port", "0"];
    let first = Sublet::start(home.path(), &arguments);
    let said = "id=018f3b5e-7b7a-7c50-8000-000000000001&line=%2Ftemplate+list";
    let (status, answer) = first.post("/as/dana/dm/say", said);
    assert!(matches!(status, 200 | 204 | 303), "{answer}");
    // The same act sent again does nothing twice.
    first.post("/as/dana/dm/say", said);
    let before = messages(&first.get("/as/dana/dm").1);
    assert_eq!(before.len(), 2, "the line and its answer: {before:#?}");
    assert_eq!(first.end(), Some(0), "SIGTERM ends it cleanly");
    let second = Sublet::start(home.path(), &arguments);
    assert_eq!(messages(&second.get("/as/dana/dm").1), before);
    assert_eq!(second.end(), Some(0));
}

/// The ids of the messages on a page, in their order.
fn messages(page: &str) -> Vec<String> {
    let entries = page.split("<li class=\"msg").skip(1);
    let ids = entries.filter_map(|entry| entry.split("id=\"").nth(1)?.split('"').next());
    ids.map(str::to_owned).collect()
}

#[test]
fn serve_answers_probes_and_has_no_console_unless_told() {
    let home = tempfile::tempdir().unwrap();
    let config = "[server]\nlisten = \"127.0.0.1:0\"\n[policy]\nemail_domains = [\"example.org\"]\n\
        [templates]\nfolder = \"templates\"\n\
        [[people]]\nhandle = \"ada\"\nname = \"Ada\"\nemail = \"ada@example.org\"\nroles = [\"approver\"]\n";
    fs::create_dir(home.path().join("templates")).unwrap();
    fs::write(home.path().join("sublet.toml"), config).unwrap();
    let sublet = Sublet::start(home.path(), &["serve"]);
    assert_eq!(sublet.get("/healthz").0, 200);
    assert_eq!(sublet.get("/readyz").0, 200);
    assert_eq!(sublet.get("/metrics").0, 200);
    assert_eq!(sublet.get("/as/ada/dm").0, 404);
    assert_eq!(sublet.end(), Some(0));
}

#[test]
fn without_a_cluster_the_demo_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let told = |kubeconfig: &str| {
        let mut program = program(home.path());
        let output = program.env("KUBECONFIG", kubeconfig).args(["demo", "--kube"]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let text = told("nowhere");
    assert!(
        text.starts_with("sublet: there is no cluster. Start one, such as by `kind create cluster`"),
        "{text}"
    );
    let config = "apiVersion: v1\nkind: Config\ncurrent-context: mine\n\
        contexts: [{ name: mine, context: { cluster: c, user: u } }]\nusers: [{ name: u, user: {} }]\n\
        clusters: [{ name: c, cluster: { server: 'http://127.0.0.1:9' } }]\n";
    fs::write(home.path().join("kubeconfig"), config).unwrap();
    let text = told("kubeconfig");
    assert!(text.starts_with("sublet: no cluster answers at context mine, http://127.0.0.1:9: "), "{text}");
    assert!(text.contains("Connection refused") && text.contains("kind create cluster"), "{text}");
    assert!(!home.path().join("sublet-demo-kube").exists(), "nothing was made");
}
