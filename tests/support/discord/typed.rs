//! A typed line as Discord's client makes options of it, by the commands that are registered: people fill in one
//! option after the other. What is no option of its own goes into `parameters`.

use commands::{Arg, Spec};
use serde_json::{Map, Value, json};

use super::{api, people::Directory};

/// Somebody's line as the `data` of an interaction. `focus`: the option in which the cursor stands.
///
/// What the client does not send, with what it says: there is no such command, a word has no place, an option is
/// missing.
pub(super) fn data(
    commands: &[Value],
    directory: &Directory,
    guild: Option<&str>,
    line: &str,
    focus: Option<&str>,
) -> Result<Value, String> {
    let words = words(line);
    let first = words.first().map(|word| word.trim_start_matches('/')).unwrap_or_default();
    let command = commands.iter().find(|command| command["name"] == first);
    let command = command.ok_or_else(|| format!("there is no command /{first}"))?;
    let below: Vec<&Value> = list(&command["options"]).filter(|option| option["type"] == 1).collect();
    let mut data = json!({ "id": command["id"], "name": first, "type": 1 });
    if command["guild_id"].is_string() {
        data["guild_id"] = json!(guild);
    }
    let filled = if below.is_empty() {
        let filled = fill(command, commands::find(&[first]).map(|entry| entry.spec), &words[1..], focus)?;
        data["options"] = filled.options(directory, focus).into();
        filled
    } else {
        let verb = words.get(1).map(String::as_str).unwrap_or_default();
        let chosen = below.iter().find(|option| option["name"] == verb);
        let chosen = chosen.ok_or_else(|| format!("there is no command /{first} {verb}"))?;
        let spec = commands::find(&[first, verb]).map(|entry| entry.spec);
        let filled = fill(chosen, spec, &words[2..], focus)?;
        let options = filled.options(directory, focus);
        data["options"] = json!([{ "name": verb, "type": 1, "options": options }]);
        filled
    };
    filled.resolve(directory, guild, &mut data);
    Ok(data)
}

/// Values by option, in the order in which they were given.
struct Filled<'a> {
    declared: Vec<&'a Value>,
    values: Vec<(String, String)>,
}

fn fill<'a>(
    command: &'a Value,
    spec: Option<&'static Spec>,
    words: &[String],
    focus: Option<&str>,
) -> Result<Filled<'a>, String> {
    let declared: Vec<&Value> = list(&command["options"]).collect();
    let is_declared = |name: &str| declared.iter().any(|option| option["name"] == name);
    let mut filled = Filled { declared: declared.clone(), values: Vec::new() };
    let args: &[Arg] = spec.map_or(&[], |spec| spec.args);
    let mut places = args.iter().filter(|arg| arg.positional && !arg.rest && is_declared(arg.name));
    let bare = args.iter().find(|arg| arg.bare && is_declared(arg.name));
    let rest = args.iter().find(|arg| arg.rest && is_declared(arg.name)).map(|arg| arg.name);
    let plain = || declared.first().and_then(|option| option["name"].as_str()).filter(|_| args.is_empty());
    for word in words {
        let named = word.split_once('=').filter(|(name, _)| is_name(name));
        let begun = rest.is_some_and(|rest| filled.has(rest));
        match named {
            Some((name, value)) if is_declared(name) => filled.set(name, value),
            Some(_) if is_declared("parameters") && !begun => filled.add("parameters", word),
            _ => {
                let place = if begun { None } else { places.find(|arg| !filled.has(arg.name)) };
                let span = bare.filter(|arg| is_span(word) && !filled.has(arg.name) && !begun);
                let name = place.or(span).map(|arg| arg.name).or(rest).or_else(plain);
                filled.add(name.ok_or_else(|| format!("`{word}` has no place"))?, word);
            }
        }
    }
    if let Some(name) = focus.filter(|name| !filled.has(name)) {
        filled.set(name, "");
    }
    if let Some((name, _)) = filled.values.iter().find(|(name, value)| !filled.takes(name, value)) {
        return Err(format!("`{name}` does not take that"));
    }
    let missing = declared.iter().filter(|option| option["required"] == true && focus.is_none());
    let missing: Vec<&str> = missing.filter_map(|option| option["name"].as_str()).collect();
    match missing.into_iter().find(|name| !filled.has(name)) {
        Some(name) => Err(format!("please fill in `{name}`")),
        None => Ok(filled),
    }
}

impl Filled<'_> {
    fn has(&self, name: &str) -> bool {
        self.values.iter().any(|(known, _)| known == name)
    }

    fn set(&mut self, name: &str, value: &str) {
        self.values.retain(|(known, _)| known != name);
        self.values.push((name.to_owned(), value.to_owned()));
    }

    /// Adds words to those that are there.
    fn add(&mut self, name: &str, word: &str) {
        match self.values.iter_mut().find(|(known, _)| known == name) {
            Some((_, value)) => *value = format!("{value} {word}"),
            None => self.values.push((name.to_owned(), word.to_owned())),
        }
    }

    /// Whether Discord's client would send that value: not too long, one of the choices, a number.
    fn takes(&self, name: &str, value: &str) -> bool {
        let Some(option) = self.declared.iter().find(|option| option["name"] == name) else { return false };
        let short = option["max_length"].as_u64().is_none_or(|most| value.chars().count() as u64 <= most);
        let mut choices = list(&option["choices"]).peekable();
        let offered = choices.peek().is_none() || choices.any(|choice| choice["value"] == value);
        short && offered && (option["type"] != 4 || value.parse::<i64>().is_ok())
    }

    fn kind(&self, name: &str) -> u64 {
        let declared = self.declared.iter().find(|option| option["name"] == name);
        declared.and_then(|option| option["type"].as_u64()).unwrap_or_else(|| panic!("no option {name}"))
    }

    fn options(&self, directory: &Directory, focus: Option<&str>) -> Vec<Value> {
        let option = |(name, value): &(String, String)| {
            let kind = self.kind(name);
            let mentioned = value.strip_prefix('@').and_then(|handle| directory.named(handle));
            let sent = match (kind, mentioned) {
                (6, Some(user)) => json!(user.id),
                (3, Some(user)) => json!(format!("<@{}>", user.id)),
                (4, _) => value.parse::<i64>().map_or_else(|_| json!(value), |number| json!(number)),
                (5, _) => json!(value == "true"),
                _ => json!(value),
            };
            let mut option = json!({ "name": name, "type": kind, "value": sent });
            if focus == Some(name) {
                option["focused"] = json!(true);
            }
            option
        };
        self.values.iter().map(option).collect()
    }

    /// Adds what Discord says of people whom an option names.
    fn resolve(&self, directory: &Directory, guild: Option<&str>, data: &mut Value) {
        let (mut users, mut members) = (Map::new(), Map::new());
        for (name, value) in self.values.iter().filter(|(name, _)| self.kind(name) == 6) {
            let user = value.strip_prefix('@').and_then(|handle| directory.named(handle));
            let user = user.unwrap_or_else(|| panic!("{name} is nobody: {value}"));
            users.insert(user.id.clone(), api::account(user));
            let member = guild.and_then(|guild| directory.guilds[guild].members.get(&user.id));
            if let Some(member) = member {
                let mut member = api::describe(user, member);
                member.as_object_mut().expect("an object").remove("user");
                members.insert(user.id.clone(), member);
            }
        }
        if !users.is_empty() {
            data["resolved"] = json!({ "users": users, "members": members });
        }
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn is_name(text: &str) -> bool {
    text.starts_with(|char: char| char.is_ascii_lowercase())
        && text.chars().all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || "_-".contains(char))
}

fn is_span(word: &str) -> bool {
    let digits = word.trim_end_matches(|char: char| char.is_ascii_lowercase());
    !digits.is_empty() && digits.len() < word.len() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The words of a line; what stands between quotation marks is one.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for char in line.chars() {
        let last = words.last_mut().expect("a word");
        match char {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            other => last.push(other),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(line: &str) -> Result<Value, String> {
        let option = |name: &str| json!({ "type": 3, "name": name, "description": "x", "max_length": 40 });
        let request = ["template", "parameters", "for", "until", "key", "reason"].map(option);
        let registered = json!([
            { "id": "1", "name": "env", "description": "x", "options": [
                { "type": 1, "name": "request", "description": "x", "options": request },
                { "type": 1, "name": "list", "description": "x", "options": [option("who")] },
            ] },
            { "id": "2", "name": "help", "description": "x", "options": [option("command")] },
        ]);
        let directory = Directory::default();
        let data = data(registered.as_array().expect("commands"), &directory, None, line, None)?;
        let below = match data["options"][0]["type"].as_u64() {
            Some(1) => &data["options"][0]["options"],
            _ => &data["options"],
        };
        Ok(list(below).map(|option| json!([option["name"], option["value"]])).collect())
    }

    #[test]
    fn a_line_becomes_options() {
        let pairs = |pairs: &[(&str, &str)]| {
            Ok(pairs.iter().map(|(name, value)| json!([name, value])).collect::<Vec<Value>>().into())
        };
        for (line, expected) in [
            ("/env request", &[][..]),
            (
                "/env request web cpu=2 memory=4Gi for=3d the demo",
                &[
                    ("template", "web"),
                    ("parameters", "cpu=2 memory=4Gi"),
                    ("for", "3d"),
                    ("reason", "the demo"),
                ],
            ),
            (
                "/env request web 3d until=\"2026-12-01 18:00\"",
                &[("template", "web"), ("for", "3d"), ("until", "2026-12-01 18:00")],
            ),
            ("/env list @sublet", &[("who", "<@1100000000000000001>")]),
            ("/help env release", &[("command", "env release")]),
        ] {
            assert_eq!(sent(line), pairs(expected), "{line}");
        }
        for held in ["/what", "/env reqest web", "/env list one two"] {
            assert!(sent(held).is_err(), "{held}");
        }
    }
}
