//! One template file: TOML in, a template or every fault out.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use commands::units;

use super::{approval::overrides, container, parameter, sizes};
use crate::{
    document::{Document, Faults, Section, Wrong},
    domain::{
        notice::Offset,
        template::{Access, Approval, Parameter, Template, Value},
    },
    values,
};

/// The longest name: it begins the environment's name, which must stay a DNS label.
const LONGEST_NAME: usize = 20;
/// The most warnings of one lease that still help.
const MOST_WARNINGS: usize = 10;

/// Reads a template. `name` is the file's stem, `origin` the name that faults show.
///
/// # Errors
/// Everything that is wrong, each with its place.
pub fn read(name: &str, origin: &str, text: &str) -> Result<Template, Faults> {
    let document = Document::read(origin, text)?;
    document.check(|root| template(name, root)).and_then(|template| {
        // A missing part was noted as a fault, so the template is whole here.
        template.ok_or_else(Faults::none)
    })
}

fn template(name: &str, root: &Section<'_>) -> Option<Template> {
    if !is_name(name) {
        let right =
            "Name the file like `web.toml`: small letters, digits and `-`, a letter first, at most 20.";
        root.fault("", Wrong::new(format!("“{name}” cannot be a template's name."), right));
    }
    let title = root.parse("title", |text| short(text, 80));
    let title = root.require("title", title, "Write a few words, such as `Web server`.");
    let about = root.parse("about", |text| short(text, 500)).unwrap_or_default();
    let access = root.choice("access", &[("ssh", Access::Ssh)]).unwrap_or(Access::Ssh);
    let provisioner = root.parse("provisioner", provisioner);
    let provisioner = root.require("provisioner", provisioner, "Write who makes it, such as `local`.");
    let parameters = root.section("parameters", parameter::read);
    let presets = root.section("sizes", |section| sizes::read(section, &parameters));
    let teams = sizes::teams(root);
    let workload = container::workload(root, provisioner.as_deref(), &parameters);
    let terms = root.section("lease", Terms::read);
    let (approval, reviews) =
        root.section("approval", |section| (approval(section, &parameters, &terms), overrides(section)));
    let template = Template {
        name: name.to_owned(),
        title: title?,
        about,
        access,
        provisioner: provisioner?,
        workload,
        parameters,
        default_span: terms.default?.into(),
        longest: terms.longest?.into(),
        approval,
        reviews,
        warnings: terms.warnings,
        grace: terms.grace?.into(),
        ready_within: terms.ready_within.into(),
        sizes: presets,
        teams,
    };
    sizes::hold(root, &template);
    Some(template)
}

/// The times of a lease, as far as they could be read.
struct Terms {
    default: Option<TimeDelta>,
    longest: Option<TimeDelta>,
    warnings: Vec<Offset>,
    grace: Option<TimeDelta>,
    ready_within: TimeDelta,
}

impl Terms {
    fn read(section: &Section<'_>) -> Self {
        let longest =
            section.parse("longest", |text| span_of(text, TimeDelta::minutes(2), TimeDelta::days(366)));
        let longest = section.require("longest", longest, "Write the longest a lease may be, such as `14d`.");
        let default =
            section.parse("default", |text| span_of(text, TimeDelta::minutes(1), TimeDelta::days(366)));
        let default =
            section.require("default", default, "Write the span when nothing is said, such as `8h`.");
        let grace = section.parse("grace", |text| span_of(text, TimeDelta::minutes(1), TimeDelta::days(30)));
        let grace = section.require("grace", grace, "Write how long it is kept after the end, such as `1h`.");
        let ready =
            section.parse("ready_within", |text| span_of(text, TimeDelta::seconds(5), TimeDelta::days(1)));
        if let (Some(default), Some(longest)) = (default, longest)
            && default > longest
        {
            let wrong = format!("The default is longer than the longest, {}.", units::print_span(longest));
            section.fault("default", Wrong::new(wrong, "Write a shorter default or a longer longest."));
        }
        Self {
            default,
            longest,
            warnings: warnings(section, longest),
            grace,
            ready_within: ready.unwrap_or(TimeDelta::minutes(10)),
        }
    }
}

/// The offsets before the end, the earliest warning first.
fn warnings(section: &Section<'_>, longest: Option<TimeDelta>) -> Vec<Offset> {
    let right = "Write when people are warned before the end, such as [\"1d\", \"2h\", \"30m\"].";
    let read = section.each("warnings", |text| span_of(text, TimeDelta::minutes(1), TimeDelta::days(365)));
    let read = section.require("warnings", read, right).unwrap_or_default();
    if section.has("warnings") && read.is_empty() {
        section.fault("warnings", Wrong::new("Nobody would be warned.", right));
    }
    if read.len() > MOST_WARNINGS {
        let wrong = format!("{} warnings are more than anybody reads.", read.len());
        section.fault("warnings", Wrong::new(wrong, format!("Keep {MOST_WARNINGS} at most.")));
    }
    let mut offsets: Vec<Offset> = Vec::new();
    for warning in read {
        let offset = Offset::from(warning.value);
        let shown = units::print_span(warning.value);
        if longest.is_some_and(|longest| warning.value >= longest) {
            let right = "Write a warning that is shorter than lease.longest.";
            section.fault_at(
                &warning.place,
                "warnings",
                Wrong::new(format!("No lease is as long as {shown}."), right),
            );
        }
        if offsets.contains(&offset) {
            let wrong =
                Wrong::new(format!("The warning {shown} before the end is written twice."), "Keep one.");
            section.fault_at(&warning.place, "warnings", wrong);
        }
        offsets.push(offset);
    }
    offsets.sort_unstable_by(|a, b| b.cmp(a));
    offsets
}

#[derive(Clone, Copy, PartialEq)]
enum Rule {
    Always,
    Auto,
}

fn approval(section: &Section<'_>, parameters: &[Parameter], terms: &Terms) -> Approval {
    let rule =
        section.choice("rule", &[("always", Rule::Always), ("auto", Rule::Auto)]).unwrap_or(Rule::Always);
    let longest = section.parse("longest", |text| span_of(text, TimeDelta::minutes(1), TimeDelta::days(366)));
    let mut written = Vec::new();
    let limits = section.section("limits", |limits| {
        written = limits.keys().into_iter().map(|key| key.value).collect();
        read_limits(limits, parameters)
    });
    if rule == Rule::Always {
        for key in ["longest", "limits"].into_iter().filter(|key| section.has(key)) {
            let wrong = "A human decides every request, so this limit would have no effect.";
            section.fault(key, Wrong::new(wrong, "Write rule = \"auto\", or leave this out."));
        }
        return Approval::Always;
    }
    let right = "Write the longest span that needs no human, such as `4h`.";
    let longest = section.require("longest", longest, right);
    if let (Some(longest), Some(most)) = (longest, terms.longest)
        && longest > most
    {
        let wrong = format!("No lease may be that long: lease.longest is {}.", units::print_span(most));
        section.fault("longest", Wrong::new(wrong, "Write a shorter span."));
    }
    for parameter in parameters.iter().filter(|p| p.kind.is_size() && !written.contains(&p.name)) {
        let wrong =
            format!("Nothing limits “{}”, so any amount of it would be approved by itself.", parameter.name);
        let most = parameter.max.as_ref().map_or_else(|| "4".to_owned(), values::show);
        let right = format!("Write {} = \"{most}\" below [approval.limits], or less.", parameter.name);
        section.fault("limits", Wrong::new(wrong, right));
    }
    Approval::Auto { limits, longest: longest.map(Offset::from) }
}

fn read_limits(section: &Section<'_>, parameters: &[Parameter]) -> BTreeMap<String, Value> {
    let mut limits = BTreeMap::new();
    for key in section.keys() {
        let name = key.value;
        let Some(parameter) = parameters.iter().find(|parameter| parameter.name == name) else {
            let known: Vec<&str> = parameters.iter().map(|p| p.name.as_str()).collect();
            section.fault_at(
                &key.place,
                &name,
                Wrong::unknown(&name, "a parameter of this template", &known),
            );
            continue;
        };
        if !parameter.kind.is_size() {
            let wrong = format!("“{name}” is not an amount, so nothing can be below a limit.");
            section.fault_at(
                &key.place,
                &name,
                Wrong::new(wrong, "Limit only cpu, bytes, number and decimal parameters."),
            );
            continue;
        }
        let limit = section.scalar(&name, |text| {
            let value = parameter::value(parameter.kind, text)?;
            parameter::within(parameter, &value).map(|()| value)
        });
        if let Some(limit) = limit {
            limits.insert(name, limit);
        }
    }
    limits
}

fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('-')
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn provisioner(text: &str) -> Result<String, Wrong> {
    if text.len() <= 32 && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') {
        return Ok(text.to_owned());
    }
    Err(Wrong::new(format!("“{text}” is not a provisioner."), "Write one word, such as `local`."))
}

/// A text of limited length.
pub(super) fn short(text: &str, most: usize) -> Result<String, Wrong> {
    let length = text.chars().count();
    if length <= most {
        return Ok(text.to_owned());
    }
    Err(Wrong::new(format!("This has {length} characters."), format!("Write {most} at most.")))
}

fn span_of(text: &str, least: TimeDelta, most: TimeDelta) -> Result<TimeDelta, Wrong> {
    let span = units::span(text)?;
    if (least..=most).contains(&span) {
        return Ok(span);
    }
    let right = format!("Write a span from {} to {}.", units::print_span(least), units::print_span(most));
    Err(Wrong::new(format!("“{text}” is outside the limits."), right))
}
