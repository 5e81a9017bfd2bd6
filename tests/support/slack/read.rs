//! What people see, as plain text, the same as of every other platform: mentions as handles, times in the reader's
//! zone, markup undone.

use chrono::DateTime;
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::{
    Slack,
    state::{Content, Message, State, View},
    views,
};

impl Slack {
    /// What is new or rewritten in a channel since it was last read, as a person there sees it: whether it is new.
    /// Private answers are not among it.
    pub fn reads(&self, channel: &str, zone: Tz) -> Vec<(bool, String)> {
        self.with(|state| {
            let mut news = Vec::new();
            let here = |message: &&mut Message| message.channel == channel && message.only_for.is_none();
            let mut changed = Vec::new();
            for message in state.messages.iter_mut().filter(here).filter(|message| !message.deleted) {
                let known = message.read.checked_sub(1).map(|at| message.versions[at].clone());
                message.read = message.versions.len();
                if known.as_ref() != Some(message.now()) {
                    changed.push((known.is_none(), message.now().clone()));
                }
            }
            for (new, content) in changed {
                news.push((new, shown(state, &content, zone)));
            }
            news
        })
    }

    /// A message as its reader sees it.
    pub fn shows(&self, content: &Content, zone: Tz) -> String {
        self.with(|state| shown(state, content, zone))
    }

    /// A form as its reader sees it: title, then each field with its label and what stands in it, errors below.
    pub fn shows_view(&self, view: &View, zone: Tz) -> String {
        self.with(|state| form(state, view, zone))
    }

    /// Somebody's App Home as they see it, once the app has published one.
    pub async fn home(&self, user: &str, zone: Tz) -> String {
        let id = views::home_of(user);
        self.until("an App Home", |state| {
            let view = state.views.get(&id)?.clone();
            let blocks = view.json["blocks"].as_array().cloned().unwrap_or_default();
            Some(shown(state, &Content { text: String::new(), blocks }, zone))
        })
        .await
    }
}

/// The signs of a message's tone, which other platforms show as a colour.
const TONES: [&str; 6] = ["❔", "⏳", "✅", "⚠️", "❌", "⏹️"];

fn shown(state: &State, content: &Content, zone: Tz) -> String {
    if content.blocks.is_empty() {
        return words(state, &content.text, zone);
    }
    let seen = content.blocks.iter().filter(|one| !is_tone(one) && !is_call(one));
    let blocks = seen.filter_map(|one| block(state, one, zone));
    blocks.collect::<Vec<_>>().join("\n")
}

fn is_tone(block: &Value) -> bool {
    let text = block["elements"][0]["text"].as_str().unwrap_or_default();
    block["type"] == "context" && TONES.iter().any(|tone| text.starts_with(tone)) && text.chars().count() < 24
}

/// A mention of a user group alone: whom it calls is not what it says.
fn is_call(block: &Value) -> bool {
    let text = block["text"]["text"].as_str().unwrap_or_default();
    text.starts_with("<!subteam^") && text.ends_with('>') && text.matches('<').count() == 1
}

fn block(state: &State, block: &Value, zone: Tz) -> Option<String> {
    let text = |value: &Value| object(state, value, zone);
    let elements = || block["elements"].as_array().cloned().unwrap_or_default();
    Some(match block["type"].as_str()? {
        "header" => format!("# {}", text(&block["text"])),
        "section" => {
            let fields = block["fields"].as_array().cloned().unwrap_or_default();
            let field = |value: &Value| text(value).replacen('\n', ": ", 1);
            let own = (!block["text"].is_null()).then(|| titled(block, text(&block["text"])));
            let more = labels(&block["accessory"]);
            let more = (!more.is_empty()).then(|| format!("[{}]", more.join("] [")));
            own.into_iter().chain(fields.iter().map(field)).chain(more).collect::<Vec<_>>().join("\n")
        }
        "context" => {
            let all: Vec<String> = elements().iter().map(text).collect();
            format!("({})", all.join(" "))
        }
        "actions" => {
            let all: Vec<String> = elements().iter().flat_map(labels).collect();
            format!("[{}]", all.join("] ["))
        }
        "rich_text" => elements().iter().map(|part| rich(state, part, zone)).collect::<Vec<_>>().join("\n"),
        "divider" => return None,
        other => panic!("a block of the kind {other} cannot be read"),
    })
}

/// Slack's headers hold no mentions, so a title with one is a section that is bold as a whole.
fn titled(block: &Value, shown: String) -> String {
    let text = block["text"]["text"].as_str().unwrap_or_default();
    let inside = text.strip_prefix('*').and_then(|text| text.strip_suffix('*'));
    if inside.is_some_and(|inside| !inside.contains('*')) { format!("# {shown}") } else { shown }
}

/// What stands on something that can be pressed.
fn labels(element: &Value) -> Vec<String> {
    match element["type"].as_str() {
        Some("button") => vec![views::text(&element["text"]["text"])],
        Some("overflow") => {
            let options = element["options"].as_array().cloned().unwrap_or_default();
            options.iter().map(|option| views::text(&option["text"]["text"])).collect()
        }
        _ => Vec::new(),
    }
}

/// What Slack sends when something with that label is pressed.
pub(super) fn pressable(blocks: &[Value], label: &str) -> Option<Value> {
    let of = |block: &Value| -> Vec<(Value, Value)> {
        let elements = block["elements"].as_array().cloned().unwrap_or_default();
        let all = elements.into_iter().chain([block["accessory"].clone()]);
        all.map(|element| (block["block_id"].clone(), element)).collect()
    };
    blocks.iter().flat_map(of).find_map(|(block, element)| match element["type"].as_str()? {
        "button" if element["text"]["text"] == label => Some(json!({
            "type": "button", "block_id": block, "action_id": element["action_id"], "text": element["text"],
            "value": element["value"], "style": element["style"],
        })),
        "overflow" => {
            let options = element["options"].as_array()?;
            let chosen = options.iter().find(|option| option["text"]["text"] == label)?;
            Some(json!({
                "type": "overflow", "block_id": block, "action_id": element["action_id"],
                "selected_option": chosen,
            }))
        }
        _ => None,
    })
}

/// A text object.
fn object(state: &State, object: &Value, zone: Tz) -> String {
    let text = views::text(&object["text"]);
    if object["type"] == "plain_text" { text } else { words(state, &text, zone) }
}

/// Mrkdwn as it is seen. A block of code is set in, a list has dashes.
pub(super) fn words(state: &State, text: &str, zone: Tz) -> String {
    let mut shown = String::new();
    for (at, part) in text.split("```").enumerate() {
        if at % 2 == 1 {
            let code = line(state, part.trim_matches('\n'), zone, true);
            shown.push_str(&format!("    {}", code.replace('\n', "\n    ")));
        } else {
            shown.push_str(&line(state, part, zone, false));
        }
    }
    let item =
        |line: &str| line.strip_prefix("• ").map_or_else(|| line.to_owned(), |rest| format!("- {rest}"));
    shown.split('\n').map(item).collect::<Vec<_>>().join("\n")
}

fn line(state: &State, text: &str, zone: Tz, code: bool) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        shown.push_str(&plain(&rest[..at], code));
        let Some(end) = rest[at..].find('>') else { panic!("an angle bracket that nothing closes: {text}") };
        shown.push_str(&reference(state, &rest[at + 1..at + end], zone));
        rest = &rest[at + end + 1..];
    }
    shown + &plain(rest, code)
}

/// Text without references: marks of bold gone, special characters as they are.
fn plain(text: &str, code: bool) -> String {
    let mut shown = String::new();
    for (at, part) in text.split('`').enumerate() {
        // Between backticks nothing is markup.
        let inside = at % 2 == 1;
        if at > 0 {
            shown.push('`');
        }
        if code || inside {
            shown.push_str(part)
        } else {
            shown.push_str(&part.replace(['*', '\u{200b}'], ""))
        }
    }
    // What stands for a sign of formatting looks like it.
    let alike = [('∗', '*'), ('ˍ', '_'), ('∼', '~'), ('ˋ', '`'), ('∶', ':'), ('›', '>')];
    let shown = alike.iter().fold(shown, |shown, (one, other)| shown.replace(*one, &other.to_string()));
    shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// What stands between angle brackets.
fn reference(state: &State, text: &str, zone: Tz) -> String {
    if let Some(id) = text.strip_prefix('@') {
        return format!("@{}", state.user(id).handle);
    }
    if let Some(group) = text.strip_prefix("!subteam^") {
        return format!("@group-{group}");
    }
    if let Some(date) = text.strip_prefix("!date^") {
        let (date, fallback) = date.split_once('|').expect("a date has a fallback");
        assert!(!fallback.is_empty(), "a date has a fallback");
        let (seconds, format) = date.split_once('^').expect("a date has a format");
        return moment(seconds.parse().expect("seconds"), format, zone);
    }
    assert!(!text.starts_with('!'), "everybody is called: <{text}>");
    text.split_once('|').map_or(text, |(_, label)| label).to_owned()
}

/// A date as everybody here sees it, whatever the format, as long as Slack knows it.
fn moment(seconds: i64, format: &str, zone: Tz) -> String {
    let known = ["date", "time", "ago", "day_divider_pretty"];
    for token in format.split('{').skip(1) {
        let name = token.split('}').next().unwrap_or_default();
        assert!(known.iter().any(|known| name.starts_with(known)), "Slack knows no {{{name}}}");
    }
    let at = DateTime::from_timestamp(seconds, 0).expect("a moment");
    at.with_timezone(&zone).format("%a %-d %b %Y %H:%M %Z").to_string()
}

fn rich(state: &State, part: &Value, zone: Tz) -> String {
    let elements = part["elements"].as_array().cloned().unwrap_or_default();
    let whole = |all: &[Value]| all.iter().map(|piece| rich_piece(state, piece, zone)).collect::<String>();
    match part["type"].as_str() {
        Some("rich_text_preformatted") => format!("    {}", whole(&elements).replace('\n', "\n    ")),
        Some("rich_text_list") => {
            let item = |item: &Value| format!("- {}", rich(state, item, zone));
            elements.iter().map(item).collect::<Vec<_>>().join("\n")
        }
        _ => whole(&elements),
    }
}

fn rich_piece(state: &State, piece: &Value, zone: Tz) -> String {
    match piece["type"].as_str() {
        Some("user") => format!("@{}", state.user(piece["user_id"].as_str().unwrap_or_default()).handle),
        Some("date") => moment(
            piece["timestamp"].as_i64().unwrap_or_default(),
            piece["format"].as_str().unwrap_or_default(),
            zone,
        ),
        _ if piece["style"]["code"] == true => format!("`{}`", views::text(&piece["text"])),
        _ => views::text(&piece["text"]),
    }
}

fn form(state: &State, view: &View, zone: Tz) -> String {
    let blocks = view.json["blocks"].as_array().cloned().unwrap_or_default();
    if view.json["submit"].is_null() {
        return shown(state, &Content { text: String::new(), blocks }, zone);
    }
    // A title of more than 24 characters stands above the fields.
    let above = blocks.first().filter(|first| first["type"] == "section");
    let above = above.map(|first| block(state, first, zone).unwrap_or_default());
    let title = above.clone().filter(|text| !text.starts_with(FAULT));
    let mut lines =
        vec![format!("form: {}", title.clone().unwrap_or_else(|| views::text(&view.json["title"]["text"])))];
    let mut fault = None;
    for one in blocks.iter().skip(usize::from(title.is_some())) {
        if one["type"] != "input" {
            let text = block(state, one, zone).unwrap_or_default();
            match text.trim_start_matches('(').strip_prefix(FAULT) {
                Some(words) if one["type"] == "context" => {
                    fault = Some(words.trim_end_matches(')').trim().to_owned())
                }
                Some(words) => {
                    lines.push(format!("! {}", words.trim().trim_start_matches("That did not work: ")))
                }
                None => lines.push(text),
            }
            continue;
        }
        let star = if one["optional"] == true { "" } else { "*" };
        let id = views::text(&one["block_id"]);
        let key = (id.clone(), views::text(&one["element"]["action_id"]));
        let stands = view.values.get(&key).map(value).unwrap_or_default();
        let label = views::text(&one["label"]["text"]);
        lines.push(format!("{label}{star}: {stands}").trim_end().to_owned());
        // Both are seen: what the app wrote above the field, and Slack's own line below it.
        let faults = fault.take().into_iter().chain(view.errors.get(&id).cloned());
        lines.extend(faults.map(|error| format!("  ! {}", error.replace('\n', " "))));
    }
    lines.push(format!("[{}]", views::text(&view.json["submit"]["text"])));
    lines.join("\n")
}

/// How what is wrong begins.
const FAULT: &str = "⚠️";

/// What stands in a field.
pub(super) fn value(value: &Value) -> String {
    let chosen = value["selected_option"]["value"].as_str();
    value["value"].as_str().or(chosen).unwrap_or_default().to_owned()
}
