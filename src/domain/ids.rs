//! Ids that cannot be mixed up: a printable prefix and a UUID given by the caller.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// What every id of this kind starts with.
            pub const PREFIX: &'static str = $prefix;

            /// A new id from chance that the caller brings.
            pub fn new(uuid: Uuid) -> Self {
                Self(format!(concat!($prefix, "{}"), uuid.simple()))
            }

            /// Reads an id as it is written; `None` when the prefix or the alphabet is another.
            pub fn parse(text: &str) -> Option<Self> {
                let rest = text.strip_prefix($prefix)?;
                let fits = (1..=64).contains(&rest.len())
                    && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b == b'.');
                fits.then(|| Self(text.to_owned()))
            }

            /// The id as it is stored and shown.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A person, whatever door they come through. People of the configuration are `per_` + handle.
    PersonId, "per_"
);
id!(
    /// A request.
    RequestId, "req_"
);
id!(
    /// A lease.
    LeaseId, "lea_"
);
id!(
    /// An extension asked for a lease.
    ExtensionId, "ext_"
);
id!(
    /// A person's stored SSH public key.
    KeyId, "key_"
);
id!(
    /// A row of the outbox.
    EffectId, "eff_"
);
id!(
    /// A wish for more quota.
    WishId, "quo_"
);
id!(
    /// A temporary quota.
    GrantId, "gra_"
);
id!(
    /// A token of the API.
    TokenId, "tok_"
);

/// The row in which effects stand that must not be done at once: one for each request, and one for each other thing
/// that has effects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(String);

impl Lane {
    /// The lane of what has this id, or of what is called so.
    pub fn of(text: impl std::fmt::Display) -> Self {
        Self(text.to_string())
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&RequestId> for Lane {
    fn from(id: &RequestId) -> Self {
        Self::of(id)
    }
}

/// The name people use for an environment: the template and four characters, such as `web-7k3f`.
///
/// It is given at the request, is unique for ever, and is also the request's and the lease's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EnvName(String);

/// Letters that are not mistaken for one another when read aloud or copied by hand.
const ALPHABET: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz0";

impl EnvName {
    /// A name for a new request; the suffix comes from the UUID that the caller brings.
    pub fn new(template: &str, uuid: Uuid) -> Self {
        let tail = uuid.as_bytes();
        let suffix: String =
            tail[11..16].iter().map(|b| char::from(ALPHABET[usize::from(*b) % ALPHABET.len()])).collect();
        Self(format!("{template}-{suffix}"))
    }

    /// Reads a name: a lower-case DNS label; `None` otherwise.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (3..=63).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-');
        fits.then(|| Self(text.to_owned()))
    }

    /// The name as typed and shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for EnvName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_not_taken_for_another_kind() {
        let id = RequestId::new(Uuid::from_u128(7));
        assert_eq!(RequestId::parse(id.as_str()), Some(id.clone()));
        assert_eq!(LeaseId::parse(id.as_str()), None);
        assert_eq!(RequestId::parse("req_'; drop table"), None);
    }

    #[test]
    fn a_name_is_a_dns_label() {
        let name = EnvName::new("web", Uuid::from_u128(0x1234_5678_9abc_def0));
        assert_eq!(EnvName::parse(name.as_str()), Some(name));
        assert_eq!(EnvName::parse("Web_1"), None);
    }
}
