//! What could be meant, while somebody types an option of a command.

use serde_json::{Value, json};

use super::{Reception, Visit, came::Typed, identity, line::PARAMETERS};
use crate::actions;
use commands::{Kind, complete::Completion};

/// The most choices that Discord shows.
const CHOICES: usize = 25;
/// The longest name, and the longest value, of a choice, in characters.
const LENGTH: usize = 100;

/// Choices for the option that is being typed. Whatever is in the way, typing goes on without.
pub async fn choices(at: &Reception, visit: &Visit) -> Vec<Value> {
    let Some(typed) = visit.came.typed() else { return Vec::new() };
    let Some(asks) = Asks::of(&typed) else { return Vec::new() };
    let caller = match identity::typing(at, visit).await {
        Ok(Some(caller)) => caller,
        Ok(None) => return Vec::new(),
        Err(error) => {
            tracing::warn!(%error, "completion could not look up who is typing");
            return Vec::new();
        }
    };
    let found = actions::complete(&at.world, &caller, &asks.line, asks.line.len()).await;
    found.iter().filter_map(|one| asks.choice(one)).take(CHOICES).collect()
}

/// A half-written line that asks for the same as the option.
struct Asks {
    line: String,
    /// Where in it the option's value begins.
    from: usize,
    /// Whether the value is several words, each of which is completed by itself.
    words: bool,
    /// The names that are options of their own, and so are not offered as words.
    options: Vec<&'static str>,
}

impl Asks {
    fn of(typed: &Typed) -> Option<Self> {
        let path: Vec<&str> = typed.path.iter().map(String::as_str).collect();
        let spec = commands::find(&path)?.spec;
        let focused = typed.focused.as_deref()?;
        let value = |name: &str| {
            typed.options.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
        };
        let mut line = format!("{} ", spec.name());
        let words = match spec.arg(focused) {
            Some(arg) if arg.kind == Kind::Command => true,
            Some(_) => {
                line.push_str(&format!("{focused}="));
                false
            }
            None if focused == PARAMETERS => {
                let template = value("template").split_whitespace().next().unwrap_or_default();
                line.push_str(&format!("template={template} "));
                true
            }
            None => return None,
        };
        let from = line.len();
        line.push_str(value(focused));
        Some(Self { line, from, words, options: spec.args.iter().map(|arg| arg.name).collect() })
    }

    /// A completion as a choice; `None` for one that does not belong here, or that Discord could not carry.
    fn choice(&self, one: &Completion) -> Option<Value> {
        let is_option = |name: &str| one.insert.strip_prefix(name).is_some_and(|rest| rest.starts_with('='));
        if self.words && self.options.iter().any(|name| is_option(name)) {
            return None;
        }
        // Before the value stands the name, which a completion of the whole word repeats.
        let before = self.line.get(self.from..one.replace.start.max(self.from))?;
        let name = self.line.get(one.replace.start.min(self.from)..self.from)?;
        let insert = one.insert.trim_end();
        let value = format!("{before}{}", unquoted(insert.strip_prefix(name)?, self.words));
        // What is completed word by word goes on in the same place, so there it is shown as it is.
        let shown = if self.words || one.help.is_empty() {
            value.clone()
        } else {
            format!("{value} — {}", one.help)
        };
        let fits = !value.is_empty() && value.chars().count() <= LENGTH;
        fits.then(|| json!({"name": shown.chars().take(LENGTH).collect::<String>(), "value": value}))
    }
}

/// A single value without the quotes that it needs in a line.
fn unquoted(text: &str, in_line: bool) -> String {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    match inner.filter(|_| !in_line) {
        Some(inner) => inner.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => text.to_owned(),
    }
}
