//! How what people do gets to the application, by the gateway or by HTTP. Discord never delivers it again by HTTP;
//! by the gateway it comes again when the session is resumed.

use serde_json::Value;

use super::{Discord, PATIENCE, answers};

/// Why there was no answer. A person sees "The application did not respond", and cannot tell which it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// None within three seconds.
    Timeout,
    /// The application's address answered so.
    Status(u16),
    /// Discord did not take the answer.
    Refused(String),
    /// Nothing answered.
    Unreachable,
}

impl Discord {
    /// Hands an interaction over, and waits for its first answer.
    pub(super) async fn hands_over(&self, id: &str) -> Result<(), Problem> {
        let handed = self.hands(id).await;
        if handed.is_err() {
            self.with(|state| state.interactions.get_mut(id).expect("that one").given_up = true);
        }
        handed
    }

    async fn hands(&self, id: &str) -> Result<(), Problem> {
        let (url, payload) = self.with(|state| {
            let interaction = state.interactions.get_mut(id).expect("that one");
            interaction.delivered += 1;
            (state.interactions_url.clone(), interaction.payload.clone())
        });
        let Some(url) = url else {
            let guild = payload["guild_id"].as_str().map(str::to_owned);
            self.with(|state| state.dispatch("INTERACTION_CREATE", guild.as_deref(), payload));
            return self.answered(id).await;
        };
        let (status, body) = self.posts(&url, &payload).await?;
        match status {
            200 => self.takes(id, &body),
            // The answer comes by the API.
            202 => self.answered(id).await,
            other => Err(Problem::Status(other)),
        }
    }

    async fn answered(&self, id: &str) -> Result<(), Problem> {
        let first = |state: &mut super::state::State| state.interactions[id].first.as_ref().map(|_| ());
        self.within(PATIENCE, first).await.ok_or(Problem::Timeout)
    }

    /// Takes the body of an HTTP answer.
    fn takes(&self, id: &str, body: &Value) -> Result<(), Problem> {
        let now = self.now();
        self.with(|state| {
            let taken = answers::take(state, id, body, now);
            // An answer to what came again changes nothing.
            if state.interactions[id].delivered > 1 {
                return Ok(());
            }
            taken.map_err(|fault| {
                let words = format!("{} {} {}", fault.code, fault.words, fault.errors);
                state.violations.push(format!("an answer was not taken: {words}: {body}"));
                Problem::Refused(words)
            })
        })
    }
}
