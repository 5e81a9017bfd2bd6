//! One template in full: what it takes, which presets there are, who may have it, who decides, and how to ask.

use super::listing::{approval, warnings};
use crate::{
    domain::template::{Parameter, Template, When},
    ports::chat::{Block, Message, Text, Tone},
    values,
};

/// A template, in the version of that number if it has one. `in_force` tells whether it can be requested so.
pub fn explained(template: &Template, version: Option<u32>, in_force: bool) -> Message {
    let title = format!("{} ({})", template.title, template.name);
    let heading = match (version, in_force) {
        (Some(number), false) => format!("{title}, version {number}, no longer in force"),
        _ => title,
    };
    let mut blocks = vec![
        Block::Heading(Text::plain(heading.clone())),
        Block::Paragraph(Text::plain(template.about.clone())),
        Block::Fields(fields(template, version)),
    ];
    if template.about.is_empty() {
        blocks.remove(1);
    }
    if !template.parameters.is_empty() {
        blocks.push(Block::List(parameters(template)));
    }
    if !template.sizes.is_empty() {
        blocks.push(Block::Paragraph(Text::plain("Sizes, where what you give beside one counts instead:")));
        blocks.push(Block::List(
            template
                .sizes
                .iter()
                .map(|size| {
                    let text = Text::default().strong(size.name.clone()).and(": ");
                    text.and(super::sizes(&size.values))
                        .and(" ")
                        .code(format!("/env request {} size={}", template.name, size.name))
                })
                .collect(),
        ));
    }
    Message { summary: Text::plain(heading), tone: Tone::Plain, blocks }
}

fn fields(template: &Template, version: Option<u32>) -> Vec<(String, Text)> {
    let mut fields = vec![
        ("Asked for with".to_owned(), Text::default().code(example(template))),
        (
            "For".to_owned(),
            Text::plain(format!(
                "{} unless you say otherwise, {} at most with an extension",
                values::say_span(template.default_span),
                values::say_span(template.longest)
            )),
        ),
        ("Approval".to_owned(), Text::plain(approval(template))),
        ("Warnings".to_owned(), Text::plain(warnings(template))),
        (
            "Kept after the end".to_owned(),
            Text::plain(format!(
                "at least {} after the final warning was delivered",
                values::say_span(template.grace)
            )),
        ),
    ];
    if !template.teams.is_empty() {
        fields.push(("Only for the teams".to_owned(), Text::plain(template.teams.join(", "))));
    }
    fields.extend(version.map(|number| ("Version".to_owned(), Text::plain(number.to_string()))));
    fields
}

/// A line that asks for it, with something for everything that must be given.
fn example(template: &Template) -> String {
    let needed = |parameter: &&Parameter| parameter.default.is_none() && !parameter.optional;
    let words = template.parameters.iter().filter(needed).map(|parameter| {
        let value = parameter.choices.first().or(parameter.min.as_ref()).map_or("…".to_owned(), values::show);
        format!(" {}={value}", parameter.name)
    });
    format!("/env request {}{}", template.name, words.collect::<String>())
}

fn parameters(template: &Template) -> Vec<Text> {
    let described = values::describe(template);
    let line = |(parameter, described): (&Parameter, &commands::form::Parameter)| {
        let mut about = vec![match &described.default {
            Some(default) => format!("default {default}"),
            None if parameter.optional => "may be left out".to_owned(),
            None => "must be given".to_owned(),
        }];
        about.extend(
            parameter
                .default_when
                .iter()
                .map(|when| format!("{} when {}", values::show(&when.then), conditions(when))),
        );
        about.extend(
            [described.range(), described.rules.clone()].into_iter().filter(|words| !words.is_empty()),
        );
        if !described.choices.is_empty() {
            about.push(format!("one of {}", described.choices.join(", ")));
        }
        about.extend(parameter.choices_when.iter().map(|when| {
            let choices: Vec<String> = when.then.iter().map(values::show).collect();
            format!("one of {} when {}", choices.join(", "), conditions(when))
        }));
        let text = Text::default().strong(parameter.name.clone());
        text.and(format!(": {} ({})", parameter.help, about.join("; ")))
    };
    template.parameters.iter().zip(&described).map(line).collect()
}

fn conditions<T>(when: &When<T>) -> String {
    super::sizes(&when.given).replace(", ", " and ")
}
