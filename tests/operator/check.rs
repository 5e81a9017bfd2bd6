//! `sublet template check --server`, judged by a real API server: it takes a good template at every size, says in its
//! own words what it refuses of a bad one, and keeps nothing of either.

use std::{fs, path::Path};

use k8s_openapi::api::core::v1::Namespace;
use kube::{Api, api::ListParams};
use sublet::{cluster::kubernetes::resource::Environment, templates::demo};

use crate::world::Place;

const SIZES: &str = r#"
[sizes.small]
cpu = "100m"
memory = "128Mi"

[sizes.large]
cpu = "2"
memory = "4Gi"
storage = "10Gi"

[parameters.note]
kind = "text"
help = "Hostile on purpose"
default = 'x"}], "hostNetwork": true, $(HOME) {{ x }} # y'

[parameters.hosts]
kind = "list"
help = "Several"
default = ["a,b", "- c: d"]
"#;

fn web() -> String {
    demo::KUBERNETES_FILES[0].1.replace("IMAGE", "registry.example.org/ssh:1") + SIZES
}

/// Runs the check of this text in a folder of its own; answers with its exit code and all that it said.
fn check(place: &Place, text: &str, namespace: &str) -> (i32, String) {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("web.toml"), text).unwrap();
    let kubeconfig = place.access.kubeconfig.as_deref().unwrap_or(Path::new(""));
    let output = assert_cmd::Command::cargo_bin("sublet")
        .unwrap()
        .current_dir(home.path())
        .env_clear()
        .args(["template", "check", "web.toml", "--namespace", namespace, "--kubeconfig"])
        .arg(kubeconfig)
        .output()
        .unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code().unwrap(), text)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_template_is_taken_at_every_size_and_leaves_nothing() {
    let Some(place) = Place::new().await else { return };
    let namespace = place.access.namespace.clone();
    let (code, text) = check(&place, &web(), &namespace);
    assert_eq!(code, 0, "{text}");
    let end = text.lines().last().unwrap();
    assert!(end.contains("would take all") && end.ends_with(&format!("tried in {namespace}.")), "{end}");
    for part in [
        "# ---- web, with its defaults",
        "# ---- web, size small",
        "# ---- web, size large",
        "# Deployment web-",
    ] {
        assert!(text.contains(part), "{part:?} is missing:\n{text}");
    }
    let environments: Api<Environment> = place.environments();
    assert!(environments.list(&ListParams::default()).await.unwrap().items.is_empty(), "nothing was made");
    let namespaces: Api<Namespace> = Api::all(place.client.clone());
    let made = text.lines().find_map(|line| line.strip_prefix("# Namespace ")).unwrap();
    assert!(namespaces.get_opt(made).await.unwrap().is_none(), "nothing was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_template_is_refused_in_the_api_server_s_words() {
    let Some(place) = Place::new().await else { return };
    let namespace = place.access.namespace.clone();
    // Our own rules know no most of memory; the schema in the cluster does. And no API server takes such a port twice.
    let huge =
        web().replace("max = \"4Gi\"", "max = \"64Ti\"").replace("memory = \"4Gi\"", "memory = \"32Ti\"");
    let (code, text) = check(&place, &huge, &namespace);
    assert_eq!(code, 2, "{text}");
    assert!(
        text.contains("web, size large: the API server refuses Environment web-")
            && text.contains("memory must be a quantity from 16Mi to 16Ti"),
        "{text}"
    );
    assert!(!text.contains("size small: the API server refuses"), "the small one is good:\n{text}");
    let (code, text) = check(&place, &web(), "no-such-namespace");
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("namespaces \"no-such-namespace\" not found"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_server_that_is_not_there_is_a_failure_and_no_fault_of_the_template() {
    let Some(place) = Place::new().await else { return };
    let home = tempfile::tempdir().unwrap();
    let nowhere = home.path().join("kubeconfig");
    fs::write(
        &nowhere,
        "apiVersion: v1\nkind: Config\ncurrent-context: x\ncontexts: [{name: x, context: {cluster: x, user: x}}]\n\
         clusters: [{name: x, cluster: {server: 'http://127.0.0.1:9'}}]\nusers: [{name: x, user: {}}]\n",
    )
    .unwrap();
    let mut elsewhere = place;
    elsewhere.access.kubeconfig = Some(nowhere);
    let (code, text) = check(&elsewhere, &web(), "default");
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("the API server cannot be asked"), "{text}");
}
