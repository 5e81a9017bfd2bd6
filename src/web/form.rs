//! The form that asks for what a command still needs.

use askama::Template;
use commands::form::{Field, FieldKind, Form};
use commands::spec::Kind;

use super::viewer::Viewer;
use crate::{
    actions::Asked,
    chat::console::render::Reader,
    domain::Instant,
    ports::{
        chat::{Piece, Text},
        clock::Ids,
    },
};

#[derive(Template)]
#[template(path = "form.html", config = "src/web/askama.toml")]
struct Dialog<'a> {
    form: &'a Form,
    fields: Vec<View<'a>>,
    problems: Vec<Text>,
    reader: Reader<'a>,
    address: &'a str,
    id: String,
}

struct View<'a> {
    field: &'a Field,
    faults: Vec<Text>,
    required: bool,
}

/// The form as HTML: what is wrong stands beside its field, and above the form when it belongs to none.
pub fn dialog(asked: &Asked, viewer: &Viewer, now: Instant, ids: &dyn Ids) -> Result<String, askama::Error> {
    let fields = asked.form.fields.iter();
    let fields = fields.map(|field| View { field, faults: faults(field, asked), required: field.required });
    let known = |name: &str| asked.form.fields.iter().any(|field| field.name == name);
    let homeless = asked.faults.iter().filter(|(name, _)| !known(name)).map(|(_, why)| why);
    let dialog = Dialog {
        form: &asked.form,
        fields: fields.collect(),
        problems: asked.problem.iter().chain(homeless).cloned().collect(),
        reader: viewer.reader(now),
        address: &viewer.address,
        id: ids.next().to_string(),
    };
    dialog.render()
}

impl Dialog<'_> {
    /// The label of a settled value that tells people what the form is about. Versions and ids do not.
    fn settled(&self, name: &str, value: &str) -> Option<&'static str> {
        let arg = self.form.spec.arg(name)?;
        let says_something = match arg.kind {
            Kind::Template | Kind::Name => true,
            Kind::Subject => !value.contains('_'),
            _ => false,
        };
        says_something.then_some(if arg.label.is_empty() { arg.name } else { arg.label })
    }
}

fn faults(field: &Field, asked: &Asked) -> Vec<Text> {
    let mut faults: Vec<Text> =
        asked.faults.iter().filter(|(name, _)| *name == field.name).map(|(_, why)| why.clone()).collect();
    faults.extend(field.error.iter().map(Text::plain).filter(|_| faults.is_empty()).collect::<Vec<_>>());
    faults
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

    /// Whether other fields depend on what is chosen here.
    fn leads(&self) -> bool {
        self.field.leads
    }

    /// Keys and names are typed as they are, without a browser's corrections.
    fn is_prose(&self) -> bool {
        matches!(self.field.kind, FieldKind::Arg(Kind::Text))
    }
}
