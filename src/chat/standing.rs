//! How a platform stands: whether its tokens are good, whether the approvers' channels take messages, and how many
//! connections are open. For `/readyz`, the metrics, and so that an operator is told of a trouble once.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::domain::platform::Platform;

/// What is known of the places of a platform: its workspaces, or an account that serves several of them.
#[derive(Debug)]
pub(super) struct Standing {
    platform: Platform,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    places: BTreeMap<String, Place>,
    /// What our connections are called, and how many are open: `None` when another process has them.
    open: Option<(&'static str, Option<u32>)>,
}

#[derive(Debug, Default)]
struct Place {
    token: Option<Bad>,
    channel: Option<Cow<'static, str>>,
}

/// Why a token does not do.
#[derive(Debug, Clone)]
pub(super) struct Bad {
    /// What was called.
    pub method: &'static str,
    /// The platform's word for why not.
    pub code: Cow<'static, str>,
    /// What shows that it does again.
    pub healed: Healed,
}

/// What shows that a token does again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Healed {
    /// It is asked about and found good, or the same call is answered.
    Probe,
    /// The same call is answered: it is good, and only this was closed to it.
    Same,
    /// Nothing: it is good, but somebody else's.
    Never,
}

impl Bad {
    fn is_healed_by(&self, method: &str, probe: bool) -> bool {
        match self.healed {
            Healed::Probe => probe || method == self.method,
            Healed::Same => method == self.method,
            Healed::Never => false,
        }
    }
}

/// One line of how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The place's id, or what our connections are called.
    pub name: String,
    /// Whether there can be work with it as it is.
    pub ready: bool,
    /// How it is, in words.
    pub says: String,
}

impl Standing {
    /// The standing of these places, all held for good until something else is seen.
    pub(super) fn of<'a>(platform: Platform, places: impl IntoIterator<Item = &'a str>) -> Self {
        let places: BTreeMap<String, Place> =
            places.into_iter().map(|id| (id.to_owned(), Place::default())).collect();
        for id in places.keys() {
            closed(platform, id, "token", false);
            closed(platform, id, "channel", false);
        }
        Self { platform, state: Mutex::new(State { places, open: None }) }
    }

    /// The token does not do. `true` when it did before: then an operator has to hear of it.
    pub(super) fn token_bad(&self, place: &str, bad: Bad) -> bool {
        closed(self.platform, place, "token", true);
        let mut state = self.state();
        let known = state.places.entry(place.to_owned()).or_default();
        let news = known.token.as_ref().is_none_or(|known| known.code != bad.code);
        known.token = Some(bad);
        news
    }

    /// A call was answered as it should be; `probe` is the one that asks about the token. `true` when the token did
    /// not do before, and does now.
    pub(super) fn answered(&self, place: &str, method: &'static str, probe: bool) -> bool {
        let mut state = self.state();
        let Some(known) = state.places.get_mut(place) else { return false };
        let healed = known.token.as_ref().is_some_and(|bad| bad.is_healed_by(method, probe));
        if healed {
            known.token = None;
            closed(self.platform, place, "token", false);
        }
        healed
    }

    /// Why the token does not do, if it does not.
    pub(super) fn bad(&self, place: &str) -> Option<Bad> {
        self.state().places.get(place)?.token.clone()
    }

    /// The approvers' channel does not take messages. `true` when that is news.
    pub(super) fn channel_bad(&self, place: &str, code: Cow<'static, str>) -> bool {
        closed(self.platform, place, "channel", true);
        let mut state = self.state();
        let known = state.places.entry(place.to_owned()).or_default();
        let news = known.channel.as_ref() != Some(&code);
        known.channel = Some(code);
        news
    }

    /// The approvers' channel took a message. `true` when it did not before.
    pub(super) fn channel_good(&self, place: &str) -> bool {
        let mut state = self.state();
        let Some(known) = state.places.get_mut(place) else { return false };
        let healed = known.channel.take().is_some();
        if healed {
            closed(self.platform, place, "channel", false);
        }
        healed
    }

    /// How many connections are open now, or that another process has them; and what they are called here.
    pub(super) fn connections(&self, called: &'static str, open: Option<u32>) {
        self.state().open = Some((called, open));
    }

    /// How it all stands, one line for each place and one for the connections.
    pub(super) fn lines(&self) -> Vec<Line> {
        let state = self.state();
        let mut lines: Vec<Line> = state.places.iter().map(|(id, known)| line(id, known)).collect();
        lines.extend(state.open.map(|(called, open)| Line {
            name: called.to_owned(),
            ready: open != Some(0),
            says: open.map_or_else(|| "another process has it".to_owned(), |open| format!("{open} open")),
        }));
        lines
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn line(id: &str, known: &Place) -> Line {
    let says = match (&known.token, &known.channel) {
        (Some(bad), _) => format!("{}: the app must be installed again, or its token renewed", bad.code),
        // Everything else works, and a process that is taken out of service could not even say so.
        (None, Some(code)) => format!("the approvers' channel takes no messages: {code}"),
        (None, None) => "ok".to_owned(),
    };
    Line { name: id.to_owned(), ready: known.token.is_none(), says }
}

fn closed(platform: Platform, place: &str, what: &'static str, closed: bool) {
    let gauge = match platform {
        Platform::Slack => {
            metrics::gauge!("sublet_slack_closed", "workspace" => place.to_owned(), "what" => what)
        }
        Platform::Discord => {
            metrics::gauge!("sublet_discord_closed", "workspace" => place.to_owned(), "what" => what)
        }
        // These are always open.
        Platform::Console | Platform::Api => return,
    };
    gauge.set(f64::from(u8::from(closed)));
}
