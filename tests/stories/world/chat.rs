//! A chat platform of paper: keeps what was posted, and fails when told to.

use std::{
    collections::BTreeMap,
    sync::{LazyLock, Mutex},
};

use async_trait::async_trait;
use chrono::TimeDelta;
use sublet::ports::{
    Failure,
    chat::{Block, Button, Chat, Message, MessageRef, Posting, Room, Workspace},
};

/// A message as it is now.
#[derive(Debug, Clone)]
pub struct Posted {
    /// Where.
    pub room: Room,
    /// Under which key.
    pub key: String,
    /// What it says now.
    pub message: Message,
    /// What it said when the room was last read; `None` when it was not there.
    pub read: Option<Message>,
    /// Somebody deleted it.
    pub deleted: bool,
}

#[derive(Default)]
struct State {
    messages: Vec<Posted>,
    calls: BTreeMap<String, u32>,
    rewrites: u32,
    troubles: Vec<Trouble>,
    gathers: TimeDelta,
    /// The same key makes a new message each time, as on most platforms.
    forgets_keys: bool,
    /// Of how many posts the answer is still lost, though the message is there; and in which room.
    lost: Option<(Room, u32)>,
}

struct Trouble {
    room: Option<Room>,
    failure: Failure,
    left: Option<u32>,
}

/// The platform.
#[derive(Default)]
pub struct FakeChat(Mutex<State>);

impl FakeChat {
    /// Posts and rewrites in that room (or anywhere) fail, so many times or until it heals.
    pub fn fails(&self, room: Option<Room>, failure: Failure, times: Option<u32>) {
        self.with(|state| state.troubles.push(Trouble { room, failure, left: times }));
    }

    /// Nothing fails any more.
    pub fn heals(&self) {
        self.with(|state| state.troubles.clear());
    }

    /// Changes of one message are gathered for so long.
    pub fn gathers_for(&self, span: TimeDelta) {
        self.with(|state| state.gathers = span);
    }

    /// The same key makes a new message from now on.
    pub fn forgets_keys(&self) {
        self.with(|state| state.forgets_keys = true);
    }

    /// So many posts into that room arrive, and their answers do not.
    pub fn loses_answers(&self, room: Room, times: u32) {
        self.with(|state| state.lost = Some((room, times)));
    }

    /// How often a message was rewritten.
    pub fn rewrites(&self) -> u32 {
        self.with(|state| state.rewrites)
    }

    /// Everything that is there, oldest first.
    pub fn messages(&self) -> Vec<Posted> {
        self.with(|state| state.messages.clone())
    }

    /// How often each key was posted, repetitions that the platform recognised included.
    pub fn calls(&self) -> BTreeMap<String, u32> {
        self.with(|state| state.calls.clone())
    }

    /// What is new or rewritten in a room since it was last read: whether it is new, and what it says.
    pub fn reads(&self, room: &Room) -> Vec<(bool, Message)> {
        self.with(|state| {
            let mut news = Vec::new();
            for posted in state.messages.iter_mut().filter(|posted| posted.room == *room && !posted.deleted) {
                if posted.read.as_ref() != Some(&posted.message) {
                    news.push((posted.read.is_none(), posted.message.clone()));
                    posted.read = Some(posted.message.clone());
                }
            }
            news
        })
    }

    /// The button of that label on the newest message of the room that has it.
    pub fn button(&self, room: &Room, label: &str) -> Option<Button> {
        self.with(|state| {
            let here = state.messages.iter().rev().filter(|posted| posted.room == *room && !posted.deleted);
            here.flat_map(|posted| buttons(&posted.message)).find(|button| button.label == label).cloned()
        })
    }

    /// Somebody deletes every message of a room.
    pub fn deletes(&self, room: &Room) {
        self.with(|state| {
            for posted in state.messages.iter_mut().filter(|posted| posted.room == *room) {
                posted.deleted = true;
            }
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().expect("the platform"))
    }
}

impl State {
    fn trouble(&mut self, room: &Room) -> Result<(), Failure> {
        let hit = |trouble: &Trouble| trouble.room.as_ref().is_none_or(|at| at == room);
        let Some(at) = self.troubles.iter().position(hit) else { return Ok(()) };
        let failure = self.troubles[at].failure.clone();
        if let Some(left) = self.troubles[at].left.as_mut() {
            *left -= 1;
            if *left == 0 {
                self.troubles.remove(at);
            }
        }
        Err(failure)
    }
}

#[async_trait]
impl Chat for FakeChat {
    fn workspace(&self) -> &Workspace {
        static PAPER: LazyLock<Workspace> = LazyLock::new(Workspace::console);
        &PAPER
    }

    fn gathers(&self) -> TimeDelta {
        self.with(|state| state.gathers)
    }

    fn knows_keys(&self) -> bool {
        !self.with(|state| state.forgets_keys)
    }

    async fn post(&self, posting: Posting<'_>) -> Result<MessageRef, Failure> {
        let Posting { room, key, message, .. } = posting;
        tokio::task::yield_now().await;
        self.with(|state| {
            state.trouble(room)?;
            *state.calls.entry(key.to_owned()).or_default() += 1;
            let known = state.messages.iter().position(|posted| posted.key == key && !state.forgets_keys);
            let at = known.unwrap_or_else(|| {
                let (room, key, message) = (room.clone(), key.to_owned(), message.clone());
                state.messages.push(Posted { room, key, message, read: None, deleted: false });
                state.messages.len() - 1
            });
            if let Some((_, left)) = state.lost.as_mut().filter(|(at, left)| at == room && *left > 0) {
                *left -= 1;
                return Err(Failure::unsure("the connection ended before an answer came"));
            }
            Ok(MessageRef { workspace: self.workspace().clone(), channel: channel(room), id: at.to_string() })
        })
    }

    async fn rewrite(&self, at: &MessageRef, message: &Message) -> Result<(), Failure> {
        tokio::task::yield_now().await;
        self.with(|state| {
            let index: usize = at.id.parse().map_err(|_| Failure::never("there is no such message"))?;
            let room = state.messages.get(index).map(|posted| posted.room.clone());
            let Some(room) = room else { return Err(Failure::never("there is no such message")) };
            state.trouble(&room)?;
            let posted = &mut state.messages[index];
            if posted.deleted {
                return Err(Failure::never("the message was deleted"));
            }
            posted.message = message.clone();
            state.rewrites += 1;
            Ok(())
        })
    }
}

fn channel(room: &Room) -> String {
    match room {
        Room::Direct(person) => format!("dm/{person}"),
        Room::Approvers => "approvers".to_owned(),
    }
}

/// The buttons of a message.
pub fn buttons(message: &Message) -> impl Iterator<Item = &Button> {
    message.blocks.iter().flat_map(|block| match block {
        Block::Actions(buttons) => buttons.as_slice(),
        _ => &[],
    })
}
