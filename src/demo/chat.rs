//! The tour's people at the console: they type, press what they see, fill forms, and read.

use anyhow::{Context as _, bail};
use uuid::Uuid;

use crate::{
    chat::console::{
        Body,
        inbound::{self, Act, Reply, What},
    },
    clock::UuidIds,
    domain::person::Person,
    ports::{
        chat::{Block, Button, Message, Room},
        clock::Ids,
    },
    wiring::Running,
};

/// How many messages of a room are looked at.
const SEEN: u32 = 200;

/// The console, used as a browser would use it.
pub struct Console<'a> {
    running: &'a Running,
}

impl<'a> Console<'a> {
    /// The console of a running Sublet.
    pub fn of(running: &'a Running) -> Self {
        Self { running }
    }

    /// Somebody by handle.
    pub async fn person(&self, handle: &str) -> anyhow::Result<Person> {
        let mut tx = self.running.world.store.read().await?;
        tx.person_by_handle(handle).await?.with_context(|| format!("there is no {handle}"))
    }

    /// Somebody types a line in their direct messages. Returns the private answer.
    pub async fn say(&self, handle: &str, line: &str) -> anyhow::Result<Message> {
        let person = self.person(handle).await?;
        let room = Room::Direct(person.id.clone());
        self.act(person.clone(), room.clone(), What::Said(line.to_owned())).await?;
        self.answer(&person, &room).await
    }

    /// Somebody presses a button on the newest message that has it. Returns the private answer, or the path
    /// of the form that opened and its preset values.
    pub async fn press(&self, handle: &str, room: &Room, label: &str) -> anyhow::Result<Pressed> {
        let person = self.person(handle).await?;
        let button = self
            .button(&person, room, label)
            .await?
            .with_context(|| format!("{handle} sees no button “{label}”"))?;
        let what = What::Pressed { label: button.label, line: button.line };
        match self.act(person.clone(), room.clone(), what).await? {
            Reply::Done => Ok(Pressed::Answered(self.answer(&person, room).await?)),
            Reply::Ask(asked) => Ok(Pressed::Form {
                path: asked.form.spec.path.iter().map(ToString::to_string).collect(),
                hidden: asked.form.hidden,
            }),
        }
    }

    /// Somebody sends a form.
    pub async fn fill(
        &self,
        handle: &str,
        room: &Room,
        path: Vec<String>,
        values: Vec<(String, String)>,
    ) -> anyhow::Result<Message> {
        let person = self.person(handle).await?;
        match self.act(person.clone(), room.clone(), What::Filled { path, values }).await? {
            Reply::Done => self.answer(&person, room).await,
            Reply::Ask(asked) => bail!("the form came back: {:?} {:?}", asked.problem, asked.faults),
        }
    }

    /// Whether somebody sees a button of that name.
    pub async fn sees_button(&self, handle: &str, room: &Room, label: &str) -> anyhow::Result<bool> {
        let person = self.person(handle).await?;
        Ok(self.button(&person, room, label).await?.is_some())
    }

    /// What somebody reads in a room, oldest first, as plain lines in their own zone.
    pub async fn read(&self, handle: &str, room: &Room) -> anyhow::Result<Vec<String>> {
        let person = self.person(handle).await?;
        let bodies = self.bodies(&person, room).await?;
        Ok(bodies
            .iter()
            .map(|body| match body {
                Body::Said { line } => format!("> {line}"),
                Body::Posted { message } | Body::Answered { message, .. } => {
                    message.summary.in_zone(person.zone)
                }
            })
            .collect())
    }

    async fn act(&self, by: Person, room: Room, what: What) -> anyhow::Result<Reply> {
        let id: Uuid = UuidIds.next();
        let act = Act { id, by, room, what };
        Ok(inbound::receive(&self.running.console, &self.running.world, act).await?)
    }

    async fn answer(&self, person: &Person, room: &Room) -> anyhow::Result<Message> {
        let bodies = self.bodies(person, room).await?;
        let last = bodies.into_iter().rev().find_map(|body| match body {
            Body::Answered { message, .. } => Some(message),
            Body::Said { .. } | Body::Posted { .. } => None,
        });
        last.with_context(|| format!("{} got no answer", person.handle))
    }

    async fn button(&self, person: &Person, room: &Room, label: &str) -> anyhow::Result<Option<Button>> {
        let bodies = self.bodies(person, room).await?;
        let blocks = bodies.into_iter().rev().flat_map(|body| match body {
            Body::Posted { message } | Body::Answered { message, .. } => message.blocks,
            Body::Said { .. } => Vec::new(),
        });
        let buttons = blocks.flat_map(|block| match block {
            Block::Actions(buttons) => buttons,
            _ => Vec::new(),
        });
        let mut matching = buttons.filter(|button| button.label == label);
        Ok(matching.next())
    }

    async fn bodies(&self, person: &Person, room: &Room) -> anyhow::Result<Vec<Body>> {
        let (messages, _) = self.running.console.look(room, &person.id, SEEN).await?;
        messages.iter().map(|message| Ok(serde_json::from_str(&message.body)?)).collect()
    }
}

/// What a press led to.
pub enum Pressed {
    /// A private answer.
    Answered(Message),
    /// A form to fill in.
    Form {
        /// The command's path.
        path: Vec<String>,
        /// What is settled already.
        hidden: Vec<(String, String)>,
    },
}
