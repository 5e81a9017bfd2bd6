//! Lists and maps in one line: `a,b` and `name=value,other=value`, or as JSON where a comma belongs to a value.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// The items of a list: separated by commas, or a JSON array.
pub(super) fn items(text: &str) -> Result<Vec<String>, String> {
    let text = text.trim();
    if text.starts_with('[') {
        return match serde_json::from_str(text) {
            Ok(Json::Array(items)) => items.into_iter().map(single).collect(),
            _ => Err(format!("“{text}” is no JSON list. Write `a,b`, or `[\"a\", \"b\"]`.")),
        };
    }
    let items: Vec<String> = text.split(',').map(|item| item.trim().to_owned()).collect();
    if items.iter().any(String::is_empty) {
        return Err(format!("“{text}” has an empty place. Write `a,b`, or `[]` for none at all."));
    }
    Ok(items)
}

/// The entries of a map: `name=value` separated by commas, or a JSON object.
pub(super) fn entries(text: &str) -> Result<BTreeMap<String, String>, String> {
    let text = text.trim();
    if text.starts_with('{') {
        return match serde_json::from_str::<Pairs>(text) {
            Ok(Pairs(pairs)) => collected(pairs.into_iter().map(|(name, value)| Ok((name, single(value)?)))),
            Err(_) => Err(format!("“{text}” is no JSON object. Write `a=1,b=2`, or `{{\"a\": \"1\"}}`.")),
        };
    }
    collected(text.split(',').map(|entry| match entry.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err(format!("“{}” is not `name=value`. Write `a=1,b=2`, or `{{}}` for none.", entry.trim())),
    }))
}

fn collected(
    pairs: impl Iterator<Item = Result<(String, String), String>>,
) -> Result<BTreeMap<String, String>, String> {
    let mut entries = BTreeMap::new();
    for pair in pairs {
        let (name, value) = pair?;
        if entries.contains_key(&name) {
            return Err(format!("“{name}” is there twice. Write each name once."));
        }
        entries.insert(name, value);
    }
    Ok(entries)
}

/// A JSON object with all its entries: a plain map would keep the last of two with one name, in silence.
struct Pairs(Vec<(String, Json)>);

impl<'de> serde::Deserialize<'de> for Pairs {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Pairs;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        from.deserialize_map(Visitor)
    }
}

fn single(value: Json) -> Result<String, String> {
    match value {
        Json::String(text) => Ok(text),
        Json::Number(number) => Ok(number.to_string()),
        other => Err(format!("`{other}` is no single value. Write texts and numbers only.")),
    }
}

/// Items so that they are read as they are.
pub(super) fn show_items(items: &[String]) -> String {
    let plain = |item: &String| !item.is_empty() && item.trim() == item && !item.contains(',');
    let bare = items.iter().all(plain) && items.first().is_some_and(|first| !first.starts_with('['));
    if bare { items.join(",") } else { Json::from(items).to_string() }
}

/// Entries so that they are read as they are.
pub(super) fn show_entries(entries: &BTreeMap<String, String>) -> String {
    let plain = |text: &str| text.trim() == text && !text.contains(',');
    let names = entries.keys().all(|name| plain(name) && !name.is_empty() && !name.contains('='));
    let first = entries.keys().next().is_some_and(|name| !name.starts_with('{'));
    if names && first && entries.values().all(|value| plain(value) && !value.is_empty()) {
        let words: Vec<String> = entries.iter().map(|(name, value)| format!("{name}={value}")).collect();
        return words.join(",");
    }
    Json::from_iter(entries.iter().map(|(name, value)| (name.clone(), Json::from(value.as_str()))))
        .to_string()
}
