//! One contract, every method of the store's port, on SQLite in a file, SQLite in memory, and Postgres.
//!
//! Postgres is the server at `SUBLET_TEST_POSTGRES` (tests/run starts one); each case has its own database.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop where it stands"
)]

#[path = "store/audit.rs"]
mod audit;
#[path = "store/chat.rs"]
mod chat;
#[path = "store/databases.rs"]
mod databases;
#[path = "store/engines.rs"]
mod engines;
#[path = "store/extensions.rs"]
mod extensions;
#[path = "store/forms.rs"]
mod forms;
#[path = "store/leases.rs"]
mod leases;
#[path = "store/logs.rs"]
mod logs;
#[path = "store/opening.rs"]
mod opening;
#[path = "store/outbox.rs"]
mod outbox;
#[path = "store/pages.rs"]
mod pages;
#[path = "store/people.rs"]
mod people;
#[path = "store/quotas.rs"]
mod quotas;
#[path = "store/requests.rs"]
mod requests;
mod support;
#[path = "store/templates.rs"]
mod templates;
#[path = "store/tokens.rs"]
mod tokens;
#[path = "store/transactions.rs"]
mod transactions;

/// Makes one test of each case for each engine. A case that is missing here is reported as dead code.
macro_rules! contract {
    ($($group:ident::$case:ident,)*) => {
        contract!(@ on_sqlite_in_a_file, on_file, $($group::$case,)*);
        contract!(@ on_sqlite_in_memory, in_memory, $($group::$case,)*);
        contract!(@ on_postgres, on_postgres, $($group::$case,)*);
    };
    (@ $engine:ident, $run:ident, $($group:ident::$case:ident,)*) => {
        mod $engine {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    crate::engines::$run(crate::$group::$case).await;
                }
            )*
        }
    };
}

contract! {
    forms::a_post_is_one_process_s_until_its_time_is_over,
    forms::a_draft_is_kept_until_it_is_sent_or_old,
    forms::a_code_is_good_once_and_for_a_while,
    pages::a_page_goes_on_after_the_last_one,
    pages::a_page_has_only_what_is_asked_for,
    pages::the_log_and_the_notices_come_in_pages,
    pages::an_answer_is_kept_under_a_key,
    people::a_person_is_found_by_id_and_by_handle,
    people::what_is_known_of_a_person_is_replaced,
    people::a_handle_belongs_to_one_person,
    people::what_somebody_had_is_forgotten,
    people::an_account_is_one_persons_and_a_person_has_one_in_each_workspace,
    people::keys_are_single_for_each_owner,
    people::a_person_has_one_delegate_until_an_end,
    people::keys_are_listed_oldest_first_and_removed,
    tokens::a_token_is_found_by_its_digest_until_it_is_forgotten,
    tokens::a_hook_moves_from_where_it_is,
    tokens::lanes_of_hooks_are_claimed_apart,
    requests::a_request_is_found_by_id_and_by_name,
    requests::a_name_is_taken_once,
    requests::a_save_needs_the_version_that_was_loaded,
    requests::of_64_savers_one_wins,
    requests::due_requests_come_most_overdue_first,
    requests::open_requests_are_those_nobody_decided,
    requests::the_latest_requests_come_first,
    leases::a_lease_is_found_by_id_name_and_request,
    leases::a_request_has_one_lease,
    leases::a_save_needs_the_version_that_was_loaded_and_moves_the_alarm,
    leases::due_leases_come_most_overdue_first,
    leases::live_leases_are_those_that_are_not_gone,
    leases::leases_are_listed_by_phase,
    extensions::an_extension_is_kept_and_saved_by_version,
    extensions::extensions_of_a_lease_come_oldest_first,
    extensions::due_extensions_come_most_overdue_first,
    quotas::what_a_scope_holds_is_added_up,
    quotas::whoever_occupies_is_alone_until_the_end,
    quotas::limits_are_set_and_taken_away,
    quotas::a_reservation_is_kept_once_and_released_once,
    quotas::reservations_are_found_by_whose_they_are,
    quotas::a_grant_is_kept_and_saved_by_version,
    quotas::grants_are_found_by_scope_until_they_end_and_by_alarm,
    quotas::a_wish_is_kept_and_saved_by_version,
    quotas::wishes_are_found_while_they_wait,
    quotas::scopes_are_found_by_what_they_have,
    quotas::temporary_ones_and_wishes_are_paged,
    outbox::effects_come_in_the_order_they_were_stored,
    outbox::a_key_is_stored_once_for_ever,
    outbox::only_lanes_with_due_effects_are_claimed,
    outbox::a_claim_holds_until_it_is_past,
    outbox::only_the_holder_gives_a_lane_back,
    outbox::lanes_that_waited_longest_are_claimed_first,
    outbox::an_effect_is_postponed_with_its_notes,
    outbox::the_backlog_is_what_waits,
    outbox::eight_claimers_do_everything_once,
    outbox::a_lane_that_is_being_worked_on_cannot_be_claimed,
    logs::an_inbound_id_is_received_once,
    logs::of_eight_receivers_one_is_first,
    logs::an_answer_is_kept,
    logs::history_is_told_in_order,
    audit::entries_are_numbered_and_linked,
    audit::entries_are_read_in_pages,
    audit::a_long_log_is_verified,
    audit::what_is_not_committed_leaves_no_gap,
    audit::times_finer_than_a_millisecond_break_nothing,
    audit::eight_writers_make_one_chain,
    audit::entries_are_filtered_in_both_directions,
    audit::what_is_too_old_goes_and_the_chain_goes_on,
    audit::a_floor_rises_once_and_only_to_what_is_there,
    audit::words_are_erased_and_the_chain_holds,
    chat::a_card_is_remembered_for_each_audience,
    chat::messages_with_buttons_are_remembered_until_they_are_forgotten,
    chat::a_message_is_written_once_for_each_key,
    chat::a_conversation_shows_the_last_messages_oldest_first,
    chat::private_messages_are_seen_by_their_reader_only,
    chat::a_rewritten_message_keeps_its_place,
    chat::whoever_follows_the_revisions_misses_nothing,
    templates::each_content_has_one_number,
    templates::several_who_keep_the_same_agree_on_its_number,
    transactions::what_is_not_committed_never_was,
    transactions::what_is_not_committed_is_not_seen,
    transactions::looking_changes_nothing,
    transactions::nothing_goes_on_after_a_failed_statement,
    transactions::times_keep_their_milliseconds,
    transactions::what_was_loaded_is_what_was_saved,
    transactions::the_database_says_that_it_is_healthy,
}

/// No method of the port goes without a case.
#[test]
fn every_method_of_the_port_is_called() {
    let port = [
        include_str!("../src/ports/store.rs"),
        include_str!("../src/ports/store/programs.rs"),
        include_str!("../src/ports/store/quotas.rs"),
    ]
    .concat();
    let cases = [
        include_str!("store/audit.rs"),
        include_str!("store/chat.rs"),
        include_str!("store/engines.rs"),
        include_str!("store/extensions.rs"),
        include_str!("store/forms.rs"),
        include_str!("store/leases.rs"),
        include_str!("store/logs.rs"),
        include_str!("store/outbox.rs"),
        include_str!("store/people.rs"),
        include_str!("store/tokens.rs"),
        include_str!("store/quotas.rs"),
        include_str!("store/requests.rs"),
        include_str!("store/templates.rs"),
        include_str!("store/transactions.rs"),
    ]
    .concat();
    let methods: Vec<&str> = port
        .lines()
        .filter_map(|line| line.trim().strip_prefix("async fn "))
        .filter_map(|rest| rest.split('(').next())
        .collect();
    assert!(methods.len() > 50, "the port is read: {methods:?}");
    let missing: Vec<_> = methods.iter().filter(|name| !cases.contains(&format!(".{name}("))).collect();
    assert!(missing.is_empty(), "the contract does not call {missing:?}");
}
