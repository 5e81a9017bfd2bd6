//! People and their keys.

use sublet::{
    domain::{
        delegation::Delegation,
        ids::PersonId,
        key::StoredKey,
        person::{Membership, Person},
    },
    ports::{
        chat::Workspace,
        store::{Account, Code, Draft, StoreError},
    },
};

use crate::{
    engines::Place,
    support::samples::{at, person, person_id, public_key, stored_key},
};

pub async fn a_person_is_found_by_id_and_by_handle(place: Place) {
    let dana = person("dana");
    place.change(async |tx| tx.save_person(&dana).await.unwrap()).await;
    place
        .look(async |tx| {
            assert_eq!(tx.person(&dana.id).await.unwrap(), Some(dana.clone()));
            assert_eq!(tx.person_by_handle("dana").await.unwrap(), Some(dana.clone()));
            assert_eq!(tx.person_by_handle("Dana").await.unwrap(), None, "handles are taken as written");
            assert_eq!(tx.person(&person_id("kim")).await.unwrap(), None);
        })
        .await;
}

pub async fn what_is_known_of_a_person_is_replaced(place: Place) {
    for handle in ["zoe", "dana", "kim"] {
        place.change(async |tx| tx.save_person(&person(handle)).await.unwrap()).await;
    }
    let renamed = Person { handle: "ada".to_owned(), active: false, ..person("zoe") };
    place.change(async |tx| tx.save_person(&renamed).await.unwrap()).await;
    let people = place.look(async |tx| tx.people().await.unwrap()).await;
    assert_eq!(people, [renamed, person("dana"), person("kim")], "by handle");
    assert_eq!(place.look(async |tx| tx.person_by_handle("zoe").await.unwrap()).await, None);
}

pub async fn a_handle_belongs_to_one_person(place: Place) {
    place.change(async |tx| tx.save_person(&person("dana")).await.unwrap()).await;
    let other = Person { handle: "dana".to_owned(), ..person("kim") };
    let mut tx = place.store.begin().await.unwrap();
    assert!(matches!(tx.save_person(&other).await, Err(StoreError::Conflict)));
    drop(tx);
    assert_eq!(place.look(async |tx| tx.people().await.unwrap()).await, [person("dana")]);
}

pub async fn keys_are_single_for_each_owner(place: Place) {
    let first = stored_key(1, "dana");
    let same_name = StoredKey { name: first.name.clone(), ..stored_key(2, "dana") };
    let same_key = StoredKey { key: public_key(1), ..stored_key(3, "dana") };
    let of_kim = StoredKey { name: first.name.clone(), key: public_key(1), ..stored_key(4, "kim") };
    place
        .change(async |tx| {
            assert!(tx.insert_key(&first).await.unwrap());
            assert!(!tx.insert_key(&same_name).await.unwrap());
            assert!(!tx.insert_key(&same_key).await.unwrap());
            assert!(tx.insert_key(&of_kim).await.unwrap(), "another owner, and the transaction goes on");
        })
        .await;
    assert_eq!(keys_of(&place, "dana").await, [first]);
    assert_eq!(keys_of(&place, "kim").await, [of_kim]);
}

pub async fn keys_are_listed_oldest_first_and_removed(place: Place) {
    let [old, middle, new] = [1, 2, 3].map(|number| stored_key(number, "dana"));
    place
        .change(async |tx| {
            for key in [&new, &old, &middle] {
                assert!(tx.insert_key(key).await.unwrap());
            }
        })
        .await;
    assert_eq!(keys_of(&place, "dana").await, [old.clone(), middle.clone(), new.clone()]);
    place.change(async |tx| tx.delete_key(&middle.id).await.unwrap()).await;
    assert_eq!(keys_of(&place, "dana").await, [old, new]);
    place.change(async |tx| tx.delete_key(&middle.id).await.unwrap()).await;
    assert!(place.change(async |tx| tx.insert_key(&middle).await.unwrap()).await, "it may be added again");
}

async fn keys_of(place: &Place, handle: &str) -> Vec<StoredKey> {
    let owner: PersonId = person_id(handle);
    place.look(async |tx| tx.keys_of(&owner).await.unwrap()).await
}

pub async fn an_account_is_one_persons_and_a_person_has_one_in_each_workspace(place: Place) {
    let (home, away) = (Workspace::slack("T1"), Workspace::slack("T2"));
    let account = |workspace: &Workspace, id: &str, person: Option<&str>| Account {
        workspace: workspace.clone(),
        id: id.to_owned(),
        membership: Membership::Member,
        person: person.map(person_id),
        linked_at: person.map(|_| at(2)),
        direct: person.map(|_| format!("D-{id}")),
        checked_at: at(0),
    };
    let find = async |workspace: &Workspace, id: &str| {
        place.look(async |tx| tx.account(workspace, id).await.unwrap()).await
    };
    let of = async |workspace: &Workspace, person: &str| {
        place.look(async |tx| tx.account_of(workspace, &person_id(person)).await.unwrap()).await
    };
    let save =
        async |account: &Account| place.change(async |tx| tx.save_account(account).await.unwrap()).await;
    let (first, other) = (account(&home, "U1", Some("dana")), account(&away, "U1", Some("kim")));
    save(&first).await;
    save(&other).await;
    assert_eq!(find(&home, "U1").await, Some(first.clone()));
    assert_eq!(of(&home, "dana").await, Some(first));
    assert_eq!(of(&away, "dana").await, None, "the same id elsewhere is somebody else");
    assert_eq!(of(&away, "kim").await, Some(other));

    let guest = Account { membership: Membership::Guest, checked_at: at(1), ..account(&home, "U2", None) };
    save(&guest).await;
    assert_eq!(find(&home, "U2").await, Some(guest));

    let moved = account(&home, "U3", Some("dana"));
    save(&moved).await;
    assert_eq!(of(&home, "dana").await, Some(moved));
    let left = find(&home, "U1").await.unwrap();
    assert_eq!(
        (left.person, left.linked_at, left.direct),
        (None, None, None),
        "the old account is theirs no more"
    );
}

pub async fn what_somebody_had_is_forgotten(place: Place) {
    let account = |workspace: Workspace, id: &str, who: &str| Account {
        workspace,
        id: id.to_owned(),
        membership: Membership::Member,
        person: Some(person_id(who)),
        linked_at: Some(at(1)),
        direct: Some("D1".to_owned()),
        checked_at: at(2),
    };
    let (slack, discord) = (Workspace::slack("T1"), Workspace::discord("100000000000000001"));
    let [one, two, other] = [
        account(slack.clone(), "U1", "dana"),
        account(discord.clone(), "3", "dana"),
        account(slack.clone(), "U2", "kim"),
    ];
    let code =
        |digest: &str, who| Code { digest: digest.to_owned(), person: person_id(who), expires_at: at(10) };
    let draft = |id: &str, who| Draft {
        id: id.to_owned(),
        person: person_id(who),
        path: vec!["env".to_owned()],
        values: Vec::new(),
        hidden: Vec::new(),
    };
    place
        .change(async |tx| {
            for account in [&one, &two, &other] {
                tx.save_account(account).await.unwrap();
            }
            for (digest, who) in [("a", "dana"), ("b", "kim")] {
                tx.save_code(&code(digest, who), at(0)).await.unwrap();
                tx.save_draft(&draft(digest, who), at(0), at(0)).await.unwrap();
            }
        })
        .await;
    assert_eq!(place.look(async |tx| tx.accounts_of(&person_id("dana")).await.unwrap()).await, [two, one]);
    place
        .change(async |tx| {
            tx.forget_accounts(&person_id("dana")).await.unwrap();
            tx.forget_codes(&person_id("dana")).await.unwrap();
            tx.forget_drafts_of(&person_id("dana")).await.unwrap();
        })
        .await;
    place
        .change(async |tx| {
            assert_eq!(tx.accounts_of(&person_id("dana")).await.unwrap(), []);
            let left = tx.account(&slack, "U1").await.unwrap().unwrap();
            assert_eq!((left.person, left.linked_at, left.direct), (None, None, None));
            assert_eq!(tx.accounts_of(&person_id("kim")).await.unwrap(), std::slice::from_ref(&other));
            assert_eq!(tx.take_code("a", at(1)).await.unwrap(), None);
            assert_eq!(tx.take_code("b", at(1)).await.unwrap(), Some(person_id("kim")));
            assert_eq!(tx.draft("a", at(0)).await.unwrap(), None);
            assert!(tx.draft("b", at(0)).await.unwrap().is_some());
        })
        .await;
}

pub async fn a_person_has_one_delegate_until_an_end(place: Place) {
    let delegation = |from: &str, to: &str, until| Delegation {
        from: person_id(from),
        to: person_id(to),
        until: at(until),
        created_at: at(1),
    };
    let (first, second) = (delegation("dana", "kim", 600), delegation("zoe", "kim", 900));
    place
        .change(async |tx| {
            tx.save_delegation(&delegation("dana", "zoe", 300)).await.unwrap();
            tx.save_delegation(&first).await.unwrap();
            tx.save_delegation(&second).await.unwrap();
        })
        .await;
    place
        .look(async |tx| {
            assert_eq!(
                tx.delegation_of(&person_id("dana")).await.unwrap(),
                Some(first.clone()),
                "the last one"
            );
            assert_eq!(tx.delegation_of(&person_id("kim")).await.unwrap(), None);
            assert_eq!(tx.delegations_to(&person_id("zoe"), at(2)).await.unwrap(), [], "not any more");
            let to = person_id("kim");
            assert_eq!(tx.delegations_to(&to, at(599)).await.unwrap(), [first.clone(), second.clone()]);
            assert_eq!(
                tx.delegations_to(&to, at(600)).await.unwrap(),
                std::slice::from_ref(&second),
                "the end is over"
            );
        })
        .await;
    place.change(async |tx| tx.end_delegation(&person_id("zoe")).await.unwrap()).await;
    let left = place.look(async |tx| tx.delegations_to(&person_id("kim"), at(2)).await.unwrap()).await;
    assert_eq!(left, [first]);
}
