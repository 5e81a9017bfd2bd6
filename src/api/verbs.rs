//! Which call does what a command of chat does: the table behind `docs/access.md`. `tests/access.rs` sees that no
//! command is missing, that every call is there, and tries every one as everybody.

/// A command without its sign, and the calls that do the same.
pub type Row = (&'static str, &'static [&'static str]);

const REVIEWS: &[&str] =
    &["POST /v1/requests/{id}/reviews", "POST /v1/extensions/{id}/reviews", "POST /v1/wishes/{id}/reviews"];

/// Every command that has its calls.
pub const CALLS: &[Row] = &[
    ("env request", &["POST /v1/requests"]),
    ("env list", &["GET /v1/requests", "GET /v1/environments"]),
    ("env show", &["GET /v1/requests/{id}", "GET /v1/leases/{id}", "GET /v1/environments/{name}"]),
    ("env ssh", &["GET /v1/environments/{name}"]),
    ("env extend", &["POST /v1/extensions"]),
    ("env release", &["POST /v1/leases/{id}/release"]),
    ("env withdraw", &["POST /v1/requests/{id}/withdrawal"]),
    ("env approve", REVIEWS),
    ("env reject", REVIEWS),
    ("env offer", &["POST /v1/requests/{id}/offers"]),
    ("env accept", &["POST /v1/requests/{id}/accept"]),
    ("env break-glass", &["POST /v1/requests/{id}/break-glass", "POST /v1/extensions/{id}/break-glass"]),
    ("env delegate", &["PUT /v1/people/me/delegation", "DELETE /v1/people/me/delegation"]),
    ("env retry", &["POST /v1/leases/{id}/retry"]),
    ("env why", &["GET /v1/audit"]),
    ("env link", &["POST /v1/people/me/link-code"]),
    ("key add", &["POST /v1/keys"]),
    ("key list", &["GET /v1/keys"]),
    ("key remove", &["DELETE /v1/keys/{id}"]),
    ("quota show", &["GET /v1/quotas", "GET /v1/quotas/{id}", "GET /v1/grants/{id}", "GET /v1/wishes/{id}"]),
    ("quota set", &["PATCH /v1/quotas/{id}"]),
    ("quota grant", &["POST /v1/grants"]),
    ("quota revoke", &["POST /v1/grants/{id}/revoke"]),
    ("quota request", &["POST /v1/wishes"]),
    ("template list", &["GET /v1/templates"]),
    ("template show", &["GET /v1/templates/{name}"]),
    ("token create", &["POST /v1/tokens"]),
    ("token list", &["GET /v1/tokens"]),
    ("token revoke", &["DELETE /v1/tokens/{id}"]),
    ("admin people", &["GET /v1/people", "GET /v1/people/{id}", "GET /v1/people/{id}/accounts"]),
    ("admin role", &["PUT /v1/people/{id}/roles/{role}", "DELETE /v1/people/{id}/roles/{role}"]),
    ("admin team", &["PUT /v1/people/{id}/teams/{team}", "DELETE /v1/people/{id}/teams/{team}"]),
    ("admin link", &["POST /v1/people/{id}/accounts"]),
    ("admin remove", &["POST /v1/people/{id}/remove"]),
    ("admin restore", &["POST /v1/people/{id}/restore"]),
    ("admin erase", &["POST /v1/people/{id}/erase"]),
    ("audit", &["GET /v1/audit"]),
];

/// Commands without a call, and why.
pub const WITHOUT: &[(&str, &str)] = &[("help", "the description at `/api-docs` and `/docs` is the help")];

/// Calls that no command does, and why.
pub const BESIDES: &[(&str, &str)] = &[
    ("PATCH /v1/people/{id}", "the name and the zone come from the platform in chat"),
    ("PATCH /v1/requests/{id}", "in chat a request is asked for anew to say more"),
];

/// The calls that do what a command does.
pub fn calls_of(command: &str) -> &'static [&'static str] {
    CALLS.iter().find(|(name, _)| *name == command).map_or(&[], |(_, calls)| calls)
}
