//! The bot's promises as conversations, each told on SQLite and on Postgres, at any moment we like.
//!
//! Postgres is the server at `SUBLET_TEST_POSTGRES` (tests/run starts one); each story has its own database.
//! `world/` holds the people, the clock, and a chat, a provisioner and a mail server of paper. A world refuses
//! to end with undelivered effects or with a card that says something else than the database.

#![expect(clippy::expect_used, reason = "a test that cannot go on should stop where it stands")]
#![expect(clippy::too_many_lines, reason = "a story is as long as what was said in it")]

mod decisions;
mod delivery;
mod endings;
mod extensions;
mod home;
mod main_job;
mod newcomers;
mod offers;
mod people;
mod provisioning;
mod quotas;
mod reach;
mod requests;
mod restarts;
mod rules;
mod silence;
#[path = "../support/mod.rs"]
mod support;
mod templates;
mod tokens;
mod validation;
mod warnings;
mod wishes;
mod world;
mod zones;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use support::databases::Database;
use world::World;

/// Makes one test of each story for each database. A story that is missing here is reported as dead code.
macro_rules! stories {
    ($($group:ident: $($story:ident),+;)*) => {
        mod on_sqlite {
            $(mod $group { $(
                #[test]
                fn $story() {
                    crate::told(async { Some(crate::Database::sqlite()) }, crate::$group::$story);
                }
            )+ })*
        }
        mod on_postgres {
            $(mod $group { $(
                #[test]
                fn $story() {
                    crate::told(crate::Database::postgres(), crate::$group::$story);
                }
            )+ })*
        }
    };
}

stories! {
    main_job: from_the_request_to_the_purge;
    decisions: late_pressers_learn_who_won, nobody_decides_their_own, a_developer_decides_nothing,
        rights_count_at_the_press, a_rejection_gives_its_reason;
    requests: the_same_event_is_done_once, a_rule_approves_the_small_ones, reminders_come_ever_less_often,
        nobody_decides_and_it_lapses, it_can_be_withdrawn;
    validation: what_cannot_be_is_said_at_once, keys_are_looked_at, sizes_are_marked_where_they_are_wrong,
        times_are_within_the_template, somebody_must_be_able_to_approve, there_is_a_limit_for_each_person;
    provisioning: progress_moves_in_one_card, a_failure_is_told_and_retried, not_ready_in_time_and_then_late,
        what_vanished_is_made_again, what_is_left_of_something_gone_is_removed;
    warnings: they_come_at_their_offsets, a_short_lease_is_warned_at_its_half, released_from_the_warning;
    extensions: refused_with_a_reason, only_once, never_beyond_the_maximum, lapses_with_the_lease,
        nobody_decides_it;
    endings: grace_begins_with_the_receipt, a_purge_that_fails_is_not_forgotten, the_story_is_told_when_it_is_gone;
    silence: from_direct_message_to_letter_to_channel, held_until_somebody_was_told,
        asleep_over_the_whole_warning, a_purge_before_the_receipt_is_impossible;
    delivery: changes_in_a_moment_are_one_rewrite, a_wait_that_was_asked_for_is_no_failed_try,
        what_is_closed_keeps_everything, a_lost_answer_repeats_a_notice_once,
        a_lost_answer_and_a_restart_repeat_it_once, a_card_without_a_channel_is_shown_later,
        a_reminder_loses_its_buttons, a_warning_loses_its_buttons;
    restarts: in_the_middle_of_everything;
    zones: clocks_go_back_inside_a_lease, clocks_go_forward_inside_a_lease, an_end_in_my_own_zone;
    rules: two_of_a_group, two_groups, a_no_after_a_yes, ones_own_where_it_is_allowed, nobody_can_approve,
        a_right_that_is_lost_between_two_presses, named_people_decide_and_are_asked, breaking_the_glass,
        others_count_when_nobody_answers, somebody_reviews_while_another_is_away,
        extensions_have_a_rule_of_their_own;
    offers: an_offer_is_taken_with_one_press, an_offer_is_superseded, an_offer_and_a_second_group,
        what_it_costs_is_on_the_card;
    templates: a_size_is_a_preset_and_what_is_given_counts, wrong_values_of_each_kind_say_what_would_work,
        a_template_for_a_team_is_not_there_for_others, a_change_between_request_and_approval_changes_nothing;
    home: it_shows_the_time_left_and_what_waits, a_form_follows_the_template_that_is_chosen;
    newcomers: members_of_an_allowed_domain_may_come, whoever_is_listed_is_recognised_by_their_address,
        whoever_came_first_and_is_listed_later_stays_who_they_are,
        whoever_is_known_by_an_account_only_leaves_with_it;
    wishes: asked_for_given_used_and_over, a_wish_is_rejected_or_lapses, clocks_go_back_inside_a_temporary_quota;
    quotas: what_does_not_fit_is_refused_with_what_would, what_uses_it_is_shown_to_whoever_may_see_it,
        everything_that_ends_is_released, limits_are_set_given_and_taken_back,
        what_was_there_before_is_counted_at_the_start, an_extension_takes_its_time_from_the_quota;
    people: a_role_given_in_chat_decides_and_stays, a_team_joined_in_chat_stays,
        whoever_leaves_hands_over_what_they_have, whoever_is_no_longer_listed_hands_over_as_well,
        the_last_one_is_missed_aloud, what_is_known_of_somebody_is_erased, the_log_is_read_in_pages;
    tokens: made_listed_and_revoked, what_is_over_is_forgotten, a_secret_is_answered_once;
    reach: names_and_reasons_of_all_kinds, a_deleted_card_comes_back;
}

/// Tells a story in a new world on that database, sees that it ends tidily, and removes the database.
///
/// Both databases tell every story, in one process and on a thread for each, so its snapshots are met twice.
fn told(database: impl Future<Output = Option<Database>>, story: impl AsyncFnOnce(&mut World)) {
    let all = async {
        let Some(database) = database.await else { return };
        let whole = async {
            let mut world = World::new(&database).await;
            story(&mut world).await;
            world.ends().await;
        };
        let outcome = AssertUnwindSafe(whole).catch_unwind().await;
        database.remove().await;
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime on this thread");
    insta::allow_duplicates! { runtime.block_on(all) };
}
