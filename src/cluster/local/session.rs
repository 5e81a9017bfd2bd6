//! One program run for a login: what it is fed, what it prints, how it ends.

use std::{process::Stdio, sync::Arc, time::Duration};

use russh::{ChannelId, Sig, server::Handle};
use rustix::process::Signal;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStdin},
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    guest::Guest,
    processes,
    sandbox::{Launch, Run},
    signals::{from_client, to_client},
    terminal::{Size, Terminal},
};

/// Packets that wait for the program before the client is slowed down.
const BACKLOG: usize = 64;
/// Packets that may wait at most; a client that sends on nevertheless loses its channel.
const MOST: usize = 2048;
/// How long one packet of a client that sends too fast is held up. Never for ever: the same connection
/// carries the program's output, and the program may be waiting for that to go out first.
const HOLD: Duration = Duration::from_millis(5);
/// How long after its end a program's output is read on, when something else still holds it open.
const LINGER: Duration = Duration::from_millis(300);
/// How long a program whose client is gone may print on before nobody takes it any more.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How long until a signal is tried again that came before the program was there to get it.
const AGAIN: Duration = Duration::from_millis(10);
/// What Ctrl-D sends.
const END_OF_INPUT: &[u8] = &[4];

/// What a client asked for before it started a program.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Its terminal, if it wants one.
    pub terminal: Option<Size>,
    /// Variables, checked.
    pub variables: Vec<(String, String)>,
}

/// The client's hold on a running program. Dropping it hangs up.
pub(super) struct Running {
    input: Option<mpsc::Sender<Vec<u8>>>,
    control: mpsc::UnboundedSender<Control>,
}

enum Control {
    Resize(Size),
    Signal(Signal),
}

impl Running {
    /// Feeds the program. `false` when so much waits already that nothing more is taken.
    pub(super) async fn feed(&self, data: &[u8]) -> bool {
        let Some(input) = &self.input else { return true };
        if input.capacity() < MOST - BACKLOG {
            let _room = timeout(HOLD, input.reserve_many(MOST - BACKLOG)).await;
        }
        !matches!(input.try_send(data.to_vec()), Err(mpsc::error::TrySendError::Full(_)))
    }

    /// Nothing more will come.
    pub(super) fn end_of_input(&mut self) {
        self.input = None;
    }

    /// The window has another size.
    pub(super) fn resize(&self, size: Size) {
        let _ended = self.control.send(Control::Resize(size));
    }

    /// Sends a signal, if it is one that clients may send.
    pub(super) fn signal(&self, signal: &Sig) {
        if let Some(signal) = from_client(signal) {
            let _ended = self.control.send(Control::Signal(signal));
        }
    }
}

/// Starts a program for a channel; it goes on by itself from there.
///
/// # Errors
/// Why it could not be started, in words.
pub(super) async fn start(guest: &Arc<Guest>, asked: Asked, run: Run, out: Out) -> Result<Running, String> {
    let alive = guest.enter().ok_or("the environment is being stopped")?;
    let mut sandbox = guest.sandbox.lock().await;
    sandbox.ensure().await?;
    let rules = guest.rules.borrow().clone();
    let variables = rules.variables.into_iter().chain(asked.variables).collect();
    let launch = Launch { run, variables, terminal: asked.terminal.is_some() };
    let mut command = sandbox.command(&rules.limits, &launch).map_err(|error| error.to_string())?;
    let terminal = match asked.terminal {
        None => {
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            None
        }
        Some(size) => {
            let (terminal, other) = Terminal::open(&sandbox.terminals(), size)
                .map_err(|error| format!("no terminal: {error}"))?;
            let copy = |fd: &std::os::fd::OwnedFd| fd.try_clone().map_err(|error| error.to_string());
            command.stdin(copy(&other)?).stdout(copy(&other)?).stderr(other);
            Some(Arc::new(terminal))
        }
    };
    let child = command.spawn().map_err(|error| format!("the program cannot be started: {error}"))?;
    drop((command, sandbox));
    let (input, fed) = mpsc::channel(MOST);
    let (control, asked) = mpsc::unbounded_channel();
    let session = Session { guest: guest.clone(), child, terminal, out };
    tokio::spawn(async move {
        session.run(fed, asked).await;
        drop(alive);
    });
    Ok(Running { input: Some(input), control })
}

/// Where a program's output goes.
#[derive(Clone)]
pub(super) struct Out {
    /// The connection.
    pub handle: Handle,
    /// The channel.
    pub channel: ChannelId,
}

#[derive(Clone, Copy)]
enum Stream {
    Out,
    Err,
}

impl Out {
    async fn send(&self, stream: Stream, data: &[u8]) -> bool {
        match stream {
            Stream::Out => self.handle.data(self.channel, data.to_vec()).await.is_ok(),
            Stream::Err => self.handle.extended_data(self.channel, 1, data.to_vec()).await.is_ok(),
        }
    }

    async fn close(&self, status: Option<std::process::ExitStatus>) {
        use std::os::unix::process::ExitStatusExt;
        let _gone = self.handle.eof(self.channel).await;
        let signal = status.and_then(|status| status.signal());
        let _gone = match signal.and_then(to_client) {
            Some(signal) => {
                let none = String::new;
                self.handle.exit_signal_request(self.channel, signal, false, none(), none()).await
            }
            None => {
                let code = status.and_then(|status| status.code()).unwrap_or(signal.map_or(255, |s| 128 + s));
                self.handle.exit_status_request(self.channel, u32::try_from(code).unwrap_or(255)).await
            }
        };
        let _gone = self.handle.close(self.channel).await;
    }
}

struct Session {
    guest: Arc<Guest>,
    child: Child,
    terminal: Option<Arc<Terminal>>,
    out: Out,
}

impl Session {
    async fn run(mut self, fed: mpsc::Receiver<Vec<u8>>, mut control: mpsc::UnboundedReceiver<Control>) {
        let (ended, end) = watch::channel(false);
        let gone = CancellationToken::new();
        let (feeding, printing) = self.connect(fed, &end, &gone);
        let mut listening = true;
        let status = loop {
            tokio::select! {
                status = self.child.wait() => break status.ok(),
                word = control.recv(), if listening => match word {
                    Some(Control::Resize(size)) => {
                        let _kept = self.terminal.as_ref().map(|terminal| terminal.resize(size));
                    }
                    Some(Control::Signal(signal)) => self.signal(signal).await,
                    None => {
                        listening = false;
                        gone.cancel();
                        self.hang_up(&feeding).await;
                    }
                },
                () = self.guest.stop.cancelled(), if listening => {
                    listening = false;
                    self.signal(Signal::KILL).await;
                }
            }
        };
        feeding.abort();
        ended.send_replace(true);
        if !gone.is_cancelled() {
            for stream in printing {
                let _aborted = stream.await;
            }
        }
        self.out.close(status).await;
    }

    /// Ties the program's ends to the channel: a task that feeds it, and one for each stream it prints.
    fn connect(
        &mut self,
        fed: mpsc::Receiver<Vec<u8>>,
        end: &watch::Receiver<bool>,
        gone: &CancellationToken,
    ) -> (JoinHandle<()>, Vec<JoinHandle<()>>) {
        let mut printing = Vec::new();
        let ears = |stream| Ears { stream, out: self.out.clone(), end: end.clone(), gone: gone.clone() };
        if let Some(terminal) = &self.terminal {
            printing.push(tokio::spawn(ears(Stream::Out).print_terminal(terminal.clone())));
            return (tokio::spawn(type_in(terminal.clone(), fed)), printing);
        }
        if let Some(stdout) = self.child.stdout.take() {
            printing.push(tokio::spawn(ears(Stream::Out).print(stdout)));
        }
        if let Some(stderr) = self.child.stderr.take() {
            printing.push(tokio::spawn(ears(Stream::Err).print(stderr)));
        }
        (tokio::spawn(pipe_in(self.child.stdin.take(), fed)), printing)
    }

    /// The client is gone: the program is told as a closing terminal would tell it.
    async fn hang_up(&mut self, feeding: &JoinHandle<()>) {
        self.signal(Signal::HUP).await;
        feeding.abort();
        self.terminal = None;
    }

    /// Signals the program and what it started, if need be only once it is there: a client may be gone before
    /// the program has come up.
    async fn signal(&mut self, signal: Signal) {
        let Some(started) = self.child.id() else { return };
        let guest = &self.guest;
        let telling = async {
            loop {
                let leader = guest.sandbox.lock().await.leader(started);
                if leader.is_some_and(|leader| processes::signal_group(leader, signal)) {
                    return;
                }
                sleep(AGAIN).await;
            }
        };
        tokio::select! {
            _ended = self.child.wait() => {}
            () = telling => {}
        }
    }
}

async fn pipe_in(stdin: Option<ChildStdin>, mut fed: mpsc::Receiver<Vec<u8>>) {
    let Some(mut stdin) = stdin else { return };
    while let Some(data) = fed.recv().await {
        if stdin.write_all(&data).await.is_err() {
            // The program does not read any more; what comes is thrown away, as by any closed pipe.
            while fed.recv().await.is_some() {}
            return;
        }
    }
}

async fn type_in(terminal: Arc<Terminal>, mut fed: mpsc::Receiver<Vec<u8>>) {
    while let Some(data) = fed.recv().await {
        if terminal.write_all(&data).await.is_err() {
            return;
        }
    }
    let _ended = terminal.write_all(END_OF_INPUT).await;
}

/// What takes one stream of a program and passes it on.
struct Ears {
    stream: Stream,
    out: Out,
    /// Whether the program has ended.
    end: watch::Receiver<bool>,
    /// Cancelled when the client is gone.
    gone: CancellationToken,
}

impl Ears {
    async fn print<R: AsyncRead + Unpin>(mut self, mut from: R) {
        let mut buffer = vec![0; 32 * 1024];
        let passing_on = async {
            while let Some(read @ 1..) = until_quiet(from.read(&mut buffer), &mut self.end).await {
                if !self.out.send(self.stream, buffer.get(..read).unwrap_or_default()).await {
                    return false;
                }
            }
            true
        };
        let over = self.gone.run_until_cancelled(passing_on).await.unwrap_or(false);
        if !over {
            // A closed pipe would end the program at its next word, in the middle of what it does when hung up.
            let _over = timeout(LAST_WORDS, tokio::io::copy(&mut from, &mut tokio::io::sink())).await;
        }
    }

    /// A terminal closes at once: who prints on gets an error and no signal.
    async fn print_terminal(mut self, terminal: Arc<Terminal>) {
        let mut buffer = vec![0; 32 * 1024];
        let passing_on = async {
            while let Some(read @ 1..) = until_quiet(terminal.read(&mut buffer), &mut self.end).await {
                if !self.out.send(self.stream, buffer.get(..read).unwrap_or_default()).await {
                    return;
                }
            }
        };
        let _gone = self.gone.run_until_cancelled(passing_on).await;
    }
}

/// A read; once the program has ended, given up after a while without anything new.
async fn until_quiet(
    reading: impl Future<Output = std::io::Result<usize>>,
    end: &mut watch::Receiver<bool>,
) -> Option<usize> {
    tokio::pin!(reading);
    tokio::select! {
        biased;
        read = &mut reading => return read.ok(),
        _ = end.wait_for(|ended| *ended) => {}
    }
    timeout(LINGER, reading).await.ok()?.ok()
}
