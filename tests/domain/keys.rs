//! SSH public keys: real ones by ssh-keygen, a corpus of the others, and whatever proptest thinks of.
//!
//! Of an accepted key OpenSSH must think the same: it reads the line and prints the same fingerprint.

use std::{path::Path, process::Command, sync::OnceLock};

use proptest::prelude::*;
use sublet::domain::{key::PublicKey, refusal::KeyProblem};
use tempfile::TempDir;

/// The types made at test time: arguments of ssh-keygen, and what the line must begin with.
const TYPES: [(&str, &str, &str); 6] = [
    ("ed25519", "256", "ssh-ed25519 "),
    ("ecdsa", "256", "ecdsa-sha2-nistp256 "),
    ("ecdsa", "384", "ecdsa-sha2-nistp384 "),
    ("ecdsa", "521", "ecdsa-sha2-nistp521 "),
    ("rsa", "2048", "ssh-rsa "),
    ("rsa", "3072", "ssh-rsa "),
];

/// One public key line of each type, made once.
fn real_keys() -> &'static [String] {
    static KEYS: OnceLock<Vec<String>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        TYPES.iter().map(|(kind, bits, _)| make(folder.path(), kind, bits)).collect()
    })
}

fn make(folder: &Path, kind: &str, bits: &str) -> String {
    let file = folder.join(format!("{kind}{bits}"));
    let made = Command::new("ssh-keygen")
        .args(["-q", "-N", "", "-C", "dana@laptop", "-t", kind, "-b", bits, "-f"])
        .arg(&file)
        .status()
        .expect("these tests need ssh-keygen");
    assert!(made.success(), "ssh-keygen cannot make {kind} {bits}");
    std::fs::read_to_string(file.with_extension("pub")).unwrap()
}

/// The fingerprint that OpenSSH prints; `None` when it does not take the line for a key.
fn by_openssh(line: &str) -> Option<String> {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("key.pub");
    std::fs::write(&file, format!("{line}\n")).unwrap();
    let output = Command::new("ssh-keygen").arg("-lf").arg(&file).output().expect("ssh-keygen");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then(|| said.split_whitespace().nth(1).unwrap_or_default().to_owned())
}

/// What every accepted key must be.
fn check_accepted(key: &PublicKey) {
    assert!(!key.line.chars().any(char::is_control), "{:?}", key.line);
    let first = key.line.split(' ').next().unwrap();
    assert!(["ssh-", "ecdsa-", "sk-"].iter().any(|start| first.starts_with(start)), "{:?}", key.line);
    assert_eq!(by_openssh(&key.line).as_ref(), Some(&key.fingerprint), "{:?}", key.line);
    assert_eq!(PublicKey::parse(&key.line).as_ref(), Ok(key));
}

#[test]
fn keys_of_every_usual_type_are_accepted_with_the_fingerprint_that_openssh_prints() {
    for (text, (_, _, start)) in real_keys().iter().zip(TYPES) {
        let key = PublicKey::parse(text).unwrap();
        assert_eq!(key.line, text.trim_end());
        assert!(key.line.starts_with(start));
        assert_eq!(key.comment(), Some("dana@laptop"));
        check_accepted(&key);
    }
}

#[test]
fn a_key_without_comment_and_one_with_a_long_comment_are_the_same_key() {
    for text in real_keys() {
        let bare: Vec<&str> = text.split_whitespace().take(2).collect();
        let bare = PublicKey::parse(&bare.join(" ")).unwrap();
        assert_eq!(bare.comment(), None);
        let long = PublicKey::parse(&format!("{} Dana's  “old” laptop #2", bare.line)).unwrap();
        assert_eq!(long.fingerprint, bare.fingerprint);
        check_accepted(&long);
    }
}

/// `good-…`, `bad-…`, or `bad-PROBLEM--…` where the problem matters.
#[test]
fn everything_in_the_corpus_is_judged_as_its_name_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/key");
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let judged = PublicKey::parse(&text);
        match (name.strip_prefix("bad-"), &judged) {
            (None, Ok(key)) => check_accepted(key),
            (Some(bad), Err(problem)) => {
                let stored = word(problem);
                assert!(
                    bad.split_once("--").is_none_or(|(expected, _)| expected == stored),
                    "{name}: {stored}"
                );
            }
            _ => panic!("{name}: {judged:?}"),
        }
        count += 1;
    }
    assert!(count >= 30, "the corpus holds only {count} texts");
}

/// The word under which a problem is stored.
fn word(problem: &KeyProblem) -> String {
    let stored = serde_json::to_value(problem).unwrap();
    assert_eq!(&serde_json::from_value::<KeyProblem>(stored.clone()).unwrap(), problem);
    stored["problem"].as_str().unwrap().to_owned()
}

#[test]
fn a_weak_key_and_one_of_an_old_type_learn_what_is_wrong() {
    let rsa = include_str!("../corpus/key/bad-weak--rsa1024");
    assert_eq!(PublicKey::parse(rsa), Err(KeyProblem::Weak { bits: 1024, needed: 2048 }));
    let dsa = include_str!("../corpus/key/bad-type--dsa");
    assert_eq!(PublicKey::parse(dsa), Err(KeyProblem::Type { found: "ssh-dss".to_owned() }));
}

#[test]
fn huge_input_is_refused_before_it_is_read() {
    let huge = format!("ssh-rsa {}", "A".repeat(10_000_000));
    assert_eq!(PublicKey::parse(&huge), Err(KeyProblem::TooLong));
    let private = format!("{huge}\n-----BEGIN OPENSSH PRIVATE KEY-----");
    assert_eq!(PublicKey::parse(&private), Err(KeyProblem::Private));
}

fn keyish() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("ssh-ed25519".to_owned()),
        Just("ssh-rsa".to_owned()),
        Just("ssh-dss".to_owned()),
        Just("sk-ssh-ed25519@openssh.com".to_owned()),
        Just("ecdsa-sha2-nistp256".to_owned()),
        Just("command=\"id\"".to_owned()),
        Just("AAAAC3NzaC1lZDI1NTE5AAAAI".to_owned()),
        "[A-Za-z0-9+/=]{0,80}",
        "\\PC{0,10}",
        (0usize..6).prop_map(|which| real_keys()[which].clone()),
        (0usize..6).prop_map(|which| real_keys()[which].split(' ').nth(1).unwrap().to_owned()),
    ];
    let between = proptest::sample::select(vec![" ", "  ", "\t", "\n", "\r\n", "", "\u{a0}", "\u{2028}"]);
    proptest::collection::vec((word, between), 0..6)
        .prop_map(|parts| parts.into_iter().map(|(word, between)| format!("{word}{between}")).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_judged_and_what_is_accepted_openssh_accepts(text in prop_oneof![keyish(), any::<String>()]) {
        if let Ok(key) = PublicKey::parse(&text) {
            check_accepted(&key);
        }
    }

    /// One character of a real key's inside changed: whatever still passes is a key for OpenSSH too.
    #[test]
    fn a_damaged_key_is_refused_unless_openssh_takes_it(
        which in 0usize..6, place in any::<prop::sample::Index>(), letter in "[A-Za-z0-9+/]",
    ) {
        let parts: Vec<&str> = real_keys()[which].split_whitespace().collect();
        let mut inside = parts[1].to_owned();
        let place = place.index(inside.len());
        inside.replace_range(place..=place, &letter);
        if let Ok(key) = PublicKey::parse(&format!("{} {inside} {}", parts[0], parts[2])) {
            check_accepted(&key);
        }
    }

    #[test]
    fn an_accepted_key_with_anything_in_front_or_another_line_below_is_refused(
        which in 0usize..6, front in "[a-z]{1,10}(=\"[^\"\\pC]{0,10}\")?", below in "\\PC{1,20}",
    ) {
        let key = real_keys()[which].trim_end();
        let refused = PublicKey::parse(&format!("{front} {key}")).is_err();
        prop_assert!(refused, "{} was let through", front);
        prop_assume!(!below.trim().is_empty());
        prop_assert_eq!(PublicKey::parse(&format!("{key}\n{below}")), Err(KeyProblem::SeveralLines));
    }
}
