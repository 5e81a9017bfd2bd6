//! Bearer tokens of an OpenID Connect issuer: who they prove somebody to be, and what the issuer says of them.
//!
//! A token counts when the issuer's own published key signed it, by an algorithm with a public key, for us, and it is
//! neither too early nor too late by our clock. Its e-mail address counts when the issuer says that it is verified.

mod claims;
mod keys;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header};
use serde_json::{Map, Value};

pub use claims::Proven;

use self::keys::Keys;
use crate::domain::{Instant, person::Role, token::Scope};

/// The longest token that is looked at.
const TOKEN_MAX: usize = 16 * 1024;

/// Whose tokens are taken, and what they mean here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The issuer, as its tokens name it, to the letter.
    pub issuer: String,
    /// Whom a token must be for: one of these.
    pub audience: BTreeSet<String>,
    /// The claim that holds the e-mail address.
    pub email: String,
    /// The claim that lists groups.
    pub groups: String,
    /// The roles that groups give.
    pub roles: BTreeMap<String, Role>,
    /// The teams that groups stand for.
    pub teams: BTreeMap<String, String>,
    /// What such tokens are good for.
    pub scopes: BTreeSet<Scope>,
    /// How long the issuer may take to answer.
    pub timeout: Duration,
}

/// Why a token proves nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// The issuer does not answer, so nobody can say.
    #[error("the issuer does not answer")]
    Away,
    /// It is refused. The words hold nothing of the token.
    #[error("{0}")]
    Wrong(&'static str),
}

/// An issuer whose tokens are taken.
pub struct Issuer {
    settings: Settings,
    keys: Keys,
}

impl Issuer {
    /// An issuer with these settings. It is not asked yet.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read.
    pub fn new(settings: Settings) -> anyhow::Result<Self> {
        let keys = Keys::new(&settings.issuer, settings.timeout)?;
        Ok(Self { settings, keys })
    }

    /// Whom a token proves.
    ///
    /// # Errors
    /// [`Unproven`].
    pub async fn prove(&self, token: &str, now: Instant) -> Result<Proven, Unproven> {
        if token.len() > TOKEN_MAX {
            return Err(Unproven::Wrong("it is too long"));
        }
        let header = decode_header(token).map_err(|_| Unproven::Wrong("it is no signed JSON Web Token"))?;
        let algorithm = allowed(&header)?;
        let key = self.keys.find(header.kid.as_deref(), algorithm, now).await?;
        // What its times say is looked at by our own clock, below.
        let mut validation = Validation::new(algorithm);
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_audience(&self.settings.audience.iter().collect::<Vec<_>>());
        let token = decode::<Map<String, Value>>(token, &key, &validation).map_err(|error| {
            use jsonwebtoken::errors::ErrorKind::{InvalidAudience, InvalidIssuer, MissingRequiredClaim};
            Unproven::Wrong(match error.kind() {
                InvalidAudience => "it is for somebody else",
                InvalidIssuer => "it is of another issuer",
                MissingRequiredClaim(_) => "it lacks its issuer, its audience or its end",
                _ => "its signature is not good",
            })
        })?;
        claims::read(&token.claims, &self.settings, now)
    }
}

/// The algorithm of a token, if only the issuer can sign by it: with a secret, whoever checks could sign as well.
fn allowed(header: &Header) -> Result<Algorithm, Unproven> {
    if header.crit.is_some() {
        return Err(Unproven::Wrong("it asks for more than is known here"));
    }
    match header.alg {
        Algorithm::RS256
        | Algorithm::RS384
        | Algorithm::RS512
        | Algorithm::PS256
        | Algorithm::PS384
        | Algorithm::PS512
        | Algorithm::ES256
        | Algorithm::ES384
        | Algorithm::EdDSA => Ok(header.alg),
        _ => Err(Unproven::Wrong("its algorithm is not allowed")),
    }
}
