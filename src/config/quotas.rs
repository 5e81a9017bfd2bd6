//! `[quotas]`: the limits that hold where nobody set another.

use std::collections::BTreeMap;

use commands::units;

use super::people::team;
use crate::{
    document::{Section, Wrong},
    domain::quota::{Defaults, Limits, Resource},
};

/// The largest amount that can be kept.
const MOST: u64 = i64::MAX as u64;

pub(super) fn read(section: &Section<'_>) -> Defaults {
    Defaults {
        everybody: section.section("everybody", limits),
        each_person: section.section("each_person", limits),
        teams: section.section("teams", |section| each(section, |name| team(name).map(drop))),
        templates: section.section("templates", |section| each(section, template)),
    }
}

/// Sections by name.
fn each(section: &Section<'_>, check: impl Fn(&str) -> Result<(), Wrong>) -> BTreeMap<String, Limits> {
    let mut all = BTreeMap::new();
    for key in section.keys() {
        if let Err(wrong) = check(&key.value) {
            section.fault_at(&key.place, &key.value, wrong);
        }
        if let Some(limits) = section.named(&key.value, limits) {
            all.insert(key.value, limits);
        }
    }
    all
}

/// Whether a template is there is seen when somebody asks for it: templates come and go.
fn template(name: &str) -> Result<(), Wrong> {
    let fits =
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if fits {
        return Ok(());
    }
    let right = "Write small letters, digits and hyphens, such as `web`.";
    Err(Wrong::new(format!("“{name}” is not the name of a template."), right))
}

fn limits(section: &Section<'_>) -> Limits {
    let number = |key| section.number(key, 0..=1_000_000_000).and_then(|count| u64::try_from(count).ok());
    let bytes = |text: &str| Ok(units::bytes(text)?.min(MOST));
    let read = [
        (Resource::Environments, number("environments")),
        (Resource::Cpu, section.scalar("cpu", |text| Ok(u64::from(units::cpu(text)?)))),
        (Resource::Memory, section.scalar("memory", bytes)),
        (Resource::Storage, section.scalar("storage", bytes)),
        (Resource::LeaseTime, number("hours").map(|hours| hours * 3600)),
    ];
    Limits(read.into_iter().filter_map(|(resource, limit)| Some((resource, limit?))).collect())
}
