//! Requests and extensions: decided once, by somebody else, else reminded ever less often and lapsed once.

use std::collections::{BTreeMap, HashMap};

use chrono::TimeDelta;
use proptest::prelude::*;
use sublet::domain::{
    Change, Instant,
    effect::Effect,
    extension::{Extension, ExtensionState},
    ids::LeaseId,
    key::PublicKey,
    notice::News,
    platform::Platform,
    refusal::Refusal,
    request::{Decision, Findings, Patience, Request, RequestState, Waiting},
};

use super::some::{approver, at, extension_id, gap, name, person, request_id, seconds};

const BORN: &str = "2026-10-23T07:30:00.417Z";

#[derive(Debug, Clone)]
enum Call {
    Analysed(bool),
    Approve(usize),
    Reject(usize),
    Withdraw(usize),
    Wake,
}

const PEOPLE: [&str; 3] = ["dana", "anna", "otto"];

fn request(until: Option<Instant>) -> Request {
    Request {
        id: request_id(),
        name: name(),
        requester: person("dana"),
        template: "web".to_owned(),
        template_version: 1,
        parameters: BTreeMap::new(),
        span: seconds(3600),
        until,
        reason: None,
        key: PublicKey { line: "ssh-ed25519 AAAA".to_owned(), fingerprint: "SHA256:x".to_owned() },
        team: None,
        amounts: Default::default(),
        ballot: Default::default(),
        created_at: at(BORN),
        state: RequestState::Analysing,
        findings: Findings::default(),
        version: 1,
    }
}

fn extension() -> Extension {
    Extension {
        id: extension_id(),
        lease: LeaseId::parse("lea_1").unwrap(),
        request: request_id(),
        name: name(),
        asked_by: person("dana"),
        by: seconds(3600),
        reason: "more".to_owned(),
        ballot: Default::default(),
        created_at: at(BORN),
        state: ExtensionState::Pending(Waiting::from(at(BORN), &patience(600, 86_400))),
        version: 1,
    }
}

fn patience(remind: i64, lapse: i64) -> Patience {
    Patience { remind_after: TimeDelta::seconds(remind), lapse_after: TimeDelta::seconds(lapse) }
}

fn call() -> impl Strategy<Value = Call> {
    let who = 0usize..3;
    prop_oneof![
        2 => prop::bool::weighted(0.2).prop_map(Call::Analysed),
        1 => who.clone().prop_map(Call::Approve),
        1 => who.clone().prop_map(Call::Reject),
        1 => who.prop_map(Call::Withdraw),
        6 => Just(Call::Wake),
    ]
}

/// What happened to the effects of one life: each key means one thing, reminders and lapses are counted.
#[derive(Default)]
struct Seen {
    keys: HashMap<String, Effect>,
    reminders: Vec<Instant>,
    lapses: u32,
    facts_of_ending: u32,
}

impl Seen {
    fn note(&mut self, change: &Change, now: Instant) {
        use sublet::domain::audit::Fact;
        for effect in &change.effects {
            if let Some(earlier) = self.keys.insert(effect.key(), effect.clone()) {
                assert_eq!(&earlier, effect, "two effects under {}", effect.key());
            }
            match effect {
                Effect::Remind { count, .. } => {
                    self.reminders.push(now);
                    assert_eq!(*count as usize, self.reminders.len());
                }
                Effect::Tell { notice } if notice.news == News::Lapsed => self.lapses += 1,
                _ => {}
            }
        }
        let ends = |fact: &&Fact| {
            matches!(
                fact,
                Fact::Approved { .. }
                    | Fact::Rejected { .. }
                    | Fact::Withdrawn
                    | Fact::Lapsed
                    | Fact::ExtensionLapsed
            )
        };
        self.facts_of_ending += u32::try_from(change.facts.iter().filter(ends).count()).unwrap();
    }

    fn check_gaps(&self, patience: &Patience) {
        let mut gap = patience.remind_after * 2;
        for pair in self.reminders.windows(2) {
            assert!(pair[1] - pair[0] >= gap, "{:?}", self.reminders);
            gap = (gap * 2).min(patience.remind_after * 65_536);
        }
    }
}

fn make(request: &Request, call: &Call, now: Instant, patience: &Patience) -> (Request, Change) {
    let same = (request.clone(), Change::none());
    let open = matches!(request.state, RequestState::Analysing | RequestState::Pending(_));
    let pending = matches!(request.state, RequestState::Pending(_));
    let over = request.until.is_some_and(|until| until <= now);
    match call {
        Call::Analysed(by_rule) => request.clone().analysed(Findings::default(), *by_rule, now, patience),
        Call::Approve(who) => {
            let result =
                request.clone().review(&approver(PEOPLE[*who]), Platform::Slack, Decision::Approve, now);
            assert_eq!(result.is_ok(), pending && *who != 0 && !over, "{result:?}");
            result.unwrap_or(same)
        }
        Call::Reject(who) => {
            let reason = "no".to_owned();
            let result = request.clone().review(
                &approver(PEOPLE[*who]),
                Platform::Slack,
                Decision::Reject { reason },
                now,
            );
            assert_eq!(result.is_ok(), pending && *who != 0, "{result:?}");
            result.unwrap_or(same)
        }
        Call::Withdraw(who) => {
            let result = request.clone().withdraw(&person(PEOPLE[*who]), now);
            assert_eq!(result.is_ok(), open && *who == 0, "{result:?}");
            result.unwrap_or(same)
        }
        Call::Wake => request.clone().wake(now, patience),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_request_ends_at_most_once_and_never_changes_afterwards(
        calls in proptest::collection::vec((gap(2), call()), 1..30),
        until in proptest::option::of(0i64..400_000),
        remind in 1i64..90_000,
        lapse in 1i64..400_000,
    ) {
        let patience = patience(remind, lapse);
        let until = until.map(|seconds| at(BORN) + TimeDelta::seconds(seconds));
        let (mut request, mut now, mut seen) = (request(until), at(BORN), Seen::default());
        for (gap, call) in &calls {
            now += *gap;
            let before = request.clone();
            let (mut next, change) = make(&request, call, now, &patience);
            seen.note(&change, now);
            let closed = !matches!(before.state, RequestState::Analysing | RequestState::Pending(_));
            prop_assert!(!closed || (next == before && change == Change::none()), "{call:?} changed {before:?}");
            if matches!(call, Call::Wake) {
                prop_assert!(next.wakes_at().is_none_or(|next| next > now));
                prop_assert_eq!(next.clone().wake(now, &patience), (next.clone(), Change::none()));
            }
            if let RequestState::Pending(waiting) = &next.state {
                prop_assert!(until.is_none_or(|until| waiting.lapses_at <= until));
                prop_assert!(!matches!(call, Call::Wake) || now < waiting.lapses_at);
            }
            if let RequestState::Approved { at, .. } = &next.state {
                prop_assert!(until.is_none_or(|until| *at < until), "approved when its end was over");
            }
            let stored = serde_json::to_string(&next).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Request>(&stored).unwrap(), &next);
            next.version += i64::from(next != before);
            request = next;
        }
        seen.check_gaps(&patience);
        prop_assert!(seen.facts_of_ending <= 1);
        prop_assert_eq!(seen.lapses, u32::from(matches!(request.state, RequestState::Lapsed { .. })));
    }

    #[test]
    fn a_request_that_nobody_decides_lapses_by_following_its_alarm(
        remind in 60i64..90_000, lapse in 60i64..4_000_000, until in proptest::option::of(1i64..400_000),
    ) {
        let patience = patience(remind, lapse);
        let until = until.map(|seconds| at(BORN) + TimeDelta::seconds(seconds));
        let (mut request, _) = request(until).analysed(Findings::default(), false, at(BORN), &patience);
        let mut alarms = 0;
        while let Some(alarm) = request.wakes_at() {
            request = request.wake(alarm, &patience).0;
            alarms += 1;
            prop_assert!(alarms < 40, "{request:?}");
        }
        let lapses_at = at(BORN) + patience.lapse_after;
        let lapses_at = until.map_or(lapses_at, |until| lapses_at.min(until));
        prop_assert_eq!(request.state, RequestState::Lapsed { at: lapses_at });
    }

    #[test]
    fn an_extension_ends_at_most_once_and_never_changes_afterwards(
        calls in proptest::collection::vec((gap(1), 0usize..6, 0usize..3), 1..30),
    ) {
        let patience = patience(600, 86_400);
        let (mut extension, mut now, mut seen) = (extension(), at(BORN), Seen::default());
        for (gap, call, who) in calls {
            now += gap;
            let before = extension.clone();
            let pending = matches!(before.state, ExtensionState::Pending(_));
            let decide = |rejected| {
                let result = before.clone().review(&approver(PEOPLE[who]), None, Platform::Slack, rejected, now);
                assert_eq!(result.is_ok(), pending && who != 0, "{result:?}");
                result.map_or_else(|_| before.clone(), |(next, _)| next)
            };
            let mut change = Change::none();
            let mut next = match call {
                0 => decide(None),
                1 => decide(Some("no".to_owned())),
                2 => before.clone().lapse(now),
                _ => {
                    let (next, woken) = before.clone().wake(now, &patience);
                    prop_assert!(next.wakes_at().is_none_or(|next| next > now));
                    prop_assert_eq!(next.clone().wake(now, &patience), (next.clone(), Change::none()));
                    change = woken;
                    next
                }
            };
            seen.note(&change, now);
            prop_assert!(pending || (next == before && change == Change::none()));
            let stored = serde_json::to_string(&next).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Extension>(&stored).unwrap(), &next);
            next.version += i64::from(next != before);
            extension = next;
        }
        seen.check_gaps(&patience);
        prop_assert!(seen.facts_of_ending <= 1);
    }
}

#[test]
fn the_late_presser_learns_who_won() {
    let (request, _) = request(None).analysed(Findings::default(), false, at(BORN), &patience(60, 600));
    let (request, _) =
        request.review(&approver("anna"), Platform::Slack, Decision::Approve, at(BORN)).unwrap();
    let late = request.review(&approver("otto"), Platform::Slack, Decision::Approve, at(BORN)).unwrap_err();
    let won =
        Refusal::AlreadyDecided { decision: "approved".to_owned(), by: Some(person("anna")), at: at(BORN) };
    assert_eq!(late, won);
    let (extension, _) =
        extension().review(&approver("anna"), None, Platform::Slack, None, at(BORN)).unwrap();
    assert_eq!(extension.review(&approver("otto"), None, Platform::Slack, None, at(BORN)).unwrap_err(), won);
}

#[test]
fn reminders_that_were_missed_are_made_up_for_by_one() {
    let patience = patience(60, 1_000_000);
    let (request, _) = request(None).analysed(Findings::default(), false, at(BORN), &patience);
    let (request, change) = request.wake(at(BORN) + TimeDelta::days(5), &patience);
    let reminders = change.effects.iter().filter(|effect| matches!(effect, Effect::Remind { .. })).count();
    assert_eq!((reminders, request.state.word()), (1, "pending"));
}

#[test]
fn a_rule_does_not_approve_what_is_over_already() {
    let patience = patience(60, 600);
    let (request, _) = request(Some(at(BORN))).analysed(Findings::default(), true, at(BORN), &patience);
    let (request, _) = request.wake(at(BORN), &patience);
    assert_eq!(request.state, RequestState::Lapsed { at: at(BORN) });
}
