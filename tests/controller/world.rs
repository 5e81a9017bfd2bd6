//! One environment, what is there of it, and what is reported of it as time goes by.

use k8s_openapi::api::core::v1::Pod;
use serde_json::{Value, json};
use sublet::cluster::kubernetes::{
    controller::{
        build::{Children, children},
        gathered::{Banner, Gathered},
        report,
    },
    resource::{Environment, Phase, Status},
    settings::Making,
};

use crate::some::{at, environment, host_key, making, plan};

/// One environment and what is there of it.
pub struct World {
    pub environment: Environment,
    pub making: Making,
    pub there: Gathered,
}

impl World {
    /// Everything was applied, and nothing has happened yet.
    pub fn new() -> Self {
        let (environment, making) = (environment(), making());
        let Children { namespace, claim, service, deployment, .. } =
            children(&plan(&environment, &making), &host_key());
        let there = Gathered {
            now: at(0),
            namespace: Some(namespace),
            claim,
            service: Some(service),
            deployment: Some(deployment),
            nodes: vec!["192.0.2.1".to_owned(), "192.0.2.2".to_owned()],
            ..Gathered::default()
        };
        Self { environment, making, there }
    }

    /// One that answers.
    pub fn ready() -> Self {
        let mut world = Self::new();
        world.look();
        world.bound().allotted().rolled_out();
        world.there.pods = vec![pod(&running(), true)];
        world.there.banner = Some(Banner::Answers);
        assert_eq!(world.look().phase, Some(Phase::Ready));
        world
    }

    /// The volume is there.
    pub fn bound(&mut self) -> &mut Self {
        self.there.claim =
            self.there.claim.take().map(|claim| with(&claim, json!({ "status": { "phase": "Bound" } })));
        self
    }

    /// The ports are allotted.
    pub fn allotted(&mut self) -> &mut Self {
        for (at, port) in self
            .there
            .service
            .as_mut()
            .unwrap()
            .spec
            .as_mut()
            .unwrap()
            .ports
            .as_mut()
            .unwrap()
            .iter_mut()
            .enumerate()
        {
            port.node_port = Some(30022 + i32::try_from(at).unwrap());
        }
        self
    }

    /// The pod is of the present spec.
    pub fn rolled_out(&mut self) -> &mut Self {
        let status = json!({ "metadata": { "generation": 1 }, "status": { "observedGeneration": 1, "updatedReplicas": 1 } });
        self.there.deployment = self.there.deployment.take().map(|there| with(&there, status));
        self
    }

    /// So many seconds after the start.
    pub fn at(&mut self, seconds: i64) -> &mut Self {
        self.there.now = at(seconds);
        self
    }

    /// Reports, and keeps what was reported.
    pub fn look(&mut self) -> Status {
        let plan = plan(&self.environment, &self.making);
        let status = report::status(&self.environment, &plan, &self.there, &self.making, &host_key());
        self.environment.status = Some(status.clone());
        status
    }

    /// The step under way, as people read it.
    pub fn step(&mut self) -> String {
        let progress = self.look().progress.unwrap();
        format!("{}/{} {}", progress.done, progress.total, progress.step)
    }
}

/// The same object with some fields set.
pub fn with<T: serde::Serialize + serde::de::DeserializeOwned>(object: &T, fields: Value) -> T {
    let mut value = serde_json::to_value(object).unwrap();
    merge(&mut value, fields);
    serde_json::from_value(value).unwrap()
}

fn merge(value: &mut Value, fields: Value) {
    match (value, fields) {
        (Value::Object(value), Value::Object(fields)) => {
            for (name, field) in fields {
                merge(value.entry(name).or_insert(Value::Null), field);
            }
        }
        (value, fields) => *value = fields,
    }
}

pub fn running() -> Value {
    json!({ "state": { "running": {} }, "imageID": "sha256:1" })
}

pub fn waiting(reason: &str, message: &str) -> Value {
    json!({ "state": { "waiting": { "reason": reason, "message": message } } })
}

/// A scheduled pod whose container has this status.
pub fn pod(container: &Value, ready: bool) -> Pod {
    let mut status =
        json!({ "name": "environment", "image": "", "imageID": "", "restartCount": 0, "ready": ready });
    merge(&mut status, container.clone());
    serde_json::from_value(json!({
        "metadata": { "name": "web-1", "annotations": { "sublet.dev/attempt": "1" } },
        "status": {
            "phase": "Running",
            "conditions": [
                { "type": "PodScheduled", "status": "True" },
                { "type": "Ready", "status": if ready { "True" } else { "False" } },
            ],
            "containerStatuses": [status],
        },
    }))
    .unwrap()
}

/// A pod that no node takes.
pub fn unscheduled(words: &str) -> Pod {
    serde_json::from_value(json!({
        "metadata": { "name": "web-1", "annotations": { "sublet.dev/attempt": "1" } },
        "status": {
            "phase": "Pending",
            "conditions": [{ "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": words }],
        },
    }))
    .unwrap()
}
