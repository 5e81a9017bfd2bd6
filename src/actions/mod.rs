//! One verb per file: load what is needed, ask the domain to decide, save the change with its effects.
//!
//! [`perform`] is the one way in for every surface. What the engine does on its own (waking leases, noting
//! what the provisioner and the platforms said) stands here as well, so that every change takes this road.

mod access;
mod admin;
mod analyse_request;
mod ask_extension;
mod break_glass;
mod completion;
mod decide;
mod delegate;
mod erase;
mod forms;
mod home;
mod keys;
mod link;
mod look;
mod offers;
mod perform;
mod release_environment;
mod request_environment;
mod retry;
pub mod reviews;
mod secrets;
mod withdraw_request;

pub mod admit;
pub mod audit;
pub mod change;
pub mod deliveries;
pub mod events;
pub mod leave;
pub mod matrix;
pub mod observed;
pub mod people;
pub mod quotas;
pub mod reading;
pub mod scopes;
pub mod stories;
pub mod templates;
pub mod tokens;
pub mod wake;
pub mod work;

use std::{collections::BTreeSet, sync::Arc};

use tokio::sync::Notify;

use crate::{
    domain::{
        Instant,
        ids::PersonId,
        person::{Person, Role},
        policy::Policy,
        refusal::Refusal,
        token::Scope,
    },
    ports::{
        chat::{Message, Platform, Text},
        clock::{Clock, Ids},
        store::{Store, Stored},
        templates::Templates,
    },
};

pub use analyse_request::analyse;
pub use completion::complete;
pub use forms::form;
pub use home::home;
pub use link::{CODE_GOOD_FOR, code_in, code_of, introduce, redeem};
pub use perform::{perform, performed};

/// What every action may use.
#[derive(Clone)]
pub struct World {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn Ids>,
    /// What can be requested.
    pub templates: Arc<dyn Templates>,
    /// The installation's rules.
    pub policy: Arc<Policy>,
    /// Rung when effects were stored, so that the engine need not wait for its next look.
    pub wake: Arc<Notify>,
}

/// Who does something, as the platform vouches at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Who it is.
    pub id: PersonId,
    /// The roles that the platform gives them now, besides those that they have anyway.
    pub roles: BTreeSet<Role>,
    /// The teams that the platform counts them to now, besides those that they are in anyway.
    pub teams: BTreeSet<String>,
    /// What they may do here at the most; `None` for everything that they may do at all.
    pub scopes: Option<BTreeSet<Scope>>,
    /// When what they came with is no good any more; `None` for never.
    pub until: Option<Instant>,
}

impl From<PersonId> for Caller {
    fn from(id: PersonId) -> Self {
        Self { id, roles: BTreeSet::new(), teams: BTreeSet::new(), scopes: None, until: None }
    }
}

impl Caller {
    /// The person with every role that they have at this moment; `None` for somebody who is not active.
    async fn person(&self, work: &mut work::Work<'_>) -> Stored<Option<Person>> {
        let person = work.tx.person(&self.id).await?.filter(|person| person.active);
        Ok(person.map(|mut person| {
            person.roles.extend(&self.roles);
            person.teams.extend(self.teams.iter().cloned());
            person
        }))
    }
}

/// Something that came in from a surface.
#[derive(Debug, Clone)]
pub struct Inbound {
    /// The platform's id of the event: the same event that comes twice is done once.
    pub id: String,
    /// Who it comes from.
    pub caller: Caller,
    /// By which platform.
    pub platform: Platform,
    /// What was said.
    pub input: Input,
}

/// What was said.
#[derive(Debug, Clone)]
pub enum Input {
    /// A line, typed or carried by a button.
    Line(String),
    /// A form that was sent, or options of a platform's own command.
    Form {
        /// The command's path.
        path: Vec<String>,
        /// Its values by name.
        values: Vec<(String, String)>,
    },
}

/// The private answer. It is the acknowledgement: what it says is in the database.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Something to read.
    Say(Message),
    /// A form to fill in.
    Ask(Asked),
}

/// What was done, for surfaces that tell it in another way than in words.
#[derive(Debug, Clone)]
pub struct Performed {
    /// The answer in words.
    pub answer: Answer,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of something that came in.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It was done, or looked at.
    Done {
        /// The id of what was made or changed.
        touched: Option<String>,
    },
    /// The same event came before, and the same answer is given.
    Repeated,
    /// It cannot be, and the person can do something about it.
    Refused(Refusal),
    /// It could not be read.
    Misread(commands::UsageError),
    /// It broke; the answer has the reference.
    Broken,
}

/// A form to fill in, and what was wrong with what was given before.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The form, with what was given well.
    pub form: commands::form::Form,
    /// What is wrong with the whole.
    pub problem: Option<Text>,
    /// What is wrong with single fields, by name.
    pub faults: Vec<(String, Text)>,
}
