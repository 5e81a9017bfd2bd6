//! The private world of one environment: a first process that holds its namespaces, and commands run in it.

use std::{
    io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use rustix::process::Signal;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use super::{isolation::Isolation, limits::Limits, processes};
use crate::domain::ids::LeaseId;

/// Programs are looked for here, outside and inside.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";
/// The script that builds the private root.
const BOOT: &str = include_str!("boot.sh");
/// How long building may take.
const BOOT_WITHIN: Duration = Duration::from_secs(20);

/// What a sandbox is made from.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// How environments are kept apart here.
    pub isolation: Isolation,
    /// The lease, which marks every process.
    pub lease: LeaseId,
    /// Host name inside.
    pub name: String,
    /// An empty folder to mount the private root on.
    pub root: PathBuf,
    /// The private home.
    pub home: PathBuf,
    /// User id of its processes; `None` for ours.
    pub uid: Option<u32>,
    /// Room in `/tmp`, in bytes.
    pub tmp: u64,
}

/// What somebody wants to run.
#[derive(Debug, Clone)]
pub(super) enum Run {
    /// A login shell.
    Shell,
    /// One command line of the shell.
    Command(String),
}

/// How it is started.
#[derive(Debug)]
pub(super) struct Launch {
    /// What.
    pub run: Run,
    /// Additional variables; checked by the caller.
    pub variables: Vec<(String, String)>,
    /// Whether its standard input will be a terminal that it should control.
    pub terminal: bool,
}

/// A running sandbox.
#[derive(Debug)]
pub(super) struct Sandbox {
    plan: Plan,
    init: Option<Init>,
}

/// The process outside that waits for the first process inside, and the latter's id as seen from outside.
#[derive(Debug)]
struct Init {
    outer: Child,
    first: u32,
}

impl Sandbox {
    /// Builds it; without namespaces there is nothing to build.
    ///
    /// # Errors
    /// What did not work, in words.
    pub(super) async fn start(plan: Plan) -> Result<Self, String> {
        let init = if plan.isolation.has_namespaces() { Some(Init::start(&plan).await?) } else { None };
        Ok(Self { plan, init })
    }

    /// Builds it again if its first process has ended.
    pub(super) async fn ensure(&mut self) -> Result<(), String> {
        if let Some(init) = &mut self.init
            && !matches!(init.outer.try_wait(), Ok(None))
        {
            *init = Init::start(&self.plan).await?;
        }
        Ok(())
    }

    /// A command that runs inside, with a clean environment.
    pub(super) fn command(&self, limits: &Limits, launch: &Launch) -> io::Result<Command> {
        let words = self.words(limits, launch);
        let (program, arguments) = words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = Command::new(program);
        let inside = self.init.is_some();
        let home = if inside { PathBuf::from("/home/dev") } else { self.plan.home.clone() };
        command.args(arguments).env_clear().envs(launch.variables.iter().cloned());
        command.env("PATH", PATH).env("HOME", home).env("SHELL", self.plan.isolation.shell);
        command.env("USER", "dev").env("LOGNAME", "dev");
        command.env("SUBLET_NAME", &self.plan.name).env(processes::MARK, self.plan.lease.as_str());
        if !inside {
            command.current_dir(&self.plan.home);
        }
        Ok(command)
    }

    fn words(&self, limits: &Limits, launch: &Launch) -> Vec<String> {
        let plan = &self.plan;
        let mut words: Vec<String> = Vec::new();
        let mut add = |more: &[&str]| words.extend(more.iter().map(|word| (*word).to_owned()));
        if let Some(init) = &self.init {
            add(&[
                "nsenter",
                &format!("--target={}", init.first),
                "--mount",
                "--uts",
                "--ipc",
                "--net",
                "--pid",
            ]);
            if !plan.isolation.root {
                add(&["--user", "--preserve-credentials", "--", "unshare", "--user"]);
            }
        }
        match plan.uid {
            // Nothing but setpriv may come between becoming somebody else and giving up every privilege.
            Some(uid) if plan.isolation.root => {
                add(&["setpriv", &format!("--reuid={uid}"), &format!("--regid={uid}"), "--clear-groups"]);
                add(&["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]);
            }
            Some(uid) => {
                add(&[
                    &format!("--map-user={uid}"),
                    &format!("--map-group={uid}"),
                    "setpriv",
                    "--no-new-privs",
                ]);
            }
            None => {}
        }
        if self.init.is_some() {
            words.extend(limits.command());
        }
        // Its own session, so that signals and terminals reach it and nothing else.
        let mut add = |more: &[&str]| words.extend(more.iter().map(|word| (*word).to_owned()));
        if self.init.is_some() {
            add(&["sh", "-c", "cd && exec \"$@\"", "sh"]);
        }
        add(if launch.terminal { &["setsid", "--ctty"] } else { &["setsid"] });
        match &launch.run {
            Run::Shell => add(&[plan.isolation.shell, "-l"]),
            Run::Command(line) => add(&[plan.isolation.shell, "-c", line]),
        }
        words
    }

    /// Where new terminals come from.
    pub(super) fn terminals(&self) -> PathBuf {
        match &self.init {
            Some(init) => Path::new("/proc").join(init.first.to_string()).join("root/dev/pts/ptmx"),
            None => PathBuf::from("/dev/ptmx"),
        }
    }

    /// The process that leads the session of a command started as process `started`.
    pub(super) fn leader(&self, started: u32) -> Option<u32> {
        if self.init.is_some() { processes::child_of(started) } else { Some(started) }
    }

    /// Ends every process in it. When it returns, those in its namespaces are gone: the kernel ends them
    /// with the first one, and our child only ends after that.
    pub(super) async fn stop(&mut self) {
        if let Some(mut init) = self.init.take() {
            if matches!(init.outer.try_wait(), Ok(None)) {
                processes::signal(init.first, Signal::KILL);
            }
            let _ended = init.outer.wait().await;
        }
        processes::end_all(&self.plan.lease).await;
    }
}

impl Init {
    async fn start(plan: &Plan) -> Result<Self, String> {
        let mut outer = boot(plan).spawn().map_err(|error| format!("unshare cannot be started: {error}"))?;
        let (Some(stdout), Some(mut stderr)) = (outer.stdout.take(), outer.stderr.take()) else {
            return Err("unshare has no output".to_owned());
        };
        let mut said = String::new();
        let ready = timeout(BOOT_WITHIN, BufReader::new(stdout).read_line(&mut said)).await;
        match ready {
            Ok(Ok(_)) if said == "ready\n" => {}
            Ok(_) => {
                let mut why = String::new();
                let _partial = timeout(BOOT_WITHIN, stderr.read_to_string(&mut why)).await;
                let why = why.lines().find(|line| !line.trim().is_empty()).unwrap_or("no reason given");
                return Err(format!("the kernel or its tools refused ({})", why.trim()));
            }
            Err(_) => return Err("building the namespaces took too long".to_owned()),
        }
        let first = outer.id().and_then(processes::child_of);
        let first = first.ok_or_else(|| "the first process of the namespaces ended at once".to_owned())?;
        Ok(Self { outer, first })
    }
}

fn boot(plan: &Plan) -> Command {
    let uid = plan.uid.unwrap_or_default();
    let mut command = Command::new("unshare");
    command.args(["--mount", "--pid", "--uts", "--ipc", "--net", "--fork", "--kill-child"]);
    if !plan.isolation.root {
        command.args(["--user", "--map-root-user"]);
    }
    let terminals = if plan.isolation.root { format!(",uid={uid},gid={uid}") } else { String::new() };
    command.args(["sh", "-c", BOOT]).env_clear().env("PATH", PATH);
    command.env(processes::MARK, plan.lease.as_str());
    command.env("SUBLET_ROOT", &plan.root).env("SUBLET_HOME", &plan.home).env("SUBLET_NAME", &plan.name);
    command.env("SUBLET_UID", uid.to_string()).env("SUBLET_PTS", terminals);
    command.env("SUBLET_TMP", plan.tmp.to_string()).env("SUBLET_SHELL", plan.isolation.shell);
    // The pipe of its standard input is the life line: when this program ends, in whatever way, so does
    // everything in the namespaces.
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command.current_dir("/");
    command
}
