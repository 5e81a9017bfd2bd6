//! One section of a document: typed values handed out, faults noted with their place.

use std::{cell::RefCell, ops::RangeInclusive};

use commands::usage::nearest;

use super::{
    fault::{Fault, Faults, Place},
    tree::{Item, Node, Table},
};

/// What is wrong with a value, and what would be right: two sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// What is wrong. Never holds a secret.
    pub wrong: String,
    /// What would be right; may be empty.
    pub right: String,
}

impl Wrong {
    /// What is wrong, and what would be right.
    pub fn new(wrong: impl Into<String>, right: impl Into<String>) -> Self {
        Self { wrong: wrong.into(), right: right.into() }
    }

    /// A word that is none of the known ones.
    pub fn unknown(word: &str, what: &str, known: &[&str]) -> Self {
        let right = match nearest(word, known.iter().copied()) {
            Some(meant) => format!("Did you mean “{meant}”?"),
            None => format!("Write {}.", any_of(known)),
        };
        Self::new(format!("“{word}” is not {what}."), right)
    }
}

impl From<commands::units::UnitError> for Wrong {
    fn from(error: commands::units::UnitError) -> Self {
        let right = match error.suggestion {
            Some(meant) => format!("Did you mean `{meant}`? {}", error.hint),
            None => error.hint,
        };
        Self::new(error.what, right)
    }
}

/// A value that was read, with its place, for checks that need more than the value.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub place: Place,
}

/// One section while it is read. Values are optional: what is missing or wrong is `None`, and what is
/// wrong was noted. Keys that nobody asks for are faults.
#[derive(Debug)]
pub struct Section<'a> {
    table: &'a Table,
    path: String,
    origin: &'a str,
    asked: RefCell<Vec<String>>,
    faults: &'a RefCell<Faults>,
}

impl<'a> Section<'a> {
    pub(super) fn root(table: &'a Table, origin: &'a str, faults: &'a RefCell<Faults>) -> Self {
        Self { table, path: String::new(), origin, asked: RefCell::default(), faults }
    }

    /// Whether the key was written.
    pub fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    /// Whether the value came from a variable.
    pub fn is_variable(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(|item| matches!(item.node, Node::Variable(_)))
    }

    /// Where the section begins; the whole document when it was not written.
    pub fn place(&self) -> Place {
        self.table.place.clone().unwrap_or_else(|| Place::Whole(self.origin.to_owned()))
    }

    /// Where a key's value was written; where the section begins when it was not.
    pub fn place_of(&self, key: &str) -> Place {
        self.table.get(key).map_or_else(|| self.place(), |item| item.place.clone())
    }

    /// Notes a fault of a key: at its value, or at the section when it is missing.
    pub fn fault(&self, key: &str, wrong: Wrong) {
        self.note(self.place_of(key), self.path_of(key), wrong);
    }

    /// Notes a fault at a place kept before.
    pub fn fault_at(&self, place: &Place, key: &str, wrong: Wrong) {
        self.note(place.clone(), self.path_of(key), wrong);
    }

    /// Notes that a key is missing, unless it was written (a wrong value was noted before).
    pub fn require<T>(&self, key: &'static str, value: Option<T>, right: &str) -> Option<T> {
        self.ask(key);
        if value.is_none() && !self.has(key) {
            self.fault(key, Wrong::new("This is missing.", right));
        }
        value
    }

    /// A text of one line, neither empty nor with spaces around it.
    pub fn text(&self, key: &'static str) -> Option<String> {
        self.parse(key, |text| Ok(text.to_owned()))
    }

    /// A text that means something.
    pub fn parse<T>(&self, key: &'static str, read: impl FnOnce(&str) -> Result<T, Wrong>) -> Option<T> {
        self.take(key, |item| match &item.node {
            Node::Text(text) | Node::Variable(text) => one_line(text).and_then(read),
            other => Err(not(other, "a text", "Write it in quotation marks.")),
        })
    }

    /// A text, a number or `true` and `false`, each as people write it; `cpu = 2` and `cpu = "500m"` alike.
    pub fn scalar<T>(&self, key: &str, read: impl FnOnce(&str) -> Result<T, Wrong>) -> Option<T> {
        self.take(key, |item| scalar(&item.node).and_then(|text| read(&text)))
    }

    /// The same, or a list or a section of single values: these come as JSON text.
    pub fn written<T>(&self, key: &str, read: impl FnOnce(&str) -> Result<T, Wrong>) -> Option<T> {
        self.take(key, |item| match &item.node {
            Node::List(_) | Node::Table(_) => json(&item.node).and_then(|json| read(&json.to_string())),
            node => scalar(node).and_then(|text| read(&text)),
        })
    }

    /// A secret: only a variable may bring it, and it is never quoted. In a file it is a fault.
    pub fn secret(&self, key: &'static str, right: &str) -> Option<String> {
        self.take(key, |item| match &item.node {
            Node::Variable(text) if text.trim().is_empty() => {
                Err(Wrong::new("This is empty.", "Give it a value, or unset it."))
            }
            Node::Variable(text) => Ok(text.clone()),
            _ => Err(Wrong::new("A secret does not belong in this file.", right)),
        })
    }

    /// One word of several.
    pub fn choice<T: Clone>(&self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        self.parse(key, |text| choose(text, choices))
    }

    /// `true` or `false`.
    pub fn switch(&self, key: &'static str) -> Option<bool> {
        self.take(key, |item| match &item.node {
            Node::Switch(on) => Ok(*on),
            Node::Variable(text) if text == "true" => Ok(true),
            Node::Variable(text) if text == "false" => Ok(false),
            other => Err(not(other, "true or false", "Write true or false, without quotation marks.")),
        })
    }

    /// A whole number within a range.
    pub fn number(&self, key: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let right = format!("Write a whole number from {} to {}.", range.start(), range.end());
        self.take(key, |item| {
            let number = match &item.node {
                Node::Number(number) => *number,
                Node::Variable(text) => text
                    .trim()
                    .parse()
                    .map_err(|_| Wrong::new(format!("“{text}” is not a whole number."), &right))?,
                other => return Err(not(other, "a whole number", &right)),
            };
            if range.contains(&number) {
                Ok(number)
            } else {
                Err(Wrong::new(format!("{number} is outside the limits."), &right))
            }
        })
    }

    /// A list of texts, each read by itself and each with its own faults; a variable separates them by commas.
    pub fn each<T>(
        &self,
        key: &'static str,
        read: impl Fn(&str) -> Result<T, Wrong>,
    ) -> Option<Vec<Kept<T>>> {
        self.ask(key);
        let item = self.table.get(key)?;
        let items: Vec<Item> = match &item.node {
            Node::List(items) => items.clone(),
            Node::Variable(text) => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                parts
                    .map(|part| Item { node: Node::Text(part.to_owned()), place: item.place.clone() })
                    .collect()
            }
            other => {
                self.fault(key, not(other, "a list", "Write it in brackets, such as [\"one\", \"two\"]."));
                return None;
            }
        };
        let mut values = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            match scalar(&item.node).and_then(|text| read(&text)) {
                Ok(value) => values.push(Kept { value, place: item.place }),
                Err(wrong) => self.note(item.place, format!("{}[{index}]", self.path_of(key)), wrong),
            }
        }
        Some(values)
    }

    /// A section inside; when it was not written, it is read as an empty one, for its defaults.
    pub fn section<T>(&self, key: &'static str, read: impl FnOnce(&Section<'_>) -> T) -> T {
        self.ask(key);
        let empty = Table { place: Some(self.place()), ..Table::default() };
        let table = match self.table.get(key).map(|item| &item.node) {
            Some(Node::Table(table)) => table,
            Some(other) => {
                let right = format!("Write it as a section: [{}].", self.path_of(key));
                self.fault(key, not(other, "a section", &right));
                &empty
            }
            None => &empty,
        };
        self.inside(table, self.path_of(key), read)
    }

    /// Sections that are written several times, such as `[[people]]`.
    pub fn sections<T>(&self, key: &'static str, mut read: impl FnMut(&Section<'_>) -> T) -> Vec<T> {
        self.ask(key);
        let Some(item) = self.table.get(key) else { return Vec::new() };
        let path = self.path_of(key);
        let right = format!("Write each one as a section of its own: [[{path}]].");
        let Node::List(items) = &item.node else {
            self.fault(key, not(&item.node, "a list of sections", &right));
            return Vec::new();
        };
        let mut values = Vec::new();
        for (index, item) in items.iter().enumerate() {
            match &item.node {
                Node::Table(table) => values.push(self.inside(table, format!("{path}[{index}]"), &mut read)),
                other => {
                    self.note(item.place.clone(), format!("{path}[{index}]"), not(other, "a section", &right))
                }
            }
        }
        values
    }

    /// The keys as they were written, in order, each with its place. All of them count as asked for.
    pub fn keys(&self) -> Vec<Kept<String>> {
        let entries = self.table.entries.iter();
        entries
            .map(|entry| {
                self.ask(&entry.key);
                Kept { value: entry.key.clone(), place: entry.place.clone() }
            })
            .collect()
    }

    /// The section of a key that is only known when the document is read.
    pub fn named<T>(&self, key: &str, read: impl FnOnce(&Section<'_>) -> T) -> Option<T> {
        self.ask(key);
        match self.table.get(key).map(|item| &item.node) {
            Some(Node::Table(table)) => Some(self.inside(table, self.path_of(key), read)),
            Some(other) => {
                let right = format!("Write it as a section: [{}].", self.path_of(key));
                self.fault(key, not(other, "a section", &right));
                None
            }
            None => None,
        }
    }

    pub(super) fn refuse_unknown(&self) {
        let asked = self.asked.borrow();
        for entry in self.table.entries.iter().filter(|entry| !asked.contains(&entry.key)) {
            let mut known: Vec<&str> = asked.iter().map(String::as_str).collect();
            known.sort_unstable();
            known.dedup();
            let right = match nearest(&entry.key, known.iter().copied()) {
                Some(meant) => format!("Did you mean “{meant}”?"),
                None => format!("Known here: {}.", known.join(", ")),
            };
            self.note(
                entry.place.clone(),
                self.path_of(&entry.key),
                Wrong::new("There is no such key.", right),
            );
        }
    }

    fn inside<T>(&self, table: &Table, path: String, read: impl FnOnce(&Section<'_>) -> T) -> T {
        let section =
            Section { table, path, origin: self.origin, asked: RefCell::default(), faults: self.faults };
        let value = read(&section);
        section.refuse_unknown();
        value
    }

    fn take<T>(&self, key: &str, read: impl FnOnce(&Item) -> Result<T, Wrong>) -> Option<T> {
        self.ask(key);
        let item = self.table.get(key)?;
        read(item).map_err(|wrong| self.note(item.place.clone(), self.path_of(key), wrong)).ok()
    }

    /// Counts a key as asked for, whatever it holds: somebody else reads it.
    pub fn leave(&self, key: &str) {
        self.ask(key);
    }

    fn ask(&self, key: &str) {
        self.asked.borrow_mut().push(key.to_owned());
    }

    fn note(&self, place: Place, path: String, Wrong { wrong, right }: Wrong) {
        self.faults.borrow_mut().add(Fault { place, path, wrong, right });
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

/// The value behind one word of several.
///
/// # Errors
/// The words there are, or the one that was probably meant.
pub fn choose<T: Clone>(text: &str, choices: &[(&str, T)]) -> Result<T, Wrong> {
    let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
    choices
        .iter()
        .find(|(word, _)| *word == text)
        .map(|(_, value)| value.clone())
        .ok_or_else(|| Wrong::unknown(text, "one of the words that fit here", &words))
}

/// Words joined for a sentence: `a`, `b` or `c`.
fn any_of(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, [])) => format!("“{last}”"),
        Some((last, rest)) => {
            let rest: Vec<String> = rest.iter().map(|word| format!("“{word}”")).collect();
            format!("{} or “{last}”", rest.join(", "))
        }
        None => "nothing here".to_owned(),
    }
}

fn scalar(node: &Node) -> Result<String, Wrong> {
    match node {
        Node::Text(text) | Node::Variable(text) => one_line(text).map(str::to_owned),
        Node::Number(number) => Ok(number.to_string()),
        Node::Fraction(number) => Ok(number.clone()),
        Node::Switch(on) => Ok(on.to_string()),
        other => Err(not(other, "a single value", "Write a text in quotation marks, or a number.")),
    }
}

/// A list of single values, or a section of them, as JSON.
fn json(node: &Node) -> Result<serde_json::Value, Wrong> {
    match node {
        Node::List(items) => {
            items.iter().map(|item| scalar(&item.node).map(serde_json::Value::from)).collect()
        }
        Node::Table(table) => {
            let entry =
                |entry: &super::tree::Entry| Ok((entry.key.clone(), scalar(&entry.item.node)?.into()));
            let entries = table.entries.iter().map(entry).collect::<Result<serde_json::Map<_, _>, Wrong>>();
            entries.map(Into::into)
        }
        other => scalar(other).map(Into::into),
    }
}

fn one_line(text: &str) -> Result<&str, Wrong> {
    if text.trim().is_empty() {
        return Err(Wrong::new("This is empty.", "Write a value, or leave the key out."));
    }
    if text.contains(['\n', '\r', '\0']) {
        return Err(Wrong::new("This has several lines.", "Write it in one line."));
    }
    if text.trim() != text {
        return Err(Wrong::new("There are spaces before or after the value.", "Leave them out."));
    }
    Ok(text)
}

fn not(node: &Node, wanted: &str, right: &str) -> Wrong {
    Wrong::new(format!("This is {}, not {wanted}.", node.kind()), right)
}
