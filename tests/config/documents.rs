//! The documents explain every key.

use std::{fs, path::Path};

use super::faults;

/// Every section of the file, by the path of its keys.
const SECTIONS: &[&str] = &[
    "audit",
    "server",
    "data",
    "database",
    "policy",
    "quotas",
    "quotas.everybody",
    "quotas.each_person",
    "reaper",
    "mail",
    "mail.smtp",
    "approval.requests",
    "approval.auto",
    "prices",
    "devops",
    "api",
    "console",
    "slack",
    "discord",
    "api.tokens",
    "api.limits",
    "oidc",
    "local",
    "kubernetes",
    "kubernetes.leader",
    "templates",
    "telemetry",
];

#[test]
fn every_key_is_in_the_documents() {
    let guide =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md")).unwrap();
    let strange: String =
        SECTIONS.iter().map(|section| format!("[{section}]\nzzzzzzzzzzzz = 1\n")).collect::<String>()
            + "[[people]]\nzzzzzzzzzzzz = 1\n";
    let told = faults(&strange, &[]);
    let known: Vec<&str> = told.lines().filter_map(|line| line.trim().strip_prefix("Known here: ")).collect();
    assert_eq!(known.len(), SECTIONS.len() + 1, "{told}");
    for key in known.iter().flat_map(|line| line.trim_end_matches('.').split(", ")) {
        let hidden = [
            "password",
            "smtp",
            "leader",
            "app_token",
            "signing_secret",
            "token",
            "tokens",
            "limits",
            "workspaces",
            "guilds",
        ]
        .contains(&key);
        assert!(
            hidden || guide.contains(&format!("`{key}`")),
            "docs/configuration.md does not explain {key}"
        );
    }
}
