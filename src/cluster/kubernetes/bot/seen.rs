//! What the bot reads in a custom resource: its status, as far as it is about what was asked last.

use chrono::TimeDelta;

use crate::{
    cluster::kubernetes::resource::{Environment, Phase, Ssh, Status},
    domain::{
        Instant,
        environment::{Progress, SshAccess},
    },
    ports::cluster::Observed,
};

/// How long a controller may take to look before its absence is told.
const UNSEEN: TimeDelta = TimeDelta::seconds(60);
/// Steps in all, before the controller has counted them.
const STEPS: u8 = 6;
/// How an environment is kept apart.
const ISOLATION: &str = "Kept apart by Kubernetes: a container without rights in a namespace of its own; network \
                         policies keep other environments out and cloud metadata away.";

/// What the resource tells. `asked` is when its spec was last changed, if that is known.
pub fn seen(environment: &Environment, asked: Option<Instant>, now: Instant) -> Observed {
    let none = Status::default();
    let status = environment.status.as_ref().unwrap_or(&none);
    if environment.metadata.deletion_timestamp.is_some() {
        return Observed::Leaving(left(status));
    }
    let current =
        status.observed_generation.is_some_and(|seen| Some(seen) >= environment.metadata.generation);
    // A failure of an earlier try says nothing about this one.
    let earlier = status.attempt.is_some_and(|attempt| attempt < environment.spec.attempt);
    if !current || earlier {
        return Observed::Working(waiting(asked.is_some_and(|asked| now - asked > UNSEEN)));
    }
    match (status.phase, &status.ssh) {
        (Some(Phase::Ready), Some(ssh)) => Observed::Ready(access(ssh)),
        (Some(Phase::Failed), _) => Observed::Failed(
            status.message.clone().unwrap_or_else(|| "the controller does not say why".to_owned()),
        ),
        (Some(Phase::Deleting), _) => Observed::Leaving(left(status)),
        (Some(Phase::Provisioning | Phase::Ready) | None, _) => Observed::Working(progress(status)),
    }
}

fn progress(status: &Status) -> Progress {
    match &status.progress {
        Some(steps) if !steps.step.is_empty() => {
            Progress { done: steps.done.min(steps.total), total: steps.total, step: steps.step.clone() }
        }
        _ => waiting(false),
    }
}

fn waiting(unseen: bool) -> Progress {
    let step = if unseen {
        "waiting for the controller, which has not looked for a minute: does `sublet controller` run?"
    } else {
        "waiting for the controller"
    };
    Progress { done: 0, total: STEPS, step: step.to_owned() }
}

fn left(status: &Status) -> Vec<String> {
    if status.left.is_empty() {
        vec!["everything, until the controller looks".to_owned()]
    } else {
        status.left.clone()
    }
}

fn access(ssh: &Ssh) -> SshAccess {
    let Ssh { host, port, user, host_key, fingerprint } = ssh.clone();
    SshAccess { host, port, user, host_key, fingerprint, isolation: Some(ISOLATION.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::kubernetes::resource::Spec;

    fn environment(status: serde_json::Value) -> Environment {
        let spec: Spec = serde_json::from_value(serde_json::json!({
            "lease": "lea_1", "owner": "dana@example.org", "template": "web",
            "size": { "cpu": "1", "memory": "1Gi" }, "authorizedKeys": [], "attempt": 2
        }))
        .expect("a spec");
        let mut environment = Environment::new("web-0001", spec);
        environment.metadata.generation = Some(3);
        environment.status = serde_json::from_value(status).expect("a status");
        environment
    }

    #[test]
    fn a_controller_that_is_away_is_told_after_a_minute() {
        let asked = chrono::DateTime::from_timestamp(1_000_000, 0).expect("a moment");
        let environment = environment(serde_json::json!({ "observedGeneration": 2, "phase": "Ready" }));
        let step = |seconds: i64| match seen(&environment, Some(asked), asked + TimeDelta::seconds(seconds)) {
            Observed::Working(progress) => progress.step,
            other => panic!("{other:?}"),
        };
        assert_eq!(step(59), "waiting for the controller");
        assert!(step(61).contains("does `sublet controller` run?"));
    }

    #[test]
    fn what_a_status_leaves_out_is_no_end_of_the_story() {
        let now = Instant::default();
        let told = |status: serde_json::Value| seen(&environment(status), None, now);
        let current =
            |phase: &str| told(serde_json::json!({ "observedGeneration": 3, "attempt": 2, "phase": phase }));
        assert!(matches!(told(serde_json::Value::Null), Observed::Working(_)));
        assert!(matches!(current("Ready"), Observed::Working(_)), "ready without an address");
        assert!(matches!(current("Failed"), Observed::Failed(why) if !why.is_empty()));
        assert!(matches!(current("Deleting"), Observed::Leaving(left) if !left.is_empty()));
        let odd = serde_json::json!({ "done": 9, "total": 5, "step": "" });
        let seen =
            told(serde_json::json!({ "observedGeneration": 3, "phase": "Provisioning", "progress": odd }));
        assert!(matches!(seen, Observed::Working(p) if p.done <= p.total && !p.step.is_empty()));
    }
}
