//! `sublet demo --kube`: the same demo on the cluster of the current kubeconfig, with the rights of its user.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context as _;
use k8s_openapi::api::core::v1::Namespace;
use kube::{
    Api, Client,
    api::{DeleteParams, ListParams},
};

use crate::{
    cluster::kubernetes::{client, faults::words, install, resource::Environment},
    config::Config,
    templates,
};

/// The image of the environments when none is named: what `charts/images/ssh` makes.
pub const USUAL_IMAGE: &str = "sublet-ssh:1";
/// The namespace of the demo's resources.
pub const NAMESPACE: &str = "sublet-demo";
/// The namespace of the tour's resources, which vanishes with it.
pub const TOUR_NAMESPACE: &str = "sublet-tour";

/// How long what the tour left may take to vanish.
const SWEEPING: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(500);

/// Settings of the demo on Kubernetes, unless variables say otherwise.
pub fn settings(variables: &mut BTreeMap<String, String>, namespace: &str) {
    for (name, value) in [
        ("SUBLET__LOCAL__ENABLED", "false"),
        ("SUBLET__KUBERNETES__ENABLED", "true"),
        ("SUBLET__KUBERNETES__CONTROLLER", "true"),
        ("SUBLET__KUBERNETES__NAMESPACE", namespace),
        ("SUBLET__KUBERNETES__MAY_REACH", "0.0.0.0/0, ::/0"),
    ] {
        variables.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
}

/// Tells which cluster it is, and brings into it what environments need. Then the templates.
///
/// # Errors
/// When no cluster answers, or it does not take what is needed; in words.
pub async fn prepare(config: &Config, image: Option<&str>) -> anyhow::Result<()> {
    let access = &config.kubernetes.access;
    let remedy = "Start one, such as by `kind create cluster`, or name one by KUBECONFIG";
    let place =
        client::whereabouts(access).await.with_context(|| format!("there is no cluster. {remedy}"))?;
    let client = client::connect(access).await?;
    let version = match client.apiserver_version().await {
        Ok(version) => version.git_version,
        Err(error) => anyhow::bail!("no cluster answers at {place}: {}. {remedy}", words(&error)),
    };
    println!("Cluster: {place}, Kubernetes {version}.");
    println!("Telling it what an Environment is (CustomResourceDefinition environments.sublet.dev) …");
    install::definition(&client).await?;
    println!("Making the namespace {} …", access.namespace);
    install::namespace(&client, &access.namespace).await?;
    seed(config, image)
}

/// The templates. They name their image, so that another one cannot be named once they are there.
fn seed(config: &Config, image: Option<&str>) -> anyhow::Result<()> {
    let folder = &config.templates.folder;
    anyhow::ensure!(
        image.is_none() || !folder.exists(),
        "the templates are there already: write the image into those in {}, or name another folder with --data",
        folder.display()
    );
    let image = image.unwrap_or(USUAL_IMAGE);
    templates::demo::seed_kubernetes(folder, image)
        .with_context(|| format!("cannot write templates to {}", folder.display()))?;
    println!("The templates in {} name the image of the environments.", folder.display());
    Ok(())
}

/// Takes away what the tour left in the cluster, also when it was not as told. The controller must still run.
///
/// # Errors
/// What is left, in words.
pub async fn sweep(config: &Config) -> anyhow::Result<()> {
    let access = &config.kubernetes.access;
    let client: Client = client::connect(access).await?;
    let environments: Api<Environment> = Api::namespaced(client.clone(), &access.namespace);
    environments.delete_collection(&DeleteParams::default(), &ListParams::default()).await?;
    let vanishing = async {
        while !environments.list(&ListParams::default()).await?.items.is_empty() {
            tokio::time::sleep(LOOK).await;
        }
        anyhow::Ok(())
    };
    let namespace = &access.namespace;
    tokio::time::timeout(SWEEPING, vanishing).await.with_context(|| {
        format!("something is left in the cluster: see `kubectl -n {namespace} get environments`")
    })??;
    Api::<Namespace>::all(client).delete(namespace, &DeleteParams::default()).await?;
    Ok(())
}
