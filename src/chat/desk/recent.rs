//! What came in lately: the same delivery may come again, by another connection or because the platform saw no
//! acknowledgement. Then nothing is done a second time, and the platform is told the same.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use tokio::sync::watch;

/// How many are remembered. Whatever is older is still done only once, by its id in the database.
const MOST: usize = 4_000;

/// The deliveries that came in lately, with what the platform was told.
pub struct Recent<R>(Mutex<Noted<R>>);

struct Noted<R> {
    told: HashMap<String, watch::Receiver<Option<R>>>,
    order: VecDeque<String>,
}

impl<R> Default for Recent<R> {
    fn default() -> Self {
        Self(Mutex::new(Noted { told: HashMap::new(), order: VecDeque::new() }))
    }
}

/// Whether a delivery is new.
pub enum Delivery<R> {
    /// It is, and this is told when it is known what the platform is told.
    New(watch::Sender<Option<R>>),
    /// It came before, and this is what the platform is told, as soon as it is known.
    Again(watch::Receiver<Option<R>>),
}

impl<R> Recent<R> {
    /// Notes a delivery by its id.
    pub fn note(&self, id: &str) -> Delivery<R> {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(told) = noted.told.get(id) {
            return Delivery::Again(told.clone());
        }
        let (tell, told) = watch::channel(None);
        noted.told.insert(id.to_owned(), told);
        noted.order.push_back(id.to_owned());
        if noted.order.len() > MOST
            && let Some(oldest) = noted.order.pop_front()
        {
            noted.told.remove(&oldest);
        }
        Delivery::New(tell)
    }

    /// Forgets a delivery that could not be dealt with, so that it may come again.
    pub fn forget(&self, id: &str) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.told.remove(id).is_some() {
            noted.order.retain(|other| other != id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_new(recent: &Recent<u8>, id: &str) -> bool {
        matches!(recent.note(id), Delivery::New(_))
    }

    #[test]
    fn a_delivery_is_new_once_unless_it_could_not_be_dealt_with() {
        let recent = Recent::default();
        let Delivery::New(tell) = recent.note("a") else { panic!("it is new") };
        let Delivery::Again(told) = recent.note("a") else { panic!("it is not new") };
        assert_eq!(*told.borrow(), None);
        tell.send_replace(Some(7));
        assert_eq!(*told.borrow(), Some(7));
        recent.forget("a");
        recent.forget("never seen");
        assert!(is_new(&recent, "a"));
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_is_forgotten_first() {
        let recent = Recent::default();
        for number in 0..=MOST {
            assert!(is_new(&recent, &number.to_string()));
        }
        assert!(!is_new(&recent, &MOST.to_string()));
        assert!(!is_new(&recent, "1"));
        assert!(is_new(&recent, "0"));
        let noted = recent.0.lock().expect("a lock");
        assert_eq!((noted.told.len(), noted.order.len()), (MOST, MOST));
    }
}
