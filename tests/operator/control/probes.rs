//! The program `sublet controller`, as probes and scrapers see it.

use std::{fs, path::Path};

use tempfile::TempDir;

use super::stage::until;
use crate::{
    program::{Sublet, program},
    world::Place,
};

/// The program in a namespace of the cluster that a kubeconfig names.
fn begin(home: &TempDir, kubeconfig: &Path, namespace: &str) -> Sublet {
    let config = format!("[kubernetes]\nnamespace = \"{namespace}\"\nlisten = \"127.0.0.1:0\"\n");
    fs::write(home.path().join("sublet.toml"), config).unwrap();
    let mut program = program(home.path());
    program.env("KUBECONFIG", kubeconfig);
    Sublet::begin(program, &["controller"])
}

/// Waits until `/readyz` answers so and says all of this.
async fn says(sublet: &Sublet, status: u16, words: &[&str]) {
    until(&format!("it answers {status} with {words:?}"), async || {
        let (answered, body) = sublet.get("/readyz");
        let all = answered == status && words.iter().all(|word| body.contains(word));
        if all { Ok(()) } else { Err(body) }
    })
    .await;
}

#[tokio::test]
async fn probes_tell_who_leads_and_a_signal_ends_it() {
    let Some(place) = Place::new().await else { return };
    let (home, namespace) = (tempfile::tempdir().unwrap(), &place.access.namespace);
    let kubeconfig = place.access.kubeconfig.as_ref().unwrap();
    let first = begin(&home, kubeconfig, namespace);
    says(&first, 200, &[r#""api_server":"ok""#, r#""controller":"leads""#, r#""ready":true"#]).await;
    let second = begin(&home, kubeconfig, namespace);
    says(&second, 200, &["stands by", r#""ready":true"#]).await;
    assert_eq!((first.get("/healthz").0, second.get("/healthz").0), (200, 200));
    until("orphans were looked for", async || {
        let (status, numbers) = first.get("/metrics");
        let all =
            ["\nsublet_controller_leads 1\n", "\nsublet_orphans 0\n"].iter().all(|n| numbers.contains(n));
        if status == 200 && all { Ok(()) } else { Err(numbers) }
    })
    .await;
    assert!(second.get("/metrics").1.contains("\nsublet_controller_leads 0\n"));
    assert_eq!(first.get("/as/ada/dm").0, 404, "there are no pages here");
    assert_eq!(first.end(), Some(0), "SIGTERM ends it cleanly");
    says(&second, 200, &[r#""controller":"leads""#]).await;
    assert_eq!(second.end(), Some(0));
}

#[tokio::test]
async fn without_its_api_server_it_lives_but_is_not_ready() {
    let home = tempfile::tempdir().unwrap();
    let kubeconfig = home.path().join("kubeconfig");
    let config = "apiVersion: v1\nkind: Config\ncurrent-context: mine\n\
        contexts: [{ name: mine, context: { cluster: c, user: u } }]\nusers: [{ name: u, user: {} }]\n\
        clusters: [{ name: c, cluster: { server: 'http://127.0.0.2:9' } }]\n";
    fs::write(&kubeconfig, config).unwrap();
    let sublet = begin(&home, &kubeconfig, "sublet");
    says(&sublet, 503, &[r#""api_server":"does not answer""#, r#""ready":false"#]).await;
    assert_eq!(sublet.get("/healthz").0, 200);
    until("the fault is counted", async || {
        let numbers = sublet.get("/metrics").1;
        if numbers.contains(r#"sublet_controller_faults_total{part="lease"}"#) {
            Ok(())
        } else {
            Err(numbers)
        }
    })
    .await;
    assert_eq!(sublet.end(), Some(0), "SIGTERM ends it cleanly");
}
