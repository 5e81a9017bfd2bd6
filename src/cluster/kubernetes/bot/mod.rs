//! The bot's side of environments on Kubernetes: it writes `Environment` resources, reads their status, and touches
//! nothing else in the cluster.

pub(super) mod asked;
mod cache;
mod failure;
mod seen;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::TimeDelta;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{
    Api, Client, Resource, ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams, Preconditions},
};
use tokio::{task::JoinHandle, time::timeout};

use self::cache::Cache;
use super::{
    headroom, names,
    resource::{Environment, Phase, Spec},
    settings::Access,
};
use crate::{
    domain::{environment::EnvironmentSpec, headroom::Headroom, ids::LeaseId},
    ports::{
        Failure,
        clock::Clock,
        cluster::{Cluster, Observed},
    },
};

/// The field manager of what the bot writes. The controller has another, so that neither takes away what the other
/// wrote.
const MANAGER: &str = "sublet-bot";
/// How often a write is tried anew at once when somebody else wrote meanwhile.
const RACES: usize = 5;
/// When to ask again whether a name is free.
const NAME_TAKEN: TimeDelta = TimeDelta::seconds(3);
/// How long a card waits for what is left in the cluster; it can do without.
const HEADROOM: Duration = Duration::from_secs(3);

/// Environments on Kubernetes, as the bot asks for them.
pub struct KubernetesCluster {
    api: Api<Environment>,
    headroom: Api<ConfigMap>,
    access: Access,
    clock: Arc<dyn Clock>,
    cache: Arc<Cache>,
    watch: JoinHandle<()>,
}

impl KubernetesCluster {
    /// Begins to follow the cluster's resources. The cluster need not answer yet.
    pub fn open(client: Client, access: &Access, clock: Arc<dyn Clock>) -> Arc<Self> {
        let headroom = Api::namespaced(client.clone(), &access.namespace);
        let api: Api<Environment> = Api::namespaced(client, &access.namespace);
        let cache = Arc::new(Cache::new());
        let (followed, followed_by, how) = (api.clone(), cache.clone(), access.clone());
        let watch = tokio::spawn(async move { followed_by.follow(followed, &how).await });
        Arc::new(Self { api, headroom, access: access.clone(), clock, cache, watch })
    }

    /// One try of writing what is asked; `None` when somebody else wrote meanwhile.
    async fn write(&self, spec: &EnvironmentSpec) -> Result<Option<Environment>, Failure> {
        let name = spec.name.as_str();
        let there = self.api.get_opt(name).await.map_err(|error| self.failure(&error))?;
        if let Some(there) = &there {
            free(there, &spec.lease)?;
        }
        let attempt = there.as_ref().map_or(1, attempt);
        let wanted = asked::asked(spec, attempt).map_err(Failure::never)?;
        let mut resource = Environment::new(name, wanted);
        *resource.labels_mut() = names::labels(name, &resource.spec);
        *resource.annotations_mut() = names::annotations(&self.access.namespace, &resource.spec);
        if let Some(there) = there {
            if same(&there, &resource) {
                return Ok(Some(there));
            }
            // With the version, the write fails when it would go over something that was not looked at.
            resource.metadata.resource_version = there.resource_version();
            resource.metadata.uid = there.uid();
        }
        let how = PatchParams::apply(MANAGER).force();
        match self.api.patch(name, &how, &Patch::Apply(&resource)).await {
            Ok(written) => Ok(Some(written)),
            Err(kube::Error::Api(status)) if status.code == 409 => Ok(None),
            Err(error) => Err(self.failure(&error)),
        }
    }

    fn failure(&self, error: &kube::Error) -> Failure {
        failure::failure(error, &self.access)
    }
}

#[async_trait]
impl Cluster for KubernetesCluster {
    async fn apply(&self, spec: &EnvironmentSpec) -> Result<(), Failure> {
        for _ in 0..RACES {
            if let Some(written) = self.write(spec).await? {
                self.cache.put(written);
                return Ok(());
            }
        }
        Err(Failure::later(format!("somebody else keeps writing the Environment {}", spec.name)))
    }

    async fn remove(&self, lease: &LeaseId) -> Result<Observed, Failure> {
        // What is on its way out is followed by the watch; only its end is asked for, because it must be proven.
        if let Some(known) = self.cache.of(lease).await?
            && known.environment.meta().deletion_timestamp.is_some()
        {
            return Ok(seen::seen(&known.environment, known.asked, self.clock.now()));
        }
        let of_lease = ListParams::default().fields(&format!("spec.lease={lease}"));
        let there = self.api.list(&of_lease).await.map_err(|error| self.failure(&error))?.items;
        if there.is_empty() {
            self.cache.forget(lease);
            return Ok(Observed::Absent);
        }
        let mut left = Vec::new();
        for environment in there {
            left.extend(self.delete(&environment).await?);
        }
        Ok(Observed::Leaving(left))
    }

    async fn observe(&self, lease: &LeaseId) -> Result<Observed, Failure> {
        let known = self.cache.of(lease).await?;
        let now = self.clock.now();
        Ok(known.map_or(Observed::Absent, |known| seen::seen(&known.environment, known.asked, now)))
    }

    async fn leases(&self) -> Result<Vec<LeaseId>, Failure> {
        self.cache.leases().await
    }

    async fn headroom(&self) -> Option<Headroom> {
        let why = match timeout(HEADROOM, self.headroom.get_opt(headroom::NAME)).await {
            Ok(Ok(told)) => return headroom::read(&told?.data?, self.clock.now()),
            Ok(Err(error)) => self.failure(&error).why().to_owned(),
            Err(_) => format!("the API server did not answer within {HEADROOM:?}"),
        };
        tracing::warn!(why, "what is left in the cluster cannot be read; the card does not show it");
        None
    }

    async fn changed(&self) {
        self.cache.changed().await;
    }
}

impl KubernetesCluster {
    /// Deletes one resource, if it still is the one that was seen. Answers with what is left of it, in words.
    async fn delete(&self, environment: &Environment) -> Result<Vec<String>, Failure> {
        let this = Preconditions { uid: environment.uid(), resource_version: None };
        let how = DeleteParams { preconditions: Some(this), ..DeleteParams::default() };
        match self.api.delete(&environment.name_any(), &how).await {
            Ok(answer) => {
                if let Some(leaving) = answer.left() {
                    let seen = seen::seen(&leaving, None, self.clock.now());
                    self.cache.put(leaving);
                    if let Observed::Leaving(left) = seen {
                        return Ok(left);
                    }
                }
            }
            Err(kube::Error::Api(status)) if matches!(status.code, 404 | 409) => {}
            Err(error) => return Err(self.failure(&error)),
        }
        Ok(vec![format!("the Environment {}", environment.name_any())])
    }
}

impl Drop for KubernetesCluster {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

/// Whether the resource of that name is the lease's own, and stays.
fn free(there: &Environment, lease: &LeaseId) -> Result<(), Failure> {
    let name = there.name_any();
    if there.metadata.deletion_timestamp.is_some() {
        let why = format!("an Environment {name} is still being removed");
        return Err(Failure::Later { why, after: Some(NAME_TAKEN) });
    }
    if there.spec.lease == lease.as_str() {
        return Ok(());
    }
    Err(Failure::never(format!(
        "the name {name} is taken by an Environment of the lease {}, which is not this one",
        there.spec.lease
    )))
}

/// Which try the next write asks for: another one after a failure.
fn attempt(there: &Environment) -> u32 {
    let Spec { attempt, .. } = there.spec;
    let status = there.status.as_ref();
    let failed = status.is_some_and(|s| s.phase == Some(Phase::Failed) && s.attempt == Some(attempt));
    if failed { attempt + 1 } else { attempt }
}

/// Whether writing would change nothing.
fn same(there: &Environment, wanted: &Environment) -> bool {
    there.spec == wanted.spec
        && wanted.labels().iter().all(|(key, value)| there.labels().get(key) == Some(value))
        && wanted.annotations().iter().all(|(key, value)| there.annotations().get(key) == Some(value))
}
