//! Sizes written without a name: `/env create web 2cpu 4Gi 20Gi` is `cpu=2 memory=4Gi storage=20Gi`.

use crate::units;
use crate::values::Given;

use super::words::Word;

/// The parameter that a bare size stands for, and its value; `None` when the word is no bare size or
/// the parameter was given already. The first size in bytes is the memory, the second the storage.
pub(super) fn size(word: &Word, given: &[Given]) -> Option<(&'static str, String)> {
    let text = word.text.as_str();
    let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(unit_at);
    let free = |name: &&str| !given.iter().any(|given| given.name == *name);
    if matches!(unit.to_lowercase().as_str(), "cpu" | "cpus" | "vcpu" | "vcpus" | "core" | "cores") {
        units::cpu(number).ok()?;
        return Some("cpu").filter(free).map(|name| (name, number.to_owned()));
    }
    // Without a letter of its own that only bytes have, "20m" could be minutes or thousandths.
    if !unit.to_lowercase().starts_with(['k', 'm', 'g', 't']) || unit == "m" {
        return None;
    }
    units::bytes(text).ok()?;
    ["memory", "storage"].into_iter().find(free).map(|name| (name, text.to_owned()))
}
