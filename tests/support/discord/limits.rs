//! Rate limits: a bucket for each route and place, one for everything, and what the headers say of them. All by the
//! clock of the test. Whoever calls again before the time that they were told breaks a limit.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use sublet::domain::Instant;

use super::api::routes;

/// How fast is too fast. Discord tells its figures by headers only; these are ours, in the same order of size.
pub struct Limits {
    /// Calls in one second, of all routes together but those of interactions. `None`: no limit.
    pub everywhere: Option<u32>,
    /// Whether somebody else calls with the same token, so that nobody can know what is left.
    pub shared: bool,
    buckets: BTreeMap<(String, String), Bucket>,
    all: Option<Bucket>,
    /// Until when nothing is taken at all.
    closed: Option<Instant>,
    sizes: BTreeMap<String, (u32, TimeDelta)>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: u32,
    /// When it is full again.
    full: Instant,
    /// Its being empty was told.
    told: bool,
}

/// What is said of a call's bucket in the headers.
#[derive(Debug, Clone)]
pub struct Told {
    /// The bucket's name.
    pub bucket: String,
    /// How many calls it holds.
    pub limit: u32,
    /// How many are left.
    pub left: u32,
    /// When it is full again.
    pub full: Instant,
    /// How long until then.
    pub after: TimeDelta,
}

/// A call that comes too early.
#[derive(Debug, Clone)]
pub struct Early {
    /// How long to wait.
    pub after: TimeDelta,
    /// Whether it is about every route.
    pub everywhere: bool,
    /// It was told before, so the caller should have known.
    pub known: bool,
    /// What the bucket's headers say; `None` when it is about every route.
    pub told: Option<Told>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            everywhere: Some(50),
            shared: false,
            buckets: BTreeMap::new(),
            all: None,
            closed: None,
            sizes: BTreeMap::new(),
        }
    }
}

impl Limits {
    /// Gives the buckets of a route this size: so many calls in so long.
    pub fn size(&mut self, route: &str, calls: u32, span: TimeDelta) {
        self.sizes.insert(route.to_owned(), (calls, span));
    }

    fn size_of(&self, route: &str) -> (u32, TimeDelta) {
        let usual = match route {
            routes::POST_MESSAGE | routes::EDIT_MESSAGE => (5, TimeDelta::seconds(5)),
            routes::FOLLOW_UP | routes::EDIT_ANSWER => (5, TimeDelta::seconds(2)),
            routes::START_THREAD => (50, TimeDelta::seconds(300)),
            _ => (20, TimeDelta::seconds(1)),
        };
        self.sizes.get(route).copied().unwrap_or(usual)
    }

    /// Takes a call from its bucket. `place` is the channel, guild or webhook that Discord counts by itself.
    pub(super) fn take(&mut self, route: &str, place: &str, now: Instant) -> Result<Option<Told>, Early> {
        if route == routes::ANSWER {
            return Ok(None);
        }
        let bound = route != routes::FOLLOW_UP && route != routes::EDIT_ANSWER;
        if bound {
            self.take_everywhere(now)?;
        }
        let (limit, span) = self.size_of(route);
        let key = (route.to_owned(), place.to_owned());
        let fresh = Bucket { left: limit, full: now + span, told: false };
        let bucket = self.buckets.entry(key).or_insert(fresh);
        if now >= bucket.full {
            *bucket = fresh;
        }
        let taken = bucket.left > 0;
        let known = bucket.told;
        bucket.left = bucket.left.saturating_sub(1);
        bucket.told |= bucket.left == 0;
        let (left, full) = (bucket.left, bucket.full);
        let told = Told { bucket: name(route), limit, left, full, after: full - now };
        if taken {
            return Ok(Some(told));
        }
        Err(Early { after: told.after, everywhere: false, known: known && !self.shared, told: Some(told) })
    }

    fn take_everywhere(&mut self, now: Instant) -> Result<(), Early> {
        if let Some(until) = self.closed.filter(|until| now < *until) {
            let known = !self.shared;
            return Err(Early { after: until - now, everywhere: true, known, told: None });
        }
        let Some(limit) = self.everywhere else { return Ok(()) };
        let fresh = Bucket { left: limit, full: now + TimeDelta::seconds(1), told: false };
        let bucket = self.all.get_or_insert(fresh);
        if now >= bucket.full {
            *bucket = fresh;
        }
        if bucket.left > 0 {
            bucket.left -= 1;
            return Ok(());
        }
        let known = std::mem::replace(&mut bucket.told, true) && !self.shared;
        Err(Early { after: bucket.full - now, everywhere: true, known, told: None })
    }

    /// Closes a bucket for so long, as on demand.
    pub(super) fn close(&mut self, route: &str, place: &str, span: TimeDelta, now: Instant) -> Early {
        let (limit, _) = self.size_of(route);
        let full = now + span;
        let bucket = Bucket { left: 0, full, told: true };
        self.buckets.insert((route.to_owned(), place.to_owned()), bucket);
        let told = Told { bucket: name(route), limit, left: 0, full, after: span };
        Early { after: span, everywhere: false, known: false, told: Some(told) }
    }

    /// Closes everything for so long, as on demand.
    pub(super) fn close_everything(&mut self, span: TimeDelta, now: Instant) -> Early {
        self.closed = Some(now + span);
        Early { after: span, everywhere: true, known: false, told: None }
    }
}

/// A bucket's name, which says nothing.
fn name(route: &str) -> String {
    let sum =
        route.bytes().fold(0x811c_9dc5_u32, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{sum:08x}")
}
