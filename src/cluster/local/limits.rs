//! The sizes that were asked for, as far as ordinary process limits can hold them, and what to say about it.

use std::collections::BTreeMap;

use crate::domain::template::Value;

/// Processes when the template has no parameter `processes`.
const PROCESSES: u64 = 512;
/// Below this much memory ordinary programs do not start; a smaller wish is not applied.
const LEAST_MEMORY: u64 = 64 << 20;
/// Room in `/tmp` when no memory was asked for, in bytes.
const TMP: u64 = 256 << 20;

/// Limits of one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Limits {
    /// Bytes of data that each process may hold.
    memory: Option<u64>,
    /// The processors that it starts on, as `taskset` takes them, and how many they are.
    processors: Option<(String, usize)>,
    /// Processes at once.
    processes: u64,
}

impl Limits {
    /// Reads `memory`, `cpu` and `processes`. `allowed` are the processors this program may use; `spread`
    /// moves different environments to different processors.
    pub(super) fn of(parameters: &BTreeMap<String, Value>, allowed: &[u32], spread: u16) -> Self {
        let memory = match parameters.get("memory") {
            Some(Value::Bytes(bytes)) if *bytes >= LEAST_MEMORY => Some(*bytes),
            _ => None,
        };
        let processes = match parameters.get("processes") {
            Some(Value::Number(count)) => u64::try_from(*count).unwrap_or(PROCESSES).max(16),
            _ => PROCESSES,
        };
        let processors = match parameters.get("cpu") {
            Some(Value::Cpu(thousandths)) => some_of(allowed, *thousandths, spread),
            _ => None,
        };
        Self { memory, processors, processes }
    }

    /// The command that starts another command within the limits.
    pub(super) fn command(&self) -> Vec<String> {
        let mut words = Vec::new();
        if let Some((list, _)) = &self.processors {
            words.extend(["taskset".to_owned(), "--cpu-list".to_owned(), list.clone()]);
        }
        words.push("prlimit".to_owned());
        words.push(format!("--nproc={0}:{0}", self.processes));
        words.push("--core=0:0".to_owned());
        if let Some(bytes) = self.memory {
            words.push(format!("--data={bytes}:{bytes}"));
        }
        words
    }

    /// Room in the private `/tmp`, in bytes.
    pub(super) fn tmp(&self) -> u64 {
        self.memory.map_or(TMP, |memory| memory / 4)
    }

    /// What is held and what is not, in words.
    pub(super) fn words(&self) -> String {
        let mut held = Vec::new();
        if let Some(bytes) = self.memory {
            held.push(format!("{} MiB of memory for each process", bytes >> 20));
        }
        if let Some((_, count)) = &self.processors {
            held.push(format!("a start on {count} of the host's processors"));
        }
        held.push(format!("{} processes", self.processes));
        format!("limits set: {}; its sizes as a whole and its storage are not enforced", held.join(", "))
    }
}

/// As many processors as the wish needs, begun at a different one for each environment; `None` for all.
fn some_of(allowed: &[u32], thousandths: u32, spread: u16) -> Option<(String, usize)> {
    let wanted = usize::try_from(thousandths.div_ceil(1000)).unwrap_or(usize::MAX).max(1);
    if wanted >= allowed.len() {
        return None;
    }
    let chosen = allowed.iter().cycle().skip(usize::from(spread) % allowed.len()).take(wanted);
    Some((chosen.map(u32::to_string).collect::<Vec<_>>().join(","), wanted))
}

/// The processors that this program may use, by number.
pub(super) fn processors() -> Vec<u32> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap_or_default();
    list.trim().split(',').flat_map(range).collect()
}

fn range(text: &str) -> std::ops::RangeInclusive<u32> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) => first..=last,
        _ => std::ops::RangeInclusive::new(1, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(cpu: u32, memory: u64) -> BTreeMap<String, Value> {
        BTreeMap::from([("cpu".into(), Value::Cpu(cpu)), ("memory".into(), Value::Bytes(memory))])
    }

    #[test]
    fn what_is_asked_becomes_process_limits() {
        let limits = Limits::of(&asked(1500, 4 << 30), &[0, 1, 2, 5], 3);
        assert_eq!(
            limits.command().join(" "),
            "taskset --cpu-list 5,0 prlimit --nproc=512:512 --core=0:0 --data=4294967296:4294967296"
        );
        assert_eq!(limits.tmp(), 1 << 30);
        assert!(limits.words().contains("not enforced"));
    }

    #[test]
    fn a_wish_that_would_stop_every_program_is_not_applied() {
        let limits = Limits::of(&asked(64_000, 1), &[0, 1], 0);
        assert_eq!(limits.command().join(" "), "prlimit --nproc=512:512 --core=0:0");
    }

    #[test]
    fn this_machine_has_processors() {
        assert!(!processors().is_empty());
        assert_eq!(range("2-4").collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!(range("").count(), 0);
    }
}
