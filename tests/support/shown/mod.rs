//! Everything that Sublet can show, at its worst, for the tests that have others check what becomes of it.

pub mod cards;
pub mod forms;
mod refusals;
mod told;

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use sublet::ports::chat::Message;

/// Messages of that kind, the same at every run, so that a fault that is found stays found.
pub fn always_the_same(kind: impl Strategy<Value = Message>) -> Vec<Message> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..40).map(|_| kind.new_tree(&mut runner).unwrap().current()).collect()
}
