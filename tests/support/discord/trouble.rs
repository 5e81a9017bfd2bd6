//! What goes wrong on demand, per route and so many times.

/// A kind of trouble with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// 429 with this many milliseconds to wait; nothing happens. Whoever calls earlier breaks a limit.
    Limited(u32),
    /// The same for every route at once.
    LimitedEverywhere(u32),
    /// An HTTP status such as 500 or 503, with a page instead of JSON; nothing happens.
    Status(u16),
    /// Discord's error of this number, as it comes with that status; nothing happens.
    Error(u16, u32),
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
}

struct Planned {
    route: String,
    trouble: Trouble,
    left: u32,
}

impl Troubles {
    /// The next `times` calls of a route (`*`: of any route) go wrong like this.
    pub fn plan(&mut self, route: &str, trouble: Trouble, times: u32) {
        self.planned.push(Planned { route: route.to_owned(), trouble, left: times });
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
    pub(super) fn meet(&mut self, route: &str) -> Option<Trouble> {
        let fits = |planned: &Planned| planned.route == route || planned.route == "*";
        let at = self.planned.iter().position(fits)?;
        let planned = &mut self.planned[at];
        let trouble = planned.trouble.clone();
        planned.left -= 1;
        if planned.left == 0 {
            self.planned.remove(at);
        }
        Some(trouble)
    }
}
