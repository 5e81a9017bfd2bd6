//! Things to test with: names that cannot be mistaken for each other, moments, a lease that was just granted.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use sublet::domain::{
    Instant,
    approval::Voter,
    environment::SshAccess,
    ids::{EnvName, ExtensionId, LeaseId, PersonId, RequestId},
    lease::{Lease, Terms, steps::Grant},
    notice::Offset,
    person::{Person, Role},
};

pub(crate) fn at(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text).expect("a moment").with_timezone(&Utc)
}

pub(crate) fn person(handle: &str) -> PersonId {
    PersonId::parse(&format!("per_{handle}")).expect("a handle")
}

pub(crate) fn somebody(handle: &str, email: &str) -> Person {
    Person {
        id: person(handle),
        handle: handle.to_owned(),
        name: handle.to_uppercase(),
        email: email.to_owned(),
        zone: chrono_tz::Europe::Berlin,
        roles: BTreeSet::from([Role::Developer]),
        teams: [].into(),
        active: true,
        origin: sublet::domain::person::Origin::Listed,
        standing: Default::default(),
    }
}

pub(crate) fn approver(handle: &str) -> Voter {
    Person { roles: [Role::Approver].into(), ..somebody(handle, "x@example.org") }.into()
}

pub(crate) fn request_id() -> RequestId {
    RequestId::parse("req_1").expect("an id")
}

pub(crate) fn extension_id() -> ExtensionId {
    ExtensionId::parse("ext_1").expect("an id")
}

pub(crate) fn name() -> EnvName {
    EnvName::parse("web-7k3f2").expect("a name")
}

pub(crate) fn access(port: u16) -> SshAccess {
    SshAccess {
        host: "127.0.0.1".to_owned(),
        port,
        user: "dana".to_owned(),
        host_key: "ssh-ed25519 AAAA".to_owned(),
        fingerprint: "SHA256:x".to_owned(),
        isolation: None,
    }
}

pub(crate) fn seconds(count: i64) -> Offset {
    TimeDelta::seconds(count).into()
}

pub(crate) fn terms(span: TimeDelta, warnings: &[TimeDelta]) -> Terms {
    Terms {
        provisioner: "local".to_owned(),
        workload: None,
        span: span.into(),
        until: None,
        longest: (span * 4).into(),
        warnings: warnings.iter().map(|offset| (*offset).into()).collect(),
        grace: TimeDelta::hours(1).into(),
        ready_within: TimeDelta::minutes(10).into(),
    }
}

pub(crate) fn granted(terms: Terms, now: Instant) -> Lease {
    let grant = Grant {
        id: LeaseId::parse("lea_1").expect("an id"),
        request: request_id(),
        name: name(),
        owner: person("dana"),
        template: "web".to_owned(),
        template_version: 1,
        terms,
    };
    let (mut lease, _) = Lease::grant(grant, now);
    lease.version = 1;
    lease
}

/// Milliseconds up to `days`, with the small and the round ones more often.
pub(crate) fn gap(days: i64) -> impl Strategy<Value = TimeDelta> {
    prop_oneof![
        Just(TimeDelta::zero()),
        (1i64..5_000).prop_map(TimeDelta::milliseconds),
        (1i64..7_200).prop_map(TimeDelta::seconds),
        (1..days * 86_400_000).prop_map(TimeDelta::milliseconds),
    ]
}

pub(crate) fn any_terms(born: Instant) -> impl Strategy<Value = Terms> {
    let offset = prop_oneof![1i64..120, (1i64..48).prop_map(|hours| hours * 3600), -5i64..200_000];
    let until = prop_oneof![3 => Just(None), 1 => (0i64..400_000_000).prop_map(Some)];
    let counts = (60i64..864_000, 0i64..864_000, 0i64..200_000, 1i64..7_200);
    (counts, proptest::collection::vec(offset, 0..5), until).prop_map(move |(counts, warnings, until)| {
        let (span, more, grace, ready_within) = counts;
        Terms {
            provisioner: "local".to_owned(),
            workload: None,
            span: seconds(span),
            until: until.map(|millis| born + TimeDelta::milliseconds(millis)),
            longest: seconds(span + more),
            warnings: warnings.into_iter().map(seconds).collect(),
            grace: seconds(grace),
            ready_within: seconds(ready_within),
        }
    })
}
