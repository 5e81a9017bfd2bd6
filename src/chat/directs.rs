//! The direct conversations with people, which are opened once and then remembered.

use crate::{
    ports::{
        Failure,
        chat::Workspace,
        store::{Account, Store, StoreError, Stored},
    },
    until_saved,
};

/// Keeps the direct conversation of an account, or forgets it, if the account is still the same person's.
///
/// # Errors
/// When the database fails.
pub(super) async fn remember(
    store: &dyn Store,
    workspace: &Workspace,
    account: &Account,
    direct: Option<&str>,
) -> Stored<()> {
    until_saved!(once(store, workspace, account, direct))
}

async fn once(
    store: &dyn Store,
    workspace: &Workspace,
    account: &Account,
    direct: Option<&str>,
) -> Stored<()> {
    let mut tx = store.begin().await?;
    let known = tx.account(workspace, &account.id).await?;
    let Some(known) = known.filter(|known| known.person == account.person) else { return Ok(()) };
    tx.save_account(&Account { direct: direct.map(str::to_owned), ..known }).await?;
    tx.commit().await
}

/// What it means for a message that the database could not be read or written. Told here, once.
pub(super) fn unread(error: StoreError) -> Failure {
    if let StoreError::Fault(fault) = &error {
        tracing::error!(
            fault = format!("{fault:#}"),
            "the accounts of a platform could not be read or written"
        );
    }
    Failure::later("the database did not answer")
}
