//! Signals: which ones clients may send, how they are named to them, and what this program's own start spoils.

use russh::Sig;
use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};

/// What `nohup`, a shell's `&` and `trap ''` make programs ignore.
const OFTEN_IGNORED: [Signal; 4] = [Signal::HUP, Signal::INT, Signal::QUIT, Signal::TERM];

/// Lets programs in environments start with the ordinary signals although this program was started without:
/// what is ignored is inherited and most shells cannot undo it, so that nothing would hang up or hear Ctrl-C.
/// A signal that is caught is not inherited; ours are caught, and go on having no effect on us.
pub(super) fn ignored_by_us_only() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for ignored in ignored(&status) {
        if let Err(error) = signal(SignalKind::from_raw(ignored.as_raw())) {
            tracing::warn!(?ignored, %error, "programs in local environments will ignore a signal");
        }
    }
}

fn ignored(status: &str) -> impl Iterator<Item = Signal> {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    OFTEN_IGNORED.into_iter().filter(move |signal| mask >> (signal.as_raw() - 1) & 1 == 1)
}

/// The signal that a client asks for, if it is one that clients may send.
pub(super) fn from_client(signal: &Sig) -> Option<Signal> {
    Some(match signal {
        Sig::ABRT => Signal::ABORT,
        Sig::ALRM => Signal::ALARM,
        Sig::HUP => Signal::HUP,
        Sig::INT => Signal::INT,
        Sig::KILL => Signal::KILL,
        Sig::PIPE => Signal::PIPE,
        Sig::QUIT => Signal::QUIT,
        Sig::TERM => Signal::TERM,
        Sig::USR1 => Signal::USR1,
        Sig::FPE | Sig::ILL | Sig::SEGV | Sig::Custom(_) => return None,
    })
}

/// What a client is told about a program that was ended by this signal.
pub(super) fn to_client(signal: i32) -> Option<Sig> {
    [
        (Signal::ABORT, Sig::ABRT),
        (Signal::ALARM, Sig::ALRM),
        (Signal::FPE, Sig::FPE),
        (Signal::HUP, Sig::HUP),
        (Signal::ILL, Sig::ILL),
        (Signal::INT, Sig::INT),
        (Signal::KILL, Sig::KILL),
        (Signal::PIPE, Sig::PIPE),
        (Signal::QUIT, Sig::QUIT),
        (Signal::SEGV, Sig::SEGV),
        (Signal::TERM, Sig::TERM),
        (Signal::USR1, Sig::USR1),
    ]
    .into_iter()
    .find_map(|(number, name)| (number.as_raw() == signal).then_some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ignored_is_read_from_its_mask() {
        let of = |status| ignored(status).collect::<Vec<_>>();
        assert_eq!(of("SigBlk:\tffffffffffffffff\nSigIgn:\t0000000000001007\n"), OFTEN_IGNORED[..3]);
        assert_eq!(of("SigIgn:\t0000000000005000\n"), [Signal::TERM]);
        assert_eq!(of(""), []);
    }
}
