//! What came in lately: the same delivery may come again, by another connection or because Slack saw no
//! acknowledgement. Then nothing is done a second time, and Slack is told the same.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use tokio::sync::watch;

use super::reply::Reply;

/// How many are remembered. Whatever is older is still done only once, by its id in the database.
const MOST: usize = 4_000;

/// The deliveries that came in lately, with what Slack was told.
#[derive(Default)]
pub struct Recent(Mutex<Noted>);

#[derive(Default)]
struct Noted {
    told: HashMap<String, watch::Receiver<Option<Reply>>>,
    order: VecDeque<String>,
}

/// Whether a delivery is new.
pub enum Delivery {
    /// It is, and this is told when it is known what Slack is told.
    New(watch::Sender<Option<Reply>>),
    /// It came before, and this is what Slack is told, as soon as it is known.
    Again(watch::Receiver<Option<Reply>>),
}

impl Recent {
    /// Notes a delivery by its id.
    pub fn note(&self, id: &str) -> Delivery {
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

    fn is_new(recent: &Recent, id: &str) -> bool {
        matches!(recent.note(id), Delivery::New(_))
    }

    #[test]
    fn a_delivery_is_new_once_unless_it_could_not_be_dealt_with() {
        let recent = Recent::default();
        let Delivery::New(tell) = recent.note("a") else { panic!("it is new") };
        let Delivery::Again(told) = recent.note("a") else { panic!("it is not new") };
        assert_eq!(*told.borrow(), None);
        tell.send_replace(Some(Reply::Empty));
        assert_eq!(*told.borrow(), Some(Reply::Empty));
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
