//! Forms in Discord: read in the words of the contract, filled in as a modal or part by part, and sent.
//!
//! Discord cuts the titles of modals, writes its own word on the button that sends them, and shows in a message
//! what every empty field means. The contract is about the form, so those differ here and are left out.

use chrono_tz::Tz;

use super::{DiscordSide, account};
use crate::discord::{Discord, act::Said, forms::Sent};

/// The modal that somebody has before them.
pub(super) fn modal(discord: &Discord, user: &str) -> String {
    let modal = discord.modal(user).expect("a modal is open");
    let text = discord.shows_modal(&modal);
    let (title, fields) = text.split_once('\n').unwrap_or((&text, ""));
    let title = title.trim_start_matches("form: ");
    let (title, submit) = named(title);
    format!("form: {title}\n{fields}\n[{submit}]")
}

/// The whole title of a form and what the button says that sends it, by its title or by the name of its command.
fn named(title: &str) -> (String, String) {
    let mut specs = commands::CATALOG.iter().map(|entry| entry.spec);
    let spec = specs.find(|spec| spec.summary == title || spec.name() == title);
    let spec = spec.unwrap_or_else(|| panic!("no command has a form with the title {title}"));
    let form = commands::form::form(spec, &[]);
    (form.title, form.submit)
}

/// A form that is shown as a message: its title, each field with what stands in it, and what is wrong with it.
pub(super) fn message(text: &str) -> String {
    let mut shown = text.lines().filter(|line| !line.starts_with('[') && !is_hint(line));
    let title = shown.next().unwrap_or_default().trim_start_matches("# ");
    let mut lines = vec![format!("form: {title}")];
    for line in shown {
        match line.strip_prefix("⚠️ ") {
            Some(fault) if lines.len() > 1 => lines.push(format!("  ! {fault}")),
            Some(problem) => {
                lines.push(format!("! {}", problem.trim_start_matches("That did not work: ")));
            }
            None => match lines.last_mut().filter(|last| last.starts_with("  ! ") && !is_field(line)) {
                // Where errors are one line they are the same words.
                Some(fault) => *fault = format!("{fault} {line}"),
                None => lines.push(filled(line)),
            },
        }
    }
    lines.push(format!("[{}]", named(title).1));
    lines.join("\n")
}

fn is_hint(line: &str) -> bool {
    line.starts_with('(') && line.ends_with(')')
}

/// Whether a line is a field, which has a short label.
fn is_field(line: &str) -> bool {
    let parts = line.split_once(':').filter(|(_, value)| value.is_empty() || value.starts_with(' '));
    parts.is_some_and(|(label, _)| label.chars().count() <= 46 && !label.contains(['.', '`']))
}

/// A field without the dash for nothing.
fn filled(line: &str) -> String {
    match line.split_once(": —") {
        Some((label, _)) => format!("{label}:"),
        None => line.to_owned(),
    }
}

impl DiscordSide {
    /// Somebody fills in the form before them and sends it.
    pub async fn fills(&self, who: &str, given: &[(&str, &str)], zone: Tz) -> String {
        let user = account(who);
        if self.discord.modal(&user).is_some() {
            for (field, text) in given {
                self.discord.fills(&user, field, text);
            }
            return self.sends(&user, zone).await;
        }
        let mut left = given.to_vec();
        while let Some((field, text)) = left.first().copied() {
            if self.chooses(&user, field, text, zone).await {
                left.remove(0);
            } else {
                left = self.fills_part(&user, &left, zone).await;
            }
        }
        let send = self.on_form(&user, |value| value.starts_with("s|")).expect("the form can be sent");
        let act = self.discord.presses(&user, &send).await;
        self.shows(act, zone).await
    }

    async fn sends(&self, user: &str, zone: Tz) -> String {
        match self.discord.submits(user).await {
            Sent::Held(labels) => format!("Discord: please fill in {}", labels.join(", ")),
            Sent::Closed(act) => self.shows(act, zone).await,
        }
    }

    /// Something on the form that somebody has before them as a message.
    fn on_form(&self, user: &str, fits: impl Fn(&str) -> bool) -> Option<crate::discord::act::Pressable> {
        let form = self.forms.lock().expect("the forms").get(user).cloned();
        let form = form.unwrap_or_else(|| panic!("{user} has no form before them"));
        self.discord.finds_on(&form, |_, value| fits(value))
    }

    /// Chooses from the menu of that field. `false` when it has none.
    async fn chooses(&self, user: &str, field: &str, text: &str, zone: Tz) -> bool {
        let form = self.forms.lock().expect("the forms").get(user).cloned().expect("a form");
        let Some(what) = self.discord.menu(&form, |id| is_of(id, field), text) else { return false };
        let act = self.discord.presses(user, &what).await;
        self.shows(act, zone).await;
        true
    }

    /// Opens the part that has the first of these fields, fills in all of them that it has, and sends the part.
    async fn fills_part<'a>(
        &self,
        user: &str,
        given: &[(&'a str, &'a str)],
        zone: Tz,
    ) -> Vec<(&'a str, &'a str)> {
        for part in 0.. {
            let button =
                self.on_form(user, |value| value.starts_with("e|") && is_of(value, &part.to_string()));
            let button = button.unwrap_or_else(|| panic!("the form has no field {}", given[0].0));
            let act = self.discord.presses(user, &button).await;
            assert_eq!(self.discord.answer(&act).await, Said::Modal, "a part is a modal");
            let modal = self.discord.modal(user).expect("a modal is open");
            if !modal.has(given[0].0) {
                self.discord.dismisses(user);
                continue;
            }
            let (own, other): (Vec<_>, Vec<_>) =
                given.iter().copied().partition(|(field, _)| modal.has(field));
            for (field, text) in own {
                self.discord.fills(user, field, text);
            }
            let shown = self.sends(user, zone).await;
            assert!(shown.starts_with("form: "), "a part was sent: {shown}");
            return other;
        }
        unreachable!("there is an end to parts")
    }
}

/// Whether an id such as `c|DRAFT|FIELD` is about that.
fn is_of(id: &str, what: &str) -> bool {
    id.splitn(3, '|').nth(2) == Some(what)
}
