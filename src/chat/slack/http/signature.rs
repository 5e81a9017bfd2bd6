//! Slack's signature over a request: HMAC-SHA256 of `v0:TIMESTAMP:BODY`, as
//! <https://docs.slack.dev/authentication/verifying-requests-from-slack> describes it.

use axum::http::HeaderMap;
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::{chat::replay::Signed, domain::Instant};

/// When Slack signed it, in seconds since 1970.
pub const TIMESTAMP: &str = "x-slack-request-timestamp";
/// The signature.
pub const SIGNATURE: &str = "x-slack-signature";

/// How far Slack's clock and ours may be apart, and how long a signature is good for.
const WINDOW: TimeDelta = TimeDelta::minutes(5);
/// The one version of signatures that there is.
const VERSION: &str = "v0";
/// The length of a signature in bytes.
const LENGTH: usize = 32;

/// Whether Slack signed this body, lately. `None` says nothing about why not, since whoever asks need not know.
pub fn verify(secret: &SecretString, headers: &HeaderMap, body: &[u8], now: Instant) -> Option<Signed> {
    let timestamp = only(headers, TIMESTAMP)?;
    let bytes = read(only(headers, SIGNATURE)?)?;
    let at: i64 = timestamp.parse().ok()?;
    if now.timestamp().abs_diff(at) > WINDOW.num_seconds().unsigned_abs() {
        return None;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).ok()?;
    for part in [VERSION.as_bytes(), b":", timestamp.as_bytes(), b":", body] {
        mac.update(part);
    }
    // Compares in constant time.
    mac.verify_slice(&bytes).ok()?;
    Some(Signed { until: at + WINDOW.num_seconds(), bytes })
}

/// The value of a header that stands there once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(first)
}

/// Reads `v0=` and 64 hexadecimal digits.
fn read(text: &str) -> Option<[u8; LENGTH]> {
    let digits = text.strip_prefix(VERSION)?.strip_prefix('=')?.as_bytes();
    if digits.len() != 2 * LENGTH {
        return None;
    }
    let mut bytes = [0; LENGTH];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let value = |digit: u8| char::from(digit).to_digit(16);
        *byte = u8::try_from(value(pair[0])? * 16 + value(pair[1])?).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    //! Slack's own example verifies, and nothing that differs from it.

    use axum::http::HeaderValue;

    use super::*;

    const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
    const AT: &str = "1531420618";
    const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const GOOD: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_str(value).expect("a header"));
        }
        headers
    }

    fn at(seconds: i64) -> Instant {
        Instant::from_timestamp(1_531_420_618 + seconds, 0).expect("a moment")
    }

    fn verifies(pairs: &[(&'static str, &str)], body: &str, now: Instant) -> bool {
        verify(&SECRET.into(), &headers(pairs), body.as_bytes(), now).is_some()
    }

    #[test]
    fn slacks_example_verifies() {
        let signed =
            verify(&SECRET.into(), &headers(&[(TIMESTAMP, AT), (SIGNATURE, GOOD)]), BODY.as_bytes(), at(1));
        let signed = signed.expect("verified");
        assert_eq!(signed.until, 1_531_420_618 + 300);
        assert_eq!(signed.bytes[0], 0xa2);
    }

    #[test]
    fn it_is_good_for_five_minutes_in_both_directions() {
        let pairs = [(TIMESTAMP, AT), (SIGNATURE, GOOD)];
        for (seconds, good) in [(-301, false), (-300, true), (0, true), (300, true), (301, false)] {
            assert_eq!(verifies(&pairs, BODY, at(seconds)), good, "{seconds} s");
        }
    }

    #[test]
    fn any_other_byte_does_not_verify() {
        for place in 0..BODY.len() {
            let mut body = BODY.as_bytes().to_vec();
            body[place] ^= 1;
            let pairs = headers(&[(TIMESTAMP, AT), (SIGNATURE, GOOD)]);
            assert!(verify(&SECRET.into(), &pairs, &body, at(0)).is_none(), "byte {place} of the body");
        }
        for place in 3..GOOD.len() {
            let mut other = GOOD.as_bytes().to_vec();
            other[place] = if other[place] == b'0' { b'1' } else { b'0' };
            let other = String::from_utf8(other).expect("text");
            assert!(!verifies(&[(TIMESTAMP, AT), (SIGNATURE, &other)], BODY, at(0)), "digit {place}");
        }
        assert!(!verifies(&[(TIMESTAMP, "1531420619"), (SIGNATURE, GOOD)], BODY, at(0)), "the timestamp");
        let pairs = headers(&[(TIMESTAMP, AT), (SIGNATURE, GOOD)]);
        let other = SECRET.replace('8', "9");
        assert!(verify(&other.into(), &pairs, BODY.as_bytes(), at(0)).is_none(), "the secret");
    }

    #[test]
    fn headers_that_are_missing_or_doubled_or_odd_do_not_verify() {
        let digits = &GOOD[3..];
        let wrong: [&[(&'static str, &str)]; 14] = [
            &[],
            &[(TIMESTAMP, AT)],
            &[(SIGNATURE, GOOD)],
            &[(TIMESTAMP, AT), (SIGNATURE, GOOD), (SIGNATURE, GOOD)],
            &[(TIMESTAMP, AT), (TIMESTAMP, AT), (SIGNATURE, GOOD)],
            &[(TIMESTAMP, AT), (SIGNATURE, "")],
            &[(TIMESTAMP, AT), (SIGNATURE, digits)],
            &[(TIMESTAMP, AT), (SIGNATURE, &format!("v1={digits}"))],
            &[(TIMESTAMP, AT), (SIGNATURE, &format!("v0:{digits}"))],
            &[(TIMESTAMP, AT), (SIGNATURE, &GOOD[..66])],
            &[(TIMESTAMP, AT), (SIGNATURE, &format!("{GOOD}0"))],
            &[(TIMESTAMP, AT), (SIGNATURE, &GOOD.replace('a', "g"))],
            &[(TIMESTAMP, "1531420618.0"), (SIGNATURE, GOOD)],
            &[(TIMESTAMP, "99999999999999999999"), (SIGNATURE, GOOD)],
        ];
        for pairs in wrong {
            assert!(!verifies(pairs, BODY, at(0)), "{pairs:?}");
        }
    }
}
