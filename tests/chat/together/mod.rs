//! Slack, Discord and the console at once: the same request is shown on all, whoever decides first wins, and every
//! card comes to say the same.

mod world;

use std::sync::Arc;

use chrono_tz::Tz;
use sublet::{chat::console::inbound::What, domain::audit::Fact};
use tokio::task::JoinSet;

use self::world::{DECIDERS, Together, decider, discord_account};
use crate::{
    discord::{act::Said as DiscordSaid, api::routes::EDIT_MESSAGE, trouble::Trouble as DiscordTrouble},
    slack::{act::Said as SlackSaid, trouble::Trouble as SlackTrouble},
    support::databases::Database,
    world::{discord as on_discord, places, slack as on_slack},
};

/// Sixty-four people press at the same moment, a third of them on each platform, while both platforms refuse calls.
pub async fn one_decision_on_three_platforms(database: &Database) {
    let together = Arc::new(Together::new(database).await);
    together.in_the_console(0, "dana", What::Said(format!("/key add {}", places::DANAS_KEY))).await;
    together.in_the_console(1, "dana", What::Said("/env request web for=2d".to_owned())).await;
    together.settles().await;
    let before = together.cards().await;
    assert!(before.iter().all(|card| card.contains("[Approve]")), "{before:#?}");
    trouble(&together);
    let told = everybody_presses(&together).await;
    let won: Vec<&String> = told.iter().filter(|words| words.starts_with("You ")).collect();
    let late = told.iter().filter(|words| words.contains(" already by @lead")).count();
    assert_eq!((won.len(), late), (1, DECIDERS - 1), "{told:#?}");
    together.settles().await;
    let cards = together.cards().await;
    let [console, slack, discord] = &cards;
    assert_eq!(console, slack, "the console's card and Slack's");
    assert_eq!(console, discord, "the console's card and Discord's");
    assert!(
        ["Approved by @lead", "Rejected by @lead"].iter().any(|words| console.contains(words)),
        "{console}"
    );
    let platforms = ["on Slack at", "on Discord at", "on the console at"];
    assert!(platforms.iter().any(|platform| console.contains(platform)), "{console}");
    assert!(!console.contains("[Approve]"), "a dead button: {console}");
    assert_eq!(decisions(&together).await, 1, "one decision on record");
    let made = usize::from(console.contains("Approved by"));
    assert_eq!(together.cluster.made().len(), made);
    together.slack.with(|state| {
        assert!(state.troubles.is_over(), "Slack did not get to refuse everything");
        assert_eq!(state.violations, Vec::<String>::new());
    });
    together.discord.with(|state| {
        assert!(state.troubles.is_over(), "Discord did not get to refuse everything");
        assert_eq!(state.violations, Vec::<String>::new());
    });
}

/// Both platforms ask to wait, break and lose answers for a while.
fn trouble(together: &Together) {
    together.slack.with(|state| {
        state.troubles.plan("chat.update", SlackTrouble::Limited(20), 2);
        state.troubles.plan("chat.update", SlackTrouble::Status(503), 2);
    });
    together.discord.with(|state| {
        state.troubles.plan(EDIT_MESSAGE, DiscordTrouble::Limited(20_000), 2);
        state.troubles.plan(EDIT_MESSAGE, DiscordTrouble::Status(502), 2);
        state.troubles.plan(EDIT_MESSAGE, DiscordTrouble::LimitedEverywhere(3_000), 1);
    });
}

async fn everybody_presses(together: &Arc<Together>) -> Vec<String> {
    let approve = together.line("Approve").await;
    let reject = format!("{} reason=\"not this week\"", together.line("Reject").await);
    let mut all = JoinSet::new();
    for number in 0..DECIDERS {
        let (together, approve, reject) = (together.clone(), approve.clone(), reject.clone());
        all.spawn(async move {
            match number % 3 {
                0 => on_slack_presses(&together, number).await,
                1 => on_discord_presses(&together, number).await,
                _ => {
                    let line = if number % 2 == 0 { approve } else { reject };
                    let what = What::Pressed { label: "…".to_owned(), line };
                    together.in_the_console(number / 3, &decider(number), what).await
                }
            }
        });
    }
    all.join_all().await
}

async fn on_slack_presses(together: &Together, number: usize) -> String {
    let user = on_slack::account(&decider(number));
    let button = together.slack.finds(&user, on_slack::APPROVERS, "Approve", 0).expect("Approve in Slack");
    let act = together.slack.presses(on_slack::TEAM, &user, &button).await;
    match together.slack.answer(&act).await {
        SlackSaid::Message(content) => together.slack.shows(&content, Tz::UTC),
        other => panic!("{other:?}"),
    }
}

async fn on_discord_presses(together: &Together, number: usize) -> String {
    let user = discord_account(number);
    let button =
        together.discord.finds(&user, on_discord::APPROVERS, "Approve", 0).expect("Approve in Discord");
    let act = together.discord.presses(&user, &button).await;
    match together.discord.answer(&act).await {
        DiscordSaid::Message(id) => together.discord.shows(&id, Tz::UTC),
        other => panic!("{other:?}"),
    }
}

async fn decisions(together: &Together) -> usize {
    let mut tx = together.bots[0].engine.world.store.read().await.expect("a look");
    let asked = tx.requests_of(&places::id("dana"), 1).await.expect("requests").remove(0);
    let history = tx.history(asked.name.as_str()).await.expect("the log");
    let decided = |fact: &Fact| matches!(fact, Fact::Approved { .. } | Fact::Rejected { .. });
    history.iter().filter(|entry| decided(&entry.fact)).count()
}
