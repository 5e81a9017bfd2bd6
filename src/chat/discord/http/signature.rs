//! Discord's signature over a request: Ed25519 of the timestamp and the body, as
//! <https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint> describes it.

use anyhow::Context;
use axum::http::HeaderMap;
use chrono::TimeDelta;
use serenity::interactions_endpoint::Verifier;
use sha2::{Digest, Sha256};

use crate::{chat::replay::Signed, domain::Instant};

/// When Discord signed it, in seconds since 1970.
pub const TIMESTAMP: &str = "x-signature-timestamp";
/// The signature: 128 hexadecimal digits.
pub const SIGNATURE: &str = "x-signature-ed25519";

/// How far Discord's clock and ours may be apart, and how long a signature is good for.
const WINDOW: TimeDelta = TimeDelta::minutes(5);

/// The application's public key.
pub struct Key(Verifier);

impl Key {
    /// The key of these bytes.
    ///
    /// # Errors
    /// When they are no point of the curve.
    pub fn new(bytes: [u8; 32]) -> anyhow::Result<Self> {
        Verifier::try_new(bytes).map(Self).context("the public key of Discord's application is none")
    }
}

/// Whether Discord signed this body, lately. `None` says nothing about why not, since whoever asks need not know.
pub fn verify(key: &Key, headers: &HeaderMap, body: &[u8], now: Instant) -> Option<Signed> {
    let timestamp = only(headers, TIMESTAMP)?;
    let signature = only(headers, SIGNATURE)?;
    let at: i64 = timestamp.parse().ok()?;
    if now.timestamp().abs_diff(at) > WINDOW.num_seconds().unsigned_abs() {
        return None;
    }
    key.0.verify(signature, timestamp, body).ok()?;
    // What was signed stands for the signature, of which there may be several ways of writing.
    let bytes = Sha256::new().chain_update(timestamp).chain_update(body).finalize().into();
    Some(Signed { until: at + WINDOW.num_seconds(), bytes })
}

/// The value of a header that stands there once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    //! The standard's own example verifies, and nothing that differs from what was signed.

    use axum::http::HeaderValue;

    use super::*;
    use crate::chat::discord::http::tests::{key, sign};
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

    const AT: &str = "1531420618";
    const BODY: &str = r#"{"id":"1","type":1}"#;

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        let byte = |at: usize| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("two digits");
        std::array::from_fn(byte)
    }

    fn public(key: &Ed25519KeyPair) -> Key {
        Key::new(key.public_key().as_ref().try_into().expect("32 bytes")).expect("a key")
    }

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

    fn verifies(pairs: &[(&'static str, &str)], body: &[u8], now: Instant) -> bool {
        verify(&public(&key()), &headers(pairs), body, now).is_some()
    }

    #[test]
    fn the_example_of_the_standard_verifies() {
        // RFC 8032, section 7.1, test 2: the message is the one byte 0x72.
        let seed: [u8; 32] = bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let known: [u8; 32] = bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        let signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
        let key = Key::new(known).expect("a key");
        assert_eq!(key.0.verify(signature, "", b"r"), Ok(()));
        assert_eq!(key.0.verify(signature, "r", b""), Ok(()), "the timestamp comes first");
        assert_eq!(key.0.verify(signature, "", b"s"), Err(()));
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).expect("a key");
        assert_eq!(sign(&pair, "", b"r"), signature, "and the tests sign in the same way");
    }

    #[test]
    fn it_is_good_for_five_minutes_in_both_directions() {
        let good = sign(&key(), AT, BODY.as_bytes());
        let pairs = [(TIMESTAMP, AT), (SIGNATURE, good.as_str())];
        for (seconds, expected) in [(-301, false), (-300, true), (0, true), (300, true), (301, false)] {
            assert_eq!(verifies(&pairs, BODY.as_bytes(), at(seconds)), expected, "{seconds} s");
        }
        let signed = verify(&public(&key()), &headers(&pairs), BODY.as_bytes(), at(1)).expect("verified");
        assert_eq!(signed.until, 1_531_420_618 + 300);
    }

    #[test]
    fn any_other_byte_does_not_verify() {
        let good = sign(&key(), AT, BODY.as_bytes());
        let pairs = [(TIMESTAMP, AT), (SIGNATURE, good.as_str())];
        for place in 0..BODY.len() {
            let mut body = BODY.as_bytes().to_vec();
            body[place] ^= 1;
            assert!(!verifies(&pairs, &body, at(0)), "byte {place} of the body");
        }
        for place in 0..good.len() {
            let mut other = good.clone().into_bytes();
            other[place] = if other[place] == b'0' { b'1' } else { b'0' };
            let other = String::from_utf8(other).expect("text");
            assert!(
                !verifies(&[(TIMESTAMP, AT), (SIGNATURE, &other)], BODY.as_bytes(), at(0)),
                "digit {place}"
            );
        }
        let later = [(TIMESTAMP, "1531420619"), (SIGNATURE, good.as_str())];
        assert!(!verifies(&later, BODY.as_bytes(), at(0)), "the timestamp");
        let other = Ed25519KeyPair::from_seed_unchecked(&[8; 32]).expect("a key");
        assert!(verify(&public(&other), &headers(&pairs), BODY.as_bytes(), at(0)).is_none(), "the key");
    }

    #[test]
    fn headers_that_are_missing_or_doubled_or_odd_do_not_verify() {
        let good = sign(&key(), AT, BODY.as_bytes());
        let good = good.as_str();
        let (short, long, odd) = (&good[..126], format!("{good}00"), good.replace('a', "g"));
        let wrong: [&[(&'static str, &str)]; 11] = [
            &[],
            &[(TIMESTAMP, AT)],
            &[(SIGNATURE, good)],
            &[(TIMESTAMP, AT), (SIGNATURE, good), (SIGNATURE, good)],
            &[(TIMESTAMP, AT), (TIMESTAMP, AT), (SIGNATURE, good)],
            &[(TIMESTAMP, AT), (SIGNATURE, "")],
            &[(TIMESTAMP, AT), (SIGNATURE, short)],
            &[(TIMESTAMP, AT), (SIGNATURE, &long)],
            &[(TIMESTAMP, AT), (SIGNATURE, &odd)],
            &[(TIMESTAMP, "1531420618.0"), (SIGNATURE, good)],
            &[(TIMESTAMP, "99999999999999999999"), (SIGNATURE, good)],
        ];
        for pairs in wrong {
            assert!(!verifies(pairs, BODY.as_bytes(), at(0)), "{pairs:?}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        // No point of the curve has this y (RFC 8032, section 5.1.3).
        let none: [u8; 32] = bytes("0200000000000000000000000000000000000000000000000000000000000000");
        assert!(Key::new(none).is_err());
    }
}
