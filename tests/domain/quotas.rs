//! Quotas, pure: when a temporary one counts, what is in the way, and that what is offered instead fits.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use proptest::prelude::*;
use sublet::domain::{
    ids::{EnvName, GrantId, PersonId, RequestId},
    quota::{
        Amounts, Limits, Reservation, Resource, Scope, amounts,
        fit::Standing,
        grant::{Grant, GrantState},
        smaller::smaller,
    },
    refusal::Refusal,
    template::{Access, Approval, Parameter, ParameterKind, Template, Value},
};
use uuid::Uuid;

use super::some::at;

fn person(handle: &str) -> PersonId {
    PersonId::parse(&format!("per_{handle}")).unwrap()
}

fn grant(cpu: u64, from: &str, until: &str) -> Grant {
    Grant {
        id: GrantId::new(Uuid::from_u128(1)),
        scope: Scope::Everybody,
        amounts: Amounts { cpu, ..Amounts::default() },
        from: at(from),
        until: at(until),
        by: person("ada"),
        reason: None,
        wish: None,
        created_at: at(from),
        state: GrantState::Given,
        version: 1,
    }
}

fn cpu(limit: u64) -> Limits {
    Limits([(Resource::Cpu, limit)].into())
}

#[test]
fn a_grant_counts_from_its_beginning_and_not_at_its_end() {
    let grants = [
        grant(4, "2026-11-23T10:00:00Z", "2026-11-23T12:00:00Z"),
        grant(2, "2026-11-23T11:00:00Z", "2026-11-23T13:00:00Z"),
    ];
    let limit = |now| cpu(10).with(&grants, at(now)).of(Resource::Cpu);
    let moments = [
        ("2026-11-23T09:59:59.999Z", 10),
        ("2026-11-23T10:00:00Z", 14),
        ("2026-11-23T11:00:00Z", 16),
        ("2026-11-23T11:59:59.999Z", 16),
        ("2026-11-23T12:00:00Z", 12),
        ("2026-11-23T13:00:00Z", 10),
    ];
    for (now, expected) in moments {
        assert_eq!(limit(now), Some(expected), "{now}");
    }
    assert_eq!(Limits::default().with(&grants, at("2026-11-23T11:00:00Z")), Limits::default());
}

#[test]
fn a_grant_ends_once_and_is_taken_back_once() {
    let given = grant(4, "2026-11-23T10:00:00Z", "2026-11-23T12:00:00Z");
    assert_eq!(given.clone().end(at("2026-11-23T11:59:59Z")), None);
    let over = given.clone().end(at("2026-11-23T12:00:00Z")).unwrap();
    assert_eq!((over.wakes_at(), over.clone().end(at("2026-11-24T12:00:00Z"))), (None, None));
    let late = over.revoke(&person("bob"), at("2026-11-23T12:00:00Z"));
    assert!(matches!(late, Err(Refusal::GrantOver { .. })));
    let taken = given.clone().revoke(&person("bob"), at("2026-11-23T11:00:00Z")).unwrap();
    assert!(!taken.is_active(at("2026-11-23T11:00:00Z")) && taken.wakes_at().is_none());
    // One that has not begun yet never does.
    let early = given.revoke(&person("bob"), at("2026-11-23T09:00:00Z")).unwrap();
    assert!(!early.is_active(at("2026-11-23T10:30:00Z")));
}

#[test]
fn only_what_is_asked_for_is_in_the_way() {
    let limits = Limits([(Resource::Cpu, 4000), (Resource::Memory, 10)].into());
    let used = Amounts { cpu: 4000, memory: 20, ..Amounts::default() };
    let standing = Standing { scope: Scope::Everybody, limits, used };
    assert_eq!(standing.short(&Amounts { environments: 1, storage: 9, ..Amounts::default() }), []);
    let short = standing.short(&Amounts { cpu: 1, memory: 1, ..Amounts::default() });
    let resources: Vec<Resource> = short.iter().map(|short| short.resource).collect();
    assert_eq!(resources, [Resource::Cpu, Resource::Memory]);
    let held = |name: &str, who: &str, cpu| Reservation {
        id: name.to_owned(),
        request: RequestId::new(Uuid::from_u128(1)),
        name: EnvName::parse(name).unwrap(),
        person: person(who),
        team: None,
        template: "web".to_owned(),
        amounts: Amounts { cpu, ..Amounts::default() },
        since: at("2026-11-23T10:00:00Z"),
    };
    let all = [
        held("web-1", "dana", 500),
        held("web-2", "erin", 1000),
        held("web-3", "dana", 2000),
        held("web-1", "dana", 500),
    ];
    let named = short[0].clone().held_by(&all, |held| held.person == person("dana"));
    let parts: Vec<(&str, u64)> = named.uses.iter().map(|part| (part.name.as_str(), part.amount)).collect();
    assert_eq!((parts, named.others), (vec![("web-3", 2000), ("web-1", 1000)], 1000));
}

#[test]
fn a_scope_is_read_as_it_was_written() {
    let scopes = [
        Scope::Everybody,
        Scope::Team("shop".to_owned()),
        Scope::Template("web".to_owned()),
        Scope::Person(person("dana")),
    ];
    for scope in &scopes {
        assert_eq!(Scope::parse(&scope.word()).as_ref(), Some(scope));
    }
    assert!(scopes.is_sorted(), "the order in which they are locked");
    assert_eq!((Scope::parse("nobody"), Scope::parse("person/dana")), (None, None));
}

fn template(least_cpu: u32, least_memory: u64) -> Template {
    let parameter = |name: &str, kind, min, max| Parameter {
        min: Some(min),
        max: Some(max),
        ..Parameter::of(name, kind)
    };
    Template {
        name: "web".to_owned(),
        title: String::new(),
        about: String::new(),
        access: Access::Ssh,
        provisioner: "paper".to_owned(),
        workload: None,
        parameters: vec![
            parameter("cpu", ParameterKind::Cpu, Value::Cpu(least_cpu), Value::Cpu(64_000)),
            parameter("memory", ParameterKind::Bytes, Value::Bytes(least_memory), Value::Bytes(1 << 40)),
        ],
        default_span: TimeDelta::days(1).into(),
        longest: TimeDelta::days(30).into(),
        approval: Approval::Always,
        reviews: Default::default(),
        sizes: Vec::new(),
        teams: Default::default(),
        warnings: vec![TimeDelta::hours(1).into()],
        grace: TimeDelta::hours(1).into(),
        ready_within: TimeDelta::minutes(5).into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is offered fits, is allowed by the template, and is no larger than what was asked for; and where
    /// nothing is offered, not even the least of the template would fit.
    #[test]
    fn what_is_offered_fits(
        least in (1_u32..2000, 1_u64..3 << 30),
        asked in (0_u32..8000, 0_u64..8 << 30, 60_i64..800_000),
        room in prop::collection::vec((0_u64..10_000, 0_u64..9 << 30, 0_u64..900_000, 0_u64..3), 1..4),
    ) {
        let template = template(least.0, least.1);
        let parameters = BTreeMap::from([
            ("cpu".to_owned(), Value::Cpu(asked.0 + least.0)),
            ("memory".to_owned(), Value::Bytes(asked.1 + least.1)),
        ]);
        let span = TimeDelta::seconds(asked.2);
        let used = Amounts { environments: 1, cpu: 500, memory: 700, storage: 0, lease_time: 900 };
        let standing = |(cpu, memory, time, environments): &(u64, u64, u64, u64)| Standing {
            scope: Scope::Everybody,
            limits: Limits([
                (Resource::Environments, used.environments + environments),
                (Resource::Cpu, used.cpu + cpu),
                (Resource::Memory, used.memory + memory),
                (Resource::LeaseTime, used.lease_time + time),
            ].into()),
            used,
        };
        let standings: Vec<Standing> = room.iter().map(standing).collect();
        let fits = |amounts: &Amounts| standings.iter().all(|standing| standing.short(amounts).is_empty());
        match smaller(&template, &parameters, span, &standings) {
            Some(offer) => {
                let taken = amounts(&offer.parameters, offer.span);
                prop_assert!(fits(&taken), "{offer:?}");
                prop_assert!(template.resolve(&offer.parameters).is_ok(), "{offer:?}");
                prop_assert!(template.span(Some(offer.span)).is_ok(), "{offer:?}");
                prop_assert!(taken.minus(&amounts(&parameters, span)).is_nothing(), "{offer:?}");
            }
            None => {
                let little = BTreeMap::from([
                    ("cpu".to_owned(), Value::Cpu(least.0)),
                    ("memory".to_owned(), Value::Bytes(least.1)),
                ]);
                prop_assert!(!fits(&amounts(&little, TimeDelta::minutes(1))));
            }
        }
    }
}
