//! One parameter: what it takes, what stands when nothing is given, and what is wrong with a value.

use serde::{Deserialize, Serialize};

use super::{
    Value, When,
    text::{Pattern, hidden},
};

/// The most characters of a text, and of an item or a value inside of something.
const TEXT_MOST: u32 = 1000;
/// The most items of a list.
const ITEMS_MOST: u32 = 100;
/// The most entries of a map.
const ENTRIES_MOST: u32 = 32;
/// The longest name in a map, in characters.
const NAME_MOST: usize = 63;

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
    /// A number that may have a fraction.
    Decimal,
    /// Several texts or whole numbers.
    List,
    /// Texts by name.
    Map,
}

impl ParameterKind {
    /// Whether there can be more or less of it.
    pub fn is_size(self) -> bool {
        match self {
            Self::Cpu | Self::Bytes | Self::Number | Self::Decimal => true,
            Self::Text | Self::Choice | Self::Switch | Self::List | Self::Map => false,
        }
    }
}

/// What the items of a list are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemKind {
    /// Texts.
    #[default]
    Text,
    /// Whole numbers.
    Number,
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
    /// What is taken when nothing is said; a parameter without a default must be given, unless it is optional.
    pub default: Option<Value>,
    /// The least allowed, of a size or a number, or of each number in a list; ignored for the other kinds.
    pub min: Option<Value>,
    /// The most allowed, of a size or a number, or of each number in a list; ignored for the other kinds.
    pub max: Option<Value>,
    /// The only values allowed: always of a choice; of an amount or a number, and of the items of a list, if any
    /// are named.
    pub choices: Vec<Value>,
    /// Rules of texts, lists and maps.
    #[serde(default, skip_serializing_if = "Rules::is_none")]
    pub rules: Rules,
    /// Whether there need be no value at all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Defaults that stand before the plain one, as long as other parameters have these values; the first counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub default_when: Vec<When<Value>>,
    /// Choices that stand instead of the plain ones, in the same way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices_when: Vec<When<Vec<Value>>>,
}

/// Rules of texts, lists and maps.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    /// The fewest characters of a text, of each text in a list, or of each value of a map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shortest: Option<u32>,
    /// The most characters of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest: Option<u32>,
    /// What the whole of it must match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Pattern>,
    /// What a list holds.
    pub items: ItemKind,
    /// The fewest items or entries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fewest: Option<u32>,
    /// The most items or entries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
}

impl Rules {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }

    fn check_text(&self, text: &str) -> Result<(), Problem> {
        let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let most = self.longest.unwrap_or(TEXT_MOST).min(TEXT_MOST);
        if length > most {
            return Err(Problem::TooLong { most });
        }
        if let Some(c) = hidden(text) {
            return Err(Problem::Hidden { code: c.into() });
        }
        if let Some(least) = self.shortest.filter(|least| length < *least) {
            return Err(Problem::TooShort { least });
        }
        match &self.pattern {
            Some(pattern) if !pattern.matches(text) => {
                Err(Problem::NoMatch { pattern: pattern.as_str().to_owned() })
            }
            _ => Ok(()),
        }
    }

    fn check_count(&self, count: usize, cap: u32) -> Result<(), Problem> {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let most = self.most.unwrap_or(cap).min(cap);
        match self.fewest {
            _ if count > most => Err(Problem::TooManyItems { most }),
            Some(least) if count < least => Err(Problem::TooFewItems { least }),
            _ => Ok(()),
        }
    }
}

impl Parameter {
    /// A parameter of that kind that must be given and has no rules.
    pub fn of(name: &str, kind: ParameterKind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            help: String::new(),
            default: None,
            min: None,
            max: None,
            choices: Vec::new(),
            rules: Rules::default(),
            optional: false,
            default_when: Vec::new(),
            choices_when: Vec::new(),
        }
    }

    /// Whether a value may be given for this parameter, whatever the others are.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, value: &Value) -> Result<(), Problem> {
        let mut choices = self.choices.clone();
        for when in &self.choices_when {
            choices.extend(when.then.iter().filter(|choice| !self.choices.contains(choice)).cloned());
        }
        self.check_among(value, &choices)
    }

    /// The same with the choices there are now.
    pub(super) fn check_among(&self, value: &Value, choices: &[Value]) -> Result<(), Problem> {
        if !self.takes(value) {
            return Err(Problem::WrongKind { kind: self.kind });
        }
        match value {
            Value::Cpu(_) | Value::Bytes(_) | Value::Number(_) | Value::Decimal(_) => {
                self.check_limits(value)?;
                if choices.is_empty() { Ok(()) } else { among(value, choices) }
            }
            // What may be chosen was written by an admin, who sets no other rules for it.
            Value::Text(_) if self.kind == ParameterKind::Choice => among(value, choices),
            Value::Text(text) => self.rules.check_text(text),
            Value::Switch(_) => Ok(()),
            Value::List(items) => self.check_items(items, choices),
            Value::Map(entries) => {
                self.rules.check_count(entries.len(), ENTRIES_MOST)?;
                for (name, text) in entries {
                    if !is_name(name) {
                        return Err(Problem::BadName { name: name.chars().take(NAME_MOST).collect() });
                    }
                    let inside = |problem| Problem::Inside { of: name.clone(), fault: Box::new(problem) };
                    self.rules.check_text(text).map_err(inside)?;
                }
                Ok(())
            }
        }
    }

    fn check_limits(&self, value: &Value) -> Result<(), Problem> {
        if let Some(min) = self.min.as_ref().filter(|min| value < *min) {
            return Err(Problem::BelowMinimum { min: min.clone() });
        }
        match self.max.as_ref().filter(|max| value > *max) {
            Some(max) => Err(Problem::AboveMaximum { max: max.clone() }),
            None => Ok(()),
        }
    }

    fn check_items(&self, items: &[Value], choices: &[Value]) -> Result<(), Problem> {
        self.rules.check_count(items.len(), ITEMS_MOST)?;
        for (at, item) in items.iter().enumerate() {
            let problem = match item {
                Value::Number(_) => self.check_limits(item),
                Value::Text(text) => self.rules.check_text(text),
                _ => Err(Problem::WrongKind { kind: self.kind }),
            };
            let chosen = || if choices.is_empty() { Ok(()) } else { among(item, choices) };
            let inside =
                |problem| Problem::Inside { of: format!("item {}", at + 1), fault: Box::new(problem) };
            problem.and_then(|()| chosen()).map_err(inside)?;
        }
        Ok(())
    }

    fn takes(&self, value: &Value) -> bool {
        let item = |item: &Value| match self.rules.items {
            ItemKind::Text => matches!(item, Value::Text(_)),
            ItemKind::Number => matches!(item, Value::Number(_)),
        };
        match (self.kind, value) {
            (ParameterKind::Cpu, Value::Cpu(_))
            | (ParameterKind::Bytes, Value::Bytes(_))
            | (ParameterKind::Number, Value::Number(_))
            | (ParameterKind::Decimal, Value::Decimal(_))
            | (ParameterKind::Text | ParameterKind::Choice, Value::Text(_))
            | (ParameterKind::Switch, Value::Switch(_))
            | (ParameterKind::Map, Value::Map(_)) => true,
            (ParameterKind::List, Value::List(items)) => items.iter().all(item),
            _ => false,
        }
    }
}

fn among(value: &Value, choices: &[Value]) -> Result<(), Problem> {
    if choices.contains(value) {
        return Ok(());
    }
    Err(Problem::NotAChoice { choices: choices.to_vec() })
}

/// Whether an entry of a map may have this name.
fn is_name(name: &str) -> bool {
    let edge = |c: char| c.is_ascii_alphanumeric();
    (1..=NAME_MOST).contains(&name.len())
        && name.starts_with(edge)
        && name.ends_with(edge)
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
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
        choices: Vec<Value>,
    },
    /// Fewer characters than allowed.
    TooShort {
        /// The fewest.
        least: u32,
    },
    /// More characters than allowed.
    TooLong {
        /// The most.
        most: u32,
    },
    /// The text does not match the pattern.
    NoMatch {
        /// The pattern.
        pattern: String,
    },
    /// The text has a character that cannot be seen.
    Hidden {
        /// The character's number.
        code: u32,
    },
    /// Fewer items or entries than allowed.
    TooFewItems {
        /// The fewest.
        least: u32,
    },
    /// More items or entries than allowed.
    TooManyItems {
        /// The most.
        most: u32,
    },
    /// Nothing in a map can have this name.
    BadName {
        /// The name.
        name: String,
    },
    /// Something is wrong with an item of a list or with an entry of a map.
    Inside {
        /// Which: `item 2`, or the name of the entry.
        of: String,
        /// What is wrong with it.
        fault: Box<Problem>,
    },
}
