//! What goes wrong on demand, per method and so many times; and Slack's own rates, when they are switched on.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use sublet::domain::Instant;

/// A kind of trouble with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// 429 with this many seconds to wait; nothing happens.
    Limited(u32),
    /// An HTTP status such as 500 or 503; nothing happens.
    Status(u16),
    /// `ok: false` with this code; nothing happens.
    Error(String),
    /// The connection is dropped before anything happens.
    DroppedBefore,
    /// It takes effect, but the connection is dropped before the answer.
    DroppedAfter,
    /// It takes effect, but the answer comes only after so many real milliseconds.
    Slow(u64),
}

/// What is to go wrong.
#[derive(Default)]
pub struct Troubles {
    planned: Vec<Planned>,
    /// Until when calls of a method in a workspace are refused: whoever calls earlier breaks a limit.
    refused: BTreeMap<(String, String), Instant>,
    /// How many messages may follow at once in one channel before one a second; `None`: as many as one likes.
    pub burst: Option<u32>,
    paces: BTreeMap<String, (f64, Instant)>,
}

struct Planned {
    method: String,
    trouble: Trouble,
    left: u32,
}

/// What must be said about a call before it is looked at.
pub enum Verdict {
    /// It goes on.
    Fine,
    /// It goes wrong like this.
    Wrong(Trouble),
    /// It is too early: the limit was told before.
    Early(u32),
}

impl Troubles {
    /// The next `times` calls of a method (`*`: of any method) go wrong like this.
    pub fn plan(&mut self, method: &str, trouble: Trouble, times: u32) {
        self.planned.push(Planned { method: method.to_owned(), trouble, left: times });
    }

    /// Nothing goes wrong any more. Limits that were told still hold.
    pub fn heal(&mut self) {
        self.planned.clear();
    }

    /// Whether everything that was planned has happened.
    pub fn is_over(&self) -> bool {
        self.planned.is_empty()
    }

    /// What happens to this call.
    pub fn meet(&mut self, method: &str, team: &str, now: Instant) -> Verdict {
        let key = (method.to_owned(), team.to_owned());
        if let Some(until) = self.refused.get(&key).filter(|until| now < **until) {
            return Verdict::Early(seconds(*until - now));
        }
        let fits = |planned: &Planned| planned.method == method || planned.method == "*";
        let Some(at) = self.planned.iter().position(fits) else { return Verdict::Fine };
        let planned = &mut self.planned[at];
        let trouble = planned.trouble.clone();
        planned.left -= 1;
        if planned.left == 0 {
            self.planned.remove(at);
        }
        if let Trouble::Limited(wait) = trouble {
            self.refused.insert(key, now + TimeDelta::seconds(wait.into()));
        }
        Verdict::Wrong(trouble)
    }

    /// Whether a message may be posted in a channel now; else the seconds to wait.
    pub fn may_post(&mut self, channel: &str, now: Instant) -> Result<(), u32> {
        let Some(burst) = self.burst.map(f64::from) else { return Ok(()) };
        let (left, since) = self.paces.get(channel).copied().unwrap_or((burst, now));
        let left = (left + (now - since).as_seconds_f64()).min(burst);
        let allowed = left >= 1.0;
        let left = if allowed { left - 1.0 } else { left };
        self.paces.insert(channel.to_owned(), (left, now));
        if allowed { Ok(()) } else { Err(1) }
    }
}

fn seconds(span: TimeDelta) -> u32 {
    u32::try_from((span.num_milliseconds() + 999) / 1000).unwrap_or(1).max(1)
}
