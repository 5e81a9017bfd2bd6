//! `sublet template check`: one template's file with all its faults, and what would be made of it.

use std::{collections::BTreeMap, fmt::Write, path::Path};

use anyhow::Context as _;
use uuid::Uuid;

use crate::{
    cluster::{
        kubernetes::{client, render},
        local,
    },
    config::Controller,
    document::{Fault, Faults, Place},
    domain::{
        environment::EnvironmentSpec,
        ids::{EnvName, LeaseId},
        refusal::Refusal,
        template::{ParameterFault, Problem, Template, Value},
        workload::KUBERNETES,
    },
    templates, values,
};

/// Somebody's address, for what is only rendered.
const OWNER: &str = "owner@example.org";
/// A public key, for what is only rendered: of the right form, and in nobody's hands.
const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBRyAp5yGZcyRsNoZkREkJ1TbUeJXAGrpgqmsVWPDGlM sublet-check";

/// A template without faults.
#[derive(Debug)]
pub struct Seen {
    /// What would be made of it, to be printed.
    pub text: String,
    /// The file.
    file: String,
    /// Every object that would be made, by the name of what it is made for.
    objects: Vec<(String, Vec<serde_json::Value>)>,
}

/// Reads a template's file and renders it with its defaults, and at each of its sizes. `with` are values that stand
/// beside these.
///
/// # Errors
/// Everything that is wrong with it.
pub fn template(file: &Path, with: &[(String, String)], config: &Controller) -> Result<Seen, Faults> {
    let origin = file.display().to_string();
    let whole = |wrong: String, right: &str| fault(&origin, "", wrong, right);
    let text = std::fs::read_to_string(file).map_err(|error| {
        Faults::one(whole(format!("The file cannot be read: {error}."), "Name a template's file."))
    })?;
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let template = templates::read(&name, &origin, &text)?;
    let mut seen = Seen { text: String::new(), file: origin.clone(), objects: Vec::new() };
    let mut faults = Faults::none();
    let given = given(&template, with, &origin)?;
    let sizes = template.sizes.iter().map(|size| Some(size.name.as_str()));
    for size in std::iter::once(None).chain(sizes) {
        let title = match size {
            None => format!("{name}, with its defaults"),
            Some(size) => format!("{name}, size {size}"),
        };
        let rendered = parameters(&template, size, &given)
            .map_err(|refused| refused.into_iter().map(|fault| said(&origin, &title, &fault)).collect())
            .and_then(|parameters| seen.add(&template, &title, &parameters, config));
        if let Err(wrong) = rendered {
            faults.and(wrong);
        }
    }
    faults.or(seen)
}

fn fault(origin: &str, path: &str, wrong: String, right: &str) -> Fault {
    let place = Place::Whole(origin.to_owned());
    Fault { place, path: path.to_owned(), wrong, right: right.to_owned() }
}

/// The values of `--with`.
fn given(
    template: &Template,
    with: &[(String, String)],
    origin: &str,
) -> Result<BTreeMap<String, Value>, Faults> {
    let mut given = BTreeMap::new();
    let mut faults = Faults::none();
    for (name, text) in with {
        let path = format!("--with {name}");
        match template.parameter(name).map(|parameter| values::read(parameter, text)) {
            Some(Ok(value)) => {
                given.insert(name.clone(), value);
            }
            Some(Err(why)) => faults.add(fault(origin, &path, why, "")),
            None => faults.add(fault(origin, &path, format!("The template has no parameter “{name}”."), "")),
        }
    }
    faults.or(given)
}

/// The parameters as they would be for a request of that size.
fn parameters(
    template: &Template,
    size: Option<&str>,
    given: &BTreeMap<String, Value>,
) -> Result<BTreeMap<String, Value>, Vec<ParameterFault>> {
    match template.resolve_sized(size, given) {
        Ok(parameters) => Ok(parameters),
        Err(Refusal::BadParameters { faults, .. }) => Err(faults),
        // There is no other refusal of a size that the template itself names.
        Err(_) => Err(Vec::new()),
    }
}

fn said(origin: &str, title: &str, wrong: &ParameterFault) -> Fault {
    let why = values::problem(&format!("`{}`", wrong.name), &wrong.name, &wrong.problem);
    let right = match wrong.problem {
        Problem::Missing => format!("To see it, add --with {}=….", wrong.name),
        _ => String::new(),
    };
    fault(origin, &format!("parameters.{}", wrong.name), format!("{title}: {why}"), &right)
}

impl Seen {
    fn add(
        &mut self,
        template: &Template,
        title: &str,
        parameters: &BTreeMap<String, Value>,
        config: &Controller,
    ) -> Result<(), Faults> {
        let refused = |wrong: String| Faults::one(fault(&self.file, "", wrong, ""));
        let words: Vec<String> =
            parameters.iter().map(|(name, value)| format!("{name}={}", values::show(value))).collect();
        let mut text = format!("# ---- {title}: {}\n", words.join(" "));
        match template.provisioner.as_str() {
            "local" => {
                let _ = writeln!(text, "{}", local::would_start(parameters));
            }
            KUBERNETES => {
                let spec = spec(template, parameters);
                let kubernetes = &config.kubernetes;
                let rendered = render::render(&spec, &kubernetes.access.namespace, &kubernetes.making)
                    .map_err(|wrong| {
                        wrong
                            .into_iter()
                            .map(|why| fault(&self.file, "", format!("{title}: {why}"), ""))
                            .collect::<Faults>()
                    })?;
                let objects = rendered.objects().map_err(|error| refused(error.to_string()))?;
                for object in &objects {
                    let yaml = render::yaml(object).map_err(|error| refused(error.to_string()))?;
                    let _ = write!(text, "---\n# {}\n{yaml}", render::title(object));
                }
                self.objects.push((title.to_owned(), objects));
            }
            other => {
                return Err(refused(format!(
                    "There is no provisioner “{other}”; write local or kubernetes."
                )));
            }
        }
        self.text.push_str(&text);
        Ok(())
    }

    /// Asks the API server of the configuration whether it would take everything. Answers with a sentence that says
    /// what was asked.
    ///
    /// # Errors
    /// What it refused, as faults; or that it cannot be asked.
    pub async fn ask(&self, config: &Controller) -> anyhow::Result<Result<String, Faults>> {
        if self.objects.is_empty() {
            return Ok(Ok("Nothing of it goes to an API server, so none was asked.".to_owned()));
        }
        let access = &config.kubernetes.access;
        let client = client::connect(access).await.context("no way to the Kubernetes cluster")?;
        let (mut faults, mut count) = (Faults::none(), 0);
        for (title, objects) in &self.objects {
            count += objects.len();
            for why in render::dry_run(&client, &access.namespace, objects).await? {
                faults.add(fault(&self.file, "", format!("{title}: the API server refuses {why}"), ""));
            }
        }
        let at = client::whereabouts(access).await?;
        let words =
            format!("The API server ({at}) would take all {count} objects; tried in {}.", access.namespace);
        Ok(faults.or(words))
    }
}

/// What a lease of it would ask for.
fn spec(template: &Template, parameters: &BTreeMap<String, Value>) -> EnvironmentSpec {
    EnvironmentSpec {
        lease: LeaseId::new(Uuid::nil()),
        name: EnvName::new(&template.name, Uuid::nil()),
        owner: OWNER.to_owned(),
        template: template.name.clone(),
        parameters: parameters.clone(),
        workload: template.workload.clone(),
        ready_within: template.ready_within,
        keys: vec![KEY.to_owned()],
        ends_at: None,
    }
}
