//! What a person does in the console: they type a line, press a button, or send a form.
//!
//! The browser gives every such act an id of its own. A double click, or a POST that is sent again because
//! the answer got lost, carries the same id and so changes nothing the second time.

use uuid::Uuid;

use super::{Body, Console, SUBLET};
use crate::{
    actions::{self, Answer, Asked, Inbound, Input, World},
    domain::person::Person,
    ports::{
        chat::{Platform, Room},
        store::Stored,
    },
};

/// One act of a person.
#[derive(Debug, Clone)]
pub struct Act {
    /// Made by the browser, the same when the same act is sent again.
    pub id: Uuid,
    /// Who.
    pub by: Person,
    /// The room in which it happened, which the person may enter.
    pub room: Room,
    /// What they did.
    pub what: What,
}

/// What a person did.
#[derive(Debug, Clone)]
pub enum What {
    /// Typed this.
    Said(String),
    /// Pressed a button.
    Pressed {
        /// What the button says.
        label: String,
        /// The command line that it carries.
        line: String,
    },
    /// Sent a form.
    Filled {
        /// The command that the form is for, word by word.
        path: Vec<String>,
        /// The values, by name.
        values: Vec<(String, String)>,
    },
}

/// What follows from an act.
pub enum Reply {
    /// It is done, and whatever there is to say stands in the room.
    Done,
    /// More must be known: the person is shown this form.
    Ask(Asked),
}

/// Takes an act in: keeps what the person said, has it performed, and keeps the private answer.
pub async fn receive(console: &Console, world: &World, act: Act) -> Stored<Reply> {
    let Act { id, by, room, what } = act;
    let to = shown(&what);
    if let What::Said(line) = &what {
        let command = line.starts_with('/');
        let public = matches!(room, Room::Approvers) && !command;
        let only_for = (!public).then_some(&by.id);
        let body = Body::Said { line: line.clone() };
        console.write(&format!("said:{}:{id}", by.id), &room, by.id.as_str(), only_for, &body).await?;
        // Words among colleagues are not for Sublet.
        if public {
            return Ok(Reply::Done);
        }
    }
    let input = match what {
        What::Said(line) | What::Pressed { line, .. } => Input::Line(line),
        What::Filled { path, values } => Input::Form { path, values },
    };
    let inbound = Inbound {
        id: format!("console:{}:{id}", by.id),
        caller: by.id.clone().into(),
        platform: Platform::Console,
        input,
    };
    match actions::perform(world, inbound).await {
        Answer::Ask(asked) => Ok(Reply::Ask(asked)),
        Answer::Say(message) => {
            let body = Body::Answered { to, message };
            console.write(&format!("answer:{}:{id}", by.id), &room, SUBLET, Some(&by.id), &body).await?;
            Ok(Reply::Done)
        }
    }
}

/// The act in a few words, for the line above its answer.
fn shown(what: &What) -> String {
    match what {
        What::Said(line) => line.clone(),
        What::Pressed { label, .. } => label.clone(),
        What::Filled { path, .. } => format!("/{}", path.join(" ")),
    }
}
