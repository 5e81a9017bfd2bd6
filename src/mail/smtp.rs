//! Letters to a mail server.

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::ExposeSecret;

use super::compose::Composer;
use super::reply;
use super::settings::{Fault, Security, Smtp};
use crate::ports::Failure;
use crate::ports::mail::{Letter, Mail};

/// A mail server, with a few kept connections.
pub(super) struct Server {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    composer: Composer,
    timeout: Duration,
}

impl Server {
    pub(super) fn new(settings: &Smtp, composer: Composer) -> Result<Self, Fault> {
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port.unwrap_or(settings.security.usual_port()))
            .timeout(Some(settings.timeout))
            .pool_config(PoolConfig::new().max_size(settings.connections.max(1)))
            .tls(protection(settings)?);
        if let Some(login) = login(settings)? {
            builder = builder.credentials(login);
        }
        Ok(Self { transport: builder.build(), composer, timeout: settings.timeout })
    }
}

#[async_trait]
impl Mail for Server {
    async fn send(&self, letter: &Letter) -> Result<(), Failure> {
        let message = self.composer.compose(letter)?;
        let ascii = letter.to.is_ascii();
        // lettre bounds the connecting only; a server that goes silent later must not hold a worker.
        match tokio::time::timeout(self.timeout, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(reply::failure(&error, ascii)),
            Err(_) => Err(Failure::later("the mail server did not answer in time")),
        }
    }
}

fn protection(settings: &Smtp) -> Result<Tls, Fault> {
    if settings.security == Security::None {
        return if is_this_machine(&settings.host) {
            Ok(Tls::None)
        } else {
            Err(Fault::new(
                "security",
                format!(
                    "no protection is allowed to this machine only, not to {}; use starttls or tls",
                    settings.host
                ),
            ))
        };
    }
    let mut parameters = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.authority {
        let readable = |why: &str| Fault::new("authority", format!("{}: {why}", path.display()));
        let pem = std::fs::read(path).map_err(|fault| readable(&fault.to_string()))?;
        let authority =
            Certificate::from_pem(&pem).map_err(|_| readable("holds no certificate in PEM form"))?;
        parameters = parameters.add_root_certificate(authority);
    }
    let parameters = parameters
        .build()
        .map_err(|fault| Fault::new("security", format!("TLS could not be prepared: {fault}")))?;
    Ok(match settings.security {
        Security::Tls => Tls::Wrapper(parameters),
        _ => Tls::Required(parameters),
    })
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn login(settings: &Smtp) -> Result<Option<Credentials>, Fault> {
    match (&settings.user, &settings.password) {
        (Some(user), Some(password)) => {
            Ok(Some(Credentials::new(user.clone(), password.expose_secret().to_owned())))
        }
        (None, None) => Ok(None),
        (Some(_), None) => Err(Fault::new("password", "is missing, although there is a user")),
        (None, Some(_)) => Err(Fault::new("user", "is missing, although there is a password")),
    }
}
