//! Ballots, shaken: any rule, any people, any order of presses, beside the sentence that the rule is.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use proptest::prelude::*;
use sublet::domain::{
    approval::{Asked, Ballot, Escalation, Group, Need, Review, Rule, Tally, Voter},
    ids::PersonId,
    person::{Person, Role},
    platform::Platform,
    refusal::Refusal,
};

use super::some::{at, person, somebody};

const NOW: &str = "2026-11-23T09:00:00Z";
const TEAM: &str = "shop";
const WHO: [&str; 7] = ["dana", "anna", "otto", "kim", "lee", "root", "ines"];

/// Dana and Kim are developers, Anna, Otto and Lee approve (Anna and Otto in the team), Root and Ines are admins.
fn people() -> Vec<Person> {
    let some = |handle: &str| {
        let roles: BTreeSet<Role> = match handle {
            "dana" | "kim" => [Role::Developer].into(),
            "root" | "ines" => [Role::Admin].into(),
            _ => [Role::Approver].into(),
        };
        let teams = if ["anna", "otto"].contains(&handle) { [TEAM.to_owned()].into() } else { [].into() };
        Person { roles, teams, ..somebody(handle, "x@example.org") }
    };
    WHO.map(some).to_vec()
}

fn group() -> impl Strategy<Value = Group> {
    let named = proptest::sample::subsequence(WHO.to_vec(), 1..4);
    prop_oneof![
        Just(Group::Approvers),
        Just(Group::Admins),
        Just(Group::OwnTeam),
        Just(Group::Team(TEAM.to_owned())),
        named.prop_map(|names| Group::People(names.into_iter().map(str::to_owned).collect())),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let need = (group(), 1u32..4).prop_map(|(of, count)| Need { of, count });
    let escalate =
        proptest::option::of(group().prop_map(|to| Escalation { after: TimeDelta::hours(2).into(), to }));
    let needs = proptest::collection::vec(need, 1..4);
    (needs, any::<bool>(), escalate).prop_map(|(needs, own, escalate)| Rule {
        needs,
        own,
        escalate,
        ..Rule::default()
    })
}

/// Who presses, in whose stead they may as well, whether they say no, and whether it is escalated by then.
type Press = (usize, Option<usize>, bool, bool);

fn press() -> impl Strategy<Value = Press> {
    let no = prop::bool::weighted(0.07);
    (0..WHO.len(), proptest::option::weighted(0.3, 0..WHO.len()), no, prop::bool::weighted(0.1))
}

fn asked<'a>(by: &'a PersonId) -> Asked<'a> {
    Asked { by, team: Some(TEAM) }
}

/// Whether these reviews can be given to the needs so that each need has as many as it wants, and nobody is given
/// twice: by trying everything.
fn meets(needs: &[Need], reviews: &[&Review]) -> bool {
    let wanted: Vec<usize> =
        needs.iter().enumerate().flat_map(|(place, need)| vec![place; need.count as usize]).collect();
    fn fits(wanted: &[usize], left: &[&Review]) -> bool {
        let Some((first, rest)) = wanted.split_first() else { return true };
        (0..left.len()).any(|index| {
            let others: Vec<&Review> =
                left.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, review)| *review).collect();
            left[index].counts.contains(first) && fits(rest, &others)
        })
    }
    fits(&wanted, reviews)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_ballot_comes_to_what_its_rule_says(
        rule in rule(), who_asks in 0..WHO.len(), presses in proptest::collection::vec(press(), 1..14),
    ) {
        let people = people();
        let by = person(WHO[who_asks]);
        let mut ballot = Ballot::new(rule.clone());
        for (who, away, no, late) in presses {
            if late && rule.escalate.is_some() && ballot.escalated.is_none() {
                let _ = ballot.escalate(1, at(NOW));
            }
            let delegators = away.iter().map(|away| people[*away].clone()).collect();
            let voter = Voter { person: people[who].clone(), delegators };
            let before = ballot.clone();
            let rejected = no.then(|| "no".to_owned());
            let result = ballot.vote(&voter, asked(&by), Platform::Slack, rejected.clone(), at(NOW));
            prop_assert!(result.is_ok() || ballot == before, "a refusal changes nothing");
            if before.tally() == Tally::Rejected {
                prop_assert_eq!(ballot.tally(), Tally::Rejected, "a no is not outvoted");
            }
        }
        let yes: Vec<&Review> = ballot.reviews.iter().filter(|review| review.rejected.is_none()).collect();
        let no = ballot.reviews.len() > yes.len();
        let expected = match (no, meets(&rule.needs, &yes)) {
            (true, _) => Tally::Rejected,
            (false, true) => Tally::Approved,
            (false, false) => Tally::Open,
        };
        prop_assert_eq!(ballot.tally(), expected);
        prop_assert_eq!(ballot.needed().is_empty(), meets(&rule.needs, &yes));
        let voters: BTreeSet<&PersonId> = ballot.reviews.iter().map(|review| &review.by).collect();
        prop_assert_eq!(voters.len(), ballot.reviews.len(), "each person once");
        let mut seats = BTreeSet::new();
        for review in &yes {
            let seat = review.instead_of.as_ref().unwrap_or(&review.by);
            prop_assert!(seats.insert(seat), "each say is used once, whoever speaks it: {:?}", ballot.reviews);
            prop_assert!(rule.own || review.by != by, "their own");
            prop_assert!(review.instead_of.as_ref() != Some(&by), "in the requester's stead");
            prop_assert!(review.instead_of.is_none() || review.by != by, "their own, in somebody's stead");
        }
        if ballot.tally() == Tally::Approved {
            prop_assert!(ballot.can_be_approved(&people, asked(&by)), "what was approved was possible");
        }
        let stored = serde_json::to_string(&ballot).unwrap();
        prop_assert_eq!(serde_json::from_str::<Ballot>(&stored).unwrap(), ballot);
    }

    #[test]
    fn what_can_be_approved_is_when_everybody_presses(rule in rule(), who_asks in 0..WHO.len()) {
        let people = people();
        let by = person(WHO[who_asks]);
        let mut ballot = Ballot::new(rule);
        let possible = ballot.can_be_approved(&people, asked(&by));
        if ballot.rule.escalate.is_some() {
            let _ = ballot.escalate(1, at(NOW));
        }
        for person in &people {
            let _ = ballot.cast(person, asked(&by), Platform::Slack, None, at(NOW));
        }
        prop_assert_eq!(ballot.tally() == Tally::Approved, possible, "{:?}", ballot);
    }
}

fn of(groups: &[Group]) -> Ballot {
    let needs = groups.iter().map(|of| Need { of: of.clone(), count: 1 }).collect();
    Ballot::new(Rule { needs, ..Rule::default() })
}

fn voter(handle: &str, away: &[&str]) -> Voter {
    let find = |handle: &&str| people().into_iter().find(|person| person.handle == **handle).unwrap();
    Voter { person: find(&handle), delegators: away.iter().map(find).collect() }
}

fn cast(ballot: &mut Ballot, voter: &Voter) -> Result<Tally, Refusal> {
    ballot.vote(voter, asked(&person("dana")), Platform::Console, None, at(NOW))
}

#[test]
fn somebody_in_both_groups_makes_room_for_whoever_is_in_one() {
    let mut ballot = of(&[Group::Approvers, Group::Admins]);
    assert_eq!(cast(&mut ballot, &voter("root", &[])), Ok(Tally::Open), "one person is never two");
    assert_eq!(cast(&mut ballot, &voter("anna", &[])), Ok(Tally::Approved));
}

#[test]
fn whoever_said_yes_may_still_say_no() {
    let mut ballot = of(&[Group::Approvers, Group::Approvers]);
    assert_eq!(cast(&mut ballot, &voter("anna", &[])), Ok(Tally::Open));
    assert_eq!(cast(&mut ballot, &voter("anna", &[])), Err(Refusal::Reviewed));
    let no = ballot.vote(
        &voter("anna", &[]),
        asked(&person("dana")),
        Platform::Console,
        Some("no".to_owned()),
        at(NOW),
    );
    assert_eq!((no, ballot.reviews.len()), (Ok(Tally::Rejected), 1));
}

#[test]
fn a_delegate_uses_the_say_of_who_is_away_and_no_more() {
    let mut ballot = of(&[Group::Approvers, Group::Approvers]);
    assert_eq!(cast(&mut ballot, &voter("kim", &[])), Err(Refusal::NotApprover));
    assert_eq!(cast(&mut ballot, &voter("kim", &["anna"])), Ok(Tally::Open));
    assert_eq!(ballot.reviews[0].instead_of, Some(person("anna")));
    assert_eq!(cast(&mut ballot, &voter("anna", &[])), Err(Refusal::SpokenFor { by: person("kim") }));
    assert_eq!(cast(&mut ballot, &voter("otto", &["anna"])), Ok(Tally::Approved), "in their own name");
    assert_eq!(ballot.reviews[1].instead_of, None);
}

#[test]
fn a_delegate_decides_nothing_that_who_is_away_asked_for() {
    let mut ballot = of(&[Group::Approvers]);
    let asked = Asked { by: &person("anna"), team: None };
    let review = ballot.vote(&voter("kim", &["anna"]), asked, Platform::Console, None, at(NOW));
    assert_eq!(review, Err(Refusal::OwnRequest));
    let asked = Asked { by: &person("kim"), team: None };
    let review = ballot.vote(&voter("kim", &["anna"]), asked, Platform::Console, None, at(NOW));
    assert_eq!(review, Err(Refusal::NotApprover), "Kim is in no group, and it is Kim's own");
}

#[test]
fn a_card_is_current_while_only_reviews_were_added() {
    let mut ballot = Ballot::default();
    assert!(ballot.is_current(Some(3), 3) && ballot.is_current(None, 3));
    assert!(!ballot.is_current(Some(2), 3) && !ballot.is_current(Some(4), 3));
    ballot.since = Some(3);
    assert!(ballot.is_current(Some(3), 5) && ballot.is_current(Some(5), 5) && !ballot.is_current(Some(2), 5));
    assert_eq!(ballot.shown(5), 3);
}

#[test]
fn a_ballot_stored_before_there_were_rules_means_one_approver() {
    let old = r#"{"rule":{"name":"one approver","needs":[{"of":{"group":"approvers"},"count":1}],"own":false},"reviews":[]}"#;
    assert_eq!(serde_json::from_str::<Ballot>(old).unwrap(), Ballot::default());
}
