//! Parameters that depend on others: defaults and choices that hold while other parameters have certain values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Parameter, Value};

/// Something that holds while other parameters have these values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct When<T> {
    /// The values that the others must have, by name; all of them.
    #[serde(rename = "if")]
    pub given: BTreeMap<String, Value>,
    /// What holds then.
    pub then: T,
}

impl<T> When<T> {
    fn holds(&self, known: &BTreeMap<String, Value>) -> bool {
        self.given.iter().all(|(name, value)| known.get(name) == Some(value))
    }
}

impl Parameter {
    /// The default while the others have these values.
    pub fn default_for(&self, known: &BTreeMap<String, Value>) -> Option<&Value> {
        let when = self.default_when.iter().find(|when| when.holds(known)).map(|when| &when.then);
        when.or(self.default.as_ref())
    }

    /// The choices while the others have these values.
    pub fn choices_for(&self, known: &BTreeMap<String, Value>) -> &[Value] {
        let when = self.choices_when.iter().find(|when| when.holds(known)).map(|when| &when.then);
        when.unwrap_or(&self.choices)
    }

    /// The parameters that it depends on; the same one may come several times.
    pub fn depends_on(&self) -> impl Iterator<Item = &str> {
        let defaults = self.default_when.iter().flat_map(|when| when.given.keys());
        let choices = self.choices_when.iter().flat_map(|when| when.given.keys());
        defaults.chain(choices).map(String::as_str)
    }

    /// A default that would be none of the choices which hold at the same time, if there is one.
    pub fn clash(&self) -> Option<&Value> {
        let always = BTreeMap::new();
        let defaults: Vec<(&BTreeMap<String, Value>, &Value)> = self
            .default_when
            .iter()
            .map(|when| (&when.given, &when.then))
            .chain(self.default.iter().map(|default| (&always, default)))
            .collect();
        let choices: Vec<(&BTreeMap<String, Value>, &Vec<Value>)> = self
            .choices_when
            .iter()
            .map(|when| (&when.given, &when.then))
            .chain([(&always, &self.choices)])
            .collect();
        for (at, (given, default)) in defaults.iter().enumerate() {
            for (place, (needed, choices_then)) in choices.iter().enumerate() {
                let Some(both) = together(given, needed) else { continue };
                // Whatever stands before it and holds as well takes its place.
                let hidden = defaults[..at].iter().any(|(earlier, _)| holds_in(earlier, &both))
                    || choices[..place].iter().any(|(earlier, _)| holds_in(earlier, &both));
                if !hidden && self.check_among(default, choices_then).is_err() {
                    return Some(*default);
                }
            }
        }
        None
    }
}

/// Whether a condition surely holds where this is known.
fn holds_in(condition: &BTreeMap<String, Value>, known: &BTreeMap<String, Value>) -> bool {
    condition.iter().all(|(name, value)| known.get(name) == Some(value))
}

/// Both conditions as one; `None` when they cannot hold at the same time.
fn together(
    one: &BTreeMap<String, Value>,
    other: &BTreeMap<String, Value>,
) -> Option<BTreeMap<String, Value>> {
    let agree = one.iter().all(|(name, value)| other.get(name).is_none_or(|also| also == value));
    agree.then(|| one.iter().chain(other).map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// The parameters so that each comes after those that it depends on; else in the order of the template.
pub(super) fn in_order(parameters: &[Parameter]) -> Vec<&Parameter> {
    let mut left: Vec<&Parameter> = parameters.iter().collect();
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let waits = |parameter: &&Parameter| {
            parameter.depends_on().any(|name| left.iter().any(|other| other.name == name))
        };
        // No file with a circle is read; the first one is as good as any other then.
        let next = left.iter().position(|parameter| !waits(parameter)).unwrap_or(0);
        ordered.push(left.remove(next));
    }
    ordered
}

/// Parameters that depend on each other in a circle, if there are any: each on the next, and the last on the first.
pub fn circle(parameters: &[Parameter]) -> Option<Vec<String>> {
    let mut left: Vec<&Parameter> = parameters.iter().collect();
    let next = |parameter: &Parameter, left: &[&Parameter]| {
        let of = |name: &str| left.iter().copied().find(|other| other.name == name);
        parameter.depends_on().find_map(of).map(|found| found.name.clone())
    };
    loop {
        let stays: Vec<&Parameter> =
            left.iter().copied().filter(|parameter| next(parameter, &left).is_some()).collect();
        if stays.len() == left.len() {
            break;
        }
        left = stays;
    }
    // Each one that is left depends on another one that is left, so the way comes back to where it was.
    let mut way: Vec<String> = vec![left.first()?.name.clone()];
    loop {
        let last = left.iter().find(|parameter| way.last() == Some(&parameter.name))?;
        let name = next(last, &left)?;
        if let Some(at) = way.iter().position(|seen| *seen == name) {
            return Some(way.split_off(at));
        }
        way.push(name);
    }
}
