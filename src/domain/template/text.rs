//! Rules of texts: patterns that a whole text must match, and characters that nobody can see.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

/// The most memory that one pattern may take when it is compiled, in bytes.
const MOST: usize = 1 << 20;

/// A regular expression that the whole text must match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(String);

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Why it is none, in words.
    pub fn new(text: &str) -> Result<Self, String> {
        // By itself first: whoever closes a bracket that we open would match something else.
        compiled(text)?;
        let pattern = Self(text.to_owned());
        pattern.anchored()?;
        Ok(pattern)
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the whole text matches. What cannot be compiled matches nothing.
    pub fn matches(&self, text: &str) -> bool {
        self.anchored().is_ok_and(|pattern| pattern.is_match(text))
    }

    fn anchored(&self) -> Result<Regex, String> {
        compiled(&format!(r"\A(?:{})\z", self.0))
    }
}

fn compiled(text: &str) -> Result<Regex, String> {
    let read = RegexBuilder::new(text).size_limit(MOST).dfa_size_limit(MOST).build();
    read.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "it is too big".to_owned(),
        // The last line says what is wrong; those before it draw where.
        other => {
            let words = other.to_string();
            let last = words.lines().last().unwrap_or_default().trim();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
    })
}

/// The first character that cannot be seen and could make a text look like another one. Ends of lines and tabs can.
pub fn hidden(text: &str) -> Option<char> {
    text.chars().find(|c| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_the_whole_text_whatever_is_written_in_it() {
        let pattern = Pattern::new("a|ab").unwrap();
        assert!(pattern.matches("a") && pattern.matches("ab"));
        assert!(!pattern.matches("abc") && !pattern.matches("xab") && !pattern.matches("ab\n"));
        assert!(!Pattern::new("(?m)^a$").unwrap().matches("a\nb"));
        assert!(Pattern::new("a)|(?:b").is_err(), "it would escape from its anchors");
        assert!(Pattern::new("(?x) a # so").is_err(), "a comment would swallow them");
        assert!(Pattern::new("(((a{100}){100}){100}){100}").is_err(), "it would take all memory");
        let slow = Pattern::new("(a*)*b").unwrap();
        assert!(!slow.matches(&"a".repeat(10_000)), "and this ends");
    }
}
