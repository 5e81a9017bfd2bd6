//! The form that asks for what a command still needs.

use askama::Template;
use commands::form::{Field, FieldKind, Form};
use commands::spec::Kind;

use super::viewer::Viewer;
use crate::{actions::Asked, ports::clock::Ids};

#[derive(Template)]
#[template(path = "form.html", config = "src/web/askama.toml")]
struct Dialog<'a> {
    form: &'a Form,
    fields: Vec<View<'a>>,
    problem: Option<String>,
    address: &'a str,
    id: String,
}

struct View<'a> {
    field: &'a Field,
    faults: Vec<String>,
    required: bool,
}

/// The form as HTML: what is wrong stands beside its field, and above the form when it belongs to none.
pub fn dialog(asked: &Asked, viewer: &Viewer, ids: &dyn Ids) -> Result<String, askama::Error> {
    let zone = viewer.person.zone;
    let view = |field: &'_ Field| {
        let of_field = asked.faults.iter().filter(|(name, _)| *name == field.name);
        let mut faults: Vec<String> = of_field.map(|(_, why)| why.in_zone(zone)).collect();
        faults
            .extend(field.error.iter().filter(|error| !faults.contains(error)).cloned().collect::<Vec<_>>());
        faults
    };
    let fields = asked
        .form
        .fields
        .iter()
        .map(|field| View { field, faults: view(field), required: field.required })
        .collect();
    let known = |name: &str| asked.form.fields.iter().any(|field| field.name == name);
    let homeless = asked.faults.iter().filter(|(name, _)| !known(name)).map(|(_, why)| why.in_zone(zone));
    let problems: Vec<String> = asked.problem.iter().map(|why| why.in_zone(zone)).chain(homeless).collect();
    let problem = (!problems.is_empty()).then(|| problems.join(" "));
    let id = ids.next().to_string();
    Dialog { form: &asked.form, fields, problem, address: &viewer.address, id }.render()
}

impl View<'_> {
    /// The ids of the texts that explain the field.
    fn described(&self) -> String {
        let mut ids = Vec::new();
        if !self.faults.is_empty() {
            ids.push(format!("wrong-{}", self.field.name));
        }
        if !self.field.help.is_empty() {
            ids.push(format!("help-{}", self.field.name));
        }
        ids.join(" ")
    }

    /// Keys and names are typed as they are, without a browser's corrections.
    fn is_prose(&self) -> bool {
        matches!(self.field.kind, FieldKind::Arg(Kind::Text))
    }
}
