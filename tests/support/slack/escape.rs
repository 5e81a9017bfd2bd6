//! What Slack makes of typed text before an app gets it, when a command is registered with `should_escape`.

use super::state::State;

/// The text of a command: mentions as ids, links in angle brackets, the three special characters escaped.
pub(super) fn typed(state: &State, team: &str, text: &str) -> String {
    let words = text.split(' ').map(|word| one(state, team, word));
    words.collect::<Vec<_>>().join(" ")
}

fn one(state: &State, team: &str, word: &str) -> String {
    if let Some(handle) = word.strip_prefix('@') {
        let mut users = state.directory.users.values();
        if let Some(user) = users.find(|user| user.team == team && user.handle == handle) {
            return format!("<@{}|{}>", user.id, user.handle);
        }
    }
    if let Some(name) = word.strip_prefix('#') {
        let mut channels = state.directory.channels.values();
        if let Some(channel) = channels.find(|channel| channel.team == team && channel.name == name) {
            return format!("<#{}|{}>", channel.id, channel.name);
        }
    }
    let escaped = word.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    if word.starts_with("https://") || word.starts_with("http://") {
        return format!("<{escaped}>");
    }
    match word.split_once('@') {
        Some((_, domain)) if is_domain(domain) => format!("<mailto:{escaped}|{escaped}>"),
        None if is_domain(word) => format!("<http://{escaped}|{escaped}>"),
        _ => escaped,
    }
}

/// Whether Slack takes it for the name of a place on the web.
fn is_domain(word: &str) -> bool {
    let known = ["com", "dev", "io", "net", "org"];
    word.rsplit_once('.').is_some_and(|(name, top)| {
        known.contains(&top)
            && !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
    })
}
