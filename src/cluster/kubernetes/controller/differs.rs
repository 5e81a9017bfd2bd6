//! Whether what is there lacks something of what is wanted. The API server adds much that nobody asked for.

use serde_json::{Map, Value};

use crate::cluster::kubernetes::quantity;

/// Below these names, texts are quantities: `500m` and `0.5` are the same.
const QUANTITIES: [&str; 9] = [
    "limits",
    "requests",
    "hard",
    "default",
    "defaultRequest",
    "max",
    "min",
    "capacity",
    "maxLimitRequestRatio",
];

/// What chooses pods: with one more entry it would choose others.
const WHOLE: &str = "selector";

/// How much may be there besides what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Besides {
    /// Other entries of maps: defaults, and what others wrote.
    Anything,
    /// Nothing: what limits and isolates means what it says only when it is whole.
    Nothing,
}

/// Whether `there` is not what is `wanted`. Lists are compared in order and length.
pub fn differs(wanted: &Value, there: &Value, besides: Besides) -> bool {
    unlike(wanted, there, besides, false)
}

fn unlike(wanted: &Value, there: &Value, besides: Besides, quantities: bool) -> bool {
    match (wanted, there) {
        (Value::Object(wanted), Value::Object(there)) => maps_differ(wanted, there, besides, quantities),
        (Value::Array(wanted), Value::Array(there)) => {
            wanted.len() != there.len()
                || wanted.iter().zip(there).any(|(wanted, there)| unlike(wanted, there, besides, quantities))
        }
        (Value::String(wanted), Value::String(there)) if quantities && wanted != there => {
            let (wanted, there) = (quantity::read_cpu(wanted), quantity::read_cpu(there));
            wanted.is_none() || wanted != there
        }
        _ => wanted != there,
    }
}

fn maps_differ(
    wanted: &Map<String, Value>,
    there: &Map<String, Value>,
    besides: Besides,
    quantities: bool,
) -> bool {
    let lacks = wanted.iter().any(|(key, wanted)| match there.get(key) {
        Some(there) => {
            let besides = if key == WHOLE { Besides::Nothing } else { besides };
            unlike(wanted, there, besides, quantities || QUANTITIES.contains(&key.as_str()))
        }
        None => !is_empty(wanted),
    });
    let more = || there.iter().any(|(key, value)| !wanted.contains_key(key) && !is_empty(value));
    lacks || (besides == Besides::Nothing && more())
}

/// The API server leaves out what is empty.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_others_add_to_maps_is_left_alone() {
        let wanted =
            json!({"metadata": {"labels": {"a": "1"}}, "spec": {"ports": [{"port": 22}], "empty": []}});
        let there = json!({
            "metadata": {"labels": {"a": "1", "b": "2"}, "uid": "x"},
            "spec": {"ports": [{"port": 22, "nodePort": 30022}], "clusterIP": "10.0.0.1"},
            "status": {"ready": true},
        });
        assert!(!differs(&wanted, &there, Besides::Anything));
        assert!(differs(&wanted, &there, Besides::Nothing));
        assert!(!differs(&wanted, &wanted, Besides::Nothing));
    }

    #[test]
    fn each_kind_of_change_is_seen() {
        let wanted = json!({"spec": {"ports": [{"port": 22}], "text": "a", "on": true, "map": {"k": "v"}}});
        let changed = [
            json!({"spec": {"ports": [], "text": "a", "on": true, "map": {"k": "v"}}}),
            json!({"spec": {"ports": [{"port": 23}], "text": "a", "on": true, "map": {"k": "v"}}}),
            json!({"spec": {"ports": [{"port": 22}, {"port": 23}], "text": "a", "on": true, "map": {"k": "v"}}}),
            json!({"spec": {"ports": [{"port": 22}], "text": "b", "on": true, "map": {"k": "v"}}}),
            json!({"spec": {"ports": [{"port": 22}], "text": "a", "on": false, "map": {"k": "v"}}}),
            json!({"spec": {"ports": [{"port": 22}], "text": "a", "map": {"k": "v"}}}),
            json!({"spec": {"ports": [{"port": 22}], "text": "a", "on": true, "map": {}}}),
            json!({"spec": {"ports": [{"port": 22}], "text": "a", "on": true, "map": "v"}}),
            json!({}),
        ];
        for there in changed {
            assert!(differs(&wanted, &there, Besides::Anything), "{there}");
        }
    }

    #[test]
    fn a_selector_is_whole() {
        let with = |labels: Value| json!({"spec": {"selector": labels}});
        let (wanted, more) = (with(json!({"a": "1"})), with(json!({"a": "1", "b": "2"})));
        assert!(differs(&wanted, &more, Besides::Anything));
    }

    #[test]
    fn quantities_are_compared_by_worth_and_other_texts_by_letter() {
        let sized =
            |cpu: &str, version: &str| json!({"resources": {"limits": {"cpu": cpu}}, "version": version});
        assert!(!differs(&sized("0.5", "1"), &sized("500m", "1"), Besides::Anything));
        assert!(differs(&sized("0.5", "1"), &sized("501m", "1"), Besides::Anything));
        assert!(differs(&sized("x", "1"), &sized("y", "1"), Besides::Anything));
        assert!(differs(&sized("1", "1"), &sized("1", "1.0"), Besides::Anything));
    }
}
