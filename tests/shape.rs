//! The shape of the code: arrows point down, files open with their role and stay short, words stay in their place.
//! Every finding says where it is and how to mend it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

#[path = "shape/arrows.rs"]
mod arrows;
#[path = "shape/rules.rs"]
mod rules;
#[path = "shape/sources.rs"]
mod sources;
