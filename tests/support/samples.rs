//! Things of the domain as tests need them: numbered, each different, complete.

#![allow(dead_code, reason = "whether all samples are used differs between test programs")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta};
use sublet::{
    domain::{
        Instant,
        effect::Effect,
        extension::{Extension, ExtensionState},
        ids::{EffectId, EnvName, ExtensionId, KeyId, LeaseId, PersonId, RequestId},
        key::{PublicKey, StoredKey},
        lease::{Lease, Phase, Term, Terms, steps::Grant},
        person::{Person, Role},
        request::{Findings, Patience, Request, RequestState, Waiting},
        template::{Access, Approval, Template, Value},
    },
    ports::store::ConsoleMessage,
};
use uuid::Uuid;

/// A moment: so many milliseconds after noon of 21 November 2026.
pub fn at(milliseconds: i64) -> Instant {
    DateTime::from_timestamp_millis(1_795_262_400_000 + milliseconds).expect("a moment")
}

/// A moment: so many minutes after noon of 21 November 2026.
pub fn minute(minutes: i64) -> Instant {
    at(minutes * 60_000)
}

/// The id of the request of that number.
pub fn request_id(number: u64) -> RequestId {
    RequestId::new(Uuid::from_u128(number.into()))
}

/// The id of the person of that handle.
pub fn person_id(handle: &str) -> PersonId {
    PersonId::parse(&format!("per_{handle}")).expect("a handle of letters")
}

/// A developer in Berlin.
pub fn person(handle: &str) -> Person {
    Person {
        id: person_id(handle),
        handle: handle.to_owned(),
        name: format!("{handle} Müller 雪"),
        email: format!("{handle}@example.org"),
        zone: chrono_tz::Europe::Berlin,
        roles: BTreeSet::from([Role::Developer]),
        teams: BTreeSet::new(),
        active: true,
        origin: sublet::domain::person::Origin::Listed,
        standing: Default::default(),
    }
}

/// A real Ed25519 key; the comment tells the numbers apart, the fingerprint is made up of the number.
pub fn public_key(number: u64) -> PublicKey {
    PublicKey {
        line: format!(
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1CWJdmwD2xR3zP9mKyGq8n5bIeqVzUlpz1M3oZqT3B key-{number}"
        ),
        fingerprint: format!("SHA256:{number:043}"),
    }
}

/// Somebody's key of that number, added in that minute.
pub fn stored_key(number: u64, owner: &str) -> StoredKey {
    StoredKey {
        id: KeyId::new(Uuid::from_u128(number.into())),
        owner: person_id(owner),
        name: format!("laptop-{number}"),
        key: public_key(number),
        created_at: minute(i64::try_from(number).expect("a small number")),
    }
}

/// How long approvers are waited for: a reminder after 10 minutes, lapsed after 100.
pub fn patience() -> Patience {
    Patience { remind_after: TimeDelta::minutes(10), lapse_after: TimeDelta::minutes(100) }
}

/// A request being analysed, asked in the minute of its number. Not stored yet.
pub fn request(number: u64, requester: &str) -> Request {
    Request {
        id: request_id(number),
        name: EnvName::parse(&format!("web-{number:05}")).expect("a name"),
        requester: person_id(requester),
        template: "web".to_owned(),
        template_version: 1,
        parameters: BTreeMap::from([
            ("cpu".to_owned(), Value::Cpu(500)),
            ("memory".to_owned(), Value::Bytes(4 << 30)),
            ("note".to_owned(), Value::Text("naïve ☃ \"quoted\" \\ \u{0} \u{10ffff}".to_owned())),
        ]),
        span: TimeDelta::days(3).into(),
        until: None,
        reason: Some("für die Demo, 日本語, 🦀".to_owned()),
        key: public_key(number),
        team: None,
        amounts: Default::default(),
        ballot: Default::default(),
        created_at: minute(i64::try_from(number).expect("a small number")),
        state: RequestState::Analysing,
        findings: Findings::default(),
        version: 0,
    }
}

/// The same, waiting for an approver since `since`: its alarm rings ten minutes later.
pub fn pending(number: u64, requester: &str, since: Instant) -> Request {
    let state = RequestState::Pending(Waiting::from(since, &patience()));
    Request { state, ..request(number, requester) }
}

/// A template without parameters: a warning an hour before the end, half an hour of grace, at most a week.
pub fn template(name: &str) -> Template {
    Template {
        name: name.to_owned(),
        title: format!("A {name}"),
        about: "for tests".to_owned(),
        access: Access::Ssh,
        provisioner: "local".to_owned(),
        workload: None,
        parameters: Vec::new(),
        default_span: TimeDelta::days(1).into(),
        longest: TimeDelta::days(7).into(),
        approval: Approval::Always,
        reviews: Default::default(),
        warnings: vec![TimeDelta::hours(1).into()],
        grace: TimeDelta::minutes(30).into(),
        ready_within: TimeDelta::minutes(10).into(),
        sizes: Vec::new(),
        teams: Vec::new(),
    }
}

/// The lease that came from a request: active until `ends_at`, with one warning an hour before. Not stored
/// yet.
pub fn lease(request: &Request, ends_at: Instant) -> Lease {
    let grant = Grant {
        id: LeaseId::parse(&request.id.as_str().replace("req_", "lea_")).expect("an id"),
        request: request.id.clone(),
        name: request.name.clone(),
        owner: request.requester.clone(),
        template: request.template.clone(),
        template_version: request.template_version,
        terms: Terms::of(&template(&request.template), request.span, None),
    };
    let (mut lease, _) = Lease::grant(grant, request.created_at);
    lease.term = Some(Term { from: ends_at - TimeDelta::days(3), ends_at, warned: None, receipt: None });
    lease.phase = Phase::Active;
    lease
}

/// An extension asked for a lease, waiting since `since`. Not stored yet.
pub fn extension(number: u64, lease: &Lease, since: Instant) -> Extension {
    Extension {
        id: ExtensionId::new(Uuid::from_u128(number.into())),
        lease: lease.id.clone(),
        request: lease.request.clone(),
        name: lease.name.clone(),
        asked_by: lease.owner.clone(),
        by: TimeDelta::days(1).into(),
        reason: "not done yet: ещё немного".to_owned(),
        ballot: Default::default(),
        created_at: since,
        state: ExtensionState::Pending(Waiting::from(since, &patience())),
        version: 0,
    }
}

/// The id of the effect of that number.
pub fn effect_id(number: u64) -> EffectId {
    EffectId::new(Uuid::from_u128(number.into()))
}

/// An effect of the lane of a request; the key makes it single.
pub fn effect(lane: &RequestId, key: &str) -> Effect {
    Effect::Show { request: lane.clone(), key: key.to_owned() }
}

/// A message of the console in a channel, seen by everybody there.
pub fn message(id: &str, channel: &str) -> ConsoleMessage {
    ConsoleMessage {
        id: id.to_owned(),
        channel: channel.to_owned(),
        author: "sublet".to_owned(),
        only_for: None,
        body: format!("{{\"text\":\"{id} ✓\"}}"),
        at: at(0),
        revision: 0,
    }
}
