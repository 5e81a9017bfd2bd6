//! How much of each resource, as programs read and write it.

use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, OneOfBuilder, RefOr, Schema, Type},
};

use crate::{
    api::{call::Values, problem::Problem},
    domain::quota::{self, Limits, Resource},
};

/// How much of each resource; what is left out is nothing, or has no limit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({"cpu": 2.5, "memory": 17179869184_u64, "hours": 72}))]
pub struct Amounts {
    /// Environments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environments: Option<u64>,
    /// Processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, minimum = 0)]
    pub cpu: Option<Number>,
    /// Bytes of memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// Bytes of storage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage: Option<u64>,
    /// Hours of leases.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, minimum = 0)]
    pub hours: Option<Number>,
}

impl From<&quota::Amounts> for Amounts {
    /// What there is nothing of is left out.
    fn from(amounts: &quota::Amounts) -> Self {
        amounts.each().fold(Self::default(), |shown, (resource, amount)| shown.with(resource, amount))
    }
}

impl From<&Limits> for Amounts {
    /// What has no limit is left out; a limit of nothing is 0.
    fn from(limits: &Limits) -> Self {
        limits.0.iter().fold(Self::default(), |shown, (resource, limit)| shown.with(*resource, *limit))
    }
}

impl Amounts {
    fn with(mut self, resource: Resource, amount: u64) -> Self {
        match resource {
            Resource::Environments => self.environments = Some(amount),
            Resource::Cpu => self.cpu = parts(amount, 1000),
            Resource::Memory => self.memory = Some(amount),
            Resource::Storage => self.storage = Some(amount),
            Resource::LeaseTime => self.hours = parts(amount, 3600),
        }
        self
    }
}

/// An amount that is counted in parts, in wholes.
fn parts(amount: u64, of: u64) -> Option<Number> {
    if amount.is_multiple_of(of) {
        return Some(Number::from(amount / of));
    }
    Number::from_f64(amount as f64 / of as f64)
}

/// An amount as people write it, or as a plain number.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Amount {
    /// Processors, bytes, hours, or environments.
    Number(Number),
    /// As it is typed in chat, such as `500m` or `16Gi`.
    Text(String),
}

impl Amount {
    /// As it is typed in chat; empty when nothing is.
    fn written(&self) -> String {
        match self {
            Self::Text(text) => text.trim().to_owned(),
            // In JSON `4.0` is the same as `4`.
            Self::Number(number) => number.to_string().trim_end_matches(".0").to_owned(),
        }
    }
}

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new()
            .schema_type(Type::Number)
            .minimum(Some(0))
            .description(Some("Processors, bytes, hours, or environments"));
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .description(Some("As it is typed in chat, such as `500m` or `16Gi`"));
        OneOfBuilder::new()
            .item(number)
            .item(text)
            .description(Some("An amount as people write it, or as a plain number"))
            .into()
    }
}

impl ToSchema for Amount {}

/// How much more of each resource; of one at least.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"cpu": 2, "memory": "4Gi"}))]
pub struct NewAmounts {
    /// Environments.
    environments: Option<Amount>,
    /// Processors.
    cpu: Option<Amount>,
    /// Memory, in bytes.
    memory: Option<Amount>,
    /// Storage, in bytes.
    storage: Option<Amount>,
    /// Hours of leases.
    hours: Option<Amount>,
}

impl NewAmounts {
    /// The values of a command.
    ///
    /// # Errors
    /// When an amount is an empty text.
    pub fn values(&self, values: Values) -> Result<Values, Problem> {
        let each = [
            ("environments", &self.environments),
            ("cpu", &self.cpu),
            ("memory", &self.memory),
            ("storage", &self.storage),
            ("hours", &self.hours),
        ];
        each.into_iter().try_fold(values, |values, (name, amount)| match amount {
            Some(amount) => Ok(values.with(name, said("amounts", name, amount)?)),
            None => Ok(values),
        })
    }
}

/// An amount as the value of a command, where an empty one would count as not given.
///
/// # Errors
/// When it is an empty text.
pub fn said(within: &str, name: &str, amount: &Amount) -> Result<String, Problem> {
    let written = amount.written();
    if !written.is_empty() {
        return Ok(written);
    }
    let detail = "Write how much, such as 4 or `16Gi`.";
    let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    Err(Problem::field(status, "invalid", &format!("{within}.{name}"), detail))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_are_plain_numbers() {
        let amounts =
            quota::Amounts { environments: 2, cpu: 1500, memory: 4 << 30, storage: 0, lease_time: 5400 };
        let shown = serde_json::to_value(Amounts::from(&amounts)).expect("JSON");
        assert_eq!(shown, json!({"environments": 2, "cpu": 1.5, "memory": 4_294_967_296_u64, "hours": 1.5}));
        let limits = Limits([(Resource::Cpu, 0), (Resource::LeaseTime, 7200)].into());
        let shown = serde_json::to_value(Amounts::from(&limits)).expect("JSON");
        assert_eq!(shown, json!({"cpu": 0, "hours": 2}));
    }

    #[test]
    fn what_is_written_is_typed_the_same() {
        let typed = |value| serde_json::from_value::<Amount>(value).map(|amount| amount.written());
        for (value, text) in [
            (json!(4), "4"),
            (json!(4.0), "4"),
            (json!(0.5), "0.5"),
            (json!(-1), "-1"),
            (json!(17_179_869_184_u64), "17179869184"),
            (json!("16Gi"), "16Gi"),
            (json!(" "), ""),
        ] {
            assert_eq!(typed(value).expect("an amount"), text);
        }
        for value in [json!(null), json!(true), json!([4]), json!({"cpu": 4})] {
            assert!(typed(value).is_err());
        }
    }
}
