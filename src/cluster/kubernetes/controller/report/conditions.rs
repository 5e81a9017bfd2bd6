//! Conditions by the conventions of Kubernetes: a time that moves only when the condition does.

use k8s_openapi::{
    apimachinery::pkg::apis::meta::v1::{Condition, Time},
    jiff::Timestamp,
};

use crate::{cluster::kubernetes::resource::Status, domain::Instant};

/// What one condition says now.
pub(super) struct Part {
    name: &'static str,
    holds: bool,
    reason: &'static str,
    message: String,
}

impl Part {
    pub(super) fn new(name: &'static str, holds: bool, reason: &'static str, message: &str) -> Self {
        Self { name, holds, reason, message: message.to_owned() }
    }
}

/// The conditions as they are now.
pub(super) fn conditions(
    old: &Status,
    generation: Option<i64>,
    parts: [Part; 3],
    now: Instant,
) -> Vec<Condition> {
    let condition = |part: Part| {
        let status = if part.holds { "True" } else { "False" };
        let before = old.conditions.iter().find(|condition| condition.type_ == part.name);
        let since = before.filter(|before| before.status == status);
        Condition {
            type_: part.name.to_owned(),
            status: status.to_owned(),
            reason: part.reason.to_owned(),
            message: part.message,
            observed_generation: generation,
            last_transition_time: since.map_or_else(|| time(now), |since| since.last_transition_time.clone()),
        }
    };
    parts.map(condition).into()
}

/// Whether a condition of this name held.
pub(super) fn is_true(status: &Status, name: &str) -> bool {
    status.conditions.iter().any(|condition| condition.type_ == name && condition.status == "True")
}

/// In whole seconds, as Kubernetes keeps it.
fn time(at: Instant) -> Time {
    Time(Timestamp::from_second(at.timestamp()).unwrap_or_default())
}
