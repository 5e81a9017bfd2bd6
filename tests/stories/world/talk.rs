//! What people do in a story: say something, press a button, fill in a form, read.

use chrono_tz::Tz;
use sublet::{
    actions::{Answer, Inbound, Input, form, home, perform},
    ports::chat::{Platform, Room},
};

use super::{World, chat::buttons, paper, places};

/// Somewhere messages are: `#approvers`, or somebody's direct messages by their handle.
pub fn room(name: &str) -> Room {
    match name {
        "#approvers" => Room::Approvers,
        handle => Room::Direct(places::id(handle)),
    }
}

impl World {
    /// Somebody types a line; the private answer as text.
    pub async fn says(&self, who: &str, line: &str) -> String {
        let event = self.next_event();
        self.event(&event, who, line).await
    }

    /// The platform delivers an event with this id.
    pub async fn event(&self, id: &str, who: &str, line: &str) -> String {
        self.does(id, who, Input::Line(self.names.real(line))).await
    }

    /// Somebody presses a button on the newest message in a room that has it.
    pub async fn presses(&self, who: &str, place: &str, label: &str) -> String {
        let button = self.outside.chat.button(&room(place), label);
        let button = button.unwrap_or_else(|| panic!("there is no button [{label}] in {place}"));
        self.says(who, &button.line).await
    }

    /// Somebody presses a button on the answer that was given last.
    pub async fn accepts(&self, who: &str, label: &str) -> String {
        let offered = self.offered.lock().expect("the buttons").clone();
        let button = offered.iter().find(|button| button.label == label);
        let button = button.unwrap_or_else(|| panic!("the answer has no button [{label}]"));
        self.says(who, &button.line).await
    }

    /// The line that a button carries, to be pressed later.
    pub fn line_of(&self, place: &str, label: &str) -> String {
        self.outside.chat.button(&room(place), label).expect("that button").line
    }

    /// Somebody fills in the form that was opened last, and sends it.
    pub async fn fills(&self, who: &str, given: &[(&str, &str)]) -> String {
        let asked = self.form.lock().expect("the form").take().expect("a form was opened");
        let mut values = asked.form.hidden.clone();
        values.extend(asked.form.fields.iter().map(|field| (field.name.clone(), field.value.clone())));
        for (name, text) in given {
            let value = values.iter_mut().find(|(known, _)| known == name);
            value.unwrap_or_else(|| panic!("the form has no field {name}")).1 = (*text).to_owned();
        }
        let path = asked.form.spec.path.iter().map(ToString::to_string).collect();
        let event = self.next_event();
        self.does(&event, who, Input::Form { path, values }).await
    }

    /// What is new or rewritten in a room since it was last read, with times as its reader sees them.
    pub async fn sees(&self, place: &str) -> String {
        let zone = self.zone(place).await;
        let news = self.outside.chat.reads(&room(place));
        let show = |(new, message): &(bool, _)| {
            let mark = if *new { "sublet:" } else { "sublet (rewritten):" };
            format!("{mark}\n{}", paper::message(message, zone))
        };
        self.names.short(&news.iter().map(show).collect::<Vec<_>>().join("\n\n"))
    }

    /// Every letter to that address since it was last asked for, as text.
    pub fn letters(&self, to: &str) -> Vec<String> {
        let letters = self.outside.mail.letters();
        let to = letters.iter().filter(|letter| letter.to == format!("{to}@example.org"));
        to.map(|letter| self.names.short(&paper::letter(letter))).collect()
    }

    /// The real name behind a short one.
    pub fn real(&self, name: &str) -> String {
        self.names.real(name)
    }

    /// Somebody opens their home page, on a platform that has such pages.
    pub async fn home(&self, who: &str) -> String {
        let page = home(&self.engine.world, &places::id(who).into()).await.expect("the database");
        let Some(page) = page else { return "nobody".to_owned() };
        self.names.short(&paper::message(&page, self.zone(who).await))
    }

    /// Somebody chooses another template in a form that holds these values.
    pub async fn chooses(&self, who: &str, path: &str, filled: &[(&str, &str)]) -> String {
        let path: Vec<String> = path.split(' ').map(str::to_owned).collect();
        let filled: Vec<_> =
            filled.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let asked =
            form(&self.engine.world, &places::id(who).into(), &path, &filled).await.expect("the database");
        paper::form(&asked.expect("the form of a command"), self.zone(who).await)
    }

    async fn zone(&self, place: &str) -> Tz {
        if place == "#approvers" { chrono_tz::UTC } else { self.person(place).await.zone }
    }

    async fn does(&self, event: &str, who: &str, input: Input) -> String {
        let inbound = Inbound {
            id: event.to_owned(),
            caller: places::id(who).into(),
            platform: Platform::Console,
            input,
        };
        let answer = perform(&self.engine.world, inbound).await;
        let mut tx = self.looks().await;
        let known = tx.person(&places::id(who)).await.expect("people can be looked up");
        let zone = known.map_or(chrono_tz::UTC, |person| person.zone);
        drop(tx);
        let text = match &answer {
            Answer::Say(message) => {
                *self.offered.lock().expect("the buttons") = buttons(message).cloned().collect();
                paper::message(message, zone)
            }
            Answer::Ask(asked) => {
                let text = paper::form(asked, zone);
                *self.form.lock().expect("the form") = Some(asked.clone());
                text
            }
        };
        assert!(!text.contains("Something broke"), "a fault: {text}");
        self.names.short(&text)
    }
}
