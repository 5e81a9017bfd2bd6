//! Every cell of the table of rights, through chat here and through the API in `access/api.rs`: what it allows is done,
//! or refused for another reason than rights; what it forbids is refused, changes nothing, and is on record.

#![expect(clippy::expect_used, reason = "a test that cannot go on should stop where it stands")]

#[path = "access/api.rs"]
mod api;
#[path = "api/http.rs"]
mod http;
mod support;
#[path = "stories/world/mod.rs"]
mod world;

use std::collections::BTreeSet;

use sublet::{
    actions::{Inbound, Input, Outcome, matrix, performed},
    api::verbs,
    domain::{
        access::{TABLE, Verb, Whose},
        audit::{Cursor, Filter},
        person::{Person, Role},
        refusal::Refusal,
    },
    ports::{Failure, chat::Platform},
};
use support::databases::Database;
use world::{World, places};

/// Whoever tries: somebody with one role alone.
const ZED: &str = "zed";

/// What must be there before the try.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Nothing,
    Pending,
    Active,
    /// An environment for which more time is asked.
    Extending,
    Stuck,
    Gone,
}

/// The lines by which a verb is tried on something of `whose`; `NAME` is what the stage holds, `WHO` its owner. None
/// where the language has no way to say it.
fn lines(verb: Verb, whose: Whose) -> (Stage, Vec<&'static str>) {
    use Stage::{Active, Gone, Nothing, Pending, Stuck};
    match (verb, whose) {
        (Verb::LookUp, _) => (Nothing, vec!["/template list", "/template show web", "/help"]),
        (Verb::Ask, Whose::Own) => (Nothing, vec!["/env request web"]),
        (Verb::See, _) => {
            (Pending, vec!["/env show NAME", "/env why NAME", "/env list @WHO", "/quota show @WHO"])
        }
        (Verb::LogIn, _) => (Active, vec!["/env ssh NAME"]),
        (Verb::Extend, _) => (Active, vec!["/env extend NAME 1d not done yet"]),
        (Verb::Release, _) => (Active, vec!["/env release NAME"]),
        (Verb::Withdraw, _) => (Pending, vec!["/env withdraw NAME"]),
        (Verb::Retry, _) => (Stuck, vec!["/env retry NAME"]),
        (Verb::Decide, _) => (
            Pending,
            vec![
                "/env offer NAME for=1h",
                "/env break-glass NAME it burns",
                "/env delegate @bob until=2026-12-01",
                "/env reject NAME no room",
                "/env approve NAME",
            ],
        ),
        (Verb::Accept, _) => (Pending, vec!["/env accept NAME"]),
        (Verb::AskQuota, Whose::Own) => (Nothing, vec!["/quota request cpu=1 until=2026-12-01 more"]),
        (Verb::GiveQuota, Whose::Own) => (Nothing, vec!["/quota grant @WHO cpu=1 until=2026-12-01 more"]),
        (Verb::GiveQuota, Whose::Other) => {
            (Nothing, vec!["/quota grant @WHO cpu=1 until=2026-12-01 more", "/quota revoke gra_1"])
        }
        (Verb::SetQuota, _) => (Nothing, vec!["/quota set @WHO cpu=2"]),
        (Verb::Tokens, Whose::Own) => {
            (Nothing, vec!["/token create laptop", "/token list", "/token revoke laptop"])
        }
        (Verb::Keys, Whose::Own) => (Nothing, vec!["/key list", "/key remove laptop", KEY]),
        (Verb::Link, Whose::Own) => (Nothing, vec!["/env link"]),
        (Verb::People, _) => (Nothing, vec!["/admin people @WHO"]),
        (Verb::Audit, _) => (Nothing, vec!["/audit who=@WHO"]),
        (Verb::Administer, Whose::Own) => (Nothing, vec!["/admin team @WHO join shop"]),
        (Verb::Administer, Whose::Other) => (
            Gone,
            vec![
                "/admin restore @bob",
                "/admin role @WHO give instructor",
                "/admin team @WHO join shop",
                "/admin link @WHO slack/T1/U7",
                "/admin remove @WHO to see whether it is possible",
                "/admin erase @WHO",
            ],
        ),
        (Verb::Ask | Verb::AskQuota | Verb::Keys | Verb::Link | Verb::Tokens, Whose::Other) => {
            (Nothing, Vec::new())
        }
    }
}

const KEY: &str =
    "/key add ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOC+wyWidx7gLiLU2iXuurPzl4/QxBQqweK5dTFxTwsh zed@laptop";

/// Somebody of one role is about to try something; the name of what the stage holds.
async fn staged(world: &World, role: Role, stage: Stage, owner: &str) -> String {
    let zed = Person {
        id: places::id(ZED),
        handle: ZED.to_owned(),
        email: "zed@example.org".to_owned(),
        roles: [role].into(),
        ..world.person("dana").await
    };
    world.knows(&zed).await;
    world.says(ZED, &format!("/key add {}", places::DANAS_KEY)).await;
    if stage == Stage::Gone {
        world.says("root", "/admin remove @bob to be restored").await;
    }
    if matches!(stage, Stage::Nothing | Stage::Gone) {
        return String::new();
    }
    if stage == Stage::Stuck {
        world.outside.cluster.apply_fails([Failure::never("no")]);
    }
    world.says(owner, "/env request web").await;
    world.settles().await;
    let mut tx = world.store().read().await.expect("a transaction");
    let name = tx.requests_of(&places::id(owner), 1).await.expect("requests").remove(0).name;
    drop(tx);
    if stage != Stage::Pending {
        world.says("ada", &format!("/env approve {name}")).await;
        world.settles().await;
    }
    if stage == Stage::Extending {
        world.says(owner, &format!("/env extend {name} 1d one more test")).await;
        world.settles().await;
    }
    name.as_str().to_owned()
}

async fn refused(world: &World) -> usize {
    let mut tx = world.store().read().await.expect("a transaction");
    let filter = Filter { who: Some(places::id(ZED)), what: Some("refused".to_owned()), ..Filter::default() };
    tx.audit_page(&filter, Cursor::After(0), 100).await.expect("entries").len()
}

async fn tries(world: &World, line: &str) -> Outcome {
    let inbound = Inbound {
        id: format!("try/{line}"),
        caller: places::id(ZED).into(),
        platform: Platform::Console,
        input: Input::Line(line.to_owned()),
    };
    performed(&world.engine.world, inbound).await.outcome
}

/// Whether a refusal is about rights; what is not to be seen is answered as if it were not there.
fn about_rights(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::NotApprover
            | Refusal::NotReviewer { .. }
            | Refusal::NoBreakGlass { .. }
            | Refusal::NotYours { .. }
            | Refusal::NeedsRole { .. }
            | Refusal::NoSuch { .. }
    )
}

async fn cell(database: &Database, role: Role, verb: Verb, whose: Whose) {
    let owner = if whose == Whose::Own { ZED } else { "dana" };
    let allowed = verb.roles(whose).contains(&role);
    let (stage, lines) = lines(verb, whose);
    if lines.is_empty() {
        assert!(!allowed, "{verb:?} {whose:?} is allowed, and nothing can be said for it");
        return;
    }
    let world = World::new(database).await;
    let name = staged(&world, role, stage, owner).await;
    for line in lines {
        let line = line.replace("NAME", &name).replace("WHO", owner);
        let told = format!("{} tries `{line}` ({verb:?}, {whose:?})", role.word());
        let (before, record) = (world.whole().await, refused(&world).await);
        let outcome = tries(&world, &line).await;
        if allowed {
            match outcome {
                Outcome::Done { .. } => {}
                // The rule of the stories names nobody for emergencies, whatever the table allows.
                Outcome::Refused(Refusal::NoBreakGlass { .. }) => {}
                Outcome::Refused(refusal) => assert!(!about_rights(&refusal), "{told}: {refusal:?}"),
                other => panic!("{told}: {other:?}"),
            }
            continue;
        }
        let Outcome::Refused(refusal) = outcome else { panic!("{told}: {outcome:?}") };
        assert!(about_rights(&refusal), "{told}: {refusal:?}");
        assert_eq!(world.whole().await, before, "{told} and changes something");
        assert_eq!(refused(&world).await, record + 1, "{told} and it is not on record");
    }
}

async fn everything(role: Role) {
    for row in &TABLE {
        for whose in Whose::ALL {
            let database = Database::sqlite();
            cell(&database, role, row.verb, whose).await;
            database.remove().await;
        }
    }
}

#[tokio::test]
async fn a_developer_may_what_the_table_says() {
    everything(Role::Developer).await;
}

#[tokio::test]
async fn an_instructor_may_what_the_table_says() {
    everything(Role::Instructor).await;
}

#[tokio::test]
async fn an_auditor_may_what_the_table_says() {
    everything(Role::Auditor).await;
}

#[tokio::test]
async fn an_approver_may_what_the_table_says() {
    everything(Role::Approver).await;
}

#[tokio::test]
async fn an_admin_may_what_the_table_says() {
    everything(Role::Admin).await;
}

/// No command goes without a try.
#[test]
fn every_command_is_tried() {
    let context = commands::Context { now: world::utc("2026-11-23 09:00"), zone: chrono_tz::UTC };
    let tried: BTreeSet<&[&str]> = TABLE
        .iter()
        .flat_map(|row| Whose::ALL.map(|whose| lines(row.verb, whose).1))
        .flatten()
        .map(|line| line.replace("NAME", "web-1").replace("WHO", "dana"))
        .map(|line| commands::line::parse(&line, &context).expect("a line").spec().path)
        .collect();
    let all: BTreeSet<&[&str]> = commands::CATALOG.iter().map(|entry| entry.spec.path).collect();
    assert_eq!(tried, all, "add a line for the new command to `lines` above");
}

/// `sublet generate access` wrote the document.
#[test]
fn the_document_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/access.md");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == matrix::document(&verbs::calls_of),
        "docs/access.md is stale: sublet generate access > docs/access.md"
    );
}
