//! Quotas: what is held, limits, temporary ones and wishes for them.

use chrono::TimeDelta;
use sublet::{
    domain::{
        Instant,
        approval::Ballot,
        ids::{GrantId, WishId},
        quota::{
            Amounts, Limits, Reservation, Resource, Scope,
            grant::{Grant, GrantState},
            wish::{Wish, WishState},
        },
        request::Waiting,
    },
    ports::{
        pages::{Cell, Column, Only, Order, Test, Wanted},
        store::StoreError,
    },
};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    engines::Place,
    support::samples::{minute, patience, person_id, request},
};

fn amounts(cpu: u64) -> Amounts {
    Amounts { environments: 1, cpu, memory: 4 << 30, storage: 1, lease_time: 3600 }
}

fn held(number: u64, handle: &str, team: Option<&str>) -> Reservation {
    let mut request = request(number, handle);
    request.team = team.map(str::to_owned);
    request.amounts = amounts(number * 1000);
    Reservation::of(&request, minute(i64::try_from(number).unwrap()))
}

fn dana() -> Scope {
    Scope::Person(person_id("dana"))
}

pub async fn what_a_scope_holds_is_added_up(place: Place) {
    let none = Amounts::default();
    place
        .change(async |tx| {
            assert_eq!(tx.held(&dana()).await.unwrap(), none);
            assert_eq!(tx.occupy(&dana(), &none, &none).await.unwrap(), none);
            assert_eq!(tx.occupy(&dana(), &amounts(3000), &none).await.unwrap(), amounts(3000));
            let both = amounts(3000).plus(&amounts(500));
            assert_eq!(tx.occupy(&dana(), &amounts(500), &none).await.unwrap(), both);
            assert_eq!(tx.occupy(&dana(), &amounts(100), &amounts(3000)).await.unwrap().cpu, 600);
        })
        .await;
    place
        .look(async |tx| {
            assert_eq!(tx.held(&dana()).await.unwrap(), amounts(500).plus(&amounts(100)));
            assert_eq!(
                tx.held(&Scope::Team("dana".to_owned())).await.unwrap(),
                none,
                "each scope is its own"
            );
        })
        .await;
}

/// Eight transactions at once each add one and see a different sum: nobody reads what another is about to change.
pub async fn whoever_occupies_is_alone_until_the_end(place: Place) {
    let one = Amounts { environments: 1, ..Amounts::default() };
    let mut all = JoinSet::new();
    for _ in 0..8 {
        let place = place.clone();
        all.spawn(async move {
            let mut tx = place.store.begin().await.unwrap();
            let sum = tx.occupy(&Scope::Everybody, &one, &Amounts::default()).await.unwrap();
            tx.commit().await.unwrap();
            sum.environments
        });
    }
    let mut sums = all.join_all().await;
    sums.sort_unstable();
    assert_eq!(sums, [1, 2, 3, 4, 5, 6, 7, 8]);
}

pub async fn limits_are_set_and_taken_away(place: Place) {
    place
        .change(async |tx| {
            tx.set_limit(&dana(), Resource::Cpu, Some(4000)).await.unwrap();
            tx.set_limit(&dana(), Resource::Cpu, Some(8000)).await.unwrap();
            tx.set_limit(&dana(), Resource::LeaseTime, Some(0)).await.unwrap();
            tx.set_limit(&dana(), Resource::Memory, Some(i64::MAX as u64)).await.unwrap();
            tx.set_limit(&dana(), Resource::Storage, None).await.unwrap();
            tx.set_limit(&Scope::Everybody, Resource::Cpu, Some(1)).await.unwrap();
        })
        .await;
    place.change(async |tx| tx.set_limit(&dana(), Resource::LeaseTime, None).await.unwrap()).await;
    let limits = place.look(async |tx| tx.limits_of(&dana()).await.unwrap()).await;
    let expected = [(Resource::Cpu, 8000), (Resource::Memory, i64::MAX as u64)];
    assert_eq!(limits, Limits(expected.into_iter().collect()));
    assert_eq!(
        place.look(async |tx| tx.limits_of(&Scope::Team("x".to_owned())).await.unwrap()).await,
        Limits::default()
    );
}

pub async fn a_reservation_is_kept_once_and_released_once(place: Place) {
    let first = held(1, "dana", None);
    place
        .change(async |tx| {
            assert!(tx.insert_reservation(&first).await.unwrap());
            assert!(!tx.insert_reservation(&held(1, "erin", None)).await.unwrap());
            assert_eq!(tx.reservation(&first.id).await.unwrap(), Some(first.clone()));
            assert_eq!(tx.reservation("req_other").await.unwrap(), None);
        })
        .await;
    let changed = Reservation { amounts: amounts(7), ..first.clone() };
    place.change(async |tx| tx.save_reservation(&changed).await.unwrap()).await;
    let mut all = JoinSet::new();
    for _ in 0..8 {
        let (place, id) = (place.clone(), first.id.clone());
        all.spawn(async move {
            let mut tx = place.store.begin().await.unwrap();
            let released = tx.release_reservation(&id, minute(9)).await.unwrap();
            tx.commit().await.unwrap();
            released
        });
    }
    let released: Vec<Reservation> = all.join_all().await.into_iter().flatten().collect();
    assert_eq!(released, std::slice::from_ref(&changed), "of eight, one releases it");
    assert_eq!(place.look(async |tx| tx.reservation(&first.id).await.unwrap()).await, None);
    let saved = place.store.begin().await.unwrap().save_reservation(&changed).await;
    assert!(matches!(saved, Err(StoreError::Conflict)));
    assert!(
        !place.change(async |tx| tx.insert_reservation(&first).await.unwrap()).await,
        "an id is used once"
    );
}

pub async fn reservations_are_found_by_whose_they_are(place: Place) {
    let (one, two, three) =
        (held(1, "dana", Some("shop")), held(2, "dana", None), held(3, "erin", Some("shop")));
    let more = Reservation { id: "ext_1".to_owned(), since: minute(5), ..two.clone() };
    let over = held(4, "erin", Some("shop"));
    place
        .change(async |tx| {
            for held in [&three, &more, &two, &over, &one] {
                assert!(tx.insert_reservation(held).await.unwrap());
            }
            assert_eq!(tx.release_reservation(&over.id, minute(9)).await.unwrap(), Some(over));
        })
        .await;
    place
        .look(async |tx| {
            let everybody = tx.reservations_in(&Scope::Everybody).await.unwrap();
            assert_eq!(everybody, [one.clone(), two.clone(), three.clone(), more.clone()]);
            assert_eq!(tx.reservations_in(&dana()).await.unwrap(), [one.clone(), two.clone(), more.clone()]);
            let shop = tx.reservations_in(&Scope::Team("shop".to_owned())).await.unwrap();
            assert_eq!(shop, [one.clone(), three.clone()]);
            assert_eq!(tx.reservations_in(&Scope::Template("web".to_owned())).await.unwrap().len(), 4);
            assert_eq!(tx.reservations_in(&Scope::Template("small".to_owned())).await.unwrap(), []);
            assert_eq!(tx.reservations_for(&two.request).await.unwrap(), [two, more]);
        })
        .await;
}

fn grant(number: u128, scope: Scope, until: Instant) -> Grant {
    Grant {
        id: GrantId::new(Uuid::from_u128(number)),
        scope,
        amounts: amounts(8000),
        from: minute(0),
        until,
        by: person_id("ada"),
        reason: Some("für die Last".to_owned()),
        wish: None,
        created_at: minute(i64::try_from(number).unwrap()),
        state: GrantState::Given,
        version: 0,
    }
}

pub async fn a_grant_is_kept_and_saved_by_version(place: Place) {
    let mut fast = grant(1, dana(), minute(60));
    place.change(async |tx| tx.insert_grant(&mut fast).await.unwrap()).await;
    assert_eq!(fast.version, 1);
    let mut slow = fast.clone();
    fast = fast.revoke(&person_id("bob"), minute(5)).unwrap();
    place.change(async |tx| tx.save_grant(&mut fast).await.unwrap()).await;
    let saved = place.store.begin().await.unwrap().save_grant(&mut slow).await;
    assert!(matches!(saved, Err(StoreError::Conflict)));
    let again = place.store.begin().await.unwrap().insert_grant(&mut slow).await;
    assert!(matches!(again, Err(StoreError::Conflict)), "an id is given once");
    assert_eq!(place.look(async |tx| tx.grant(&fast.id).await.unwrap()).await, Some(fast));
    assert_eq!(place.look(async |tx| tx.grant(&GrantId::new(Uuid::nil())).await.unwrap()).await, None);
}

pub async fn grants_are_found_by_scope_until_they_end_and_by_alarm(place: Place) {
    let mut soon = grant(2, dana(), minute(10));
    let mut late = grant(1, dana(), minute(20));
    let mut other = grant(3, Scope::Everybody, minute(15));
    place
        .change(async |tx| {
            for grant in [&mut soon, &mut late, &mut other] {
                tx.insert_grant(grant).await.unwrap();
            }
        })
        .await;
    let of = async |now| place.look(async |tx| tx.grants_of(&dana(), now).await.unwrap()).await;
    assert_eq!(of(minute(9)).await, [late.clone(), soon.clone()]);
    assert_eq!(of(minute(10)).await, [late.clone()], "the end is not in it any more");
    assert_eq!(of(minute(20)).await, []);
    let due = async |now, limit| place.look(async |tx| tx.grants_due(now, limit).await.unwrap()).await;
    assert_eq!(due(minute(9), 9).await, []);
    assert_eq!(due(minute(15), 9).await, [soon.id.clone(), other.id.clone()]);
    assert_eq!(due(minute(30), 1).await, [soon.id.clone()]);
    soon = soon.end(minute(30)).unwrap();
    place.change(async |tx| tx.save_grant(&mut soon).await.unwrap()).await;
    assert_eq!(due(minute(30), 9).await, [other.id, late.id]);
}

fn wish(number: u128, handle: &str, since: Instant) -> Wish {
    Wish {
        id: WishId::new(Uuid::from_u128(number)),
        asked_by: person_id(handle),
        amounts: amounts(4000),
        from: None,
        until: since + TimeDelta::days(1),
        reason: "ещё немного".to_owned(),
        ballot: Ballot::default(),
        created_at: since,
        state: WishState::Pending(Waiting::from(since, &patience())),
        version: 0,
    }
}

pub async fn a_wish_is_kept_and_saved_by_version(place: Place) {
    let mut fast = wish(1, "dana", minute(0));
    place.change(async |tx| tx.insert_wish(&mut fast).await.unwrap()).await;
    assert_eq!(fast.version, 1);
    let mut slow = fast.clone();
    fast.state = WishState::Lapsed { at: minute(7) };
    place.change(async |tx| tx.save_wish(&mut fast).await.unwrap()).await;
    let saved = place.store.begin().await.unwrap().save_wish(&mut slow).await;
    assert!(matches!(saved, Err(StoreError::Conflict)));
    assert_eq!(place.look(async |tx| tx.wish(&fast.id).await.unwrap()).await, Some(fast));
    assert_eq!(place.look(async |tx| tx.wish(&WishId::new(Uuid::nil())).await.unwrap()).await, None);
}

pub async fn wishes_are_found_while_they_wait(place: Place) {
    let mut second = wish(1, "dana", minute(2));
    let mut first = wish(2, "erin", minute(1));
    place
        .change(async |tx| {
            tx.insert_wish(&mut second).await.unwrap();
            tx.insert_wish(&mut first).await.unwrap();
        })
        .await;
    let open = async |who: Option<&str>| {
        let who = who.map(person_id);
        place.look(async |tx| tx.open_wishes(who.as_ref()).await.unwrap()).await
    };
    assert_eq!(open(None).await, [first.clone(), second.clone()]);
    assert_eq!(open(Some("dana")).await, [second.clone()]);
    let due = async |now, limit| place.look(async |tx| tx.wishes_due(now, limit).await.unwrap()).await;
    assert_eq!(due(minute(10), 9).await, []);
    assert_eq!(due(minute(12), 9).await, [first.id.clone(), second.id.clone()]);
    assert_eq!(due(minute(12), 1).await, [first.id.clone()]);
    first.state = WishState::Lapsed { at: minute(12) };
    place.change(async |tx| tx.save_wish(&mut first).await.unwrap()).await;
    assert_eq!(due(minute(12), 9).await, [second.id.clone()]);
    assert_eq!(open(None).await, [second]);
    assert_eq!(place.look(async |tx| tx.wishes_of(&first.asked_by).await.unwrap()).await, [first]);
}

pub async fn scopes_are_found_by_what_they_have(place: Place) {
    let team = |name: &str| Scope::Team(name.to_owned());
    place
        .change(async |tx| {
            assert_eq!(tx.quota_scopes(minute(0)).await.unwrap(), []);
            tx.set_limit(&dana(), Resource::Cpu, Some(0)).await.unwrap();
            tx.occupy(&dana(), &amounts(1), &Amounts::default()).await.unwrap();
            tx.occupy(&Scope::Everybody, &Amounts::default(), &Amounts::default()).await.unwrap();
            tx.occupy(&team("shop"), &Amounts { lease_time: 1, ..Amounts::default() }, &Amounts::default())
                .await
                .unwrap();
            tx.insert_grant(&mut grant(1, team("web shop"), minute(20))).await.unwrap();
        })
        .await;
    let scopes = async |now| place.look(async |tx| tx.quota_scopes(now).await.unwrap()).await;
    assert_eq!(scopes(minute(19)).await, [dana(), team("shop"), team("web shop")]);
    assert_eq!(scopes(minute(20)).await, [dana(), team("shop")]);
}

pub async fn temporary_ones_and_wishes_are_paged(place: Place) {
    let team = Scope::Team("shop".to_owned());
    let mut grants = [
        grant(1, dana(), minute(20)),
        grant(2, Scope::Everybody, minute(30)),
        grant(3, team.clone(), minute(40)),
    ];
    let mut wishes = [wish(1, "dana", minute(1)), wish(2, "erin", minute(2)), wish(3, "dana", minute(3))];
    wishes[2].state = WishState::Lapsed { at: minute(9) };
    place
        .change(async |tx| {
            for grant in &mut grants {
                tx.insert_grant(grant).await.unwrap();
            }
            for wish in &mut wishes {
                tx.insert_wish(wish).await.unwrap();
            }
        })
        .await;
    let by =
        |column, descending| vec![Order { column, descending }, Order { column: Column::Id, descending }];
    let wanted = |whose: Option<&str>, only: Vec<Only>, order: Vec<Order>| Wanted {
        whose: whose.map(person_id),
        only,
        order,
        after: None,
        limit: 9,
    };
    let only = |column, test, cell| vec![Only { column, test, cell }];
    let words = |scopes: &[&Scope]| Cell::Several(scopes.iter().map(|scope| scope.word()).collect());
    let of = async |wanted: Wanted| place.look(async |tx| tx.grant_page(&wanted).await.unwrap()).await;
    let [first, second, third] = grants.clone();
    let latest = || by(Column::CreatedAt, true);
    assert_eq!(of(wanted(None, vec![], latest())).await, [third.clone(), second.clone(), first.clone()]);
    assert_eq!(of(wanted(Some("dana"), vec![], latest())).await, std::slice::from_ref(&first));
    let among = only(Column::Owner, Test::Among, words(&[&team, &dana()]));
    assert_eq!(of(wanted(None, among, latest())).await, [third.clone(), first.clone()]);
    assert_eq!(of(wanted(None, only(Column::Owner, Test::Among, words(&[])), latest())).await, []);
    let later = only(Column::Until, Test::From, Cell::Time(minute(30)));
    assert_eq!(of(wanted(None, later, by(Column::Until, false))).await, [second.clone(), third.clone()]);
    let next = Wanted {
        after: Some(vec![Cell::Time(minute(20)), Cell::Text(first.id.to_string())]),
        limit: 1,
        ..wanted(None, vec![], by(Column::Until, false))
    };
    assert_eq!(of(next).await, [second]);

    let of = async |wanted: Wanted| place.look(async |tx| tx.wish_page(&wanted).await.unwrap()).await;
    let [first, second, third] = wishes.clone();
    assert_eq!(of(wanted(Some("dana"), vec![], latest())).await, [third.clone(), first.clone()]);
    let waits = only(Column::State, Test::Is, Cell::Text("pending".to_owned()));
    assert_eq!(of(wanted(None, waits, latest())).await, [second, first]);
    let lapsed = only(Column::State, Test::Is, Cell::Text("lapsed".to_owned()));
    assert_eq!(of(wanted(None, lapsed, latest())).await, [third]);
}
