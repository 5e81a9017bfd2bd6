//! One contract for every chat platform, told as conversations: what people type, press, fill in and see.
//!
//! Each story of the contract is told in the console, in Slack (by Socket Mode and by HTTP) and in Discord (by the
//! gateway and by HTTP), with the same snapshots. Slack and Discord are stand-ins that speak the true protocols
//! (`../support/slack/`, `../support/discord/`). The whole bot runs: engine, database, adapter; only the provisioner,
//! the mail and the clock are of paper.

#![expect(clippy::expect_used, reason = "a test that cannot go on should stop where it stands")]
#![expect(clippy::too_many_lines, reason = "a story is as long as what was said in it")]

mod chaos;
mod contract;
#[path = "../support/discord/mod.rs"]
mod discord;
mod discord_only;
#[path = "../support/slack/mod.rs"]
mod slack;
mod slack_only;
#[path = "../support/mod.rs"]
mod support;
mod together;
mod world;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use support::databases::Database;
use world::{On, World};

/// Makes one test of each story for each platform. A story that is missing here is reported as dead code.
macro_rules! contract {
    (where_lines_are_typed $($group:ident: $($story:ident),+;)*) => {
        contract!(@on typed_on_the_console, Console: $($group: $($story),+;)*);
        contract!(@on typed_in_slack, SlackHttp: $($group: $($story),+;)*);
    };
    ($($group:ident: $($story:ident),+;)*) => {
        contract!(@on on_the_console, Console: $($group: $($story),+;)*);
        contract!(@on in_slack_by_socket, SlackSocket: $($group: $($story),+;)*);
        contract!(@on in_slack_by_http, SlackHttp: $($group: $($story),+;)*);
        contract!(@on in_discord_by_gateway, DiscordGateway: $($group: $($story),+;)*);
        contract!(@on in_discord_by_http, DiscordHttp: $($group: $($story),+;)*);
    };
    (@on $name:ident, $on:ident: $($group:ident: $($story:ident),+;)*) => {
        mod $name {
            $(mod $group { $(
                #[test]
                fn $story() {
                    let database = async { Some(crate::Database::sqlite()) };
                    crate::told(crate::On::$on, database, crate::contract::$group::$story);
                }
            )+ })*
        }
    };
}

contract! {
    main_job: from_the_request_to_the_purge;
    decisions: rejected_with_a_reason_by_form, late_presses_learn_who_won, a_press_on_an_old_card,
        nobody_decides_their_own, the_same_delivery_twice;
    talk: what_is_missing_is_asked_for, a_mistake_is_marked, help_for_whoever_asks, nobody_known,
        somebody_is_mentioned, secrets_are_private;
    warnings: extended_or_released_from_the_warning;
}

contract! {
    where_lines_are_typed
    talk: a_line_that_is_no_command;
}

/// What only HTTP has.
#[test]
fn one_address_for_everything() {
    told_everywhere(On::SlackHttp, slack_only::deliveries::one_address_for_everything);
}

/// Makes two tests of each story that only Slack can tell: by Socket Mode, and by HTTP.
macro_rules! slack_only {
    ($($group:ident: $($story:ident),+;)*) => {
        slack_only!(@on only_in_slack_by_socket, SlackSocket: $($group: $($story),+;)*);
        slack_only!(@on only_in_slack_by_http, SlackHttp: $($group: $($story),+;)*);
    };
    (@on $name:ident, $on:ident: $($group:ident: $($story:ident),+;)*) => {
        mod $name {
            $(mod $group { $(
                #[test]
                fn $story() {
                    crate::told_everywhere(crate::On::$on, crate::slack_only::$group::$story);
                }
            )+ })*
        }
    };
}

slack_only! {
    admission: only_members_come_in, a_newcomer_becomes_a_developer, whoever_leaves_is_shut_out;
    workspaces: one_decision_in_two_workspaces;
    home: what_i_have_and_what_waits_for_me;
    words: everything_by_one_command, hostile_words_stay_words;
    forms: the_form_follows_the_template, a_form_that_comes_too_late, details_stand_in_a_menu;
    deliveries: an_event_comes_again, a_revoked_token_keeps_all_effects;
}

/// The same for what only Discord can tell: by the gateway, and by HTTP.
macro_rules! discord_only {
    ($($group:ident: $($story:ident),+;)*) => {
        discord_only!(@on only_in_discord_by_gateway, DiscordGateway: $($group: $($story),+;)*);
        discord_only!(@on only_in_discord_by_http, DiscordHttp: $($group: $($story),+;)*);
    };
    (@on $name:ident, $on:ident: $($group:ident: $($story:ident),+;)*) => {
        mod $name {
            $(mod $group { $(
                #[test]
                fn $story() {
                    crate::told_everywhere(crate::On::$on, crate::discord_only::$group::$story);
                }
            )+ })*
        }
    };
}

discord_only! {
    admission: only_known_members_come_in, a_role_counts_at_the_moment_of_the_press, whoever_leaves_is_shut_out,
        a_code_links_an_account_once, a_code_is_good_for_ten_minutes;
    threads: more_time_is_asked_for_below_the_card, where_no_thread_may_be_started_the_channel_takes_it;
    typing: what_there_is_is_offered, commands_are_registered_once;
    guilds: one_decision_in_two_guilds, commands_in_direct_messages;
    words: hostile_words_stay_words;
    deliveries: whoever_takes_no_direct_messages_is_written_to, what_cannot_be_taken_back_is_asked_once_more,
        a_renewed_token_keeps_all_effects, a_deleted_card_holds_nothing_up;
}

/// The same for chaos; what cuts sockets is told where there are sockets.
macro_rules! chaos {
    ($($name:ident, $on:ident: $($story:ident),+;)*) => {
        $(mod $name { $(
            #[test]
            fn $story() {
                crate::told_everywhere(crate::On::$on, crate::chaos::$story);
            }
        )+ })*
    };
}

chaos! {
    chaos_by_socket, SlackSocket: the_socket_is_cut_at_each_step, the_socket_is_refreshed_at_each_step,
        limits_without_end, errors_and_lost_answers, the_token_comes_and_goes, out_of_order_and_on_old_cards;
    chaos_by_gateway, DiscordGateway: the_gateway_is_cut_at_each_step, the_gateway_asks_to_come_again_at_each_step,
        sessions_are_forgotten, heartbeats_are_not_answered, a_process_dies_and_another_takes_over,
        processes_take_turns, discord_is_in_trouble;
    chaos_by_interactions, DiscordHttp: discord_is_in_trouble;
    chaos_by_http, SlackHttp: limits_without_end, errors_and_lost_answers, the_token_comes_and_goes,
        out_of_order_and_on_old_cards;
}

/// Slack, Discord and the console at once, with two instances on Postgres.
#[test]
fn one_decision_on_three_platforms() {
    let several = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    several.expect("a runtime on two threads").block_on(async {
        let Some(database) = Database::postgres().await else { return };
        let whole = together::one_decision_on_three_platforms(&database);
        let outcome = AssertUnwindSafe(whole).catch_unwind().await;
        database.remove().await;
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    });
}

/// The main job once more, on Postgres.
#[test]
fn on_postgres() {
    told(On::SlackHttp, Database::postgres(), contract::main_job::from_the_request_to_the_purge);
}

/// Tells a story in both workspaces of Slack, where every member may come in, or in both guilds of Discord.
fn told_everywhere(on: On, story: impl AsyncFnOnce(&mut World)) {
    let whole = async {
        let database = Database::sqlite();
        let mut world = World::newcomers(on, &database).await;
        story(&mut world).await;
        world.ends().await;
    };
    insta::allow_duplicates! { runtime().block_on(whole) };
}

fn runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime on this thread")
}

/// Tells a story in a new world on that platform, sees that it ends tidily, and removes the database.
fn told(on: On, database: impl Future<Output = Option<Database>>, story: impl AsyncFnOnce(&mut World)) {
    let all = async {
        let Some(database) = database.await else { return };
        let whole = async {
            let mut world = World::new(on, &database).await;
            story(&mut world).await;
            world.ends().await;
        };
        let outcome = AssertUnwindSafe(whole).catch_unwind().await;
        database.remove().await;
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    };
    insta::allow_duplicates! { runtime().block_on(all) };
}
