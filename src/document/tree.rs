//! A document as a tree of values with their places, from TOML or from variables.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeInteger, DeTable, DeValue},
};

use super::fault::{Fault, Faults, Place};

/// A value and its place.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// What was written.
    pub(super) node: Node,
    /// Where.
    pub(super) place: Place,
}

/// What was written.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Table(Table),
    List(Vec<Item>),
    Text(String),
    Number(i64),
    Switch(bool),
    /// A number with a fraction, as it was written.
    Fraction(String),
    /// The text of a variable, which stands for a value of any kind.
    Variable(String),
    /// Something that no setting takes; its kind in words.
    Other(&'static str),
}

impl Node {
    /// The kind in words, for faults.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Table(_) => "a section",
            Self::List(_) => "a list",
            Self::Text(_) | Self::Variable(_) => "a text",
            Self::Number(_) => "a number",
            Self::Fraction(_) => "a number with a fraction",
            Self::Switch(_) => "true or false",
            Self::Other(kind) => kind,
        }
    }
}

impl Item {
    /// The value of a variable.
    pub(super) fn variable(name: &str, value: &str) -> Self {
        Self { node: Node::Variable(value.to_owned()), place: Place::Variable(name.to_owned()) }
    }
}

/// Keys with their places, in the order in which they were written.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub(super) entries: Vec<Entry>,
    /// Where the section begins, if it was written.
    pub(super) place: Option<Place>,
}

/// One key and its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) place: Place,
    pub(super) item: Item,
}

impl Table {
    pub(super) fn get(&self, key: &str) -> Option<&Item> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.item)
    }

    /// Puts a value at a path, making sections on the way; false when the path cannot be gone.
    pub(super) fn set(&mut self, path: &[String], item: Item) -> bool {
        let Some((key, rest)) = path.split_first().filter(|(key, _)| !key.is_empty()) else { return false };
        let index = match self.entries.iter().position(|entry| entry.key == *key) {
            Some(index) => index,
            None => {
                let node = Node::Table(Table::default());
                let place = item.place.clone();
                let empty = Item { node, place: place.clone() };
                self.entries.push(Entry { key: key.clone(), place, item: empty });
                self.entries.len() - 1
            }
        };
        let entry = &mut self.entries[index];
        if rest.is_empty() {
            entry.place = item.place.clone();
            entry.item = item;
            return true;
        }
        match &mut entry.item.node {
            Node::Table(table) => table.set(rest, item),
            _ => false,
        }
    }
}

/// Reads TOML; on failure every place where it is none.
pub(super) fn read(origin: &str, text: &str) -> Result<Table, Faults> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let source = Source { origin, text };
    let mut faults = Faults::none();
    for error in errors {
        faults.add(Fault {
            place: source.place(error.span().unwrap_or_default()),
            path: String::new(),
            wrong: format!("This is not TOML: {}.", error.message().trim().replace('\n', ", ")),
            right: String::new(),
        });
    }
    let root = faults.or(table)?;
    Ok(source.table(root.get_ref(), None))
}

struct Source<'a> {
    origin: &'a str,
    text: &'a str,
}

impl Source<'_> {
    fn place(&self, span: Range<usize>) -> Place {
        let mut start = span.start.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Place::File {
            name: self.origin.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    fn table(&self, table: &DeTable<'_>, place: Option<Place>) -> Table {
        let mut entries: Vec<(usize, Entry)> = table
            .iter()
            .map(|(key, value)| {
                let entry = Entry {
                    key: key.get_ref().to_string(),
                    place: self.place(key.span()),
                    item: self.item(value),
                };
                (key.span().start, entry)
            })
            .collect();
        entries.sort_by_key(|(start, _)| *start);
        Table { entries: entries.into_iter().map(|(_, entry)| entry).collect(), place }
    }

    fn item(&self, value: &Spanned<DeValue<'_>>) -> Item {
        let place = self.place(value.span());
        let node = match value.get_ref() {
            DeValue::String(text) => Node::Text(text.to_string()),
            DeValue::Integer(number) => {
                whole(number).map_or(Node::Other("a number beyond all limits"), Node::Number)
            }
            DeValue::Float(number) => Node::Fraction(number.as_str().to_owned()),
            DeValue::Boolean(on) => Node::Switch(*on),
            DeValue::Datetime(_) => Node::Other("a date"),
            DeValue::Array(items) => Node::List(items.iter().map(|item| self.item(item)).collect()),
            DeValue::Table(table) => Node::Table(self.table(table, Some(place.clone()))),
        };
        Item { node, place }
    }
}

fn whole(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}
