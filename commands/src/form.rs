//! Forms: what is asked for when arguments are missing, the same for every surface.

use crate::spec::{Access, Arg, Kind, Spec};
use crate::usage::UsageError;

/// One parameter of a template, as plain data from whoever knows the templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, as in `cpu=2`.
    pub name: String,
    /// What it holds.
    pub kind: ParameterKind,
    /// The value when it is not given, as people write it.
    pub default: Option<String>,
    /// The only values allowed, when it is a choice.
    pub choices: Vec<String>,
    /// The least value allowed, as people write it.
    pub min: Option<String>,
    /// The greatest value allowed, as people write it.
    pub max: Option<String>,
    /// How it is written and its other rules, in words; may be empty.
    pub rules: String,
    /// One line of help.
    pub help: String,
    /// Whether it must be given.
    pub required: bool,
    /// Whether defaults or choices of others depend on it.
    pub leads: bool,
}

/// What a template's parameter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// Processors: `2`, `500m`.
    Cpu,
    /// Bytes: `4Gi`.
    Bytes,
    /// A whole number.
    Number,
    /// Text.
    Text,
    /// One of its choices.
    Choice,
    /// `yes` or `no`.
    Switch,
    /// A number with a fraction: `1.5`.
    Decimal,
    /// Several: `a,b`.
    List,
    /// By name: `a=1,b=2`.
    Map,
}

impl Parameter {
    /// The range in words: `250m to 4`, `at least 1`; empty when there is none.
    pub fn range(&self) -> String {
        match (&self.min, &self.max) {
            (Some(min), Some(max)) => format!("{min} to {max}"),
            (Some(min), None) => format!("at least {min}"),
            (None, Some(max)) => format!("at most {max}"),
            (None, None) => String::new(),
        }
    }
}

/// What to ask for, and what is already known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The command that the form fills in.
    pub spec: &'static Spec,
    /// What the form is for: the command's summary.
    pub title: String,
    /// What to write on the button that sends it.
    pub submit: String,
    /// What is asked for, in order.
    pub fields: Vec<Field>,
    /// Values that are settled and are sent along unseen.
    pub hidden: Vec<(String, String)>,
}

/// One thing that a form asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name of the argument or parameter.
    pub name: String,
    /// What to write above the field.
    pub label: String,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether it must be filled in.
    pub required: bool,
    /// What stands in it at first.
    pub value: String,
    /// What it means when it stays empty, as a grey example.
    pub placeholder: String,
    /// The only values allowed; empty when any may be typed.
    pub choices: Vec<String>,
    /// One line of help.
    pub help: String,
    /// Whether other fields depend on what is chosen here.
    pub leads: bool,
    /// What is wrong with the value, when the form comes back.
    pub error: Option<String>,
}

/// What a field holds: an argument's kind, or a parameter's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// A declared argument of the command.
    Arg(Kind),
    /// A parameter of the template.
    Parameter(ParameterKind),
}

impl Field {
    /// Whether the text may have several lines.
    pub fn is_long(&self) -> bool {
        matches!(self.kind, FieldKind::Arg(Kind::Text | Kind::Key))
    }
}

/// The form for a command: every argument, and the parameters of the chosen template.
pub fn form(spec: &'static Spec, parameters: &[Parameter]) -> Form {
    // A size stands for values of parameters, so it comes before them.
    let first = |arg: &Arg| (arg.positional && !arg.rest) || arg.kind == Kind::Size;
    let args = |before: bool| spec.given().filter(move |arg| first(arg) == before).map(of_arg);
    let parameters = if spec.takes_parameters() { parameters } else { &[] };
    let fields = args(true).chain(parameters.iter().map(of_parameter)).chain(args(false)).collect();
    let submit = match (spec.access, spec.path.last().copied()) {
        (Access::Member, Some("request" | "extend")) => "Send request".to_owned(),
        (_, Some(verb)) => capital(verb),
        (_, None) => String::new(),
    };
    Form { spec, title: spec.summary.to_owned(), submit, fields, hidden: Vec::new() }
}

/// The form that a mistake calls for: what was given well is kept, what is wrong says so beside its field.
/// `None` when no command was recognised.
pub fn form_for(error: &UsageError, parameters: &[Parameter]) -> Option<Form> {
    let mut form = form(error.command?, parameters).with(&error.given);
    if !error.missing {
        form.refuse(error);
    }
    Some(form)
}

impl Form {
    /// Fills in values. What the command is about (a name, an id, the template, a version) becomes hidden;
    /// the rest stays to be seen and changed. Values without a field are kept unseen as well.
    pub fn with(mut self, given: &[(String, String)]) -> Self {
        for (name, value) in given {
            let settled = self.spec.arg(name).is_some_and(settles);
            match self.fields.iter().position(|field| field.name == *name) {
                Some(index) if settled => {
                    self.fields.remove(index);
                    self.hidden.push((name.clone(), value.clone()));
                }
                Some(index) => self.fields[index].value.clone_from(value),
                None => self.hidden.push((name.clone(), value.clone())),
            }
        }
        self
    }

    /// Fills in values and keeps everything in sight, to be changed: also what the command is about. Values
    /// without a field, such as parameters of the template that was chosen before, are dropped.
    pub fn showing(mut self, given: &[(String, String)]) -> Self {
        for (name, value) in given {
            for field in self.fields.iter_mut().filter(|field| field.name == *name) {
                field.value.clone_from(value);
            }
        }
        self
    }

    /// Limits a field to these values: the templates there are, or the person's keys.
    pub fn offer(&mut self, name: &str, choices: Vec<String>) {
        for field in self.fields.iter_mut().filter(|field| field.name == name) {
            field.choices.clone_from(&choices);
        }
    }

    /// Takes away a field.
    pub fn drop(&mut self, name: &str) {
        self.fields.retain(|field| field.name != name);
    }

    /// Takes away a field for which there is nothing to choose, unless something stands in it.
    pub fn drop_empty(&mut self, name: &str) {
        self.fields.retain(|field| {
            field.name != name
                || !field.choices.is_empty()
                || !field.value.is_empty()
                || field.error.is_some()
        });
    }

    /// Writes what is wrong beside its field. A wrong value that was hidden comes into sight again.
    /// Tells whether there is such a field; otherwise the surface shows the error above the form.
    pub fn refuse(&mut self, error: &UsageError) -> bool {
        let Some(name) = error.field.as_deref() else { return false };
        if let Some(index) = self.hidden.iter().position(|(hidden, _)| hidden == name)
            && let Some(arg) = self.spec.arg(name)
        {
            let (_, value) = self.hidden.remove(index);
            self.fields.insert(0, Field { value, ..of_arg(arg) });
        }
        let Some(field) = self.fields.iter_mut().find(|field| field.name == name) else { return false };
        field.error = Some(error.explain());
        true
    }
}

/// Whether a given value of this argument says what the command is about, and so is not asked again.
fn settles(arg: &Arg) -> bool {
    matches!(arg.kind, Kind::Template | Kind::Name | Kind::Subject | Kind::Number)
}

fn of_arg(arg: &Arg) -> Field {
    let choices = match arg.kind {
        Kind::Choice(choices) => choices.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    Field {
        name: arg.name.to_owned(),
        label: if arg.label.is_empty() { capital(arg.name) } else { arg.label.to_owned() },
        kind: FieldKind::Arg(arg.kind),
        required: arg.required,
        value: String::new(),
        placeholder: arg.kind.example().trim_matches('"').to_owned(),
        choices,
        help: arg.help.to_owned(),
        leads: matches!(arg.kind, Kind::Template | Kind::Size),
        error: None,
    }
}

fn of_parameter(parameter: &Parameter) -> Field {
    let choices = match parameter.kind {
        ParameterKind::Switch => vec!["yes".to_owned(), "no".to_owned()],
        // Several of them may be given at once, so none is picked from a menu.
        ParameterKind::List => Vec::new(),
        _ => parameter.choices.clone(),
    };
    let several = parameter.kind == ParameterKind::List && !parameter.choices.is_empty();
    let of = if several { format!("any of {}", parameter.choices.join(", ")) } else { String::new() };
    let help = [parameter.help.as_str(), &parameter.range(), &parameter.rules, &of]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join("; ");
    Field {
        name: parameter.name.clone(),
        label: capital(&parameter.name.replace('_', " ")),
        kind: FieldKind::Parameter(parameter.kind),
        required: parameter.required,
        value: String::new(),
        placeholder: parameter.default.clone().unwrap_or_default(),
        choices,
        help,
        leads: parameter.leads,
        error: None,
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
