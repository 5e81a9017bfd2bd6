//! How a controller stands at the moment, for those who ask from outside.

use std::sync::{Arc, Mutex, PoisonError};

/// What a controller is at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Stands {
    /// It does not compete for the `Lease`: it has just begun, or is about to end.
    #[default]
    Aside,
    /// It would lead if nobody else did.
    By,
    /// It leads, and still reads what is in the cluster.
    Reading,
    /// It leads, and knows what is in the cluster.
    Leading,
    /// The `Lease` cannot be asked for; why, in words.
    Failing(String),
}

/// How it stands now; all clones tell the same.
#[derive(Debug, Clone, Default)]
pub struct Standing(Arc<Mutex<Stands>>);

impl Standing {
    /// What it is at now.
    pub fn now(&self) -> Stands {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// It is at something else from now on.
    pub(super) fn becomes(&self, new: Stands) {
        let leads = matches!(new, Stands::Reading | Stands::Leading);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = new;
        metrics::gauge!("sublet_controller_leads").set(f64::from(u8::from(leads)));
    }

    /// All was read. That says nothing to one that has lost the `Lease` meanwhile.
    pub(super) fn has_read(&self) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *now == Stands::Reading {
            *now = Stands::Leading;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_that_leads_can_have_read_all() {
        let standing = Standing::default();
        for (before, after) in [(Stands::By, Stands::By), (Stands::Reading, Stands::Leading)] {
            standing.becomes(before);
            standing.clone().has_read();
            assert_eq!(standing.now(), after);
        }
    }
}
