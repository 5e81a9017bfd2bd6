//! What an interaction's token allows for fifteen minutes: the first answer read and rewritten, and more answers.

use chrono::TimeDelta;

use super::{
    super::{
        APPLICATION,
        interactions::{First, Interaction},
        state::{Content, Message, State},
    },
    Fault, Outcome, Request,
    messages::{content, shown},
};

/// How long a token is good.
const LIFE: TimeDelta = TimeDelta::minutes(15);
/// `SUPPRESS_EMBEDS`, `EPHEMERAL` and `SUPPRESS_NOTIFICATIONS`.
pub(in super::super) const FLAGS: u64 = 4 | 64 | 4096;

/// The interaction whose token it is, once it is acknowledged.
fn interaction(state: &State, request: &Request) -> Result<Interaction, Fault> {
    if request.name("application") != APPLICATION {
        return Err(Fault::new(10_015));
    }
    let token = request.name("token");
    let known = state.interactions.values().find(|known| known.token == token);
    let known = known.ok_or_else(|| Fault::new(50_027))?;
    if request.now - known.at >= LIFE {
        return Err(Fault::new(50_027));
    }
    if known.first.is_none() {
        return Err(Fault::new(10_015));
    }
    Ok(known.clone())
}

/// The message for which `@original` stands.
fn first(state: &mut State, of: &Interaction) -> Result<Message, Fault> {
    let id = of.original.as_ref().ok_or_else(|| Fault::new(10_008))?;
    state.message(id).cloned().ok_or_else(|| Fault::new(10_008))
}

pub(super) fn original(state: &mut State, request: &Request) -> Outcome {
    let interaction = interaction(state, request)?;
    let message = first(state, &interaction)?;
    Ok((200, shown(state, &message)))
}

pub(super) fn edit(state: &mut State, request: &Request) -> Outcome {
    let interaction = interaction(state, request)?;
    let known = first(state, &interaction)?;
    rewrite(state, &known, request)
}

fn rewrite(state: &mut State, known: &Message, request: &Request) -> Outcome {
    let content = content(state, &request.body, known.now(), FLAGS)?;
    let message = state.message(&known.id).expect("it is there");
    message.say(content);
    let message = message.clone();
    Ok((200, shown(state, &message)))
}

pub(super) fn follow_up(state: &mut State, request: &Request) -> Outcome {
    let interaction = interaction(state, request)?;
    // What comes first after "… is thinking" takes its place, whoever was to see it.
    if interaction.first == Some(First::Deferred) {
        let known = first(state, &interaction)?;
        if known.thinking {
            return rewrite(state, &known, request);
        }
    }
    let content = content(state, &request.body, &Content::default(), FLAGS)?;
    let message = of(&interaction, content, &request.body["flags"]);
    let id = state.post(message, request.now);
    let message = state.message(&id).expect("it was just posted").clone();
    Ok((200, shown(state, &message)))
}

/// A message in answer to what somebody did.
pub(in super::super) fn of(
    interaction: &Interaction,
    content: Content,
    flags: &serde_json::Value,
) -> Message {
    let mut message = Message::new(interaction.guild.clone(), &interaction.channel, content);
    let private = flags.as_u64().unwrap_or_default() & 64 != 0;
    message.only_for = private.then(|| interaction.user.clone());
    message.by = Some(interaction.id.clone());
    message
}

impl Message {
    /// Says something else from now on; "… is thinking" is over.
    pub(in super::super) fn say(&mut self, content: Content) {
        if std::mem::take(&mut self.thinking) {
            self.versions.clear();
        }
        self.versions.push(content);
    }
}
