//! `[sizes.NAME]` and `teams`: presets of a template's parameters, and who may have it.

use std::collections::BTreeMap;

use commands::values::{is_parameter_name, is_team_name};

use super::parameter::{value_of, within};
use crate::{
    document::{Section, Wrong},
    domain::{
        refusal::Refusal,
        template::{Parameter, Problem, Size, Template, Value},
    },
    values,
};

/// The most sizes that every chat's list takes.
const MOST: usize = 25;

/// Reads the sizes in the order in which they are written.
pub(super) fn read(section: &Section<'_>, parameters: &[Parameter]) -> Vec<Size> {
    let keys = section.keys();
    if let Some(key) = keys.get(MOST) {
        let wrong = format!("{} sizes do not fit into a list.", keys.len());
        section.fault_at(&key.place, &key.value, Wrong::new(wrong, format!("Keep {MOST} at most.")));
    }
    let mut sizes = Vec::new();
    for key in keys {
        if !is_parameter_name(&key.value) {
            let right =
                "Write at most 32 small letters, digits, `_` and `-`, a letter first, such as `small`.";
            let wrong = format!("“{}” cannot be the name of a size.", key.value);
            section.fault_at(&key.place, &key.value, Wrong::new(wrong, right));
        }
        let values = section.named(&key.value, |inside| one(inside, parameters));
        if values.as_ref().is_some_and(|(written, _)| *written == 0) {
            let right = "Write values of parameters, such as cpu = \"1\".";
            section.fault_at(&key.place, &key.value, Wrong::new("This size says nothing.", right));
        }
        sizes.extend(values.map(|(_, values)| Size { name: key.value, values }));
    }
    sizes
}

/// How many values were written, and those that are right.
fn one(section: &Section<'_>, parameters: &[Parameter]) -> (usize, BTreeMap<String, Value>) {
    let keys = section.keys();
    let written = keys.len();
    let mut values = BTreeMap::new();
    for key in keys {
        let Some(parameter) = parameters.iter().find(|parameter| parameter.name == key.value) else {
            let known: Vec<&str> = parameters.iter().map(|parameter| parameter.name.as_str()).collect();
            let wrong = Wrong::unknown(&key.value, "a parameter of this template", &known);
            section.fault_at(&key.place, &key.value, wrong);
            continue;
        };
        let value = section.written(&key.value, |text| {
            let value = value_of(parameter, text)?;
            within(parameter, &value).map(|()| value)
        });
        values.extend(value.map(|value| (key.value, value)));
    }
    (written, values)
}

/// Whether every size can be taken as it is: its values hold together, and with the defaults of the others.
pub(super) fn hold(root: &Section<'_>, template: &Template) {
    for size in &template.sizes {
        let taken = template.resolve_sized(Some(&size.name), &BTreeMap::new());
        let Err(Refusal::BadParameters { faults, .. }) = taken else { continue };
        // What people must give themselves is not there yet.
        for fault in faults.into_iter().filter(|fault| fault.problem != Problem::Missing) {
            let why = values::problem(&format!("`{}`", fault.name), &fault.name, &fault.problem);
            let wrong = format!("The size “{}” cannot be taken: {why}", size.name);
            root.fault("sizes", Wrong::new(wrong, "Write values that go together."));
        }
    }
}

/// The teams that may have it; everybody when nothing is written.
pub(super) fn teams(root: &Section<'_>) -> Vec<String> {
    let Some(read) = root.each("teams", team) else { return Vec::new() };
    if read.is_empty() {
        let wrong =
            Wrong::new("No team is named, so nobody could have it.", "Name a team, or leave this out.");
        root.fault("teams", wrong);
    }
    let mut teams: Vec<String> = read.into_iter().map(|team| team.value).collect();
    teams.sort();
    teams.dedup();
    teams
}

fn team(text: &str) -> Result<String, Wrong> {
    if is_team_name(text) {
        return Ok(text.to_owned());
    }
    let right = "Write at most 32 small letters, digits and `.` `_` `-`, a letter first, such as `shop`.";
    Err(Wrong::new(format!("“{text}” cannot be the name of a team."), right))
}
