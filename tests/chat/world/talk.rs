//! What people do in a conversation, on whichever platform: say something, press, fill in, read.

use chrono_tz::Tz;

use super::{Button, Side, World};

impl World {
    /// Somebody types a line; the private answer, or the form, as text.
    pub async fn says(&self, who: &str, line: &str) -> String {
        let line = self.names.real(line);
        let zone = self.zone(who).await;
        let said = match &self.side {
            Side::Console(side) => side.says(self, who, &line).await,
            Side::Slack(side) => side.says(who, &line, zone).await,
            Side::Discord(side) => side.says(who, &line, zone).await,
        };
        self.heard(&said)
    }

    /// What stands on the newest message in a place that has it: to be pressed now, or much later.
    pub async fn button(&self, who: &str, place: &str, label: &str) -> Button {
        match &self.side {
            Side::Console(side) => Button::Console(side.finds(place, label).await),
            Side::Slack(side) => Button::Slack(side.button(who, place, label)),
            Side::Discord(side) => Button::Discord(side.button(who, place, label)),
        }
    }

    /// Somebody presses a button as it was when it was seen; the private answer, or the form, as text.
    pub async fn presses_that(&self, who: &str, button: &Button) -> String {
        let zone = self.zone(who).await;
        let said = match (&self.side, button) {
            (Side::Console(side), Button::Console(seen)) => side.presses(self, who, seen).await,
            (Side::Slack(side), Button::Slack(what)) => side.presses(who, what, zone).await,
            (Side::Discord(side), Button::Discord(what)) => side.presses(who, what, zone).await,
            _ => panic!("a button of another platform"),
        };
        self.heard(&said)
    }

    /// Somebody presses a button on the newest message in a place that has it.
    pub async fn presses(&self, who: &str, place: &str, label: &str) -> String {
        let button = self.button(who, place, label).await;
        self.presses_that(who, &button).await
    }

    /// Somebody fills in the form before them and sends it: the private answer, or the form with what is wrong.
    pub async fn fills(&self, who: &str, given: &[(&str, &str)]) -> String {
        let zone = self.zone(who).await;
        let said = match &self.side {
            Side::Console(side) => side.fills(self, who, given).await,
            Side::Slack(side) => side.fills(who, given, zone).await,
            Side::Discord(side) => side.fills(who, given, zone).await,
        };
        self.heard(&said)
    }

    /// The platform delivers what somebody did last once more, a second later.
    pub async fn delivers_again(&self) {
        self.clock.set(self.now() + chrono::TimeDelta::seconds(1));
        match &self.side {
            Side::Console(side) => side.again(self).await,
            Side::Slack(side) => side.again().await,
            Side::Discord(side) => side.again().await,
        }
    }

    /// What is new or rewritten in a place since it was last read: `#approvers`, or somebody's direct messages by
    /// their handle.
    pub async fn sees(&self, place: &str) -> String {
        let zone = if place == "#approvers" { Tz::UTC } else { self.zone(place).await };
        let news = match &self.side {
            Side::Console(side) => side.reads(place, zone).await,
            Side::Slack(side) => side.reads(place, zone),
            Side::Discord(side) => side.reads(place, zone),
        };
        let show = |(new, text): &(bool, String)| {
            let mark = if *new { "sublet:" } else { "sublet (rewritten):" };
            format!("{mark}\n{}", buttons_last(text))
        };
        self.short(&news.iter().map(show).collect::<Vec<_>>().join("\n\n"))
    }

    /// The real name behind a short one.
    pub fn real(&self, name: &str) -> String {
        self.names.real(name)
    }

    /// The text with short names, and without the name of the platform on which something was decided.
    pub fn short(&self, text: &str) -> String {
        let on = format!(" on {} at ", self.on.name());
        self.names.short(text).replace(&on, " on PLATFORM at ")
    }

    fn heard(&self, said: &str) -> String {
        assert!(!said.contains("Something broke"), "a fault: {said}");
        self.short(said)
    }

    async fn zone(&self, who: &str) -> Tz {
        self.person(who).await.map_or(Tz::UTC, |person| person.zone)
    }
}

/// A message with its buttons at the end, where Discord always has them.
fn buttons_last(text: &str) -> String {
    let (buttons, words): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with('[') && line.ends_with(']'));
    words.into_iter().chain(buttons).collect::<Vec<_>>().join("\n")
}
