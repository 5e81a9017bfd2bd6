//! What must hold for any bytes that a reader is given. Shared by the fuzz targets and tests/corpora.rs.

use chrono::{DateTime, Utc};
use sublet::domain::key::PublicKey;

/// A line is a command that writes itself as a line with the same meaning, or a mistake that can be shown.
/// Returns whether it is a command.
pub fn line(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let now = DateTime::<Utc>::from_timestamp(1_795_248_000, 0).expect("a moment");
    let context = commands::Context { now, zone: "Europe/Berlin".parse().expect("a zone") };
    match commands::line::parse(&text, &context) {
        Ok(command) => {
            let written = command.to_line();
            assert_eq!(commands::line::parse(&written, &context).as_ref(), Ok(&command), "{written}");
            true
        }
        Err(mistake) => {
            if let Some(at) = &mistake.at {
                assert!(text.get(at.clone()).is_some(), "{at:?} is no part of the line");
            }
            assert!(!mistake.what.is_empty() && !mistake.render(&text).is_empty());
            false
        }
    }
}

/// A key is one clean line that reads as itself, or a problem. Returns whether it is a key.
pub fn key(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let Ok(key) = PublicKey::parse(&text) else { return false };
    assert!(!key.line.chars().any(char::is_control), "{:?}", key.line);
    assert!(
        ["ssh-", "ecdsa-", "sk-"].iter().any(|kind| key.line.starts_with(kind)),
        "options in {:?}",
        key.line
    );
    assert!(key.fingerprint.starts_with("SHA256:"));
    assert_eq!(PublicKey::parse(&key.line).as_ref(), Ok(&key), "read again");
    true
}

/// A template holds what it promises, or there are faults that say where and what. Returns whether it is one.
pub fn template(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    match sublet::templates::read("web", "web.toml", &text) {
        Ok(template) => {
            assert_eq!(template.name, "web");
            assert!(template.default_span <= template.longest, "{template:?}");
            assert!(!template.warnings.is_empty(), "somebody would not be warned: {template:?}");
            for parameter in &template.parameters {
                let limits = parameter.min.iter().zip(&parameter.max);
                assert!(limits.clone().all(|(min, max)| min <= max), "{parameter:?}");
                let default =
                    parameter.default.iter().chain(parameter.default_when.iter().map(|when| &when.then));
                assert!(default.clone().all(|value| parameter.check(value).is_ok()), "{parameter:?}");
            }
            true
        }
        Err(faults) => {
            assert!(!faults.to_string().trim().is_empty());
            false
        }
    }
}
