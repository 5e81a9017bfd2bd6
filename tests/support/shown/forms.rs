//! Every form of the catalogue, with and without what can be wrong with it.

use commands::{CATALOG, form};
use sublet::{
    actions::Asked,
    domain::template::Template,
    ports::{chat::Text, templates::Templates},
    templates::{Folder, demo},
    values,
};

use super::cards::worst;

/// The templates of the demo.
pub fn templates() -> Vec<Template> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("templates");
    demo::seed(&path).unwrap();
    let (folder, faults) = Folder::open(&path);
    assert!(faults.is_empty());
    folder.all().iter().map(|template| Template::clone(template)).collect()
}

/// A form for each command that takes anything, for each template, in each of its conditions.
pub fn all() -> Vec<(String, Asked)> {
    let mut all = Vec::new();
    for entry in CATALOG {
        for template in templates() {
            let mut parameters = values::describe(&template);
            // What is offered instead may only be less, so only what there can be less of is asked for.
            if matches!(entry.spec.parameters, commands::Parameters::OfSubject(_)) {
                parameters
                    .retain(|one| template.parameter(&one.name).is_some_and(|found| found.kind.is_size()));
            }
            let plain = form::form(entry.spec, &parameters);
            let name = format!("form {} {}", entry.spec.name(), template.name);
            let asked = |form: form::Form| Asked { form, problem: None, faults: Vec::new() };
            all.extend(conditions(&name, asked(plain)));
        }
    }
    all
}

fn conditions(name: &str, empty: Asked) -> Vec<(String, Asked)> {
    let mut offered = empty.clone();
    offered.form.offer("template", vec!["web".to_owned(), "x".repeat(150), "y".repeat(76)]);
    offered.form.offer("key", (0..100).map(|at| format!("laptop-{at}")).collect());
    let mut too_many = empty.clone();
    too_many.form.offer("template", (0..101).map(|at| format!("template-{at}")).collect());
    let mut wrong = offered.clone();
    wrong.problem = Some(Text::plain(worst()));
    wrong.faults = wrong.form.fields.iter().map(|field| (field.name.clone(), worst().into())).collect();
    for field in &mut wrong.form.fields {
        field.value = worst().repeat(2);
        field.help = worst().repeat(3);
        field.label = worst();
        field.placeholder = worst();
        field.error = Some(worst());
    }
    let mut heavy = empty.clone();
    heavy.form.hidden.push(("reason".to_owned(), worst().repeat(4)));
    let mut long = empty.clone();
    long.form.fields = (0..120).flat_map(|at| numbered(&empty, at)).collect();
    let named = [("", empty), (", offered", offered), (", too many", too_many), (", wrong", wrong)];
    let named = named.into_iter().chain([(", too heavy", heavy), (", too long", long)]);
    let asks = named.filter(|(_, asked)| !asked.form.fields.is_empty());
    asks.map(|(condition, asked)| (format!("{name}{condition}"), asked)).collect()
}

fn numbered(empty: &Asked, at: usize) -> Option<form::Field> {
    let mut field = empty.form.fields.first()?.clone();
    field.name = format!("field-{at}");
    Some(field)
}
