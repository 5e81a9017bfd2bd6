//! Signs: the tone of a message, bars, and what a button's line will do.

use crate::{domain::Instant, ports::chat::Tone};

/// How many cells a bar has.
pub const CELLS: usize = 10;

/// A sign and a word for the tone, so that colour is never alone.
pub fn tone(tone: Tone) -> Option<(&'static str, &'static str)> {
    match tone {
        Tone::Plain => None,
        Tone::Asking => Some(("❔", "Needs a decision")),
        Tone::Working => Some(("⏳", "Under way")),
        Tone::Good => Some(("✅", "All good")),
        Tone::Warning => Some(("⚠️", "Attention")),
        Tone::Bad => Some(("❌", "Failed")),
        Tone::Over => Some(("⏹️", "Over")),
    }
}

/// A bar of that part of a whole.
pub fn bar(part: usize, whole: usize) -> String {
    let filled = (part * CELLS) / whole.max(1);
    (0..CELLS).map(|cell| if cell < filled { '▓' } else { '░' }).collect()
}

/// A bar for steps, and the same in words.
pub fn progress(done: u8, total: u8, step: &str) -> (String, String) {
    let total = total.max(1);
    let done = done.min(total);
    (bar(done.into(), total.into()), format!("{done} of {total} {step}"))
}

/// What is said of parts that there was no room for.
pub fn rest(count: usize) -> String {
    let parts = if count == 1 { "part, which does" } else { "parts, which do" };
    format!("… and {count} more {parts} not fit here.")
}

/// Whether pressing it opens a form, which is question enough.
pub fn asks(line: &str) -> bool {
    let context = commands::Context { now: Instant::UNIX_EPOCH, zone: chrono_tz::UTC };
    commands::line::parse(line, &context).is_err_and(|error| error.missing)
}
