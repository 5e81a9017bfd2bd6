//! The REST API over real HTTP: what it does, to whom, and that its description is true. Each case runs on SQLite and
//! on Postgres, in the world of the stories.
//!
//! Postgres is the server at `SUBLET_TEST_POSTGRES` (tests/run starts one). Schemathesis, which calls the API as its
//! own description says, is the program at `SUBLET_TEST_SCHEMATHESIS`; tests/run installs it from
//! `requirements.txt`.

#![expect(clippy::expect_used, reason = "a test that cannot go on should stop where it stands")]
#![expect(clippy::too_many_lines, reason = "a story is as long as what was said in it")]

mod deeds;
mod description;
mod guards;
mod http;
mod links;
mod once;
mod pages;
mod quotas;
mod schemathesis;
mod seeing;
#[path = "../support/mod.rs"]
mod support;
mod tokens;
mod tour;
mod verbs;
#[path = "../stories/world/mod.rs"]
mod world;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use http::Served;
use support::databases::Database;

/// Makes one test of each case for each database. A case that is missing here is reported as dead code.
macro_rules! cases {
    ($($group:ident: $($case:ident),+;)*) => {
        mod on_sqlite {
            $(mod $group { $(
                #[test]
                fn $case() {
                    crate::shown(async { Some(crate::Database::sqlite()) }, crate::$group::$case);
                }
            )+ })*
        }
        mod on_postgres {
            $(mod $group { $(
                #[test]
                fn $case() {
                    crate::shown(crate::Database::postgres(), crate::$group::$case);
                }
            )+ })*
        }
    };
}

cases! {
    verbs: a_request_from_the_ask_to_the_purge, an_extension_is_asked_for_and_reviewed, keys_are_stored_and_removed,
        a_rejection_has_its_reason, what_is_stuck_is_tried_again, refusals_are_those_of_chat;
    deeds: an_offer_is_made_and_taken, somebody_reviews_in_ones_stead, people_are_looked_after,
        a_link_code_is_shown_once, an_approver_reads_the_story_of_what_they_see;
    seeing: what_is_anothers_is_not_there, lists_tell_of_ones_own, people_show_more_of_themselves,
        a_token_reaches_no_further_than_its_scopes;
    links: whoever_gets_a_link_can_follow_it, verbs_are_offered_only_while_they_can_be_done;
    pages: they_go_on_where_they_ended_whatever_comes_in, they_are_filtered_and_ordered,
        members_and_embedded_things_are_chosen, what_cannot_be_asked_for_is_told, a_cursor_opens_no_door;
    guards: a_change_needs_the_state_that_was_seen, nothing_else_can_be_changed, what_is_known_is_not_sent_again,
        what_cannot_be_read_is_told, too_much_is_refused, addresses_and_methods_that_are_none;
    once: the_same_call_twice_is_done_once, of_eight_at_once_one_is_done, another_call_needs_another_key,
        keys_are_ones_own_and_last_a_day, what_was_lost_is_taken_up;
    quotas: a_limit_is_set_by_whoever_saw_it, what_limits_oneself_is_seen, more_is_given_for_a_while_and_taken_back,
        temporary_ones_are_paged_by_their_state, a_wish_from_the_ask_to_the_decision, a_wish_is_refused;
    tokens: they_are_made_listed_and_revoked, a_secret_is_shown_once_whatever_comes_again;
}

/// Runs a case before a new server on that database, and removes the database.
fn shown(database: impl Future<Output = Option<Database>>, case: impl AsyncFnOnce(&Served)) {
    let all = async {
        let Some(database) = database.await else { return };
        let whole = async {
            let served = Served::on(&database).await;
            case(&served).await;
            served.world.settles().await;
        };
        let outcome = AssertUnwindSafe(whole).catch_unwind().await;
        database.remove().await;
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    insta::allow_duplicates! { runtime.block_on(all) };
}
