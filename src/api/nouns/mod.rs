//! One file for each noun: what it looks like, its lists, and what can be done with it.

pub mod admin;
mod amounts;
pub mod audit;
pub mod break_glass;
pub mod delegation;
pub mod environments;
pub mod extensions;
pub mod grants;
pub mod keys;
pub mod leases;
pub mod link_code;
pub mod notices;
pub mod offers;
pub mod people;
pub mod quotas;
pub mod requests;
pub mod reviews;
pub mod teams;
pub mod templates;
pub mod tokens;
pub mod wishes;

use utoipa_axum::router::OpenApiRouter;

use super::{Api, listing::Noun};
use crate::ports::pages::{Cell, Column, Only, Test};

/// Every noun, for the description and the way in. A new one is a file here and a line in each of these two.
pub const ALL: &[&Noun] = &[
    &people::NOUN,
    &teams::NOUN,
    &templates::NOUN,
    &keys::NOUN,
    &requests::NOUN,
    &reviews::NOUN,
    &leases::NOUN,
    &environments::NOUN,
    &extensions::NOUN,
    &quotas::NOUN,
    &grants::NOUN,
    &wishes::NOUN,
    &notices::NOUN,
    &audit::NOUN,
    &tokens::NOUN,
];

/// The addresses of every noun.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(people::routes())
        .merge(teams::routes())
        .merge(templates::routes())
        .merge(keys::routes())
        .merge(requests::routes())
        .merge(reviews::routes())
        .merge(leases::routes())
        .merge(environments::routes())
        .merge(extensions::routes())
        .merge(quotas::routes())
        .merge(grants::routes())
        .merge(wishes::routes())
        .merge(notices::routes())
        .merge(audit::routes())
        .merge(tokens::routes())
        // Verbs of these nouns in files of their own.
        .merge(offers::routes())
        .merge(break_glass::routes())
        .merge(admin::routes())
        .merge(delegation::routes())
        .merge(link_code::routes())
}

/// Only those of which a column is just that.
fn is(column: Column, text: impl Into<String>) -> Only {
    Only { column, test: Test::Is, cell: Cell::Text(text.into()) }
}

/// Only those that came to be within these bounds.
fn between(from: Option<crate::domain::Instant>, before: Option<crate::domain::Instant>) -> Vec<Only> {
    let only = |test, at| Only { column: Column::CreatedAt, test, cell: Cell::Time(at) };
    let from = from.map(|at| only(Test::From, at));
    from.into_iter().chain(before.map(|at| only(Test::Before, at))).collect()
}
