//! Lists: filters, order, sparse members, what is embedded, and pages that go on where the last one ended.

use std::collections::{BTreeMap, BTreeSet};

use axum::{http::Uri, response::Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{
    answer,
    call::Call,
    hal::{Link, Links},
    input::plain,
    problem::Problem,
};
use crate::{
    domain::ids::PersonId,
    ports::pages::{Cell, Column, Only, Order, Wanted},
};

/// The most of one page.
const MOST: u32 = 100;
/// As many when nothing is said.
const USUAL: u32 = 25;

/// What can be said about lists of one kind of thing. The description at `/api-docs` is completed from it.
#[derive(Debug)]
pub struct Noun {
    /// How it is called in addresses.
    pub name: &'static str,
    /// The schema of one of them.
    pub schema: &'static str,
    /// The members of one, for `fields`.
    pub fields: &'static [&'static str],
    /// What lists can be ordered by, for `sort`; the first is usual.
    pub sorts: &'static [(&'static str, Column)],
    /// Whether the largest come first when nothing is said.
    pub latest_first: bool,
    /// The column in which no two are the same.
    pub unique: Column,
    /// What can be had along with it, for `embed`.
    pub embeds: &'static [&'static str],
    /// The states it can be in.
    pub states: &'static [&'static str],
}

impl Noun {
    /// Checks the state that a list is filtered by.
    pub fn in_state(&self, state: Option<&String>) -> Result<(), Problem> {
        match state {
            Some(state) if !self.states.contains(&state.as_str()) => {
                let detail = format!("There is no state “{state}”; there is: {}.", self.states.join(", "));
                Err(Problem::parameter("state", detail))
            }
            _ => Ok(()),
        }
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// `self`; `next` when there is more; what else the reader may do here.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
    /// What is on it.
    #[serde(rename = "_embedded")]
    pub embedded: Items<T>,
}

/// What is on a page.
#[derive(Debug, Serialize, ToSchema)]
pub struct Items<T> {
    /// In the order that was asked for.
    pub items: Vec<T>,
}

/// Which members of one thing, and what along with it.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Chosen {
    /// Only these members, with commas between; `_links` is always there.
    pub fields: Option<String>,
    /// What is to be in `_embedded`, with commas between.
    pub embed: Option<String>,
}

impl Chosen {
    /// Checks it.
    pub fn select(&self, noun: &Noun) -> Result<Select, Problem> {
        Select::read(noun, self.fields.as_deref(), self.embed.as_deref())
    }
}

/// Parameters of a list: its own filters, and those that all lists have.
#[macro_export]
macro_rules! list_parameters {
    ($(#[$meta:meta])* $name:ident { $($(#[$of:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            $($(#[$of])* pub $field: Option<$kind>,)*
            /// By what it is ordered, with commas between; with `-` the largest first.
            pub sort: Option<String>,
            /// Only these members, with commas between; `_links` is always there.
            pub fields: Option<String>,
            /// What is to be in `_embedded` of each, with commas between.
            pub embed: Option<String>,
            /// Where to go on: from the `next` link of the page before.
            pub cursor: Option<String>,
            /// How many at the most.
            #[param(minimum = 1, maximum = 100, default = 25)]
            pub limit: Option<u32>,
        }

        impl $name {
            /// Checks what all lists have.
            pub fn listing(&self, noun: &'static $crate::api::listing::Noun)
                -> Result<$crate::api::listing::Listing, $crate::api::problem::Problem> {
                let select = $crate::api::listing::Select::read(noun, self.fields.as_deref(), self.embed.as_deref())?;
                $crate::api::listing::Listing::read(
                    noun, select, self.sort.as_deref(), self.cursor.as_deref(), self.limit,
                )
            }
        }
    };
}

/// Which members of a thing are shown, and what along with it.
#[derive(Debug, Default)]
pub struct Select {
    fields: Option<BTreeSet<String>>,
    embed: BTreeSet<String>,
}

impl Select {
    /// Reads `fields` and `embed`.
    pub fn read(noun: &Noun, fields: Option<&str>, embed: Option<&str>) -> Result<Self, Problem> {
        let fields = fields.map(|text| words("fields", text, noun.fields)).transpose()?;
        let embed = embed.map(|text| words("embed", text, noun.embeds)).transpose()?.unwrap_or_default();
        Ok(Self { fields, embed })
    }

    /// Whether that is to be embedded.
    pub fn embeds(&self, what: &str) -> bool {
        self.embed.contains(what)
    }

    /// Leaves only the members that are wanted.
    pub fn trim(&self, mut value: Value) -> Value {
        if let (Some(fields), Value::Object(members)) = (&self.fields, &mut value) {
            members.retain(|name, _| name.starts_with('_') || fields.contains(name));
        }
        value
    }
}

fn words(parameter: &str, text: &str, known: &[&str]) -> Result<BTreeSet<String>, Problem> {
    let wrong = text.split(',').find(|word| !known.contains(word));
    match wrong {
        None => Ok(text.split(',').map(str::to_owned).collect()),
        Some(wrong) => {
            let there = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
            Err(Problem::parameter(parameter, format!("There is no “{wrong}” here; there is: {there}.")))
        }
    }
}

/// Where a page begins, how long it is, and how it is ordered.
#[derive(Debug)]
pub struct Listing {
    /// Which members, and what along with them.
    pub select: Select,
    order: Vec<Order>,
    after: Option<Vec<Cell>>,
    limit: u32,
    noun: &'static Noun,
}

impl Listing {
    /// Reads what all lists have in common.
    pub fn read(
        noun: &'static Noun,
        select: Select,
        sort: Option<&str>,
        cursor: Option<&str>,
        limit: Option<u32>,
    ) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(Problem::parameter("limit", format!("Write a number from 1 to {MOST}.")));
        }
        let order = order(noun, sort)?;
        let mut listing = Self { select, order, after: None, limit, noun };
        if let Some(cursor) = cursor {
            let bad =
                || Problem::parameter("cursor", "Take it as it is from a `next` link of the same list.");
            listing.after = Some(listing.open(cursor).ok_or_else(bad)?);
        }
        Ok(listing)
    }

    /// What the store is asked for: one more than is shown, to see whether there are more.
    pub fn wanted(&self, whose: Option<PersonId>, only: Vec<Only>) -> Wanted {
        Wanted { whose, only, order: self.order.clone(), after: self.after.clone(), limit: self.limit + 1 }
    }

    /// The page of a list that was loaded as a whole.
    pub fn cut<T>(&self, mut all: Vec<T>, cell: impl Fn(&T, Column) -> Cell) -> Vec<T> {
        let key =
            |item: &T| -> Vec<Cell> { self.order.iter().map(|order| cell(item, order.column)).collect() };
        all.sort_by(|a, b| self.compare(&key(a), &key(b)));
        if let Some(after) = &self.after {
            all.retain(|item| self.compare(&key(item), after).is_gt());
        }
        all.truncate(self.limit as usize + 1);
        all
    }

    /// How many are shown.
    pub fn shown<T>(&self, items: &mut Vec<T>) -> bool {
        let more = items.len() > self.limit as usize;
        items.truncate(self.limit as usize);
        more
    }

    /// The address of the page after the one that ends with this item.
    pub fn next(&self, uri: &Uri, last: Vec<Cell>) -> Link {
        let cursor = self.seal(last);
        let query = uri.query().unwrap_or_default();
        let kept = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "cursor");
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        pairs.extend_pairs(kept).append_pair("cursor", &cursor);
        Link::to(format!("{}?{}", uri.path(), pairs.finish()))
    }

    /// The values of an item that its place in the list depends on.
    pub fn place<T>(&self, item: &T, cell: impl Fn(&T, Column) -> Cell) -> Vec<Cell> {
        self.order.iter().map(|order| cell(item, order.column)).collect()
    }

    fn compare(&self, a: &[Cell], b: &[Cell]) -> std::cmp::Ordering {
        let each = self.order.iter().zip(a.iter().zip(b));
        let each = each.map(|(order, (a, b))| if order.descending { b.cmp(a) } else { a.cmp(b) });
        each.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    }

    /// A cursor says only after which values to go on. Whoever makes one up reads from another place of what they may
    /// see anyway, because that is looked at anew for each page.
    fn seal(&self, cells: Vec<Cell>) -> String {
        let text = serde_json::to_vec(&(self.noun.name, self.written(), cells)).unwrap_or_default();
        text.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn open(&self, cursor: &str) -> Option<Vec<Cell>> {
        let digits = cursor.as_bytes().chunks(2);
        let bytes: Option<Vec<u8>> = digits
            .map(|two| std::str::from_utf8(two).ok().and_then(|two| u8::from_str_radix(two, 16).ok()))
            .collect();
        let (noun, order, cells): (String, String, Vec<Cell>) = serde_json::from_slice(&bytes?).ok()?;
        let fit = |(order, cell): (&Order, &Cell)| match (order.column, cell) {
            (Column::CreatedAt | Column::Until, Cell::Time(_)) | (Column::Seq, Cell::Number(_)) => true,
            (Column::CreatedAt | Column::Until | Column::Seq, _) => false,
            (_, Cell::Text(text)) => plain("cursor", text).is_ok(),
            _ => false,
        };
        let good = noun == self.noun.name
            && order == self.written()
            && cells.len() == self.order.len()
            && self.order.iter().zip(&cells).all(fit);
        good.then_some(cells)
    }

    fn written(&self) -> String {
        let words = self.order.iter().map(|order| format!("{:?}{}", order.column, order.descending));
        words.collect::<Vec<_>>().join(",")
    }
}

fn order(noun: &Noun, sort: Option<&str>) -> Result<Vec<Order>, Problem> {
    let usual = noun.sorts.first().map(|(_, column)| *column).unwrap_or(noun.unique);
    let mut order: Vec<Order> = Vec::new();
    for word in sort.into_iter().flat_map(|text| text.split(',')) {
        let (descending, name) = word.strip_prefix('-').map_or((false, word), |name| (true, name));
        let Some((_, column)) = noun.sorts.iter().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = noun.sorts.iter().map(|(known, _)| *known).collect();
            let detail = format!("“{name}” is nothing to sort by; there is: {}.", known.join(", "));
            return Err(Problem::parameter("sort", detail));
        };
        if !order.iter().any(|earlier| earlier.column == *column) {
            order.push(Order { column: *column, descending });
        }
    }
    if order.is_empty() {
        order.push(Order { column: usual, descending: noun.latest_first });
    }
    if !order.iter().any(|order| order.column == noun.unique) {
        let descending = order.last().is_some_and(|last| last.descending);
        order.push(Order { column: noun.unique, descending });
    }
    Ok(order)
}

/// A page as it is answered. `cell` gives the values by which things are ordered.
pub fn page<T>(
    call: &Call,
    listing: &Listing,
    next: Option<Link>,
    links: Links,
    shown: Vec<T>,
) -> Result<Response, Problem>
where
    T: Serialize,
{
    let ids = call.api.world.ids.as_ref();
    let mut items = Vec::with_capacity(shown.len());
    for item in shown {
        let value = serde_json::to_value(item).map_err(|error| Problem::fault(ids, error))?;
        items.push(listing.select.trim(value));
    }
    let own = Link::to(call.uri.path_and_query().map_or("/", |address| address.as_str()));
    let links = links.with("self", own);
    let links = match next {
        Some(next) => links.with("next", next),
        None => links,
    };
    let page = Page { links: links.done(), embedded: Items { items } };
    Ok(answer::hal(&serde_json::to_value(page).map_err(|error| Problem::fault(ids, error))?))
}
