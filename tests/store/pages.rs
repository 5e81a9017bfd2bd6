//! Pages of lists, and answers that are kept under a caller's key.

use sublet::{
    domain::{
        audit::{Actor, Fact, NewEntry},
        effect::Effect,
        ids::Lane,
        notice::{News, Notice},
    },
    ports::{
        pages::{Cell, Column, Only, Order, Reply, Test, Wanted},
        store::{Store, Tx},
    },
};

use crate::{
    engines::Place,
    support::samples::{effect_id, extension, lease, minute, person, person_id, request},
};

fn by(column: Column, unique: Column, descending: bool) -> Vec<Order> {
    vec![Order { column, descending }, Order { column: unique, descending }]
}

fn wanted(order: Vec<Order>) -> Wanted {
    Wanted { whose: None, only: Vec::new(), order, after: None, limit: 100 }
}

fn is(column: Column, text: &str) -> Vec<Only> {
    vec![Only { column, test: Test::Is, cell: Cell::Text(text.to_owned()) }]
}

/// Requests of two people, two in each minute, with leases and extensions for some.
async fn filled(store: &dyn Store) -> Box<dyn Tx> {
    let mut tx = store.begin().await.unwrap();
    for handle in ["dana", "erin"] {
        tx.save_person(&person(handle)).await.unwrap();
    }
    for number in 0..12 {
        let owner = if number % 3 == 0 { "erin" } else { "dana" };
        let mut one = request(number, owner);
        one.created_at = minute(i64::try_from(number / 2).unwrap());
        tx.insert_request(&mut one).await.unwrap();
        if number % 2 == 0 {
            let mut held = lease(&one, minute(500));
            tx.insert_lease(&mut held).await.unwrap();
            tx.insert_extension(&mut extension(number, &held, one.created_at)).await.unwrap();
        }
    }
    tx
}

pub async fn a_page_goes_on_after_the_last_one(place: Place) {
    let mut tx = filled(place.store.as_ref()).await;
    for descending in [false, true] {
        let mut asked = wanted(by(Column::CreatedAt, Column::Id, descending));
        let whole: Vec<_> = tx.request_page(&asked).await.unwrap().into_iter().map(|one| one.id).collect();
        assert_eq!(whole.len(), 12);
        asked.limit = 5;
        let mut found = Vec::new();
        loop {
            let page = tx.request_page(&asked).await.unwrap();
            let Some(last) = page.last() else { break };
            asked.after = Some(vec![Cell::Time(last.created_at), Cell::Text(last.id.to_string())]);
            found.extend(page.into_iter().map(|one| one.id));
        }
        assert_eq!(found, whole, "descending: {descending}");
    }
}

pub async fn a_page_has_only_what_is_asked_for(place: Place) {
    let mut tx = filled(place.store.as_ref()).await;
    let order = || by(Column::Name, Column::Id, false);
    let mut asked = wanted(order());
    asked.whose = Some(person_id("erin"));
    assert_eq!(tx.request_page(&asked).await.unwrap().len(), 4);
    assert_eq!(tx.lease_page(&asked).await.unwrap().len(), 2);
    let newest = Wanted { whose: asked.whose.clone(), ..wanted(by(Column::CreatedAt, Column::Id, true)) };
    assert_eq!(tx.extension_page(&newest).await.unwrap().len(), 2);
    for (only, count) in [
        (is(Column::State, "analysing"), 12),
        (is(Column::Template, "web"), 12),
        (is(Column::Template, "we"), 0),
        (is(Column::Name, "web-00003"), 1),
        (is(Column::Owner, "per_dana"), 8),
        (vec![Only { column: Column::CreatedAt, test: Test::From, cell: Cell::Time(minute(2)) }], 8),
        (vec![Only { column: Column::CreatedAt, test: Test::Before, cell: Cell::Time(minute(2)) }], 4),
        (vec![Only { column: Column::State, test: Test::IsNot, cell: Cell::Text("analysing".into()) }], 0),
    ] {
        let asked = Wanted { only: only.clone(), ..wanted(order()) };
        assert_eq!(tx.request_page(&asked).await.unwrap().len(), count, "{only:?}");
    }
    let quoted = Wanted { only: is(Column::Name, "' OR 1 = 1 --"), ..wanted(order()) };
    assert_eq!(tx.request_page(&quoted).await.unwrap().len(), 0);
    let strange = Wanted { only: is(Column::About, "x"), ..wanted(order()) };
    assert!(tx.request_page(&strange).await.is_err(), "requests have no such column");
}

pub async fn the_log_and_the_notices_come_in_pages(place: Place) {
    let mut tx = filled(place.store.as_ref()).await;
    for (number, about) in ["web-00000", "web-00001", "@dana", "@erin", "web-00003"].iter().enumerate() {
        let at = minute(i64::try_from(number).unwrap());
        let entry = NewEntry { at, actor: Actor::Clock, about: (*about).to_owned(), fact: Fact::Pending };
        tx.record(&entry).await.unwrap();
    }
    let latest = |whose: Option<&str>| Wanted {
        whose: whose.map(person_id),
        ..wanted(vec![Order { column: Column::Seq, descending: true }])
    };
    let about = |entries: Vec<sublet::domain::audit::Entry>| -> Vec<String> {
        entries.into_iter().map(|entry| entry.about).collect()
    };
    assert_eq!(
        about(tx.entries_page(&latest(Some("erin"))).await.unwrap()),
        ["web-00003", "@erin", "web-00000"]
    );
    let two = Wanted { limit: 2, after: Some(vec![Cell::Number(4)]), ..latest(None) };
    assert_eq!(about(tx.entries_page(&two).await.unwrap()), ["@dana", "web-00001"]);
    for number in [1, 3] {
        let one = request(number, "x");
        let notice = Notice {
            to: one.requester.clone(),
            request: one.id.clone(),
            name: one.name.clone(),
            lease: None,
            version: 1,
            news: News::Lapsed,
        };
        tx.push(effect_id(number), &Lane::from(&one.id), &Effect::Tell { notice }, minute(1)).await.unwrap();
    }
    tx.finish(&effect_id(1), "dm", minute(2)).await.unwrap();
    let all = tx.notice_page(&latest(None)).await.unwrap();
    assert_eq!(all.iter().map(|sent| sent.id.clone()).collect::<Vec<_>>(), [effect_id(3), effect_id(1)]);
    assert_eq!((all[1].outcome.as_deref(), all[1].finished_at), (Some("dm"), Some(minute(2))));
    assert_eq!(tx.notice_page(&latest(Some("erin"))).await.unwrap().len(), 1);
    tx.commit().await.unwrap();
}

pub async fn an_answer_is_kept_under_a_key(place: Place) {
    let mut tx = place.store.begin().await.unwrap();
    let reply = Reply {
        person: person_id("dana"),
        key: "k".to_owned(),
        digest: "abc".to_owned(),
        event: "api/1".to_owned(),
        begun_at: minute(10),
        answer: None,
    };
    assert!(tx.begin_reply(&reply, minute(0)).await.unwrap());
    assert!(!tx.begin_reply(&reply, minute(0)).await.unwrap());
    assert!(tx.begin_reply(&Reply { person: person_id("erin"), ..reply.clone() }, minute(0)).await.unwrap());
    assert_eq!(tx.reply(&reply.person, "k").await.unwrap(), Some(reply.clone()));
    assert!(tx.take_up_reply(&reply, minute(12)).await.unwrap());
    assert!(!tx.take_up_reply(&reply, minute(13)).await.unwrap(), "somebody took it up already");
    tx.end_reply(&reply.person, "k", "{}").await.unwrap();
    tx.forget_reply(&reply.person, "k").await.unwrap();
    let kept = tx.reply(&reply.person, "k").await.unwrap().unwrap();
    assert_eq!((kept.answer.as_deref(), kept.begun_at), (Some("{}"), minute(12)), "what was answered stays");
    assert!(!tx.take_up_reply(&kept, minute(14)).await.unwrap());
    let other = Reply { key: "other".to_owned(), begun_at: minute(20), ..reply.clone() };
    assert!(tx.begin_reply(&other, minute(13)).await.unwrap(), "which forgets what began before");
    assert_eq!(tx.reply(&reply.person, "k").await.unwrap(), None);
    tx.forget_reply(&reply.person, "other").await.unwrap();
    assert_eq!(tx.reply(&reply.person, "other").await.unwrap(), None);
    tx.commit().await.unwrap();
}
