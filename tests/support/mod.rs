//! What tests need from outside, found by environment variables that `tests/run` sets (see docs/testing.md).

pub mod databases;

pub mod samples;

/// The value of a variable that `tests/run` sets.
///
/// Without it the test fails, so that nothing is skipped unnoticed. Only where SUBLET_TESTS_ALLOW_MISSING=1 is
/// set is the answer `None`, after a line that says that the test did not run.
#[expect(clippy::disallowed_methods, reason = "tests have no configuration; tests/run speaks by variables")]
pub fn required(name: &str) -> Option<String> {
    match std::env::var(name) {
        Ok(value) if !value.is_empty() => return Some(value),
        _ => {}
    }
    let allowed = std::env::var("SUBLET_TESTS_ALLOW_MISSING").is_ok_and(|value| value == "1");
    assert!(
        allowed,
        "{name} is not set. Run this test by tests/run, which installs and starts what it needs, \
         or set SUBLET_TESTS_ALLOW_MISSING=1 to leave it out."
    );
    eprintln!("DID NOT RUN: a test that needs {name}");
    None
}
