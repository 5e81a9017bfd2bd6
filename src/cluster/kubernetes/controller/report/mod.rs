//! What the status of an `Environment` says. It is the same to the letter as long as nothing has changed, so that
//! nothing is written.

mod cause;
mod conditions;
mod progress;

use std::{collections::BTreeMap, net::IpAddr};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use self::{
    cause::Cause,
    conditions::{Part, conditions},
    progress::Seen,
};
use super::{gathered::Gathered, plan::Plan};
use crate::{
    cluster::{
        host_key::HostKey,
        kubernetes::{
            names,
            resource::{Environment, Phase, Ssh, Status, Steps},
            settings::{Making, ServiceKind},
        },
    },
    domain::Instant,
};

/// The words of a status are no longer than this.
const LONGEST: usize = 800;

/// The host and the port that people are told; `None` as long as there is none. An address of a node that was told
/// once stays as long as that node is ready.
pub fn address(
    environment: &Environment,
    plan: &Plan,
    gathered: &Gathered,
    making: &Making,
) -> Option<(String, u16)> {
    let port = *ports(plan, gathered)?.get(names::SSH_PORT)?;
    let host = match plan.service {
        ServiceKind::ClusterIp => {
            let address = gathered.service.as_ref()?.spec.as_ref()?.cluster_ip.clone();
            address.filter(|address| !address.is_empty() && address != "None")?
        }
        ServiceKind::NodePort => match &making.host {
            Some(host) => host.clone(),
            None => {
                let told = environment.status.as_ref().and_then(|status| status.ssh.as_ref());
                let kept = told.map(|ssh| &ssh.host).filter(|host| gathered.nodes.contains(host));
                kept.or(gathered.nodes.first())?.clone()
            }
        },
    };
    Some((host, port))
}

/// The ports as they are reached from outside, by name; `None` as long as not all are allotted.
fn ports(plan: &Plan, gathered: &Gathered) -> Option<BTreeMap<String, u16>> {
    let there = gathered.service.as_ref()?.spec.as_ref()?.ports.as_ref()?;
    let wanted = plan.ports.keys().map(String::as_str).chain([names::SSH_PORT]);
    wanted
        .map(|name| {
            let port = there.iter().find(|port| port.name.as_deref() == Some(name))?;
            let number = match plan.service {
                ServiceKind::NodePort => port.node_port?,
                ServiceKind::ClusterIp => port.port,
            };
            Some((name.to_owned(), u16::try_from(number).ok().filter(|number| *number > 0)?))
        })
        .collect()
}

/// What is reported of an environment that can be built. The former status is the one in `environment`.
pub fn status(
    environment: &Environment,
    plan: &Plan,
    gathered: &Gathered,
    making: &Making,
    key: &HostKey,
) -> Status {
    let old = environment.status.clone().unwrap_or_default();
    let told = address(environment, plan, gathered, making);
    let seen = progress::seen(plan, gathered);
    let cause = cause::of(plan, gathered, told.as_ref());
    let ready = seen.answers() && told.is_some();
    let started_at = started_at(&old, plan, ready, gathered.now);
    let late = gathered.now >= started_at + TimeDelta::seconds(plan.deadline.into());
    let phase = match (ready, late) {
        (true, _) => Phase::Ready,
        (false, true) => Phase::Failed,
        (false, false) => Phase::Provisioning,
    };
    let message = cut(&match phase {
        Phase::Ready => "its SSH server answers".to_owned(),
        Phase::Failed => failed(&seen, cause.as_ref(), plan.deadline),
        Phase::Provisioning | Phase::Deleting => under_way(&seen, cause.as_ref()),
    });
    let broken = old.attempt == Some(plan.attempt)
        && (old.phase == Some(Phase::Ready)
            || (old.phase == Some(Phase::Provisioning) && conditions::is_true(&old, "Degraded")));
    let parts = parts(phase, &seen, cause.as_ref(), broken, &message);
    let others = ports(plan, gathered).unwrap_or_default();
    Status {
        observed_generation: environment.metadata.generation,
        phase: Some(phase),
        conditions: conditions(&old, environment.metadata.generation, parts, gathered.now),
        namespace: Some(plan.namespace.clone()),
        address: told.as_ref().map(|(host, port)| written(host, *port)),
        ssh: told.map(|(host, port)| Ssh {
            host,
            port,
            user: plan.user.clone(),
            host_key: key.line().to_owned(),
            fingerprint: key.fingerprint().to_owned(),
        }),
        ports: others.into_iter().filter(|(name, _)| name != names::SSH_PORT).collect(),
        progress: Some(Steps {
            done: if ready { seen.total } else { seen.done.min(seen.total - 1) },
            total: seen.total,
            step: match phase {
                Phase::Ready => "ready".to_owned(),
                Phase::Provisioning => message.clone(),
                Phase::Failed | Phase::Deleting => seen.step.to_owned(),
            },
        }),
        attempt: Some(plan.attempt),
        started_at: Some(started_at),
        message: Some(message),
        left: Vec::new(),
    }
}

/// When the try began that the deadline counts for. A new try begins anew, and so does an environment that was ready
/// and has to be made again, or that was refused as it was.
fn started_at(old: &Status, plan: &Plan, ready: bool, now: Instant) -> DateTime<Utc> {
    let same = old.attempt == Some(plan.attempt) && (ready || old.phase != Some(Phase::Ready));
    old.started_at.filter(|_| same).unwrap_or_else(|| now.trunc_subsecs(0))
}

fn under_way(seen: &Seen, cause: Option<&Cause>) -> String {
    cause.map_or_else(|| seen.step.to_owned(), |cause| cause.words.clone())
}

fn failed(seen: &Seen, cause: Option<&Cause>, deadline: u32) -> String {
    let within = span(deadline);
    match cause {
        Some(cause) => format!("{} (it was to be ready within {within})", cause.words),
        None => format!("it was not ready within {within}; it is still {}", seen.step),
    }
}

/// Seconds in the largest unit that divides them.
fn span(seconds: u32) -> String {
    let (number, unit) = match seconds {
        _ if seconds.is_multiple_of(3600) => (seconds / 3600, "hour"),
        _ if seconds.is_multiple_of(60) => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// The three conditions: usable, under way, and worse than it should be.
fn parts(phase: Phase, seen: &Seen, cause: Option<&Cause>, broken: bool, message: &str) -> [Part; 3] {
    let why = cause.map_or(seen.reason, |cause| cause.reason);
    let fine = "nothing is wrong with it";
    match phase {
        Phase::Ready => [
            Part::new("Ready", true, "Answering", message),
            Part::new("Progressing", false, "Made", "everything that it needs is there"),
            Part::new("Degraded", false, "AsExpected", fine),
        ],
        Phase::Failed => [
            Part::new("Ready", false, why, message),
            Part::new("Progressing", false, "DeadlineExceeded", message),
            Part::new("Degraded", true, why, message),
        ],
        Phase::Provisioning | Phase::Deleting => [
            Part::new("Ready", false, why, message),
            Part::new("Progressing", true, seen.reason, seen.step),
            if broken {
                Part::new("Degraded", true, why, message)
            } else {
                Part::new("Degraded", false, "AsExpected", fine)
            },
        ],
    }
}

/// What is reported of an environment that cannot be built as it is.
pub fn refused(environment: &Environment, faults: &[String], now: Instant) -> Status {
    let old = environment.status.clone().unwrap_or_default();
    let message = cut(&faults.join(" "));
    let parts = [
        Part::new("Ready", false, "Invalid", &message),
        Part::new("Progressing", false, "Invalid", &message),
        Part::new("Degraded", true, "Invalid", &message),
    ];
    Status {
        observed_generation: environment.metadata.generation,
        phase: Some(Phase::Failed),
        conditions: conditions(&old, environment.metadata.generation, parts, now),
        attempt: Some(environment.spec.attempt),
        // Once it can be built, its deadline counts from then.
        started_at: None,
        progress: None,
        message: Some(message),
        left: Vec::new(),
        ..old
    }
}

/// What is reported of an environment that is being removed; `left` is what is still there of it.
pub fn removing(environment: &Environment, left: &[String], now: Instant) -> Status {
    let old = environment.status.clone().unwrap_or_default();
    let message = cut(&match left {
        [] => "nothing is left of it".to_owned(),
        left => format!("it is being removed; still there: {}", left.join(", ")),
    });
    let parts = [
        Part::new("Ready", false, "Removing", &message),
        Part::new("Progressing", true, "Removing", &message),
        Part::new("Degraded", false, "AsExpected", "nothing is wrong with it"),
    ];
    Status {
        observed_generation: environment.metadata.generation,
        phase: Some(Phase::Deleting),
        conditions: conditions(&old, environment.metadata.generation, parts, now),
        namespace: old.namespace.clone(),
        attempt: old.attempt,
        started_at: old.started_at,
        message: Some(message),
        left: left.to_vec(),
        ..Status::default()
    }
}

/// When a status changes by time alone: at the deadline of what is being made.
pub fn deadline(environment: &Environment, status: &Status) -> Option<Instant> {
    let running = status.phase == Some(Phase::Provisioning);
    let end = status.started_at? + TimeDelta::seconds(environment.spec.deadline_seconds.into());
    running.then_some(end)
}

/// Host and port as one word.
fn written(host: &str, port: u16) -> String {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => format!("[{address}]:{port}"),
        _ => format!("{host}:{port}"),
    }
}

/// One line, not too long.
fn cut(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST).chain(['…']).collect()
}
