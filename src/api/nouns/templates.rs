//! `/v1/templates`: what can be requested, with parameters and limits.

use std::{collections::BTreeMap, sync::Arc};

use axum::{http::StatusCode, response::Response};
use commands::form;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::offers;
use crate::{
    actions::{
        reading::Looking,
        templates::{self, in_force},
    },
    api::{
        Api, answer,
        call::{Call, refused_in},
        hal::{Link, Links},
        input::{Id, Params},
        listing::{self, Chosen, Noun, Page},
        problem::Problem,
    },
    domain::{self, refusal::Refusal, token::Scope},
    ports::pages::{Cell, Column},
    values,
};

/// What can be said about lists of templates.
pub const NOUN: Noun = Noun {
    name: "templates",
    schema: "Template",
    fields: &[
        "name",
        "title",
        "about",
        "version",
        "provisioner",
        "parameters",
        "sizes",
        "teams",
        "usual_span",
        "longest_span",
    ],
    sorts: &[("name", Column::Name)],
    latest_first: false,
    unique: Column::Name,
    embeds: &[],
    states: &[],
};

/// What can be requested.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "name": "web", "title": "Web shop", "about": "The shop with its database.", "version": 3, "provisioner": "kubernetes",
    "parameters": [{"name": "cpu", "kind": "cpu", "help": "Cores", "default": "500m", "min": "100m", "max": "4",
        "required": false}],
    "sizes": [{"name": "small", "parameters": {"cpu": "500m"}}], "teams": [],
    "usual_span": "1d", "longest_span": "1w", "_links": {"self": {"href": "/v1/templates/web"}}
}))]
pub struct Template {
    /// The word people type.
    pub name: String,
    /// A short title.
    pub title: String,
    /// What it is good for.
    pub about: String,
    /// Which provisioner makes it.
    pub provisioner: String,
    /// The number of what is in force now; left out until it was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// What can be chosen, in the order in which forms show it.
    pub parameters: Vec<Parameter>,
    /// Names for values of several parameters: a request takes one as its parameter `size`.
    pub sizes: Vec<Size>,
    /// Only these teams may have it; empty for everybody.
    pub teams: Vec<String>,
    /// For how long, when nothing is said.
    pub usual_span: String,
    /// The longest that it may be, extension included.
    pub longest_span: String,
    /// `self`; `requests`: those of this template; `request` while the reader may ask for one.
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Link>,
}

/// One thing that can be chosen.
#[derive(Debug, Serialize, ToSchema)]
pub struct Parameter {
    /// Its name in `parameters` of a request.
    pub name: String,
    /// What it takes: a size of processors, of bytes, a number, words, one of the choices, or yes and no.
    #[schema(example = "cpu")]
    pub kind: String,
    /// What it is for.
    pub help: String,
    /// What is taken when nothing is said; one without a default must be given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// The most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    /// The choices, of which one is taken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub choices: Vec<String>,
    /// How it is written and its other rules, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(required = false)]
    pub rules: String,
    /// Whether it must be given.
    pub required: bool,
}

/// A name for values of several parameters.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TemplateSize)]
pub struct Size {
    /// The word, such as `small`.
    pub name: String,
    /// The values that it stands for.
    pub parameters: BTreeMap<String, String>,
}

crate::list_parameters! {
    /// Which templates.
    TemplateList {}
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get))
}

async fn shown(
    call: &Call,
    looking: &mut Looking<'_>,
    template: &domain::template::Template,
) -> Result<Template, Problem> {
    let name = &template.name;
    // With the defaults and choices that hold when nothing is said.
    let described = values::describe_given(template, &[]).into_iter();
    let parameter = |(known, told): (&domain::template::Parameter, form::Parameter)| Parameter {
        name: told.name,
        kind: word(&known.kind),
        help: told.help,
        default: told.default,
        min: told.min,
        max: told.max,
        choices: told.choices,
        rules: told.rules,
        required: told.required,
    };
    let size = |size: &domain::template::Size| Size {
        name: size.name.clone(),
        parameters: offers::written(&size.values),
    };
    let version = in_force(&mut looking.work, name).await.map_err(|error| call.broken(error))?;
    Ok(Template {
        name: name.clone(),
        title: template.title.clone(),
        about: template.about.clone(),
        version,
        provisioner: template.provisioner.clone(),
        parameters: template.parameters.iter().zip(described).map(parameter).collect(),
        sizes: template.sizes.iter().map(size).collect(),
        teams: template.teams.clone(),
        usual_span: values::show_span(template.default_span),
        longest_span: values::show_span(template.longest),
        links: Links::own(format!("/v1/templates/{name}"))
            .with("requests", Link::to(format!("/v1/requests?template={name}")))
            .with_if(looking.reaches(Scope::Use), "request", Link::act("POST", "/v1/requests", "Ask for one"))
            .done(),
    })
}

fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn cell(template: &Arc<domain::template::Template>, _: Column) -> Cell {
    Cell::Text(template.name.clone())
}

/// Every template that the reader may have.
#[utoipa::path(get, path = "/v1/templates", operation_id = "list_templates", tag = "templates", params(TemplateList),
    responses((status = 200, description = "A page of templates", body = Page<Template>, content_type = "application/hal+json")))]
async fn list(call: Call, Params(asked): Params<TemplateList>) -> Result<Response, Problem> {
    let listing = asked.listing(&NOUN)?;
    let looking = &mut call.look().await?;
    let mut page = listing.cut(templates::of(&call.api.world, &looking.person), cell);
    let more = listing.shown(&mut page);
    let next = page.last().filter(|_| more).map(|last| listing.next(&call.uri, listing.place(last, cell)));
    let mut all = Vec::with_capacity(page.len());
    for template in &page {
        all.push(shown(&call, looking, template).await?);
    }
    listing::page(&call, &listing, next, Links::default(), all)
}

/// One template.
#[utoipa::path(get, path = "/v1/templates/{name}", operation_id = "get_template", tag = "templates", params(("name" = String, Path, description = "Its name", example = "web"), Chosen),
    responses((status = 200, description = "The template", body = Template, content_type = "application/hal+json")))]
async fn get(call: Call, Id(name): Id, Params(chosen): Params<Chosen>) -> Result<Response, Problem> {
    let select = chosen.select(&NOUN)?;
    let looking = &mut call.look().await?;
    match templates::named(&call.api.world, &looking.person, &name) {
        Ok(template) => {
            let shown = shown(&call, looking, &template).await?;
            answer::one(&call, &select, "0", &shown)
        }
        Err(refusal @ Refusal::NoTemplate { .. }) => {
            Err(refused_in(looking, &refusal).await.with_status(StatusCode::NOT_FOUND))
        }
        Err(refusal) => Err(refused_in(looking, &refusal).await),
    }
}
