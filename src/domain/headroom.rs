//! Headroom: how much more a cluster could hold now.

use serde::{Deserialize, Serialize};

use super::quota::Amounts;

/// What is left in a cluster; `u64::MAX` for what is not known or not limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headroom {
    /// On all of its nodes together.
    #[serde(flatten)]
    pub all: Amounts,
    /// On the one node that has the most, as no environment is made on two; `None` where there are no two.
    #[serde(default)]
    pub roomiest: Option<Amounts>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_before_nodes_were_told_apart_is_read() {
        let all = Amounts { environments: 7, cpu: u64::MAX, ..Amounts::default() };
        let before = serde_json::to_string(&all).expect("JSON");
        let read: Headroom = serde_json::from_str(&before).expect("a headroom");
        assert_eq!(read, Headroom { all, roomiest: None });
        let both = Headroom { all, roomiest: Some(all) };
        let again = serde_json::to_string(&both).expect("JSON");
        assert_eq!(serde_json::from_str::<Headroom>(&again).expect("a headroom"), both);
    }
}
