//! What a mail server's answer means for a letter: ask again, or never in this way.

use lettre::transport::smtp::Error;

use super::compose::one_line;
use crate::ports::Failure;

/// Replies about our own login or about protection, not about the letter: the letter waits until an
/// operator has mended them.
const ABOUT_OUR_LOGIN: [u16; 5] = [454, 530, 534, 535, 538];

/// How much of a server's own words is kept.
const KEPT: usize = 200;

/// The failure for an error of the transport. `ascii` tells whether the address needs no extension.
pub(super) fn failure(error: &Error, ascii: bool) -> Failure {
    if let Some(code) = error.status() {
        let code = u16::from(code);
        if ABOUT_OUR_LOGIN.contains(&code) {
            // The server's words stay out: some repeat what was sent to them.
            return Failure::later(format!(
                "the mail server refused our login ({code}); check user and password"
            ));
        }
        let why = format!("the mail server answered {code}{}", words(error));
        return if error.is_permanent() { Failure::never(why) } else { Failure::later(why) };
    }
    if error.is_client() && !ascii {
        return Failure::never("the mail server takes no addresses outside ASCII");
    }
    let what = if error.is_tls() {
        "no protected connection to the mail server"
    } else if error.is_timeout() {
        "the mail server did not answer in time"
    } else if error.is_client() || error.is_response() {
        "the mail server and we do not understand each other"
    } else {
        "no connection to the mail server"
    };
    Failure::later(format!("{what}{}", words(error)))
}

/// The cause in the server's or the system's words, on one line and not too long.
fn words(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!(": {}", one_line(&cause.to_string()).chars().take(KEPT).collect::<String>()),
        None => String::new(),
    }
}
