//! Tokens, and up to where webhooks were told.

use sublet::{
    domain::{
        hook::Hook,
        ids::TokenId,
        token::{Scope, Token},
    },
    ports::store::StoreError,
};

use crate::{
    engines::Place,
    support::samples::{at, person_id},
};

fn token(number: u32, person: &str, name: &str) -> Token {
    Token {
        id: TokenId::parse(&format!("tok_{number}")).unwrap(),
        person: person_id(person),
        name: name.to_owned(),
        scopes: [Scope::Read, Scope::Admin].into(),
        created_at: at(i64::from(number)),
        expires_at: at(100 + i64::from(number)),
    }
}

pub async fn a_token_is_found_by_its_digest_until_it_is_forgotten(place: Place) {
    let [one, two, other] = [token(1, "dana", "one"), token(2, "dana", "two"), token(3, "kim", "one")];
    place
        .change(async |tx| {
            for (token, digest) in [(&two, "d2"), (&one, "d1"), (&other, "d3")] {
                tx.save_token(token, digest).await.unwrap();
            }
        })
        .await;
    let by = async |digest: &str| place.look(async |tx| tx.token_by_digest(digest).await.unwrap()).await;
    let of = async |who: &str| place.look(async |tx| tx.tokens_of(&person_id(who)).await.unwrap()).await;
    assert_eq!((by("d1").await, by("D1").await), (Some(one.clone()), None));
    assert_eq!(of("dana").await, [one.clone(), two.clone()], "oldest first");
    let mut tx = place.store.begin().await.unwrap();
    let same = tx.save_token(&token(4, "dana", "one"), "d4").await;
    assert!(matches!(same, Err(StoreError::Conflict)));
    drop(tx);
    place.change(async |tx| tx.forget_tokens(at(101)).await.unwrap()).await;
    assert_eq!((by("d1").await, of("dana").await), (None, vec![two.clone()]), "over at that moment");
    place.change(async |tx| tx.delete_token(&two.id).await.unwrap()).await;
    assert_eq!((of("dana").await, of("kim").await), (Vec::new(), vec![other]));
}

pub async fn a_hook_moves_from_where_it_is(place: Place) {
    let told = async || place.look(async |tx| tx.told_up_to("ci").await.unwrap()).await;
    assert_eq!(told().await, None);
    for seq in [7, 9] {
        place.change(async |tx| tx.begin_telling("ci", seq).await.unwrap()).await;
    }
    assert_eq!(told().await, Some(7), "it began once");
    place.change(async |tx| tx.tell_up_to("ci", 7, 8).await.unwrap()).await;
    let mut tx = place.store.begin().await.unwrap();
    assert!(matches!(tx.tell_up_to("ci", 7, 9).await, Err(StoreError::Conflict)));
    drop(tx);
    assert_eq!(told().await, Some(8));
}

pub async fn lanes_of_hooks_are_claimed_apart(place: Place) {
    use sublet::domain::{
        effect::Effect,
        ids::{EffectId, Lane},
    };
    let (hook, lane) = (Hook::lane("ci"), Lane::of("hooked"));
    let id = |number: u32| EffectId::parse(&format!("eff_{number}")).unwrap();
    let effect = |seq| Effect::Hook { hook: "ci".to_owned(), seq };
    place
        .change(async |tx| {
            tx.push(id(1), &hook, &effect(1), at(0)).await.unwrap();
            tx.push(id(2), &lane, &effect(2), at(0)).await.unwrap();
        })
        .await;
    assert!(place.look(async |tx| tx.lane_waits(&hook).await.unwrap()).await);
    let others = place.change(async |tx| tx.claim_lanes("a", at(1), at(9), 8).await.unwrap()).await;
    let hooks = place.change(async |tx| tx.claim_hooks("a", at(1), at(9), 8).await.unwrap()).await;
    assert_eq!((others, hooks), (vec![lane], vec![hook.clone()]));
    place.change(async |tx| tx.finish(&id(1), "done", at(2)).await.unwrap()).await;
    assert!(!place.look(async |tx| tx.lane_waits(&hook).await.unwrap()).await);
}
