//! The SSH server of one environment: who gets in, and what they may ask for.

use std::{
    borrow::Cow,
    collections::HashMap,
    net::Shutdown,
    sync::{Arc, OnceLock},
    time::Duration,
};

use russh::{
    Channel, ChannelId, ChannelOpenFailure, Disconnect, MethodKind, MethodSet, Pty, Sig, SshId,
    keys::{PrivateKey, ssh_key::public::KeyData},
    server::{
        Auth, ChannelOpenHandle, Config, Handle, Handler, Msg, PublicKeyOffer, Session, VerifiedPublicKey,
        run_stream,
    },
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};

use super::{
    guest::Guest,
    sandbox::Run,
    session::{self, Asked, Out, Running},
    terminal::Size,
};

/// The one user that exists inside.
pub(super) const USER: &str = "dev";
/// How long a client may take to log in.
const LOGIN_WITHIN: Duration = Duration::from_secs(30);
/// How long a client that is sent away may take to say good-bye.
const GOODBYE_WITHIN: Duration = Duration::from_secs(1);
/// Where Debian, Fedora and Alpine keep the program behind `sftp` and `scp`.
const SFTP: &str = "for at in /usr/lib/openssh /usr/libexec/openssh /usr/lib/ssh; do \
                    [ -x $at/sftp-server ] && exec $at/sftp-server; done; \
                    echo 'this host has no sftp-server program; scp -O does without' >&2; exit 127";

/// How the servers are set: keys only, few attempts, dead clients noticed.
pub(super) fn settings(host_key: PrivateKey) -> Arc<Config> {
    Arc::new(Config {
        server_id: SshId::Standard(Cow::Borrowed("SSH-2.0-Sublet")),
        methods: MethodSet::from([MethodKind::PublicKey].as_slice()),
        auth_rejection_time: Duration::from_millis(300),
        auth_rejection_time_initial: Some(Duration::ZERO),
        keys: vec![host_key],
        max_auth_attempts: 6,
        event_buffer_size: 64,
        inactivity_timeout: Some(Duration::from_secs(300)),
        keepalive_interval: Some(Duration::from_secs(30)),
        keepalive_max: 4,
        nodelay: true,
        ..Config::default()
    })
}

/// Serves until the environment stops; then every connection is ended before it returns.
pub(super) async fn serve(listener: TcpListener, settings: Arc<Config>, guest: Arc<Guest>) {
    let places = Arc::new(Semaphore::new(guest.most_connections));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = guest.stop.cancelled() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                let (Ok(place), Some(alive)) = (places.clone().try_acquire_owned(), guest.enter()) else {
                    continue;
                };
                let (settings, guest) = (settings.clone(), guest.clone());
                tokio::spawn(async move {
                    let outcome = connection(stream, settings, guest).await;
                    tracing::debug!(?outcome, "an SSH connection ended");
                    drop((place, alive));
                });
            }
            Err(error) => {
                // Out of descriptors, most likely: others must close first.
                tracing::warn!(%error, "an SSH connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, settings: Arc<Config>, guest: Arc<Guest>) -> Result<(), russh::Error> {
    stream.set_nodelay(true)?;
    let stream = stream.into_std()?;
    let line = stream.try_clone()?;
    let stream = TcpStream::from_std(stream)?;
    let who = Arc::new(OnceLock::new());
    let visitor =
        Visitor { guest: guest.clone(), who: who.clone(), asked: HashMap::new(), running: HashMap::new() };
    let login_until = tokio::time::Instant::now() + LOGIN_WITHIN;
    let mut session = tokio::select! {
        session = tokio::time::timeout_at(login_until, run_stream(settings, stream, visitor)) =>
            session.map_err(|_| russh::Error::InactivityTimeout)??,
        () = guest.stop.cancelled() => return Ok(()),
    };
    let mut rules = guest.rules.clone();
    let login_over = tokio::time::sleep_until(login_until);
    tokio::pin!(login_over);
    let reason = loop {
        tokio::select! {
            ended = &mut session => return ended,
            () = guest.stop.cancelled() => break "this environment is being stopped",
            () = &mut login_over, if !login_over.is_elapsed() => if who.get().is_none() {
                break "the login took too long";
            },changed = rules.changed() => match who.get() {
                Some(key) if !rules.borrow_and_update().keys.contains(key) => break "your key was removed",
                _ if changed.is_err() => break "this environment is being stopped",
                _ => {}
            },
        }
    };
    let handle: Handle = session.handle();
    let goodbye = async {
        let _gone = handle.disconnect(Disconnect::ByApplication, reason.to_owned(), String::new()).await;
        let _ended = (&mut session).await;
    };
    if timeout(GOODBYE_WITHIN, goodbye).await.is_err() {
        // A client that does not listen: the line is cut, which ends the session's task.
        let _already = line.shutdown(Shutdown::Both);
        let _ended = timeout(GOODBYE_WITHIN, session).await;
    }
    Ok(())
}

/// One client.
struct Visitor {
    guest: Arc<Guest>,
    /// The key they proved, once they are in.
    who: Arc<OnceLock<KeyData>>,
    asked: HashMap<ChannelId, Asked>,
    running: HashMap<ChannelId, Running>,
}

impl Visitor {
    fn may_enter(&self, user: &str, key: &KeyData) -> bool {
        user == USER && self.guest.rules.borrow().keys.contains(key)
    }

    async fn start(
        &mut self,
        channel: ChannelId,
        run: Run,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        let Some(asked) = self.asked.remove(&channel) else {
            return session.channel_failure(channel);
        };
        let out = Out { handle: session.handle(), channel };
        match session::start(&self.guest, asked, run, out).await {
            Ok(running) => {
                self.running.insert(channel, running);
                session.channel_success(channel)
            }
            Err(why) => {
                tracing::warn!(why, "a program in a local environment could not be started");
                session.channel_failure(channel)?;
                session.close(channel)
            }
        }
    }
}

impl Handler for Visitor {
    type Error = russh::Error;

    async fn auth_publickey_offered(
        &mut self,
        user: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, Self::Error> {
        Ok(if self.may_enter(user, offer.public_key.key_data()) { Auth::Accept } else { Auth::reject() })
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        let key = key.public_key.key_data();
        if !self.may_enter(user, key) {
            return Ok(Auth::reject());
        }
        let _same = self.who.set(key.clone());
        Ok(Auth::Accept)
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        if self.asked.len() + self.running.len() >= self.guest.most_sessions {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
        } else {
            self.asked.insert(channel.id(), Asked::default());
            reply.accept().await;
        }
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        term: &str,
        columns: u32,
        rows: u32,
        width: u32,
        height: u32,
        _modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let Some(asked) = self.asked.get_mut(&channel) else {
            return session.channel_failure(channel);
        };
        asked.terminal = Some(Size { columns, rows, width, height });
        asked.variables.extend(variable("TERM", term));
        session.channel_success(channel)
    }

    async fn env_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        value: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let accepted = if name == "LANG" || name.starts_with("LC_") { variable(name, value) } else { None };
        match (self.asked.get_mut(&channel), accepted) {
            (Some(asked), Some(accepted)) if asked.variables.len() < 32 => {
                asked.variables.push(accepted);
                session.channel_success(channel)
            }
            _ => session.channel_failure(channel),
        }
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        self.start(channel, Run::Shell, session).await
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        line: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        match std::str::from_utf8(line) {
            Ok(line) if !line.contains('\0') => {
                self.start(channel, Run::Command(line.to_owned()), session).await
            }
            _ => session.channel_failure(channel),
        }
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        if name == "sftp" {
            self.start(channel, Run::Command(SFTP.to_owned()), session).await
        } else {
            session.channel_failure(channel)
        }
    }

    async fn window_change_request(
        &mut self,
        channel: ChannelId,
        columns: u32,
        rows: u32,
        width: u32,
        height: u32,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        if let Some(running) = self.running.get(&channel) {
            running.resize(Size { columns, rows, width, height });
        }
        Ok(())
    }

    async fn data(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        if let Some(running) = self.running.get(&channel)
            && !running.feed(data).await
        {
            self.running.remove(&channel);
            session.close(channel)?;
        }
        Ok(())
    }

    async fn channel_eof(&mut self, channel: ChannelId, _session: &mut Session) -> Result<(), Self::Error> {
        if let Some(running) = self.running.get_mut(&channel) {
            running.end_of_input();
        }
        Ok(())
    }

    async fn signal(
        &mut self,
        channel: ChannelId,
        signal: Sig,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        if let Some(running) = self.running.get(&channel) {
            running.signal(&signal);
        }
        Ok(())
    }

    async fn channel_close(&mut self, channel: ChannelId, _session: &mut Session) -> Result<(), Self::Error> {
        self.asked.remove(&channel);
        self.running.remove(&channel);
        Ok(())
    }
}

/// A variable from outside, if it is harmless: programs read files named by some of them.
fn variable(name: &str, value: &str) -> Option<(String, String)> {
    let plain = |text: &str| {
        (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'@' | b'+'))
    };
    (plain(name) && plain(value)).then(|| (name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_never_names_a_file() {
        assert!(variable("LANG", "de_DE.UTF-8@euro").is_some());
        assert_eq!(variable("LANG", "../../tmp/evil"), None);
        assert_eq!(variable("TERM", ""), None);
    }
}
