//! Pages: the one place where a query is put together, from words that stand here and values that are bound.

use anyhow::Context;
use async_trait::async_trait;
use sqlx::{FromRow, QueryBuilder};

use super::{Session, audit, extensions, leases, read, requests, unpacked, wishes};
use crate::{
    domain::{
        Instant,
        audit::Entry,
        effect::Effect,
        extension::Extension,
        ids::{EffectId, PersonId},
        lease::Lease,
        quota::{grant::Grant, wish::Wish},
        request::Request,
    },
    ports::{
        pages::{Cell, Column, Pages, Sent, Test, Wanted},
        store::Stored,
    },
};

type Builder = QueryBuilder<super::Db>;

/// A list: what is read, which rows are somebody's (their id stands between the parts), and its columns.
struct List {
    select: &'static str,
    of: &'static [&'static str],
    columns: &'static [(Column, &'static str)],
}

/// The template is the name without its dash and its five letters.
const TEMPLATE: &str = "substr(name, 1, length(name) - 6)";

const REQUESTS: List = List {
    select: "SELECT body, version FROM requests WHERE 1 = 1",
    of: &["requester = ", ""],
    columns: &[
        (Column::Id, "id"),
        (Column::Name, "name"),
        (Column::State, "state"),
        (Column::CreatedAt, "created_at"),
        (Column::Owner, "requester"),
        (Column::Template, TEMPLATE),
    ],
};

const LEASES: List = List {
    select: "SELECT body, version FROM leases WHERE 1 = 1",
    of: &["owner = ", ""],
    columns: &[
        (Column::Id, "id"),
        (Column::Name, "name"),
        (Column::State, "phase"),
        (Column::CreatedAt, "created_at"),
        (Column::Owner, "owner"),
        (Column::Template, TEMPLATE),
    ],
};

const EXTENSIONS: List = List {
    select: "SELECT body, version FROM extensions WHERE 1 = 1",
    of: &["lease IN (SELECT id FROM leases WHERE owner = ", ")"],
    columns: &[
        (Column::Id, "id"),
        (Column::State, "state"),
        (Column::CreatedAt, "created_at"),
        (Column::Lease, "lease"),
    ],
};

const NOTICES: List = List {
    select: "SELECT id, seq, body, outcome, created_at, finished_at FROM effects WHERE kind = 'tell'",
    of: &["lane IN (SELECT id FROM requests WHERE requester = ", ")"],
    columns: &[
        (Column::Id, "id"),
        (Column::State, "state"),
        (Column::CreatedAt, "created_at"),
        (Column::Seq, "seq"),
    ],
};

const GRANTS: List = List {
    select: "SELECT body, version FROM quota_grants WHERE 1 = 1",
    of: &["scope = 'person/' || ", ""],
    columns: &[
        (Column::Id, "id"),
        (Column::CreatedAt, "created_at"),
        (Column::Until, "until_at"),
        (Column::Owner, "scope"),
    ],
};

const WISHES: List = List {
    select: "SELECT body, version FROM quota_wishes WHERE 1 = 1",
    of: &["person = ", ""],
    columns: &[
        (Column::Id, "id"),
        (Column::State, "state"),
        (Column::CreatedAt, "created_at"),
        (Column::Owner, "person"),
    ],
};

const AUDIT: List = List {
    select: "SELECT seq, at, about, actor, fact FROM audit WHERE 1 = 1",
    of: &[
        "(about = (SELECT '@' || handle FROM people WHERE id = ",
        ") OR about IN (SELECT name FROM requests WHERE requester = ",
        "))",
    ],
    columns: &[(Column::Seq, "seq"), (Column::CreatedAt, "at"), (Column::About, "about")],
};

#[async_trait]
impl Pages for Session {
    async fn request_page(&mut self, wanted: &Wanted) -> Stored<Vec<Request>> {
        self.page(&REQUESTS, wanted).await?.into_iter().map(requests::loaded).collect()
    }

    async fn lease_page(&mut self, wanted: &Wanted) -> Stored<Vec<Lease>> {
        self.page(&LEASES, wanted).await?.into_iter().map(leases::loaded).collect()
    }

    async fn extension_page(&mut self, wanted: &Wanted) -> Stored<Vec<Extension>> {
        self.page(&EXTENSIONS, wanted).await?.into_iter().map(extensions::loaded).collect()
    }

    async fn notice_page(&mut self, wanted: &Wanted) -> Stored<Vec<Sent>> {
        let rows = self.page(&NOTICES, wanted).await?;
        Ok(rows.into_iter().map(sent).collect::<Stored<Vec<_>>>()?.into_iter().flatten().collect())
    }

    async fn grant_page(&mut self, wanted: &Wanted) -> Stored<Vec<Grant>> {
        self.page(&GRANTS, wanted).await?.into_iter().map(wishes::grant).collect()
    }

    async fn wish_page(&mut self, wanted: &Wanted) -> Stored<Vec<Wish>> {
        self.page(&WISHES, wanted).await?.into_iter().map(wishes::wish).collect()
    }

    async fn entries_page(&mut self, wanted: &Wanted) -> Stored<Vec<Entry>> {
        self.chain_entries().await?;
        self.page(&AUDIT, wanted).await?.into_iter().map(audit::entry).collect()
    }
}

impl Session {
    async fn page<T>(&mut self, list: &List, wanted: &Wanted) -> Stored<Vec<T>>
    where
        T: for<'r> FromRow<'r, super::Row> + Send + Unpin,
    {
        let mut query = Builder::new(list.select);
        if let Some(whose) = &wanted.whose {
            list.belongs(&mut query, whose);
        }
        for only in &wanted.only {
            let test = match only.test {
                Test::Is => " = ",
                Test::IsNot => " <> ",
                Test::From => " >= ",
                Test::Before => " < ",
                Test::Among => " IN ",
            };
            query.push(" AND ").push(list.column(only.column)?).push(test);
            bind(&mut query, &only.cell);
        }
        if let Some(after) = &wanted.after {
            list.after(&mut query, wanted, after)?;
        }
        let mut glue = " ORDER BY ";
        for order in &wanted.order {
            query.push(glue).push(list.column(order.column)?);
            query.push(if order.descending { " DESC" } else { "" });
            glue = ", ";
        }
        query.push(" LIMIT ").push_bind(i64::from(wanted.limit));
        self.list(query.build_query_as()).await
    }
}

impl List {
    fn column(&self, column: Column) -> Stored<&'static str> {
        let found = self.columns.iter().find(|(known, _)| *known == column);
        Ok(found.map(|(_, sql)| *sql).with_context(|| format!("this list has no column {column:?}"))?)
    }

    fn belongs(&self, query: &mut Builder, whose: &PersonId) {
        query.push(" AND ");
        for (place, part) in self.of.iter().enumerate() {
            query.push(part);
            if place + 1 < self.of.len() {
                query.push_bind(whose.as_str().to_owned());
            }
        }
    }

    /// What comes later in the order: later in its first column; or the same there and later in the next; and so on.
    fn after(&self, query: &mut Builder, wanted: &Wanted, after: &[Cell]) -> Stored<()> {
        let mut glue = " AND ((";
        for (place, (order, cell)) in wanted.order.iter().zip(after).enumerate() {
            query.push(glue);
            for (earlier, same) in wanted.order.iter().zip(after).take(place) {
                query.push(self.column(earlier.column)?).push(" = ");
                bind(query, same);
                query.push(" AND ");
            }
            query.push(self.column(order.column)?).push(if order.descending { " < " } else { " > " });
            bind(query, cell);
            glue = ") OR (";
        }
        query.push("))");
        Ok(())
    }
}

fn bind(query: &mut Builder, cell: &Cell) {
    match cell {
        Cell::Text(text) => query.push_bind(text.clone()),
        Cell::Time(at) => query.push_bind(*at),
        Cell::Number(number) => query.push_bind(*number),
        Cell::Several(texts) => {
            // With none of them, nothing is among them.
            let mut glue = "(NULL";
            for text in texts {
                query.push(glue).push(", ").push_bind(text.clone());
                glue = "";
            }
            query.push(if texts.is_empty() { "(NULL)" } else { ")" })
        }
    };
}

type Told = (String, i64, String, Option<String>, Instant, Option<Instant>);

fn sent((id, seq, body, outcome, created_at, finished_at): Told) -> Stored<Option<Sent>> {
    let id = read("effect id", &id, EffectId::parse)?;
    let Effect::Tell { notice } = unpacked("effect", &body)? else { return Ok(None) };
    Ok(Some(Sent { id, seq, notice, outcome, created_at, finished_at }))
}
