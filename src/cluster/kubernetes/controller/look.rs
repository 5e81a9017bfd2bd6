//! One look at one environment: gather, validate, build, apply, report.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use k8s_openapi::api::apps::v1::Deployment;
use kube::{
    Api, ResourceExt,
    api::{Patch, PatchParams},
};
use serde_json::json;
use tokio::time::{Instant, timeout};

use super::{
    apply::{self, Applied, MANAGER},
    build,
    context::Context,
    faults::{Doing, Fault, code, spread},
    gather,
    gathered::{Banner, Gathered},
    memory::Memory,
    plan::Plan,
    probes::Target,
    purge::{self, FINALIZER},
    report, validate,
};
use crate::cluster::kubernetes::{
    names,
    resource::{Environment, Phase, Status},
};

/// No look takes longer than this.
const LONGEST: Duration = Duration::from_secs(60);
/// How soon something is looked at again that only time, or what is not followed, can change.
const SOON: Duration = Duration::from_secs(2);
/// The same for what takes its time.
const LATER: Duration = Duration::from_secs(10);

/// Looks at one environment. Answers when to look again; what went wrong is told and tried again by then.
pub(super) async fn look(environment: Arc<Environment>, context: Arc<Context>) -> Duration {
    if !context.stores.are_whole().await {
        return LATER;
    }
    let name = environment.name_any();
    let mut memory = context.recall(&name);
    let environment = memory.newest(environment);
    let generation = environment.metadata.generation;
    let again = match memory.quiet(generation, Instant::now()) {
        Some(rest) => rest,
        None => {
            let looked = timeout(LONGEST, attend(&context, &mut memory, environment)).await;
            let looked = looked.unwrap_or(Err(Fault::Slow(LONGEST)));
            let outcome = if looked.is_ok() { "done" } else { "failed" };
            metrics::counter!("sublet_controller_looks_total", "outcome" => outcome).increment(1);
            looked.unwrap_or_else(|fault| memory.went_wrong(&name, generation, &fault))
        }
    };
    context.remember(&name, memory);
    again
}

async fn attend(
    context: &Context,
    memory: &mut Memory,
    environment: Arc<Environment>,
) -> Result<Duration, Fault> {
    if environment.metadata.deletion_timestamp.is_some() {
        return remove(context, memory, &environment).await;
    }
    let environment = held(context, memory, environment).await?;
    let plan = match validate::plan(&environment, &context.making, &context.stores.ranges()) {
        Ok(plan) => plan,
        Err(why) => {
            let status = report::refused(&environment, &why, context.clock.now());
            return settle(context, memory, &environment, status).await;
        }
    };
    context.bell.belongs(&plan.namespace, &plan.name);
    let mut gathered = gather::stored(context, &plan, context.clock.now());
    let (key, secret) = gather::key(context, memory, &plan, &gathered).await?;
    gathered.secret = secret;
    if is_going(&gathered) {
        // Somebody deleted it. It is made again when it is gone.
        gathered.refused = Some(format!("the namespace {} was deleted by somebody", plan.namespace));
        let status = report::status(&environment, &plan, &gathered, &context.making, &key);
        write(context, memory, &environment, status).await?;
        return Ok(SOON);
    }
    let children = build::children(&plan, &key);
    let applied =
        apply::all(&context.client, &context.home, &children, &told(&environment), &mut gathered).await;
    remember_secret(memory, &gathered, &applied);
    let refused = match applied? {
        Applied::There(refused) => refused,
        Applied::Foreign => {
            let why = format!(
                "There is a namespace {} already, and it was not made for this environment; it is left alone. \
                 Delete it or request another name.",
                plan.namespace
            );
            let status = report::refused(&environment, &[why], context.clock.now());
            return settle(context, memory, &environment, status).await;
        }
    };
    gathered.refused = (!refused.is_empty()).then(|| refused.join("; "));
    seen(context, memory, &environment, &plan, &mut gathered).await;
    let available = is_available(gathered.deployment.as_ref());
    let was_ready = environment.status.as_ref().and_then(|status| status.phase) == Some(Phase::Ready);
    if gathered.banner.is_none() && available && was_ready {
        // After a start of the controller nobody has looked yet; that is no reason to say that it is not ready.
        return Ok(SOON);
    }
    let status = report::status(&environment, &plan, &gathered, &context.making, &key);
    let again = when(context, &environment, &status, &gathered);
    write(context, memory, &environment, status).await?;
    if gathered.refused.is_some() {
        return Ok(memory.was_refused(&plan.name).min(again));
    }
    memory.went_well(&plan.name);
    Ok(again)
}

/// The ports that people know, by name.
fn told(environment: &Environment) -> BTreeMap<String, u16> {
    let Some(status) = &environment.status else { return BTreeMap::new() };
    let ssh = status.ssh.as_ref().map(|ssh| (names::SSH_PORT.to_owned(), ssh.port));
    status.ports.clone().into_iter().chain(ssh).collect()
}

/// With the finalizer, so that nothing is made that would not be removed.
async fn held(
    context: &Context,
    memory: &mut Memory,
    environment: Arc<Environment>,
) -> Result<Arc<Environment>, Fault> {
    if environment.finalizers().iter().any(|held| held == FINALIZER) {
        return Ok(environment);
    }
    let mut finalizers = environment.finalizers().to_vec();
    finalizers.push(FINALIZER.to_owned());
    let held = hold(context, &environment, &finalizers).await.doing("the finalizer cannot be set")?;
    Ok(memory.wrote(held))
}

/// Sets the finalizers, if nobody changed the resource in the meantime.
async fn hold(
    context: &Context,
    environment: &Environment,
    finalizers: &[String],
) -> Result<Environment, kube::Error> {
    let meta = json!({ "finalizers": finalizers, "resourceVersion": environment.resource_version(),
        "uid": environment.uid() });
    let how = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
    let api = Api::<Environment>::namespaced(context.client.clone(), &context.home);
    api.patch(&environment.name_any(), &how, &Patch::Merge(json!({ "metadata": meta }))).await
}

/// Removes what there is; when nothing is left, the resource may go.
async fn remove(
    context: &Context,
    memory: &mut Memory,
    environment: &Environment,
) -> Result<Duration, Fault> {
    if !environment.finalizers().iter().any(|held| held == FINALIZER) {
        return Ok(LATER);
    }
    let left = purge::remove(context, memory, environment).await?;
    if left.is_empty() {
        let others: Vec<String> =
            environment.finalizers().iter().filter(|held| *held != FINALIZER).cloned().collect();
        match hold(context, environment, &others).await {
            Ok(after) => {
                memory.wrote(after);
            }
            Err(error) if code(&error) == Some(404) => {}
            Err(error) => return Err(error).doing("the finalizer cannot be taken away"),
        }
        memory.went_well(&environment.name_any());
        return Ok(LATER);
    }
    let status = report::removing(environment, &left, context.clock.now());
    write(context, memory, environment, status).await?;
    memory.went_well(&environment.name_any());
    Ok(SOON)
}

/// What a look finds out beside the children: whether it answers, and why not.
async fn seen(
    context: &Context,
    memory: &mut Memory,
    environment: &Environment,
    plan: &Plan,
    gathered: &mut Gathered,
) {
    gathered.last_line = gather::last_line(context, memory, gathered).await;
    gathered.warnings = gather::warnings(context, memory, gathered).await;
    if !is_available(gathered.deployment.as_ref()) {
        return;
    }
    if let Some((host, port)) = report::address(environment, plan, gathered, &context.making) {
        let target = Target { host, port, behind: behind(gathered) };
        let well = spread(context.options.resync, &plan.name).mul_f32(0.8);
        gathered.banner = context.probes.ask(&plan.name, target, context.options.probe, well);
    }
}

/// The pods, and how often they were started.
fn behind(gathered: &Gathered) -> Vec<String> {
    let starts = |pod: &k8s_openapi::api::core::v1::Pod| {
        let containers = pod.status.as_ref().and_then(|status| status.container_statuses.as_deref());
        containers.unwrap_or_default().iter().map(|container| container.restart_count).sum::<i32>()
    };
    let going = |pod: &&k8s_openapi::api::core::v1::Pod| pod.metadata.deletion_timestamp.is_none();
    gathered
        .pods
        .iter()
        .filter(going)
        .map(|pod| format!("{}/{}", pod.uid().unwrap_or_default(), starts(pod)))
        .collect()
}

fn is_going(gathered: &Gathered) -> bool {
    gathered.namespace.as_ref().is_some_and(|namespace| namespace.metadata.deletion_timestamp.is_some())
}

/// Whether a pod of the newest spec runs and is ready.
fn is_available(deployment: Option<&Deployment>) -> bool {
    deployment.is_some_and(|deployment| {
        let status = deployment.status.as_ref();
        let seen = status.and_then(|status| status.observed_generation);
        let available = status.and_then(|status| status.available_replicas).unwrap_or(0);
        seen == deployment.metadata.generation && available > 0
    })
}

/// What is written need not be fetched; what could not be written must be.
fn remember_secret(memory: &mut Memory, gathered: &Gathered, applied: &Result<Applied, Fault>) {
    match (&gathered.secret, applied) {
        (Some(secret), Ok(_)) => {
            let namespace = gathered.namespace.as_ref().and_then(ResourceExt::uid);
            let known = memory.secret.as_ref().filter(|known| known.namespace == namespace);
            let at = known.map_or_else(Instant::now, |known| known.at);
            memory.secret = Some(super::memory::Fetched { namespace, at, secret: Some(secret.clone()) });
        }
        _ => memory.secret = None,
    }
}

/// When to look again, if nothing happens before.
fn when(context: &Context, environment: &Environment, status: &Status, gathered: &Gathered) -> Duration {
    let resync = spread(context.options.resync, environment.uid());
    if status.phase != Some(Phase::Provisioning) {
        return resync;
    }
    let waits_for_answer =
        is_available(gathered.deployment.as_ref()) && gathered.banner != Some(Banner::Answers);
    let unbound = gathered.claim.is_some() && !gathered.warnings.is_empty();
    let pause = match (waits_for_answer, unbound) {
        (true, _) => context.options.probe,
        // What nobody mended soon is not mended in seconds.
        (false, true) => waited(status, gathered.now).max(LATER),
        (false, false) => resync,
    };
    let end = report::deadline(environment, status).map(|end| {
        // Not a moment before: an early look would find that it is not over.
        (end - gathered.now).to_std().unwrap_or_default() + Duration::from_millis(50)
    });
    pause.min(resync).min(end.unwrap_or(resync))
}

/// For how long this try has lasted.
fn waited(status: &Status, now: crate::domain::Instant) -> Duration {
    status.started_at.and_then(|began| (now - began).to_std().ok()).unwrap_or_default()
}

/// Writes a status that only a change of the resource, the settings or the cluster can mend.
async fn settle(
    context: &Context,
    memory: &mut Memory,
    environment: &Environment,
    status: Status,
) -> Result<Duration, Fault> {
    write(context, memory, environment, status).await?;
    memory.went_well(&environment.name_any());
    Ok(spread(context.options.resync, environment.uid()))
}

/// Writes the status, if it says something else than before.
async fn write(
    context: &Context,
    memory: &mut Memory,
    environment: &Environment,
    status: Status,
) -> Result<(), Fault> {
    let unreadable =
        |error: serde_json::Error| Fault::Unreadable(format!("the status cannot be written: {error}"));
    let new = serde_json::to_value(&status).map_err(unreadable)?;
    let old = serde_json::to_value(environment.status.clone().unwrap_or_default()).map_err(unreadable)?;
    if new == old {
        return Ok(());
    }
    let body = json!({ "apiVersion": "sublet.dev/v1alpha1", "kind": "Environment", "status": new,
        "metadata": { "name": environment.name_any(), "uid": environment.uid() } });
    let api = Api::<Environment>::namespaced(context.client.clone(), &context.home);
    let how = PatchParams::apply(MANAGER).force();
    let written = api.patch_status(&environment.name_any(), &how, &Patch::Apply(body)).await;
    memory.wrote(written.doing("the status cannot be written")?);
    Ok(())
}
