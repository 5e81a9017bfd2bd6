//! Processes of this machine, as `/proc` shows them: a process's child, and those that carry a lease's mark.

use std::{fs, path::PathBuf, time::Duration};

use rustix::{
    io::Errno,
    process::{Pid, Signal, kill_process, kill_process_group},
};

use crate::domain::ids::LeaseId;

/// The environment variable that every process of an environment starts with; its value is the lease.
pub(super) const MARK: &str = "SUBLET_LEASE";

/// How long killed processes may take to be gone.
const WITHIN: Duration = Duration::from_secs(5);

/// How long a process may take to be replaced by another program, in milliseconds.
const REPLACED_WITHIN: u32 = 100;
/// Fields of `/proc/PID/stat`, numbered as in its manual.
const VSIZE: usize = 23;
const ENV_END: usize = 51;

/// The first child of a process, if it has one.
pub(super) fn child_of(parent: u32) -> Option<u32> {
    all().find(|pid| stat(*pid).is_some_and(|(state, of)| of == parent && state != 'Z'))
}

/// The living processes that started with the mark of this lease, this process excepted.
pub(super) fn marked(lease: &LeaseId) -> Vec<u32> {
    let mark = format!("{MARK}={lease}");
    let carries = |pid: u32| {
        environ(pid).is_some_and(|environ| environ.split(|b| *b == 0).any(|v| v == mark.as_bytes()))
    };
    all().filter(|pid| *pid != std::process::id() && carries(*pid)).collect()
}

/// Sends a signal to one process. A process that is gone is no error.
pub(super) fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = known(pid) {
        let _gone = kill_process(pid, signal);
    }
}

/// Sends a signal to a process group. `false` when there is no such group: not yet, or not any more.
pub(super) fn signal_group(leader: u32, signal: Signal) -> bool {
    known(leader).is_some_and(|pid| kill_process_group(pid, signal) != Err(Errno::SRCH))
}

/// Ends the marked processes of a lease; those that are still there after a while are returned.
pub(super) async fn end_all(lease: &LeaseId) -> Vec<u32> {
    let deadline = tokio::time::Instant::now() + WITHIN;
    loop {
        let left = marked(lease);
        if left.is_empty() || tokio::time::Instant::now() > deadline {
            return left;
        }
        left.into_iter().for_each(|pid| signal(pid, Signal::KILL));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Never 1 or less: those would mean every process.
fn known(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().filter(|pid| *pid > 1).and_then(Pid::from_raw)
}

fn all() -> impl Iterator<Item = u32> {
    fs::read_dir(PathBuf::from("/proc"))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// What a process was started with. One that is just being replaced by another program shows nothing for a
/// moment; it is waited for, as it would be missed otherwise.
fn environ(pid: u32) -> Option<Vec<u8>> {
    for _ in 0..REPLACED_WITHIN {
        let environ = fs::read(format!("/proc/{pid}/environ")).ok()?;
        if !environ.is_empty() || !is_being_replaced(pid) {
            return Some(environ);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    None
}

/// Whether it has memory, but no place for its environment in it yet.
fn is_being_replaced(pid: u32) -> bool {
    let fields = after_name(pid).unwrap_or_default();
    let field = |number: usize| fields.split_whitespace().nth(number - 3);
    field(VSIZE).is_some_and(|size| size != "0") && field(ENV_END) == Some("0")
}

/// State letter and parent.
fn stat(pid: u32) -> Option<(char, u32)> {
    let text = after_name(pid)?;
    let mut fields = text.split_whitespace();
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

/// The fields of `/proc/PID/stat` from the third on. The command name before them may hold anything, brackets too.
fn after_name(pid: u32) -> Option<String> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(text.get(text.rfind(')')? + 1..)?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_marked_child_is_found_until_it_ends() {
        let lease = LeaseId::new(Uuid::from_u128(u128::from(std::process::id()) << 64 | 77));
        let mut child =
            std::process::Command::new("sleep").arg("60").env(MARK, lease.as_str()).spawn().unwrap();
        assert_eq!(marked(&lease), [child.id()]);
        signal(child.id(), Signal::KILL);
        child.wait().unwrap();
        assert_eq!(marked(&lease), [0_u32; 0]);
    }

    #[test]
    fn nobody_is_not_everybody() {
        assert!(known(0).is_none() && known(1).is_none() && known(u32::MAX).is_none());
    }
}
