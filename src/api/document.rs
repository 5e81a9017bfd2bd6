//! The API's description, completed: what all calls have in common is said here once, and what lists take comes from
//! the nouns that check it.

use serde_json::{Map, Value, json};

use super::{listing::Noun, nouns};

/// Words without control characters, as they may go to the database.
const WORD: &str = r"^[^\x00-\x1f\x7f-\x9f]+$";

/// The description with everything that is the same everywhere.
pub fn complete(document: &utoipa::openapi::OpenApi) -> Value {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    for noun in nouns::ALL {
        loosen(&mut document, noun);
    }
    document["components"]["responses"] = shared();
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        for name in ["WithRequest", "WithLease", "WithExtension", "Amounts", "QuotaUse"] {
            close(schemas, name);
        }
    }
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for (path, item) in paths {
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                finish(path, method, operation);
            }
        }
    }
    document["components"]["securitySchemes"] = json!({"token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token: `/token create` in chat. It acts for whoever made it, within its scopes.",
    }});
    document["security"] = json!([{"token": []}]);
    document
}

/// With `fields` any member but the links may be left out.
fn loosen(document: &mut Value, noun: &Noun) {
    // Pages say what is on them by its name, so that it is described once.
    let items = format!("/components/schemas/Items_{}/properties/items/items", noun.schema);
    if let Some(items) = document.pointer_mut(&items) {
        *items = json!({"$ref": format!("#/components/schemas/{}", noun.schema)});
    }
    let page = format!("/components/schemas/Page_{}/properties/_embedded", noun.schema);
    if let Some(embedded) = document.pointer_mut(&page) {
        *embedded = json!({"$ref": format!("#/components/schemas/Items_{}", noun.schema)});
    }
    let at = format!("/components/schemas/{}", noun.schema);
    let Some(schema) = document.pointer_mut(&at) else { return };
    schema["required"] = json!(["_links"]);
    schema["additionalProperties"] = json!(false);
    if !noun.states.is_empty() {
        schema["properties"]["state"]["enum"] = json!(noun.states);
    }
}

fn close(schemas: &mut Map<String, Value>, name: &str) {
    if let Some(schema) = schemas.get_mut(name) {
        schema["additionalProperties"] = json!(false);
    }
}

fn finish(path: &str, method: &str, operation: &mut Value) {
    let noun = noun_of(path, operation);
    let mut parameters: Vec<Value> = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| bounded(one, noun))
        .collect();
    let header = |name: &str, required: bool, schema: Value, about: &str| json!({"name": name, "in": "header", "required": required, "schema": schema, "description": about});
    let tag = json!({"type": "string", "example": "\"3.0f3c5a7b9d1e2f40\""});
    let is_page = operation
        .pointer("/responses/200/content")
        .is_some_and(|content| content.to_string().contains("/Page_"));
    // These are no HAL, and nothing compares them.
    let plain = operation["tags"][0] == "events" || operation["operationId"] == "make_link_code";
    match method {
        "get" if !is_page && !plain => {
            parameters.push(header(
                "If-None-Match",
                false,
                tag.clone(),
                "The `ETag` that is known already: unless it changed, the answer is 304.",
            ));
            operation["responses"]["304"] =
                json!({"description": "It is still as it is known", "headers": etag()});
        }
        "post" => {
            let key = json!({"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"});
            parameters.push(header(
                "Idempotency-Key",
                false,
                key,
                "The same call under the same key within a day is done once, and answered the same.",
            ));
        }
        "patch" => parameters.push(header("If-Match", true, tag, "The `ETag` of what is changed, or `*`.")),
        _ => {}
    }
    operation["parameters"] = Value::Array(parameters);
    for status in ["200", "201"] {
        let Some(response) = operation["responses"].get_mut(status) else { continue };
        if !is_page && !plain {
            response["headers"] = etag();
        }
        if status == "201" {
            response["headers"]["Location"] = json!({"description": "Where it is from now on", "schema": {"type": "string"}, "required": true});
        }
    }
    problems(path, method, operation);
}

fn etag() -> Value {
    json!({"ETag": {
        "description": "By what it is compared: its version, and a digest of what is answered",
        "schema": {"type": "string"},
        "required": true,
    }})
}

/// What a call can come to besides: the status, the name in the description, and when.
const PROBLEMS: [(&str, &str, &str); 14] = [
    ("400", "Unreadable", "A parameter or the body cannot be read"),
    ("401", "NotAuthenticated", "There is no token, or it is not good"),
    ("403", "Forbidden", "The caller may not do that"),
    ("404", "NoSuch", "There is no such thing that the caller could see"),
    ("406", "NotAcceptable", "The answer would be in a form that the caller does not take"),
    ("409", "Conflict", "It is in a state in which this cannot be, or the same call is under way"),
    ("412", "Outdated", "It is not any more as the caller saw it"),
    ("413", "TooLarge", "The body is too large"),
    ("415", "UnsupportedMediaType", "The body is of another kind"),
    ("422", "Refused", "What was said cannot be: a refusal, or a body that does not fit"),
    ("428", "PreconditionRequired", "If-Match is missing"),
    ("429", "TooMany", "Too many calls; wait as long as Retry-After says"),
    ("500", "Fault", "Something broke; the reference is for an admin"),
    ("503", "Busy", "Others were faster over and over, or it took too long; try again"),
];

/// Problems, each described once.
fn shared() -> Value {
    let one = |(status, name, about): &(&str, &str, &str)| {
        let content =
            json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
        let mut problem = json!({"description": about, "content": content});
        if ["409", "429", "503"].contains(status) {
            problem["headers"] =
                json!({"Retry-After": {"description": "Seconds", "schema": {"type": "integer"}}});
        }
        if *status == "401" {
            problem["headers"] = json!({"WWW-Authenticate": {"description": "`Bearer`", "schema": {"type": "string"}, "required": true}});
        }
        ((*name).to_owned(), problem)
    };
    Value::Object(PROBLEMS.iter().map(one).collect())
}

/// Every problem that a call can come to.
fn problems(path: &str, method: &str, operation: &mut Value) {
    let says = !operation["requestBody"].is_null();
    for (status, name, _) in PROBLEMS {
        let may = match status {
            "404" => path.contains('{') || matches!(method, "post" | "put"),
            "409" | "422" => method != "get",
            "412" | "428" => method == "patch",
            "415" => says,
            _ => true,
        };
        if may {
            operation["responses"][status] = json!({"$ref": format!("#/components/responses/{name}")});
        }
    }
}

fn noun_of(path: &str, operation: &Value) -> Option<&'static Noun> {
    let tag = operation.pointer("/tags/0").and_then(Value::as_str).unwrap_or(path);
    nouns::ALL.iter().find(|noun| noun.name == tag).copied()
}

/// A parameter with what its noun knows about it; `None` for one that takes nothing there.
fn bounded(parameter: &Value, noun: Option<&Noun>) -> Option<Value> {
    let mut parameter = parameter.clone();
    let name = parameter["name"].as_str().unwrap_or_default().to_owned();
    if let Some(schema) = parameter.get_mut("schema") {
        // A parameter that may be left out is not one that may be `null`.
        if let Some(kinds) = schema["type"].as_array() {
            schema["type"] = kinds.iter().find(|kind| *kind != "null").cloned().unwrap_or_default();
        }
        let is_path = parameter["in"] == "path";
        let schema = &mut parameter["schema"];
        match (name.as_str(), noun) {
            ("fields", Some(noun)) => schema["pattern"] = json!(words(noun.fields, "")),
            ("embed", Some(noun)) if noun.embeds.is_empty() => return None,
            ("embed", Some(noun)) => schema["pattern"] = json!(words(noun.embeds, "")),
            ("sort", Some(noun)) => {
                let names: Vec<&str> = noun.sorts.iter().map(|(name, _)| *name).collect();
                schema["pattern"] = json!(words(&names, "-?"));
                schema["default"] =
                    json!(format!("{}{}", if noun.latest_first { "-" } else { "" }, names[0]));
            }
            ("state", Some(noun)) => schema["enum"] = json!(noun.states),
            ("cursor", _) => schema["pattern"] = json!("^([0-9a-f]{2})+$"),
            _ if schema["type"] == "string" && schema["format"].is_null() => {
                schema["minLength"] = json!(1);
                schema["maxLength"] = json!(128);
                schema["pattern"] = json!(if is_path { r"^[A-Za-z0-9._:-]+$" } else { WORD });
            }
            _ => {}
        }
    }
    Some(parameter)
}

/// One or more of these words with commas between.
fn words(known: &[&str], before: &str) -> String {
    let one = format!("{before}({})", known.join("|"));
    format!("^{one}(,{one})*$")
}
