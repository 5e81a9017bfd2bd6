//! What is about no single request: quotas, wishes for more, announcements, and who is known.

use std::collections::BTreeMap;

use sublet::{
    cards::{People, announcement, listing, people as who, quota},
    domain::{
        announcement::{Announcement, Hearer, Saying},
        approval::{Ballot, Review},
        ids::{EnvName, GrantId, WishId},
        platform::Platform,
        quota::{
            Amounts, Limits, Reservation, Resource, Scope,
            fit::{Short, Standing},
            grant::{Grant, GrantState},
            wish::{Wish, WishState},
        },
        request::Waiting,
    },
    ports::chat::Message,
};
use uuid::Uuid;

use super::cards::{entry, worst};
use crate::support::samples::{self, minute, patience, person, person_id};

/// Wishes in every state.
pub fn wishes() -> Vec<Wish> {
    let (by, at, on) = (person_id("omar"), minute(9), Platform::Slack);
    let grant = GrantId::new(Uuid::from_u128(7));
    let states = [
        WishState::Pending(Waiting::from(minute(0), &patience())),
        WishState::Approved { by: by.clone(), at, on, grant },
        WishState::Rejected { by: by.clone(), at, on, reason: worst() },
        WishState::Lapsed { at },
    ];
    let review = Review { by, on, at, rejected: None, counts: [0].into(), instead_of: None, glass: None };
    let ballot = Ballot { reviews: vec![review], ..Ballot::default() };
    let wish = |state| Wish {
        id: WishId::new(Uuid::from_u128(1)),
        asked_by: person_id("dana"),
        amounts: plenty(),
        from: Some(minute(1)),
        until: minute(90),
        reason: worst(),
        ballot: ballot.clone(),
        created_at: minute(0),
        state,
        version: 3,
    };
    states.map(wish).into()
}

fn plenty() -> Amounts {
    Resource::ALL.into_iter().fold(Amounts::default(), |amounts, resource| amounts.with(resource, 1 << 40))
}

fn scopes() -> [Scope; 4] {
    [
        Scope::Everybody,
        Scope::Team("shop".to_owned()),
        Scope::Template("web".to_owned()),
        Scope::Person(person_id("dana")),
    ]
}

fn standing(scope: Scope) -> Standing {
    let limits = Resource::ALL.into_iter().map(|resource| (resource, 3 << 39)).collect::<BTreeMap<_, _>>();
    Standing { scope, limits: Limits(limits), used: plenty() }
}

fn grants() -> Vec<Grant> {
    let grant = |number| Grant {
        id: GrantId::new(Uuid::from_u128(number)),
        scope: Scope::Person(person_id("dana")),
        amounts: plenty(),
        from: minute(1),
        until: minute(90),
        by: person_id("omar"),
        reason: Some(worst()),
        wish: None,
        created_at: minute(0),
        state: GrantState::Given,
        version: 1,
    };
    (0..40).map(grant).collect()
}

fn sayings() -> Vec<Saying> {
    let (name, dana, omar) = (EnvName::parse("web-00001").unwrap(), person_id("dana"), person_id("omar"));
    let mut all = vec![
        Saying::HandedOver { name: name.clone(), from: dana.clone() },
        Saying::ReviewWanted { name: name.clone(), by: dana.clone(), late: false },
        Saying::ReviewWanted { name: name.clone(), by: dana.clone(), late: true },
        Saying::BrokeGlass { name, by: omar.clone(), reason: worst() },
        Saying::Delegated { from: omar.clone(), until: minute(90) },
        Saying::QuotaGiven { amounts: plenty(), from: minute(1), until: minute(90), by: omar.clone() },
        Saying::QuotaRefused { by: omar.clone(), reason: worst() },
        Saying::QuotaLapsed,
        Saying::WebhookDead { hook: "ledger".to_owned(), why: worst() },
    ];
    all.extend(scopes().map(|scope| {
        let held = standing(scope.clone());
        let over = held.short(&plenty()).into_iter().map(|short| Short { others: 3, ..short }).collect();
        let grant = GrantId::new(Uuid::from_u128(7));
        Saying::QuotaEnded { grant, scope, amounts: plenty(), revoked_by: Some(omar.clone()), over }
    }));
    all
}

/// All of it.
pub fn all(people: &People) -> Vec<(String, Message)> {
    let mut all = Vec::new();
    for wish in wishes() {
        let card = quota::for_approvers(&wish, people);
        all.push((format!("wish, {}", wish.state.word()), card));
        all.push((format!("reminder of a wish, {}", wish.state.word()), quota::reminder(&wish, people)));
    }
    for (at, says) in sayings().into_iter().enumerate() {
        let told = Announcement { to: Hearer::Person(person_id("dana")), key: "k".to_owned(), says };
        all.push((format!("announcement {at}"), announcement::message(&told, people)));
    }
    let held: Vec<Reservation> = (1..90)
        .map(|number| Reservation::of(&samples::pending(number, "dana", minute(1)), minute(1)))
        .collect();
    for scope in scopes() {
        let word = quota::word(&scope);
        let view = quota::View {
            scope: scope.clone(),
            own: true,
            standings: scopes().map(standing).into(),
            held: held.clone(),
            hidden: 7,
            grants: grants(),
            now: minute(50),
            people,
        };
        all.push((format!("quotas of {word}"), quota::show(&view)));
        all.push((format!("limits of {word}"), quota::set(&standing(scope), people)));
    }
    let known: Vec<_> = (0..120).map(|number| person(&format!("p{number}"))).collect();
    let entries: Vec<_> = (0..100).map(entry).collect();
    all.push(("everybody".to_owned(), who::list(&known)));
    all.push(("somebody".to_owned(), who::one(&person("dana"), &[])));
    all.push(("the log".to_owned(), listing::audit(&entries, Some("/audit before=7".to_owned()), people)));
    all
}
