//! What can be requested: typed parameters, limits, and who must agree.

mod dependent;
mod parameter;
mod text;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Instant, approval::Overrides, notice::Offset, person::Person, refusal::Refusal, workload::Workload,
};

pub use dependent::{When, circle};
pub use parameter::{ItemKind, Parameter, ParameterFault, ParameterKind, Problem, Rules};
pub use text::{Pattern, hidden};
pub use value::Decimal;
pub use value::Value;

/// How an environment is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// By SSH with the requester's key.
    Ssh,
}

/// When a request needs no human.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "lowercase")]
pub enum Approval {
    /// An approver decides every request.
    #[default]
    Always,
    /// Approved by rule when every named parameter is there and within its limit, and the span is as well.
    Auto {
        /// Limits by parameter name.
        limits: BTreeMap<String, Value>,
        /// The longest span, in seconds.
        longest: Option<Offset>,
    },
}

impl Approval {
    /// Whether this needs no human.
    pub fn covers(&self, parameters: &BTreeMap<String, Value>, span: TimeDelta) -> bool {
        match self {
            Self::Always => false,
            Self::Auto { limits, longest } => {
                let small = limits
                    .iter()
                    .all(|(name, limit)| parameters.get(name).is_some_and(|value| within(value, limit)));
                small && longest.is_none_or(|longest| span <= longest.into())
            }
        }
    }

    /// Whether this needs no human, of a template that the limits were not written for: every size that it has must
    /// be limited as well, so that nothing large passes unseen.
    pub fn covers_all(&self, parameters: &BTreeMap<String, Value>, span: TimeDelta) -> bool {
        let Self::Auto { limits, longest } = self else { return false };
        let small = parameters.iter().all(|(name, value)| match value {
            Value::Cpu(_) | Value::Bytes(_) | Value::Number(_) => {
                limits.get(name).is_some_and(|limit| within(value, limit))
            }
            _ => true,
        });
        small && longest.is_none_or(|longest| span <= longest.into())
    }
}

/// What can be requested.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// The word people type.
    pub name: String,
    /// A short title.
    pub title: String,
    /// What it is good for.
    pub about: String,
    /// How it is reached.
    pub access: Access,
    /// Which provisioner makes it, such as `local`.
    pub provisioner: String,
    /// What it is made of, where the provisioner needs to be told.
    pub workload: Option<Workload>,
    /// Its parameters, in the order they are shown.
    pub parameters: Vec<Parameter>,
    /// The span when nothing is said.
    pub default_span: Offset,
    /// The longest a lease may be, extension included, counted from its creation.
    pub longest: Offset,
    /// When a request needs no human.
    pub approval: Approval,
    /// Who must agree otherwise, where it says so itself.
    #[serde(default)]
    pub reviews: Overrides,
    /// How long before the end the owner is warned; at least one.
    pub warnings: Vec<Offset>,
    /// How long after the delivery of the final warning the environment is kept at least.
    pub grace: Offset,
    /// How long provisioning may take before it counts as failed.
    pub ready_within: Offset,
    /// Presets of its parameters, in the order they are shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sizes: Vec<Size>,
    /// The teams that may have it; empty for everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<String>,
}

/// A preset: values of parameters under one word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// The word, such as `small`.
    pub name: String,
    /// The values that it stands for, by parameter.
    pub values: BTreeMap<String, Value>,
}

/// A content of a template that was in force at some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number, counted from 1 for each template; 0 stands for the time before versions were kept.
    pub number: u32,
    /// The digest of the content.
    pub digest: String,
    /// When it was first seen.
    pub first_seen: Instant,
}

impl Template {
    /// The parameters as they will be: what was given, else the defaults; all within the limits.
    ///
    /// # Errors
    /// [`Refusal::BadParameters`] with one entry for each parameter that is unknown, missing, of
    /// another kind, or outside its limits.
    pub fn resolve(&self, given: &BTreeMap<String, Value>) -> Result<BTreeMap<String, Value>, Refusal> {
        let unknown = given.keys().filter(|name| self.parameter(name).is_none()).map(|name| ParameterFault {
            name: name.clone(),
            problem: Problem::Unknown { known: self.parameters.iter().map(|p| p.name.clone()).collect() },
        });
        let mut faults: Vec<ParameterFault> = unknown.collect();
        let (resolved, wrong) = self.look_at(given);
        let place = |fault: &ParameterFault| self.parameters.iter().position(|p| p.name == fault.name);
        let mut wrong = wrong;
        wrong.sort_by_key(place);
        faults.extend(wrong);
        if faults.is_empty() {
            Ok(resolved)
        } else {
            Err(Refusal::BadParameters { template: self.name.clone(), faults })
        }
    }

    /// The same with a size: its values stand where nothing was given.
    ///
    /// # Errors
    /// As [`Self::resolve`]; [`Refusal::NoSuchSize`].
    pub fn resolve_sized(
        &self,
        size: Option<&str>,
        given: &BTreeMap<String, Value>,
    ) -> Result<BTreeMap<String, Value>, Refusal> {
        let Some(word) = size else { return self.resolve(given) };
        let mut values = self.size(word)?.values.clone();
        values.extend(given.clone());
        self.resolve(&values)
    }

    /// The parameters as they would be, as far as they can be told: for forms that are not filled in yet.
    pub fn expected(&self, given: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
        self.look_at(given).0
    }

    /// Values that are right, and what is wrong with the others. A parameter comes after those that it depends on.
    fn look_at(&self, given: &BTreeMap<String, Value>) -> (BTreeMap<String, Value>, Vec<ParameterFault>) {
        let (mut resolved, mut faults) = (BTreeMap::new(), Vec::new());
        let mut doubtful = BTreeSet::new();
        for parameter in dependent::in_order(&self.parameters) {
            let name = &parameter.name;
            let problem = match given.get(name).or_else(|| parameter.default_for(&resolved)) {
                None if parameter.optional => None,
                None => Some(Problem::Missing),
                // What it may be is not known while something that it depends on is wrong itself.
                Some(value) if parameter.depends_on().any(|other| doubtful.contains(other)) => {
                    parameter.check(value).err()
                }
                Some(value) => {
                    parameter.check_among(value, parameter.choices_for(&resolved)).err().or_else(|| {
                        resolved.insert(name.clone(), value.clone());
                        None
                    })
                }
            };
            if !resolved.contains_key(name) && (problem.is_some() || given.contains_key(name)) {
                doubtful.insert(name.as_str());
            }
            faults.extend(problem.map(|problem| ParameterFault { name: name.clone(), problem }));
        }
        (resolved, faults)
    }

    /// The size of that name.
    ///
    /// # Errors
    /// [`Refusal::NoSuchSize`] with those there are.
    pub fn size(&self, name: &str) -> Result<&Size, Refusal> {
        self.sizes.iter().find(|size| size.name == name).ok_or_else(|| Refusal::NoSuchSize {
            template: self.name.clone(),
            name: name.to_owned(),
            known: self.sizes.iter().map(|size| size.name.clone()).collect(),
        })
    }

    /// Whether somebody may have it, and so sees it.
    pub fn is_for(&self, person: &Person) -> bool {
        self.teams.is_empty() || self.teams.iter().any(|team| person.teams.contains(team))
    }

    /// The digest of its content: two with the same digest say the same.
    pub fn digest(&self) -> String {
        // A map of strings and numbers is always written.
        let text = serde_json::to_vec(self).unwrap_or_default();
        Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The span as it will be.
    ///
    /// # Errors
    /// [`Refusal::TooLong`] beyond the longest span, [`Refusal::TooShort`] below one minute.
    pub fn span(&self, asked: Option<TimeDelta>) -> Result<TimeDelta, Refusal> {
        let span = asked.unwrap_or_else(|| self.default_span.into());
        let longest: TimeDelta = self.longest.into();
        if span > longest {
            return Err(Refusal::TooLong { asked: span.into(), longest: self.longest });
        }
        if span < TimeDelta::minutes(1) {
            return Err(Refusal::TooShort { asked: span.into(), shortest: TimeDelta::minutes(1).into() });
        }
        Ok(span)
    }

    /// Whether a rule approves this without a human.
    pub fn approves_itself(&self, parameters: &BTreeMap<String, Value>, span: TimeDelta) -> bool {
        self.approval.covers(parameters, span)
    }

    /// The parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

/// At or below a limit of the same kind; words have no order that means anything, so they must be the same.
fn within(value: &Value, limit: &Value) -> bool {
    match (value, limit) {
        (Value::Cpu(value), Value::Cpu(limit)) => value <= limit,
        (Value::Bytes(value), Value::Bytes(limit)) => value <= limit,
        (Value::Number(value), Value::Number(limit)) => value <= limit,
        (Value::Decimal(value), Value::Decimal(limit)) => value <= limit,
        (Value::Switch(value), Value::Switch(limit)) => value <= limit,
        (Value::Text(value), Value::Text(limit)) => value == limit,
        _ => false,
    }
}
