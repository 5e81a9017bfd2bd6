//! Quantities inside the configuration, as people write them everywhere.

use chrono::TimeDelta;
use commands::units;

use crate::document::Wrong;

/// A length of time, such as `30m`.
pub(super) fn span(text: &str) -> Result<TimeDelta, Wrong> {
    Ok(units::span(text)?)
}

/// A range of ports, such as `42000-42999`.
pub(super) fn ports(text: &str) -> Result<std::ops::RangeInclusive<u16>, Wrong> {
    let right = "Write the first and the last port, 1024 or above, such as `42000-42999`.";
    let wrong = |what: &str| Wrong::new(format!("“{text}” {what}."), right);
    let (first, last) = text.split_once('-').ok_or_else(|| wrong("is not a range of ports"))?;
    let port = |text: &str| text.trim().parse::<u16>().map_err(|_| wrong("is not a range of ports"));
    let (first, last) = (port(first)?, port(last)?);
    if first > last {
        return Err(wrong("ends before it begins"));
    }
    if first < 1024 {
        return Err(wrong("begins among the ports of the system"));
    }
    Ok(first..=last)
}
