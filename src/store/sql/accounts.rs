//! Accounts on chat platforms.

use async_trait::async_trait;
use sqlx::{FromRow, Row as _};

use super::{Session, read};
use crate::{
    domain::{Instant, ids::PersonId, person::Membership},
    ports::{
        chat::Workspace,
        store::{Account, Accounts, Stored},
    },
};

type Columns = (String, Option<String>, String, Option<Instant>, Option<String>, Instant);

/// An account with the word of its workspace.
struct Placed(String, Columns);

impl<'r> FromRow<'r, super::Row> for Placed {
    fn from_row(row: &'r super::Row) -> sqlx::Result<Self> {
        let columns = (
            row.try_get("id")?,
            row.try_get("person")?,
            row.try_get("membership")?,
            row.try_get("linked_at")?,
            row.try_get("direct")?,
            row.try_get("checked_at")?,
        );
        Ok(Self(row.try_get("workspace")?, columns))
    }
}

#[async_trait]
impl Accounts for Session {
    async fn save_account(&mut self, account: &Account) -> Stored<()> {
        let word = account.workspace.word();
        let person = account.person.as_ref().map(PersonId::as_str);
        let sql = "UPDATE accounts SET person = NULL, linked_at = NULL, direct = NULL
             WHERE workspace = $1 AND person = $2 AND id <> $3";
        self.run(sqlx::query(sql).bind(&word).bind(person).bind(&account.id)).await?;
        let sql = "INSERT INTO accounts (workspace, id, person, membership, linked_at, direct, checked_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (workspace, id) DO UPDATE SET person = excluded.person,
                 membership = excluded.membership, linked_at = excluded.linked_at, direct = excluded.direct,
                 checked_at = excluded.checked_at";
        let save = sqlx::query(sql)
            .bind(&word)
            .bind(&account.id)
            .bind(person)
            .bind(account.membership.word())
            .bind(account.linked_at)
            .bind(&account.direct)
            .bind(account.checked_at);
        self.run(save).await?;
        Ok(())
    }

    async fn account(&mut self, workspace: &Workspace, id: &str) -> Stored<Option<Account>> {
        let sql = "SELECT id, person, membership, linked_at, direct, checked_at FROM accounts
             WHERE workspace = $1 AND id = $2";
        let row = self.find(sqlx::query_as(sql).bind(workspace.word()).bind(id)).await?;
        row.map(|row| loaded(workspace, row)).transpose()
    }

    async fn accounts_of(&mut self, person: &PersonId) -> Stored<Vec<Account>> {
        let sql = "SELECT workspace, id, person, membership, linked_at, direct, checked_at FROM accounts
             WHERE person = $1 ORDER BY workspace";
        let rows: Vec<Placed> = self.list(sqlx::query_as(sql).bind(person.as_str())).await?;
        rows.into_iter()
            .map(|Placed(word, row)| loaded(&read("workspace", &word, Workspace::parse)?, row))
            .collect()
    }

    async fn forget_accounts(&mut self, person: &PersonId) -> Stored<()> {
        let sql = "UPDATE accounts SET person = NULL, linked_at = NULL, direct = NULL WHERE person = $1";
        self.run(sqlx::query(sql).bind(person.as_str())).await?;
        Ok(())
    }

    async fn account_of(&mut self, workspace: &Workspace, person: &PersonId) -> Stored<Option<Account>> {
        let sql = "SELECT id, person, membership, linked_at, direct, checked_at FROM accounts
             WHERE workspace = $1 AND person = $2";
        let row = self.find(sqlx::query_as(sql).bind(workspace.word()).bind(person.as_str())).await?;
        row.map(|row| loaded(workspace, row)).transpose()
    }
}

fn loaded(
    workspace: &Workspace,
    (id, person, membership, linked_at, direct, checked_at): Columns,
) -> Stored<Account> {
    Ok(Account {
        workspace: workspace.clone(),
        id,
        membership: read("membership", &membership, Membership::parse)?,
        person: person.map(|person| read("person's id", &person, PersonId::parse)).transpose()?,
        linked_at,
        direct,
        checked_at,
    })
}
