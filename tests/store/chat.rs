//! Cards, and the messages of the chat console.

use std::collections::BTreeSet;

use sublet::{
    domain::ids::RequestId,
    ports::{
        chat::{Message, MessageRef, Tone, Workspace},
        store::{Audience, Card, ConsoleMessage, Offer},
    },
};
use tokio::task::JoinSet;

use crate::{
    engines::Place,
    support::samples::{at, message},
};

pub async fn a_card_is_remembered_for_each_audience(place: Place) {
    let at_message = |id: &str| MessageRef {
        workspace: Workspace::console(),
        channel: "approvers".to_owned(),
        id: id.to_owned(),
    };
    let card = |audience, id, digest: &str| Card {
        subject: "req_1".to_owned(),
        audience,
        at: at_message(id),
        digest: digest.to_owned(),
    };
    let find = async |subject, audience| {
        place.look(async |tx| tx.card(subject, audience, &Workspace::console()).await.unwrap()).await
    };
    let (asker, approvers) = (card(Audience::Requester, "m1", "a"), card(Audience::Approvers, "m2", "b"));
    place
        .change(async |tx| {
            tx.save_card(&asker, at(0)).await.unwrap();
            tx.save_card(&approvers, at(0)).await.unwrap();
        })
        .await;
    assert_eq!(find("req_1", Audience::Requester).await, Some(asker));
    assert_eq!(find("req_1", Audience::Approvers).await, Some(approvers.clone()));
    assert_eq!(find("req_2", Audience::Approvers).await, None);
    let moved = card(Audience::Approvers, "m3", "c");
    place.change(async |tx| tx.save_card(&moved, at(1)).await.unwrap()).await;
    assert_eq!(find("req_1", Audience::Approvers).await, Some(moved));
}

pub async fn messages_with_buttons_are_remembered_until_they_are_forgotten(place: Place) {
    let request = |number: u8| RequestId::parse(&format!("req_{:032x}", number)).unwrap();
    let says = |words: &str| Message { summary: words.into(), tone: Tone::Warning, blocks: Vec::new() };
    let offer = |about: u8, workspace: &Workspace, id: &str, words: &str| Offer {
        request: request(about),
        at: MessageRef { workspace: workspace.clone(), channel: "D1".to_owned(), id: id.to_owned() },
        message: says(words),
    };
    let (console, slack) = (Workspace::console(), Workspace::slack("T0123ABCD"));
    let (first, second) = (offer(1, &slack, "1", "first"), offer(1, &console, "1", "second"));
    let other = offer(2, &slack, "2", "other");
    place
        .change(async |tx| {
            tx.save_offer(&first, at(0)).await.unwrap();
            tx.save_offer(&other, at(1)).await.unwrap();
            tx.save_offer(&second, at(2)).await.unwrap();
        })
        .await;
    let find = async |about| place.look(async |tx| tx.offers_of(&request(about)).await.unwrap()).await;
    assert_eq!(find(1).await, [first.clone(), second.clone()]);
    let changed = Offer { message: says("changed"), ..first };
    place
        .change(async |tx| {
            tx.save_offer(&changed, at(3)).await.unwrap();
            tx.forget_offer(&second.at).await.unwrap();
        })
        .await;
    assert_eq!(find(1).await, [changed], "it keeps its place, and the other is gone");
    assert_eq!(find(2).await, [other]);
}

pub async fn a_message_is_written_once_for_each_key(place: Place) {
    assert_eq!(place.look(async |tx| tx.last_revision().await.unwrap()).await, 0);
    assert_eq!(write(&place, "key", message("m1", "approvers")).await, "m1");
    let changed = place.look(async |tx| tx.messages_since(0, 9).await.unwrap()).await;
    let again = message("m2", "elsewhere");
    assert_eq!(write(&place, "key", again).await, "m1", "the message that is there already");
    assert_eq!(write(&place, "other", message("m3", "approvers")).await, "m3");
    let all = place.look(async |tx| tx.messages_since(0, 9).await.unwrap()).await;
    assert_eq!(all[..1], changed, "nothing was changed by writing again");
    assert_eq!(ids(&all), ["m1", "m3"]);
    let expected = ConsoleMessage { revision: all[0].revision, ..message("m1", "approvers") };
    assert_eq!(all[0], expected);
}

pub async fn a_conversation_shows_the_last_messages_oldest_first(place: Place) {
    // Ids and times point the other way.
    for (number, id) in ["e", "d", "c", "b", "a"].into_iter().enumerate() {
        let later = at(100 - i64::try_from(number).unwrap());
        write(&place, id, ConsoleMessage { at: later, ..message(id, "approvers") }).await;
    }
    write(&place, "x", message("x", "dm/per_dana")).await;
    assert_eq!(seen(&place, "approvers", "per_dana", 3).await, ["c", "b", "a"]);
    assert_eq!(seen(&place, "approvers", "per_dana", 9).await, ["e", "d", "c", "b", "a"]);
    assert_eq!(seen(&place, "dm/per_dana", "per_dana", 9).await, ["x"]);
    assert!(seen(&place, "dm/per_kim", "per_kim", 9).await.is_empty());
}

pub async fn private_messages_are_seen_by_their_reader_only(place: Place) {
    write(&place, "1", message("to all", "approvers")).await;
    let private = ConsoleMessage { only_for: Some("per_dana".to_owned()), ..message("to dana", "approvers") };
    write(&place, "2", private.clone()).await;
    write(&place, "3", message("to all again", "approvers")).await;
    assert_eq!(seen(&place, "approvers", "per_dana", 9).await, ["to all", "to dana", "to all again"]);
    assert_eq!(seen(&place, "approvers", "per_kim", 2).await, ["to all", "to all again"]);
    let all = place.look(async |tx| tx.messages_since(0, 9).await.unwrap()).await;
    assert_eq!(all[1], ConsoleMessage { revision: all[1].revision, ..private });
}

pub async fn a_rewritten_message_keeps_its_place(place: Place) {
    for id in ["a", "b", "c"] {
        write(&place, id, message(id, "approvers")).await;
    }
    let before = place.look(async |tx| tx.last_revision().await.unwrap()).await;
    assert!(place.change(async |tx| tx.rewrite_message("a", "{\"now\":\"☑\"}").await.unwrap()).await);
    assert!(!place.change(async |tx| tx.rewrite_message("nothing", "{}").await.unwrap()).await);
    assert_eq!(seen(&place, "approvers", "per_dana", 9).await, ["a", "b", "c"]);
    let news = place.look(async |tx| tx.messages_since(before, 9).await.unwrap()).await;
    assert_eq!(ids(&news), ["a"]);
    assert_eq!(news[0].body, "{\"now\":\"☑\"}");
    assert_eq!(news[0].revision, place.look(async |tx| tx.last_revision().await.unwrap()).await);
    assert!(news[0].revision > before);
    let all = place.look(async |tx| tx.messages_since(0, 9).await.unwrap()).await;
    assert_eq!(ids(&all), ["b", "c", "a"], "in the order of the last writing");
    assert_eq!(place.look(async |tx| tx.messages_since(0, 1).await.unwrap()).await, all[..1]);
}

/// Revisions become visible in their order, however the transactions overlap.
pub async fn whoever_follows_the_revisions_misses_nothing(place: Place) {
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let place = place.clone();
        writers.spawn(async move {
            for number in 0..10 {
                let id = format!("{writer}/{number}");
                let mut tx = place.store.begin().await.unwrap();
                tx.write_message(&id, &message(&id, "approvers")).await.unwrap();
                tokio::task::yield_now().await;
                tx.commit().await.unwrap();
            }
        });
    }
    let mut followed = Vec::new();
    let mut last = 0;
    loop {
        let finished = writers.is_empty();
        let news = place.look(async |tx| tx.messages_since(last, 1_000).await.unwrap()).await;
        last = news.last().map_or(last, |message| message.revision);
        followed.extend(news.into_iter().map(|message| message.id));
        if finished {
            break;
        }
        while let Some(writer) = writers.try_join_next() {
            writer.unwrap();
        }
    }
    assert_eq!(followed.len(), 80, "{followed:?}");
    assert_eq!(followed.iter().collect::<BTreeSet<_>>().len(), 80);
}

async fn write(place: &Place, key: &str, message: ConsoleMessage) -> String {
    place.change(async |tx| tx.write_message(key, &message).await.unwrap()).await
}

async fn seen(place: &Place, channel: &str, reader: &str, limit: u32) -> Vec<String> {
    ids(&place.look(async |tx| tx.messages(channel, reader, limit).await.unwrap()).await)
}

fn ids(messages: &[ConsoleMessage]) -> Vec<String> {
    messages.iter().map(|message| message.id.clone()).collect()
}
