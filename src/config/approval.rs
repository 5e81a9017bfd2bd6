//! `[approval]`: who must agree, where a template says nothing else.

use std::collections::BTreeMap;

use super::quantity::span;
use crate::{
    document::{Section, Wrong},
    domain::{
        approval::Rules,
        template::{Approval, ParameterKind, Value},
    },
    templates::rule,
    values,
};

/// Reads the rules.
pub(super) fn read(section: &Section<'_>) -> Rules {
    section.leave("auto");
    let auto = if section.has("auto") { section.section("auto", automatic) } else { Approval::Always };
    Rules {
        requests: rule(section, "requests").unwrap_or_default(),
        extensions: rule(section, "extensions").unwrap_or_default(),
        quotas: rule(section, "quotas").unwrap_or_default(),
        auto,
    }
}

/// What needs no human: every size of a template must be named and within its limit.
fn automatic(section: &Section<'_>) -> Approval {
    let longest = section.parse("longest", span);
    let longest =
        section.require("longest", longest, "Write the longest span that needs no human, such as `4h`.");
    let limits = section.section("limits", |limits| {
        let mut read = BTreeMap::new();
        for key in limits.keys() {
            let kind = match key.value.as_str() {
                "cpu" => ParameterKind::Cpu,
                "memory" | "storage" => ParameterKind::Bytes,
                _ => ParameterKind::Number,
            };
            let limit = limits.scalar(&key.value, |text| {
                values::parse(kind, text).map_err(|why| Wrong::new(why, "Write an amount."))
            });
            read.extend(limit.map(|limit: Value| (key.value, limit)));
        }
        read
    });
    match longest {
        Some(longest) => Approval::Auto { limits, longest: Some(longest.into()) },
        None => Approval::Always,
    }
}
