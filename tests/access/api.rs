//! The same cells through the API: a real server, and somebody of one role whose token is good for everything.

use std::collections::BTreeSet;

use chrono::DateTime;
use serde_json::{Value, json};
use sublet::{
    api::{description, verbs},
    domain::{
        access::{TABLE, Verb, Whose},
        ids::EnvName,
        person::Role,
        quota::Scope,
    },
};

use crate::{
    KEY, Stage, ZED,
    http::{Answer, Served},
    refused, staged,
    support::databases::Database,
    world::{World, places},
};

/// A call, and how it tells somebody that they may not.
struct Try {
    call: &'static str,
    body: Value,
    tells: Tells,
}

/// How somebody is told that they may not.
#[derive(Clone, Copy)]
enum Tells {
    /// By 403, or 404 for what they may not see; and it is on record.
    Refusal,
    /// By 404: only one's own is looked through, so that nothing is known of the rest.
    Nothing,
    /// By an answer without that member.
    Less(&'static str),
}

fn call(call: &'static str) -> Try {
    Try { call, body: Value::Null, tells: Tells::Refusal }
}

fn says(called: &'static str, body: Value) -> Try {
    Try { body, ..call(called) }
}

fn shows(called: &'static str, member: &'static str) -> Try {
    Try { tells: Tells::Less(member), ..call(called) }
}

fn hides(called: &'static str) -> Try {
    Try { tells: Tells::Nothing, ..call(called) }
}

/// The first thing on a page.
const FIRST: &str = "/_embedded/items/0";

/// The calls by which a verb is tried on something of `whose`. Words in capitals stand for what the stage holds.
fn tries(verb: Verb, whose: Whose) -> Vec<(Stage, Vec<Try>)> {
    use Stage::{Active, Nothing, Pending, Stuck};
    match (verb, whose) {
        (Verb::LookUp, _) => vec![(Nothing, vec![call("GET /v1/templates"), call("GET /v1/templates/web")])],
        (Verb::Ask, Whose::Own) => {
            vec![(Nothing, vec![says("POST /v1/requests", json!({"template": "web"}))])]
        }
        (Verb::See, _) => seeing(),
        (Verb::LogIn, _) => vec![(Active, vec![shows("GET /v1/environments/NAME", "/ssh")])],
        (Verb::Extend, _) => {
            let body = json!({"lease": "LEASE", "for": "1d", "reason": "not done yet"});
            vec![(Active, vec![says("POST /v1/extensions", body)])]
        }
        (Verb::Release, _) => vec![(Active, vec![call("POST /v1/leases/LEASE/release")])],
        (Verb::Withdraw, _) => vec![(Pending, vec![call("POST /v1/requests/REQUEST/withdrawal")])],
        (Verb::Retry, _) => vec![(Stuck, vec![call("POST /v1/leases/LEASE/retry")])],
        (Verb::Decide, _) => deciding(),
        (Verb::Accept, _) => vec![(Pending, vec![says("POST /v1/requests/REQUEST/accept", json!({}))])],
        (Verb::Tokens, Whose::Own) => {
            let new = json!({"name": "other"});
            vec![(
                Nothing,
                vec![says("POST /v1/tokens", new), call("GET /v1/tokens"), call("DELETE /v1/tokens/TOKEN")],
            )]
        }
        (Verb::Tokens, Whose::Other) => vec![(Nothing, vec![hides("DELETE /v1/tokens/TOKEN")])],
        (Verb::Keys, Whose::Own) => {
            let new = json!({"public_key": KEY.trim_start_matches("/key add ")});
            vec![(
                Nothing,
                vec![call("GET /v1/keys"), call("DELETE /v1/keys/KEY"), says("POST /v1/keys", new)],
            )]
        }
        (Verb::Keys, Whose::Other) => {
            vec![(Nothing, vec![hides("GET /v1/keys/KEY"), hides("DELETE /v1/keys/KEY")])]
        }
        (Verb::Link, Whose::Own) => vec![(Nothing, vec![call("POST /v1/people/me/link-code")])],
        (Verb::People, _) => {
            vec![(Nothing, vec![shows("GET /v1/people/WHO", "/roles"), call("GET /v1/people/WHO/accounts")])]
        }
        (Verb::Audit, _) => vec![(Nothing, vec![shows("GET /v1/audit?about=%40HANDLE", FIRST)])],
        (Verb::Administer, Whose::Own) => vec![(Nothing, vec![call("PUT /v1/people/WHO/teams/shop")])],
        (Verb::Administer, Whose::Other) => administering(),
        (Verb::AskQuota, Whose::Own) => {
            let wish = json!({"amounts": {"cpu": 1}, "until": "2026-12-01T00:00:00Z", "reason": "more"});
            vec![(Nothing, vec![says("POST /v1/wishes", wish)])]
        }
        (Verb::GiveQuota, _) => giving(),
        (Verb::SetQuota, _) => {
            let limits = json!({"limits": {"cpu": 2}});
            vec![(Nothing, vec![says("PATCH /v1/quotas/person:WHO", limits)])]
        }
        (Verb::Ask | Verb::Link | Verb::AskQuota, Whose::Other) => Vec::new(),
    }
}

fn seeing() -> Vec<(Stage, Vec<Try>)> {
    let asked = vec![
        call("GET /v1/requests/REQUEST"),
        call("GET /v1/requests/REQUEST/reviews"),
        shows("GET /v1/requests?requester=WHO", FIRST),
        shows("GET /v1/audit?about=NAME", FIRST),
    ];
    let there = vec![
        call("GET /v1/leases/LEASE"),
        call("GET /v1/environments/NAME"),
        shows("GET /v1/environments?owner=WHO", FIRST),
    ];
    let quotas = vec![
        call("GET /v1/quotas/person:WHO"),
        call("GET /v1/grants/GRANT"),
        call("GET /v1/wishes/WISH"),
        shows("GET /v1/wishes?requester=WHO", FIRST),
    ];
    vec![(Stage::Pending, asked), (Stage::Active, there), (Stage::Nothing, quotas)]
}

fn deciding() -> Vec<(Stage, Vec<Try>)> {
    let no = json!({"decision": "reject", "reason": "no room"});
    let yes = json!({"decision": "approve"});
    let glass = json!({"reason": "it burns"});
    let request = vec![
        says("POST /v1/requests/REQUEST/offers", json!({"for": "1h"})),
        says("POST /v1/requests/REQUEST/break-glass", glass.clone()),
        says("PUT /v1/people/me/delegation", json!({"to": "bob", "until": "2026-12-01T00:00:00Z"})),
        says("POST /v1/requests/REQUEST/reviews", no.clone()),
        says("POST /v1/requests/REQUEST/reviews", yes.clone()),
    ];
    let extension = vec![
        says("POST /v1/extensions/EXTENSION/break-glass", glass),
        says("POST /v1/extensions/EXTENSION/reviews", yes.clone()),
        says("POST /v1/extensions/EXTENSION/reviews", no.clone()),
    ];
    let wish = vec![says("POST /v1/wishes/WISH/reviews", no), says("POST /v1/wishes/WISH/reviews", yes)];
    vec![(Stage::Pending, request), (Stage::Extending, extension), (Stage::Nothing, wish)]
}

fn administering() -> Vec<(Stage, Vec<Try>)> {
    let tries = vec![
        call("POST /v1/people/per_bob/restore"),
        call("PUT /v1/people/WHO/roles/instructor"),
        call("DELETE /v1/people/WHO/roles/instructor"),
        call("PUT /v1/people/WHO/teams/shop"),
        call("DELETE /v1/people/WHO/teams/shop"),
        says("POST /v1/people/WHO/accounts", json!({"account": "slack/T1/U7"})),
        says("POST /v1/people/WHO/remove", json!({"reason": "to see whether it is possible"})),
        call("POST /v1/people/WHO/erase"),
    ];
    vec![(Stage::Gone, tries)]
}

fn giving() -> Vec<(Stage, Vec<Try>)> {
    let until = "2026-12-01T00:00:00Z";
    let more = json!({"who": "@HANDLE", "amounts": {"cpu": 1}, "until": until, "reason": "more"});
    vec![(Stage::Nothing, vec![says("POST /v1/grants", more), call("POST /v1/grants/GRANT/revoke")])]
}

/// Calls of the table that are not tried, and why.
const NOT_TRIED: &[(&str, &str)] = &[
    ("DELETE /v1/people/me/delegation", "it ends one's own, and is done as well for whoever has none"),
    ("GET /v1/quotas", "everybody has some to look at; what is shown of one is tried with one"),
    ("GET /v1/people", "everybody sees who there is; what is shown of one is tried with one"),
];

/// Cells without a call, and why.
const NO_CALL: &[(Verb, Whose, &str)] = &[
    (Verb::Ask, Whose::Other, "a request has no member for whom it is"),
    (Verb::Link, Whose::Other, "a code is for the caller"),
    (Verb::AskQuota, Whose::Other, "a wish has no member for whom it is"),
];

/// Puts what the stage holds where words in capitals stand.
async fn filled(world: &World, text: &str, name: &str, owner: &str) -> String {
    let mut tx = world.store().read().await.expect("a transaction");
    let who = places::id(owner);
    let mut words = vec![("HANDLE", owner.to_owned()), ("WHO", who.to_string()), ("NAME", name.to_owned())];
    if let Some(name) = EnvName::parse(name) {
        let request = tx.request_by_name(&name).await.expect("requests").expect("one");
        words.push(("REQUEST", request.id.to_string()));
        if let Some(lease) = tx.lease_of_request(&request.id).await.expect("leases") {
            words.push(("LEASE", lease.id.to_string()));
            let last = tx.extensions_of(&lease.id).await.expect("extensions").pop();
            words.extend(last.map(|extension| ("EXTENSION", extension.id.to_string())));
        }
    }
    let key = tx.keys_of(&who).await.expect("keys").pop();
    words.extend(key.map(|key| ("KEY", key.id.to_string())));
    let tokens = tx.tokens_of(&who).await.expect("tokens");
    let spare = tokens.into_iter().find(|token| token.name == "spare");
    words.extend(spare.map(|token| ("TOKEN", token.id.to_string())));
    let grant = tx.grants_of(&Scope::Person(who.clone()), DateTime::UNIX_EPOCH).await.expect("grants").pop();
    words.extend(grant.map(|grant| ("GRANT", grant.id.to_string())));
    let wish = tx.wishes_of(&who).await.expect("wishes").pop();
    words.extend(wish.map(|wish| ("WISH", wish.id.to_string())));
    words.iter().fold(text.to_owned(), |text, (word, value)| text.replace(word, value))
}

/// Whether a refusal is about rights, as in chat.
fn about_rights(kind: &str) -> bool {
    ["not-approver", "not-reviewer", "no-break-glass", "not-yours", "needs-role"].contains(&kind)
        || kind.starts_with("no-such")
}

fn done(told: &str, tells: Tells, answer: &Answer) {
    if answer.status < 300 {
        if let Tells::Less(member) = tells {
            assert!(answer.json().pointer(member).is_some(), "{told}: no {member} in {}", answer.text);
        }
        return;
    }
    let (status, kind) = answer.problem();
    assert!(status < 500 && status != 405, "{told}: {}", answer.text);
    // The rule of the stories names nobody for emergencies, whatever the table allows.
    assert!(!about_rights(&kind) || kind == "no-break-glass", "{told}: {}", answer.text);
    assert!(!matches!(tells, Tells::Less(_)), "{told}: {}", answer.text);
}

async fn cell(role: Role, verb: Verb, whose: Whose) {
    let owner = if whose == Whose::Own { ZED } else { "dana" };
    let allowed = verb.roles(whose).contains(&role);
    for (stage, tries) in tries(verb, whose) {
        let database = Database::sqlite();
        let served = Served::on(&database).await;
        let world = &served.world;
        let name = staged(world, role, stage, owner).await;
        world.says(owner, "/token create spare").await;
        world.says("root", &format!("/quota set @{owner} cpu=8")).await;
        world.says("root", &format!("/quota grant @{owner} cpu=1 until=2026-12-01 spare")).await;
        world.says(owner, "/quota request cpu=1 until=2026-12-01 spare").await;
        let zed = served.caller(ZED).await;
        for Try { call, body, tells } in tries {
            let line = filled(world, call, &name, owner).await;
            let (method, at) = line.split_once(' ').expect("a method");
            let body = if body.is_null() { String::new() } else { body.to_string() };
            let body = filled(world, &body, &name, owner).await;
            let told = format!("{} tries `{line}` ({verb:?}, {whose:?})", role.word());
            let (before, record) = (world.whole().await, refused(world).await);
            let patch = [("content-type", "application/merge-patch+json"), ("if-match", "*")];
            let other = [("content-type", "application/json")];
            let headers = if method == "PATCH" { &patch[..] } else { &other[..] };
            let answer = zed.call(method, at, headers, &body).await;
            if allowed {
                done(&told, tells, &answer);
                continue;
            }
            let more = match tells {
                Tells::Less(member) if answer.status == 200 => {
                    assert!(answer.json().pointer(member).is_none(), "{told}: {}", answer.text);
                    0
                }
                Tells::Nothing => {
                    assert_eq!(answer.problem().0, 404, "{told}: {}", answer.text);
                    0
                }
                _ => {
                    let (status, kind) = answer.problem();
                    assert!(matches!(status, 403 | 404) && about_rights(&kind), "{told}: {}", answer.text);
                    1
                }
            };
            assert_eq!(world.whole().await, before, "{told} and changes something");
            assert_eq!(refused(world).await, record + more, "{told}, and the record says otherwise");
        }
        drop(zed);
        drop(served);
        database.remove().await;
    }
}

async fn everything(role: Role) {
    for row in &TABLE {
        for whose in Whose::ALL {
            cell(role, row.verb, whose).await;
        }
    }
}

#[tokio::test]
async fn a_developer_may_by_the_api_what_the_table_says() {
    everything(Role::Developer).await;
}

#[tokio::test]
async fn an_instructor_may_by_the_api_what_the_table_says() {
    everything(Role::Instructor).await;
}

#[tokio::test]
async fn an_auditor_may_by_the_api_what_the_table_says() {
    everything(Role::Auditor).await;
}

#[tokio::test]
async fn an_approver_may_by_the_api_what_the_table_says() {
    everything(Role::Approver).await;
}

#[tokio::test]
async fn an_admin_may_by_the_api_what_the_table_says() {
    everything(Role::Admin).await;
}

/// Every call of the description: `METHOD PATH`.
fn described() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(&description()).expect("JSON");
    let paths = document["paths"].as_object().expect("paths").clone();
    let of = |(path, item): (String, Value)| {
        let methods: Vec<String> = item.as_object().expect("operations").keys().cloned().collect();
        methods.into_iter().map(move |method| format!("{} {path}", method.to_uppercase()))
    };
    paths.into_iter().flat_map(of).collect()
}

/// No command goes without a call, and no call that does something without a command.
#[test]
fn every_command_has_its_calls() {
    let commands: BTreeSet<String> =
        commands::CATALOG.iter().map(|entry| entry.spec.path.join(" ")).collect();
    let rows = verbs::CALLS.iter().map(|(name, _)| *name);
    let rows: Vec<String> =
        rows.chain(verbs::WITHOUT.iter().map(|(name, _)| *name)).map(str::to_owned).collect();
    assert_eq!(rows.len(), commands.len(), "each once: {rows:?}");
    assert_eq!(rows.into_iter().collect::<BTreeSet<_>>(), commands, "see src/api/verbs.rs");

    let there = described();
    let calls = |rows: &[verbs::Row]| -> BTreeSet<String> {
        rows.iter().flat_map(|(_, calls)| calls.iter().map(ToString::to_string)).collect()
    };
    let known = calls(verbs::CALLS);
    let missing: Vec<&String> = known.difference(&there).collect();
    assert!(missing.is_empty(), "these calls of src/api/verbs.rs are not there: {missing:?}");
    let besides: BTreeSet<String> = verbs::BESIDES.iter().map(|(call, _)| (*call).to_owned()).collect();
    let mut strange = there.iter().filter(|call| !call.starts_with("GET ") && !known.contains(*call));
    assert!(strange.all(|call| besides.contains(call)), "add it to src/api/verbs.rs: {there:?}");
}

/// No call of the table goes without a try, and no cell without a call or a reason.
#[test]
fn every_call_is_tried() {
    let fits = |template: &str, call: &str| {
        let call = call.split('?').next().unwrap_or(call);
        let (of, is): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), call.split('/').collect());
        of.len() == is.len() && of.iter().zip(&is).all(|(of, is)| of == is || of.starts_with('{'))
    };
    let cells = || TABLE.iter().flat_map(|row| Whose::ALL.map(|whose| (row.verb, whose)));
    let tried: Vec<&str> = cells()
        .flat_map(|(verb, whose)| tries(verb, whose))
        .flat_map(|(_, tries)| tries)
        .map(|one| one.call)
        .collect();
    for (command, calls) in verbs::CALLS {
        for template in *calls {
            let exempt = NOT_TRIED.iter().any(|(call, _)| call == template);
            let found = tried.iter().any(|call| fits(template, call));
            assert!(found != exempt, "{template} of /{command}: tried {found}, listed as not tried {exempt}");
        }
    }
    for (verb, whose) in cells() {
        let listed = NO_CALL.iter().any(|(of, is, _)| (*of, *is) == (verb, whose));
        assert_eq!(tries(verb, whose).is_empty(), listed, "{verb:?} {whose:?}");
    }
}
