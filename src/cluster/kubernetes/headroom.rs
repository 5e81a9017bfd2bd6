//! How the controller tells the bot what is left in the cluster: one ConfigMap beside the custom resources, so that the
//! bot need not see nodes and pods.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::quantity;
use crate::domain::{
    Instant,
    headroom::Headroom,
    quota::{Amounts, Resource},
};

/// The name of the ConfigMap.
pub const NAME: &str = "sublet-headroom";
/// What was counted longer ago than this says nothing about now.
const LONGEST: TimeDelta = TimeDelta::minutes(5);
/// The key of when it was counted.
const COUNTED: &str = "counted";
/// Before the keys of the roomiest node.
const ROOMIEST: &str = "roomiest.";

/// The data of the ConfigMap. What is not known has no key.
pub fn write(left: &Headroom, counted: Instant) -> BTreeMap<String, String> {
    let counted = counted.to_rfc3339_opts(SecondsFormat::Secs, true);
    let roomiest = left.roomiest.iter().flat_map(|amounts| entries(ROOMIEST, amounts));
    entries("", &left.all).chain(roomiest).chain([(COUNTED.to_owned(), counted)]).collect()
}

/// What the data says; `None` when it is too old, from a time to come, or not what [`write()`] makes.
pub fn read(data: &BTreeMap<String, String>, now: Instant) -> Option<Headroom> {
    let counted: DateTime<Utc> = data.get(COUNTED)?.parse().ok()?;
    if (now - counted).abs() > LONGEST {
        return None;
    }
    let told = data.keys().any(|key| key.starts_with(ROOMIEST));
    let roomiest = if told { Some(amounts(data, ROOMIEST)?) } else { None };
    Some(Headroom { all: amounts(data, "")?, roomiest })
}

fn entries<'a>(before: &'a str, amounts: &'a Amounts) -> impl Iterator<Item = (String, String)> + 'a {
    let known = Resource::ALL.into_iter().filter(|resource| amounts.of(*resource) != u64::MAX);
    known.map(move |resource| {
        let amount = amounts.of(resource);
        let text = match resource {
            Resource::Cpu => quantity::cpu(amount).0,
            Resource::Memory | Resource::Storage => quantity::bytes(amount).0,
            Resource::Environments | Resource::LeaseTime => amount.to_string(),
        };
        (format!("{before}{}", resource.word()), text)
    })
}

fn amounts(data: &BTreeMap<String, String>, before: &str) -> Option<Amounts> {
    Resource::ALL.into_iter().try_fold(Amounts::default(), |all, resource| {
        let amount = match data.get(&format!("{before}{}", resource.word())) {
            None => u64::MAX,
            Some(text) if resource == Resource::Cpu => quantity::count_cpu(text)?,
            Some(text) => quantity::count_bytes(text)?,
        };
        Some(all.with(resource, amount))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moment(second: i64) -> Instant {
        DateTime::from_timestamp(1_800_000_000 + second, 0).expect("a moment")
    }

    fn some() -> Headroom {
        let (storage, lease_time) = (u64::MAX, u64::MAX);
        let all = Amounts { environments: 211, cpu: 12_500, memory: 40 << 30, storage, lease_time };
        let roomiest = Amounts { environments: 104, cpu: 8_000, memory: 0, storage, lease_time };
        Headroom { all, roomiest: Some(roomiest) }
    }

    #[test]
    fn people_can_read_it_too() {
        let data = write(&some(), moment(0));
        let lines: Vec<String> = data.iter().map(|(key, text)| format!("{key}: {text}")).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        counted: 2027-01-15T08:00:00Z
        cpu: 12500m
        environments: 211
        memory: 40Gi
        roomiest.cpu: 8
        roomiest.environments: 104
        roomiest.memory: 0
        ");
        assert_eq!(read(&data, moment(0)), Some(some()));
    }

    #[test]
    fn what_is_old_or_damaged_says_nothing() {
        let data = write(&some(), moment(0));
        assert!(read(&data, moment(300)).is_some());
        assert_eq!(read(&data, moment(301)), None);
        assert!(read(&data, moment(-300)).is_some(), "two clocks may differ a little");
        assert_eq!(read(&data, moment(-301)), None);
        assert_eq!(read(&BTreeMap::new(), moment(0)), None);
        for key in [COUNTED, "cpu", "roomiest.memory"] {
            let mut data = data.clone();
            data.insert(key.to_owned(), "much".to_owned());
            assert_eq!(read(&data, moment(0)), None, "{key}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(amounts in prop::array::uniform10(0..u64::MAX / 1000), several: bool) {
            let [environments, cpu, memory, storage, lease_time, rest @ ..] = amounts;
            let all = Amounts { environments, cpu, memory, storage, lease_time };
            let [environments, cpu, memory, storage, lease_time] = rest;
            let roomiest = several.then_some(Amounts { environments, cpu, memory, storage, lease_time });
            let left = Headroom { all, roomiest };
            prop_assert_eq!(read(&write(&left, moment(0)), moment(9)), Some(left));
        }
    }
}
