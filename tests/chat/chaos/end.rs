//! How every story must end once the trouble is over, however bad it was.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use chrono_tz::Tz;
use sublet::{
    actions::{stories, work::Work},
    cards::{extension, request},
    ports::{chat::Message, store::Audience},
};

use super::hands;
use crate::{
    discord,
    world::{On, World, paper, places},
};

/// How long it may take until everything is as it should be: longer than the longest gap between two tries.
const SOON: TimeDelta = TimeDelta::minutes(45);

/// The trouble is over: sees that everything becomes as it should be, once and completely.
pub async fn well(world: &World) {
    heals(world);
    world.passes(SOON).await;
    assert!(!world.waits().await, "something is still undelivered");
    let made = world.cluster.births_and_deaths();
    assert_eq!(made.values().collect::<Vec<_>>(), [&(1, 1)], "one environment, made once and gone once");
    cards_are_true(world).await;
    nothing_is_said_thrice(world);
    no_button_is_dead(world);
}

fn heals(world: &World) {
    match world.on() {
        On::DiscordGateway | On::DiscordHttp => world.discord().discord.with(|state| {
            state.troubles.heal();
            state.gateway.cut.clear();
            state.gateway.deaf = false;
        }),
        _ => world.slack().slack.with(|state| {
            state.troubles.heal();
            state.cut.clear();
        }),
    }
}

async fn cards_are_true(world: &World) {
    let workspace = world.engine.chats[0].workspace().clone();
    let mut work = Work::look(&world.engine.world).await.expect("a transaction");
    let asked = work.tx.requests_of(&places::id("dana"), 10).await.expect("requests");
    let [asked] = asked.as_slice() else { panic!("asked more than once: {asked:?}") };
    let story = stories::find(&mut work, &asked.id).await.expect("a story").expect("it is there");
    let mut expected = vec![
        (asked.id.as_str().to_owned(), Audience::Requester, request::for_requester(&story)),
        (asked.id.as_str().to_owned(), Audience::Approvers, request::for_approvers(&story)),
    ];
    let extended = story.extension.as_ref();
    expected.extend(extended.map(|asked| {
        (asked.id.as_str().to_owned(), Audience::Approvers, extension::for_approvers(&story, asked))
    }));
    for (subject, audience, message) in expected {
        let card = work.tx.card(&subject, audience, &workspace).await.expect("cards").expect("the card");
        let seen = shown(world, &card.at.channel, &card.at.id);
        assert_eq!(seen, expected_text(&message), "a card does not say what is the case");
    }
}

fn shown(world: &World, channel: &str, id: &str) -> String {
    if let On::DiscordGateway | On::DiscordHttp = world.on() {
        return world.discord().discord.shows(id, Tz::UTC);
    }
    let slack = &world.slack().slack;
    let content =
        slack.with(|state| state.message(channel, id).expect("the message of the card").now().clone());
    slack.shows(&content, Tz::UTC)
}

fn expected_text(message: &Message) -> String {
    paper::message(message, Tz::UTC)
}

/// The same notice comes twice at most, and so does a letter.
fn nothing_is_said_thrice(world: &World) {
    let mut said: BTreeMap<(String, String), u32> = BTreeMap::new();
    // Each press has an answer of its own; where nothing else is left, it is a direct message.
    let answers = |words: &str| words.contains("Nothing was done") || words.contains("Nothing was changed");
    for (channel, words) in all_said(world).into_iter().filter(|(_, words)| !answers(words)) {
        *said.entry((channel, words)).or_default() += 1;
    }
    for letter in world.mail.letters() {
        *said.entry((letter.to.clone(), letter.subject.clone())).or_default() += 1;
    }
    let thrice: Vec<_> = said.iter().filter(|(_, count)| **count > 2).collect();
    assert!(thrice.is_empty(), "said more than twice: {thrice:#?}");
}

/// Everything that was ever posted for all of a channel to see: where, and what it said first.
fn all_said(world: &World) -> Vec<(String, String)> {
    if let On::DiscordGateway | On::DiscordHttp = world.on() {
        return world.discord().discord.with(|state| {
            let open = state.messages.iter().filter(|message| message.only_for.is_none());
            let first = |message: &discord::state::Message| format!("{:?}", message.versions[0]);
            open.map(|message| (message.channel.clone(), first(message))).collect()
        });
    }
    world.slack().slack.with(|state| {
        let open = state.messages.iter().filter(|message| message.only_for.is_none());
        open.map(|message| (message.channel.clone(), message.versions[0].text.clone())).collect()
    })
}

/// Everything is over, so nothing can be pressed but what only tells something.
fn no_button_is_dead(world: &World) {
    for (place, who) in [(None, "ada"), (Some("dana"), "dana")] {
        for label in ["Approve", "Reject", "Withdraw"] {
            let dead = hands::sees(world, who, place, label);
            assert!(!dead, "[{label}] stands in {place:?}, and everything is over");
        }
    }
}
