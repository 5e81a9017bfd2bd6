//! From a letter to the bytes that go over the wire, so that no text of a person can become a header.

use std::sync::Arc;

use lettre::Address;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};

use super::settings::Fault;
use crate::domain::Instant;
use crate::ports::Failure;
use crate::ports::clock::Clock;
use crate::ports::mail::Letter;

/// Turns letters into messages from one sender.
pub(super) struct Composer {
    from: Mailbox,
    clock: Arc<dyn Clock>,
}

impl Composer {
    pub(super) fn new(from: &str, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        let from = from.parse().map_err(|_| {
            Fault::new(
                "from",
                format!("\"{}\" is not a sender; write Name <name@example.org>", one_line(from)),
            )
        })?;
        Ok(Self { from, clock })
    }

    /// The present moment.
    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The message for a letter, with the same Message-ID whenever the letter is the same.
    pub(super) fn compose(&self, letter: &Letter) -> Result<Message, Failure> {
        let to: Address = letter
            .to
            .parse()
            .map_err(|_| Failure::never(format!("\"{}\" is not an e-mail address", one_line(&letter.to))))?;
        let name = Some(one_line(&letter.name)).filter(|name| !name.is_empty());
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(name, to))
            .subject(one_line(&letter.subject))
            .date(self.clock.now().into())
            .message_id(Some(self.message_id(&letter.key)))
            .header(AutoSubmitted);
        let built = match &letter.html {
            Some(html) => {
                message.multipart(MultiPart::alternative_plain_html(letter.text.clone(), html.clone()))
            }
            None => message.singlepart(SinglePart::plain(letter.text.clone())),
        };
        built.map_err(|fault| Failure::never(format!("the letter could not be written: {fault}")))
    }

    fn message_id(&self, key: &str) -> String {
        format!("<{}@{}>", atom(key), self.from.email.domain())
    }
}

/// The key as one word of letters, digits, `-`, `_` and `%XX`: different keys stay different, and the word
/// is good for a Message-ID and for the name of a file.
pub(super) fn atom(key: &str) -> String {
    key.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// The text on one line: control characters and every kind of line break become single spaces.
pub(super) fn one_line(text: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.split(|c: char| breaks(c) || c == ' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `Auto-Submitted: auto-generated`, which keeps holiday answers from coming back.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
