//! `/v1/templates`: what can be requested.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Api, caller::Caller, problem::Problem};
use crate::domain;

/// What can be requested.
#[derive(Debug, Serialize, ToSchema)]
pub struct Template {
    /// The word people type.
    name: String,
    /// A short title.
    title: String,
    /// What it is good for.
    about: String,
}

impl From<&domain::template::Template> for Template {
    fn from(template: &domain::template::Template) -> Self {
        Self { name: template.name.clone(), title: template.title.clone(), about: template.about.clone() }
    }
}

/// Every template.
#[utoipa::path(
    get,
    path = "/v1/templates",
    responses((status = 200, body = Vec<Template>), (status = 401, body = Problem))
)]
pub async fn list(State(api): State<Api>, _: Caller) -> Json<Vec<Template>> {
    Json(api.world.templates.all().iter().map(|template| Template::from(template.as_ref())).collect())
}
