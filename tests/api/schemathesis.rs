//! Schemathesis calls the API as its description says, and against it, and looks at every answer.

use std::{path::Path, process::Command};

use serde_json::json;

use crate::{
    http::Served,
    support::{databases::Database, required},
    verbs::active,
};

#[test]
fn the_description_is_true() {
    let Some(program) = required("SUBLET_TEST_SCHEMATHESIS") else { return };
    crate::shown(async { Some(Database::sqlite()) }, async |served: &Served| {
        let dana = served.caller("dana").await;
        let (_, lease) = active(served, &dana).await;
        let more = json!({"lease": dana.get(&lease).await.at("/id"), "for": "1d", "reason": "more"});
        dana.post("/v1/extensions", &more).await;
        served.world.says("root", &format!("/key add {}", crate::world::places::ERINS_KEY)).await;
        served.world.says("root", "/quota set @root cpu=99").await;
        served.world.says("root", "/quota grant @root cpu=1 until=2026-12-24").await;
        let token = served.token("root", &sublet::domain::token::Scope::ALL).await;
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/schemathesis.toml");
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(program);
        command.current_dir(folder.path()).arg("--config-file").arg(config).args([
            "run",
            &served.url("/api-docs"),
            "--header",
            &format!("Authorization: Bearer {token}"),
        ]);
        let output =
            tokio::task::spawn_blocking(move || command.output().expect("it runs")).await.expect("it ends");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    });
}
