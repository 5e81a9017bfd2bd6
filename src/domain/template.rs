//! What can be requested: typed parameters, limits, and who must agree.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{notice::Offset, refusal::Refusal, workload::Workload};

/// A value of a template's parameter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Value {
    /// Processor time, in thousandths of a core.
    Cpu(u32),
    /// Memory or storage, in bytes.
    Bytes(u64),
    /// A whole number.
    Number(i64),
    /// Words, or one of the choices.
    Text(String),
    /// On or off.
    Switch(bool),
}

/// What kind of value a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterKind {
    /// Processor time, such as `500m` or `2`.
    Cpu,
    /// Memory or storage, such as `4Gi`.
    Bytes,
    /// A whole number.
    Number,
    /// Free words.
    Text,
    /// One of the listed choices.
    Choice,
    /// `yes` or `no`.
    Switch,
}

/// One parameter of a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// The word before `=`.
    pub name: String,
    /// What it takes.
    pub kind: ParameterKind,
    /// One sentence for the form and for `/template show`.
    pub help: String,
    /// What is taken when nothing is said; a parameter without a default must be given.
    pub default: Option<Value>,
    /// The least allowed, of a size or a number; ignored for the other kinds.
    pub min: Option<Value>,
    /// The most allowed, of a size or a number; ignored for the other kinds.
    pub max: Option<Value>,
    /// The allowed words, for a choice.
    pub choices: Vec<String>,
}

/// How an environment is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// By SSH with the requester's key.
    Ssh,
}

/// When a request needs no human.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
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
    /// How long before the end the owner is warned; at least one.
    pub warnings: Vec<Offset>,
    /// How long after the delivery of the final warning the environment is kept at least.
    pub grace: Offset,
    /// How long provisioning may take before it counts as failed.
    pub ready_within: Offset,
}

impl Template {
    /// The parameters as they will be: what was given, else the defaults; all within the limits.
    ///
    /// # Errors
    /// [`Refusal::BadParameters`] with one entry for each parameter that is unknown, missing, of
    /// another kind, or outside its limits.
    pub fn resolve(&self, given: &BTreeMap<String, Value>) -> Result<BTreeMap<String, Value>, Refusal> {
        let mut faults = Vec::new();
        let mut resolved = BTreeMap::new();
        for name in given.keys().filter(|name| self.parameter(name).is_none()) {
            faults.push(ParameterFault {
                name: name.clone(),
                problem: Problem::Unknown { known: self.parameters.iter().map(|p| p.name.clone()).collect() },
            });
        }
        for parameter in &self.parameters {
            match given.get(&parameter.name).or(parameter.default.as_ref()) {
                None => {
                    faults.push(ParameterFault { name: parameter.name.clone(), problem: Problem::Missing })
                }
                Some(value) => match parameter.check(value) {
                    Ok(()) => {
                        resolved.insert(parameter.name.clone(), value.clone());
                    }
                    Err(problem) => faults.push(ParameterFault { name: parameter.name.clone(), problem }),
                },
            }
        }
        if faults.is_empty() {
            Ok(resolved)
        } else {
            Err(Refusal::BadParameters { template: self.name.clone(), faults })
        }
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
        match &self.approval {
            Approval::Always => false,
            Approval::Auto { limits, longest } => {
                let small = limits
                    .iter()
                    .all(|(name, limit)| parameters.get(name).is_some_and(|value| within(value, limit)));
                small && longest.is_none_or(|longest| span <= longest.into())
            }
        }
    }

    /// The parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

impl Parameter {
    /// Whether a value may be given for this parameter.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, value: &Value) -> Result<(), Problem> {
        if !self.takes(value) {
            return Err(Problem::WrongKind { kind: self.kind });
        }
        let limited = matches!(self.kind, ParameterKind::Cpu | ParameterKind::Bytes | ParameterKind::Number);
        if let Some(min) = self.min.as_ref().filter(|min| limited && value < *min) {
            return Err(Problem::BelowMinimum { min: min.clone() });
        }
        if let Some(max) = self.max.as_ref().filter(|max| limited && value > *max) {
            return Err(Problem::AboveMaximum { max: max.clone() });
        }
        match value {
            Value::Text(text) if self.kind == ParameterKind::Choice && !self.choices.contains(text) => {
                Err(Problem::NotAChoice { choices: self.choices.clone() })
            }
            _ => Ok(()),
        }
    }

    fn takes(&self, value: &Value) -> bool {
        matches!(
            (self.kind, value),
            (ParameterKind::Cpu, Value::Cpu(_))
                | (ParameterKind::Bytes, Value::Bytes(_))
                | (ParameterKind::Number, Value::Number(_))
                | (ParameterKind::Text | ParameterKind::Choice, Value::Text(_))
                | (ParameterKind::Switch, Value::Switch(_))
        )
    }
}

/// At or below a limit of the same kind; words have no order that means anything, so they must be the same.
fn within(value: &Value, limit: &Value) -> bool {
    match (value, limit) {
        (Value::Cpu(value), Value::Cpu(limit)) => value <= limit,
        (Value::Bytes(value), Value::Bytes(limit)) => value <= limit,
        (Value::Number(value), Value::Number(limit)) => value <= limit,
        (Value::Switch(value), Value::Switch(limit)) => value <= limit,
        (Value::Text(value), Value::Text(limit)) => value == limit,
        _ => false,
    }
}

/// What is wrong with one parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParameterFault {
    /// The parameter.
    pub name: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong with a parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum Problem {
    /// The template has no such parameter.
    Unknown {
        /// Those it has.
        known: Vec<String>,
    },
    /// It has no default and was not given.
    Missing,
    /// It cannot be read; the sentence says why and what would be right.
    Unreadable {
        /// The sentence.
        why: String,
    },
    /// It cannot be read as this kind.
    WrongKind {
        /// The kind it takes.
        kind: ParameterKind,
    },
    /// Less than allowed.
    BelowMinimum {
        /// The least.
        min: Value,
    },
    /// More than allowed.
    AboveMaximum {
        /// The most.
        max: Value,
    },
    /// Not one of the choices.
    NotAChoice {
        /// The choices.
        choices: Vec<String>,
    },
}
