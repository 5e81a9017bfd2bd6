//! Quantities as people write them: processors, bytes, lengths of time, moments; and back, in the shortest form.

mod amount;
mod size;
mod span;
mod when;

pub use size::{bytes, cpu, print_bytes, print_cpu};
pub use span::{print_span, span};
pub use when::{exact, print_when, when};

pub(crate) use span::reads_as_span;
pub(crate) use when::reads_as_when;

/// Why a text is not the quantity that was wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {hint}")]
pub struct UnitError {
    /// What is wrong; names the text.
    pub what: String,
    /// What would be right.
    pub hint: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

impl UnitError {
    fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into(), suggestion: None }
    }

    fn suggest(self, suggestion: impl Into<String>) -> Self {
        Self { suggestion: Some(suggestion.into()), ..self }
    }
}
