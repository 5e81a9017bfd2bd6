//! What came in lately: the same delivery may come again, by another connection or because Slack saw no
//! acknowledgement, and then nothing more follows from it.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, PoisonError},
};

/// How many are remembered. Whatever is older is still done only once, by its id in the database.
const MOST: usize = 10_000;

/// The ids that came in lately.
#[derive(Default)]
pub struct Recent(Mutex<(HashSet<String>, VecDeque<String>)>);

impl Recent {
    /// Notes an id. `false` when it was noted before.
    pub fn first_time(&self, id: &str) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (ids, order) = &mut *noted;
        if !ids.insert(id.to_owned()) {
            return false;
        }
        order.push_back(id.to_owned());
        if order.len() > MOST
            && let Some(oldest) = order.pop_front()
        {
            ids.remove(&oldest);
        }
        true
    }

    /// Forgets an id that could not be dealt with, so that it may come again.
    pub fn forget(&self, id: &str) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.0.remove(id) {
            noted.1.retain(|other| other != id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once_unless_it_could_not_be_dealt_with() {
        let recent = Recent::default();
        assert!(recent.first_time("a"));
        assert!(!recent.first_time("a"));
        recent.forget("a");
        recent.forget("never seen");
        assert!(recent.first_time("a"));
        assert!(!recent.first_time("a"));
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_is_forgotten_first() {
        let recent = Recent::default();
        for number in 0..=MOST {
            assert!(recent.first_time(&number.to_string()));
        }
        assert!(!recent.first_time(&MOST.to_string()));
        assert!(!recent.first_time("1"));
        assert!(recent.first_time("0"));
        let noted = recent.0.lock().expect("a lock");
        assert_eq!((noted.0.len(), noted.1.len()), (MOST, MOST));
    }
}
