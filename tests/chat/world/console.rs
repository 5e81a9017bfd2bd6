//! The console in a conversation: acts go in by its own `receive`, and what it shows is read from its rooms.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use chrono_tz::Tz;
use sublet::{
    actions::{Asked, World as Means},
    chat::console::{
        Body, Console,
        inbound::{Act, Reply, What, receive},
    },
    domain::person::Person,
    ports::{
        chat::{Block, Message, Room},
        store::ConsoleMessage,
    },
};

use super::{World, paper, places};

/// The most messages that a story writes into a room.
const ALL: u32 = 1_000;

/// The console, and what people have before them.
pub struct ConsoleSide {
    pub console: Arc<Console>,
    form: Mutex<Option<Asked>>,
    last: Mutex<Option<Act>>,
    read: Mutex<BTreeMap<String, Message>>,
}

/// A button that was seen.
pub struct Seen {
    room: Room,
    label: String,
    line: String,
}

fn room(place: &str) -> Room {
    match place {
        "#approvers" => Room::Approvers,
        handle => Room::Direct(places::id(handle)),
    }
}

impl ConsoleSide {
    pub fn new(world: &Means) -> Self {
        let console = Console::new(world.store.clone(), world.clock.clone(), world.ids.clone());
        Self {
            console: Arc::new(console),
            form: Mutex::default(),
            last: Mutex::default(),
            read: Mutex::default(),
        }
    }

    pub async fn says(&self, world: &World, who: &str, line: &str) -> String {
        self.acts(world, who, room(who), What::Said(line.to_owned())).await
    }

    pub async fn presses(&self, world: &World, who: &str, seen: &Seen) -> String {
        let what = What::Pressed { label: seen.label.clone(), line: seen.line.clone() };
        self.acts(world, who, seen.room.clone(), what).await
    }

    pub async fn fills(&self, world: &World, who: &str, given: &[(&str, &str)]) -> String {
        let asked = self.form.lock().expect("the form").take().expect("a form is open");
        let mut values = asked.form.hidden.clone();
        values.extend(asked.form.fields.iter().map(|field| (field.name.clone(), field.value.clone())));
        for (name, text) in given {
            let value = values.iter_mut().find(|(known, _)| known == name);
            value.unwrap_or_else(|| panic!("the form has no field {name}")).1 = (*text).to_owned();
        }
        let path = asked.form.spec.path.iter().map(ToString::to_string).collect();
        self.acts(world, who, room(who), What::Filled { path, values }).await
    }

    pub async fn again(&self, world: &World) {
        let act = self.last.lock().expect("the last act").clone().expect("somebody did something");
        receive(&self.console, &world.engine.world, act).await.expect("the console takes it");
    }

    async fn acts(&self, world: &World, who: &str, room: Room, what: What) -> String {
        let by = world.person(who).await.unwrap_or_else(|| stranger(who));
        let id = world.engine.world.ids.next();
        let act = Act { id, by: by.clone(), room: room.clone(), what };
        *self.last.lock().expect("the last act") = Some(act.clone());
        match receive(&self.console, &world.engine.world, act).await.expect("the console takes it") {
            Reply::Ask(asked) => {
                let text = form(&asked, by.zone);
                *self.form.lock().expect("the form") = Some(asked);
                text
            }
            Reply::Done => {
                let (messages, _) = self.console.look(&room, &by.id, ALL).await.expect("the room");
                let answer = messages.iter().rev().find_map(|stored| match body(stored) {
                    Body::Answered { message, .. } => Some(message),
                    _ => None,
                });
                paper::message(&answer.expect("a private answer"), by.zone)
            }
        }
    }

    pub async fn finds(&self, place: &str, label: &str) -> Seen {
        let posted = self.posted(place).await;
        let mut buttons = posted.iter().rev().flat_map(|(_, message)| buttons(message));
        let found = buttons.find(|button| button.label == label);
        let button = found.unwrap_or_else(|| panic!("there is no button [{label}] in {place}"));
        Seen { room: room(place), label: label.to_owned(), line: button.line.clone() }
    }

    async fn posted(&self, place: &str) -> Vec<(String, Message)> {
        let reader = if place == "#approvers" { places::id("ada") } else { places::id(place) };
        let (messages, _) = self.console.look(&room(place), &reader, ALL).await.expect("the room");
        let posted = messages.iter().filter_map(|stored| match body(stored) {
            Body::Posted { message } => Some((stored.id.clone(), message)),
            _ => None,
        });
        posted.collect()
    }

    pub async fn reads(&self, place: &str, zone: Tz) -> Vec<(bool, String)> {
        let posted = self.posted(place).await;
        let mut read = self.read.lock().expect("what was read");
        let mut news = Vec::new();
        for (id, message) in posted {
            let before = read.insert(id, message.clone());
            if before.as_ref() != Some(&message) {
                news.push((before.is_none(), paper::message(&message, zone)));
            }
        }
        news
    }
}

fn body(stored: &ConsoleMessage) -> Body {
    serde_json::from_str(&stored.body).expect("what the console stored")
}

fn buttons(message: &Message) -> Vec<sublet::ports::chat::Button> {
    let of = |block: &Block| match block {
        Block::Actions(buttons) => buttons.clone(),
        _ => Vec::new(),
    };
    message.blocks.iter().flat_map(of).collect()
}

/// Somebody whom Sublet does not know.
fn stranger(handle: &str) -> Person {
    let known = places::people().remove(0);
    Person { id: places::id(handle), handle: handle.to_owned(), ..known }
}

/// A form as its reader sees it: title, then each field with what stands in it, errors below.
fn form(asked: &Asked, zone: Tz) -> String {
    let hidden = asked.form.hidden.iter().filter(|(name, _)| name != "subject" && name != "version");
    let unseen: Vec<String> = hidden.map(|(name, value)| format!("{name} is {value}")).collect();
    let mut asked = asked.clone();
    for field in &mut asked.form.fields {
        // Where errors are one line, as in Slack, they are the same words.
        field.error = field.error.take().map(|error| error.replace('\n', " "));
    }
    let text = paper::form(&asked, zone);
    text.lines().filter(|line| !unseen.iter().any(|unseen| unseen == line)).collect::<Vec<_>>().join("\n")
}
