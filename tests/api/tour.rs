//! The tour of docs/api.md: its lines are run as they stand there.

use std::{fs, path::Path, process::Command};

use crate::{http::Served, support::databases::Database, verbs::active};

#[test]
fn the_lines_of_the_tour_do_what_they_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api.md");
    let text = fs::read_to_string(path).expect("the tour");
    let blocks: Vec<&str> =
        text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() > 5, "the tour has lines");
    crate::shown(async { Some(Database::sqlite()) }, async |served: &Served| {
        active(served, &served.caller("erin").await).await;
        let token = served.token("dana", &sublet::domain::token::Scope::ALL).await;
        let approver = served.token("ada", &sublet::domain::token::Scope::ALL).await;
        let mut done = String::new();
        for block in blocks {
            // What was set in one block is there in the next.
            let script =
                format!("set -eu\ncurl() {{ command curl --fail-with-body -s \"$@\"; }}\n{done}\n{block}");
            let mut bash = Command::new("bash");
            bash.arg("-c")
                .arg(script)
                .env("SUBLET", served.url(""))
                .env("TOKEN", &token)
                .env("APPROVER", &approver);
            let output =
                tokio::task::spawn_blocking(move || bash.output().expect("a shell")).await.expect("it ends");
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{block}\n{told}{}", String::from_utf8_lossy(&output.stderr));
            let sets = block.lines().filter_map(|line| line.split_once("=$(").map(|(name, _)| name));
            for name in sets {
                let value = told.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
                let value = value.unwrap_or_else(|| panic!("the block tells what {name} is: {told}"));
                done.push_str(&format!("{name}='{value}'\n"));
            }
            served.world.settles().await;
        }
    });
}
