//! What Discord sends, read to the parts that we use, the same by the gateway and by HTTP.

use serde_json::Value;

/// An interaction as Discord sends it.
pub struct Came(Value);

impl Came {
    /// Reads an interaction. `None` when it is none.
    pub fn read(json: Value) -> Option<Self> {
        json.get("id").is_some().then_some(Self(json))
    }

    /// The interaction's id.
    pub fn id(&self) -> &str {
        self.0["id"].as_str().unwrap_or_default()
    }
}
