//! What serenity reads from the gateway, as we go on with it.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use serenity::{
    client::{Context, RawEventHandler},
    model::{application::Interaction, event::Event},
};
use tokio::sync::mpsc::UnboundedSender;

use super::{runner::Over, turnstile::Resume};

/// What the thread of a connection says.
#[derive(Debug)]
pub(super) enum Sign {
    /// A session has begun, or goes on after an interruption.
    Ready,
    /// The connection was lost; another is made to go on with the session.
    Interrupted,
    /// Somebody does something.
    Came(Value),
    /// The thread runs; and how long the last heartbeat took to be answered.
    Pulse(Option<Duration>),
    /// The connection is over.
    Over(Over),
}

/// What serenity calls.
pub(super) struct Events {
    /// Who hears of it.
    pub tell: UnboundedSender<Sign>,
    /// Where an interrupted session is taken up again.
    pub resume: Resume,
}

#[async_trait]
impl RawEventHandler for Events {
    async fn raw_event(&self, _: Context, event: Event) {
        let sign = match event {
            Event::Ready(event) => {
                self.resume.at(event.ready.resume_gateway_url);
                Sign::Ready
            }
            Event::Resumed(_) => Sign::Ready,
            Event::InteractionCreate(event) => match json(&event.interaction) {
                Ok(interaction) => Sign::Came(interaction),
                Err(error) => {
                    tracing::warn!(%error, "something that Discord sent by the gateway cannot be read");
                    return;
                }
            },
            _ => return,
        };
        // Nobody hears it when the connection was given up.
        let _ = self.tell.send(sign);
    }
}

/// An interaction as Discord sent it. serenity writes everything that it read but the kind.
pub(super) fn json(interaction: &Interaction) -> serde_json::Result<Value> {
    let mut json = serde_json::to_value(interaction)?;
    if let Value::Object(fields) = &mut json {
        fields.insert("type".to_owned(), u8::from(interaction.kind()).into());
    }
    Ok(json)
}
