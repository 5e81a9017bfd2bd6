//! Quotas, temporary ones and wishes: ids of others, members that nobody may set, rights and scopes that do not reach.

use std::time::Duration;

use serde_json::{Value, json};
use sublet::api::limits::Settings;

use crate::{
    client::{Answer, call},
    place::{Place, wide},
    world::places,
};

const DANAS: &str = "/v1/quotas/person:per_dana";
const ALL: &str = "scopes=read,use,review,admin";

/// A place that does not hurry: here it is not looked at how long anything takes.
async fn patient() -> Place {
    Place::with(Settings { patience: Duration::from_secs(60), ..wide() }, None).await
}

/// A change of a quota, whatever state it is in.
async fn patch(place: &Place, path: &str, token: &str, body: &Value) -> Answer {
    let body = body.to_string();
    let (bearer, length) = (format!("Bearer {token}"), body.len().to_string());
    let headers = [
        ("authorization", bearer.as_str()),
        ("if-match", "*"),
        ("content-type", "application/merge-patch+json"),
        ("content-length", length.as_str()),
    ];
    place.raw(&(call("PATCH", path, &headers, "") + &body)).await
}

async fn post(place: &Place, path: &str, token: &str, body: &Value) -> Answer {
    place.ask("POST", path, token, &body.to_string()).await
}

/// Dana may hold four processors, has one more for a while, and wants another one: the addresses of both.
async fn staged(place: &Place) -> (String, String) {
    place.world.says("root", "/quota set @dana cpu=4").await;
    let (root, dana) =
        (place.token("root", &format!("stage {ALL}")).await, place.token("dana", "stage").await);
    let more = json!({"who": "@dana", "amounts": {"cpu": 1}, "until": "2026-12-24T00:00:00Z"});
    let given = post(place, "/v1/grants", &root, &more).await;
    let more = json!({"amounts": {"cpu": 1}, "until": "2026-12-24T00:00:00Z", "reason": "more"});
    let asked = post(place, "/v1/wishes", &dana, &more).await;
    let at = |made: &Answer| made.header("location").unwrap_or_else(|| panic!("{made:?}")).to_owned();
    (at(&given), at(&asked))
}

/// Dana's quota in all that could be changed.
async fn standing(place: &Place) -> String {
    let mut tx = place.world.store().read().await.expect("a transaction");
    let dana = sublet::domain::quota::Scope::Person(places::id("dana"));
    let limits = tx.limits_of(&dana).await.expect("limits");
    let grants = tx.grants_of(&dana, place.world.now()).await.expect("grants");
    let everybody = tx.limits_of(&sublet::domain::quota::Scope::Everybody).await.expect("limits");
    let wishes = tx.open_wishes(None).await.expect("wishes");
    format!("{limits:?} {everybody:?} {grants:?} {wishes:?}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_anothers_is_as_if_it_were_not_there() {
    let place = patient().await;
    let (grant, wish) = staged(&place).await;
    let erin = place.token("erin", &format!("all {ALL}")).await;
    let before = standing(&place).await;
    for (theirs, nobodys) in [
        (DANAS, "/v1/quotas/person:per_nobody"),
        (DANAS, "/v1/quotas/dragon"),
        (DANAS, "/v1/quotas/team:none"),
        (DANAS, "/v1/quotas/template:none"),
        ("/v1/quotas/dana", "/v1/quotas/person:"),
        ("/v1/quotas/@dana", "/v1/quotas/person%2Fper_dana"),
        (grant.as_str(), "/v1/grants/gra_0"),
        (wish.as_str(), "/v1/wishes/quo_0"),
        (&format!("{wish}/reviews"), "/v1/wishes/quo_0/reviews"),
    ] {
        let (theirs, nobodys) =
            (place.ask("GET", theirs, &erin, "").await, place.ask("GET", nobodys, &erin, "").await);
        let (theirs, nobodys) = (theirs.problem(404).json(), nobodys.problem(404).json());
        assert_eq!((&theirs["type"], &theirs["title"]), (&nobodys["type"], &nobodys["title"]));
    }
    patch(&place, DANAS, &erin, &json!({"limits": {"cpu": 99}})).await.problem(404);
    post(&place, &format!("{grant}/revoke"), &erin, &json!({})).await.problem(404);
    post(&place, &format!("{wish}/reviews"), &erin, &json!({"decision": "approve"})).await.problem(404);
    for path in [
        "/v1/grants",
        "/v1/wishes",
        "/v1/grants?who=dana",
        "/v1/wishes?requester=dana",
        "/v1/quotas?scope=person",
    ] {
        let page = place.ask("GET", path, &erin, "").await;
        assert!(!page.items().iter().any(|item| item.to_string().contains("per_dana")), "{path}: {page:?}");
    }
    assert_eq!(standing(&place).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_but_limits_can_be_changed() {
    let place = patient().await;
    staged(&place).await;
    let root = place.token("root", &format!("all {ALL}")).await;
    let before = standing(&place).await;
    let limits = json!({"cpu": 99});
    for member in
        ["version", "held", "id", "scope", "of", "extra", "uses", "others", "who", "_links", "person"]
    {
        patch(&place, DANAS, &root, &json!({ member: "x", "limits": limits })).await.problem(422);
        patch(&place, DANAS, &root, &json!({"limits": {"cpu": 99, member: "x"}})).await.problem(422);
    }
    for wrong in [
        json!({"limits": null}),
        json!({"limits": [4]}),
        json!({"limits": "cpu=4"}),
        json!({"limits": {"lease_time": 4}}),
        json!({"limits": {"cpu": {"amount": 4}}}),
        json!([]),
        json!({"cpu": 4}),
    ] {
        patch(&place, DANAS, &root, &wrong).await.problem(422);
    }
    for amounts in [json!([1]), json!("cpu=4"), json!(null), json!({"dragons": 1}), json!({"lease_time": 1})]
    {
        let more = json!({"who": "@dana", "amounts": amounts, "until": "2026-12-24T00:00:00Z"});
        post(&place, "/v1/grants", &root, &more).await.problem(422);
        let more = json!({"amounts": amounts, "until": "2026-12-24T00:00:00Z", "reason": "x"});
        post(&place, "/v1/wishes", &root, &more).await.problem(422);
    }
    for member in ["by", "id", "state", "wish", "version", "created_at", "scope"] {
        let more = json!({"who": "@dana", "amounts": {"cpu": 1}, "until": "2026-12-24T00:00:00Z", member: "per_ada"});
        post(&place, "/v1/grants", &root, &more).await.problem(422);
    }
    for member in ["requester", "who", "id", "state", "grant", "ballot", "version"] {
        let more =
            json!({"amounts": {"cpu": 1}, "until": "2026-12-24T00:00:00Z", "reason": "x", member: "per_ada"});
        post(&place, "/v1/wishes", &root, &more).await.problem(422);
    }
    assert_eq!(standing(&place).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sets_gives_or_decides_what_the_table_does_not_allow() {
    let place = patient().await;
    let (grant, wish) = staged(&place).await;
    place.world.says("root", "/quota set @ada cpu=4").await;
    let (dana, ada) =
        (place.token("dana", &format!("all {ALL}")).await, place.token("ada", &format!("all {ALL}")).await);
    let before = standing(&place).await;
    for (token, path) in [
        (&dana, DANAS),
        (&dana, "/v1/quotas/everybody"),
        (&dana, "/v1/quotas/template:web"),
        (&ada, DANAS),
        (&ada, "/v1/quotas/me"),
    ] {
        patch(&place, path, token, &json!({"limits": {"cpu": 99}})).await.problem(403);
        patch(&place, path, token, &json!({"limits": {"cpu": null}})).await.problem(403);
        patch(&place, path, token, &json!({})).await.problem(403);
    }
    let more = |who: &str| json!({"who": who, "amounts": {"cpu": 1}, "until": "2026-12-24T00:00:00Z"});
    for who in ["me", "@dana", "person:per_dana", "everybody", "template:web", "@ada"] {
        post(&place, "/v1/grants", &dana, &more(who)).await.problem(403);
    }
    for who in ["me", "@ada", "person:per_ada"] {
        let own = post(&place, "/v1/grants", &ada, &more(who)).await;
        assert_eq!(
            own.problem(403).json()["type"],
            "/problems/needs-role",
            "an approver gives nothing to herself"
        );
    }
    post(&place, &format!("{grant}/revoke"), &dana, &json!({})).await.problem(403);
    post(&place, &format!("{wish}/reviews"), &dana, &json!({"decision": "approve"})).await.problem(403);
    assert_eq!(standing(&place).await, before);
    let root = place.token("root", &format!("all {ALL}")).await;
    let record = place.ask("GET", "/v1/audit?limit=100", &root, "").await;
    let tries = record.items().iter().filter(|entry| entry["fact"] == "refused").count();
    assert!(tries >= 16, "tries are on record: {tries}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_reaches_no_further_than_its_scopes() {
    let place = patient().await;
    let (grant, wish) = staged(&place).await;
    let before = standing(&place).await;
    let without = async |scopes: &str| {
        place.token("root", &format!("{} scopes={scopes}", scopes.replace(',', "-"))).await
    };
    let (no_admin, no_review) = (without("read,use,review").await, without("read,use,admin").await);
    let (no_use, no_read) = (without("read,review,admin").await, without("use,review,admin").await);
    let out = |answer: Answer, scope: &str| {
        let told = answer.problem(403).header("www-authenticate").expect("a challenge").to_owned();
        assert!(told.contains(&format!("scope=\"{scope}\"")), "{told}");
    };
    out(patch(&place, DANAS, &no_admin, &json!({"limits": {"cpu": 9}})).await, "admin");
    out(patch(&place, DANAS, &no_admin, &json!({})).await, "admin");
    let more = json!({"who": "@dana", "amounts": {"cpu": 1}, "until": "2026-12-24T00:00:00Z", "reason": "x"});
    out(post(&place, "/v1/grants", &no_review, &more).await, "review");
    out(post(&place, &format!("{grant}/revoke"), &no_review, &json!({})).await, "review");
    out(
        post(&place, &format!("{wish}/reviews"), &no_review, &json!({"decision": "approve"})).await,
        "review",
    );
    let wanted = json!({"amounts": {"cpu": 1}, "until": "2026-12-24T00:00:00Z", "reason": "x"});
    out(post(&place, "/v1/wishes", &no_use, &wanted).await, "use");
    for path in ["/v1/quotas", DANAS, "/v1/grants", &grant, "/v1/wishes", &wish, "/v1/tokens"] {
        out(place.ask("GET", path, &no_read, "").await, "read");
    }
    // Nothing is offered that would be refused.
    let links =
        async |path: &str, token: &str| place.ask("GET", path, token, "").await.json()["_links"].clone();
    assert!(links(DANAS, &no_admin).await.get("set").is_none());
    assert!(links(DANAS, &no_review).await.get("grant").is_none());
    assert!(links(&grant, &no_review).await.get("revoke").is_none());
    assert!(links(&wish, &no_review).await.get("approve").is_none());
    assert!(links(&wish, &no_use).await.get("approve").is_some());
    assert_eq!(standing(&place).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_it_is_must_be_there() {
    let place = patient().await;
    staged(&place).await;
    let root = place.token("root", &format!("all {ALL}")).await;
    let before = standing(&place).await;
    for who in [
        "",
        " ",
        "@",
        ":",
        "nobody",
        "team:none",
        "team:",
        "template:none",
        "template:",
        "person:",
        "person:per_none",
        "person:dana",
        "person/per_dana",
        "dragon:x",
        "../everybody",
        "everybody;",
        "\u{0}",
        "a\nb",
        "' OR 1=1 --",
    ] {
        let more = json!({"who": who, "amounts": {"cpu": 1}, "until": "2026-12-24T00:00:00Z"});
        post(&place, "/v1/grants", &root, &more).await.problem(422);
    }
    let long = json!({"who": "x".repeat(5000), "amounts": {"cpu": 1}, "until": "2026-12-24T00:00:00Z"});
    post(&place, "/v1/grants", &root, &long).await.problem(422);
    for path in ["dragon:x", "%00", "..%2f..%2feverybody", "team:%00", "person:per_dana%2f", "%ff", "%20"] {
        let path = format!("/v1/quotas/{path}");
        patch(&place, &path, &root, &json!({"limits": {"cpu": 9}})).await.problem(404);
        place.ask("GET", &path, &root, "").await.problem(404);
    }
    assert_eq!(standing(&place).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amounts_are_amounts() {
    let place = patient().await;
    staged(&place).await;
    let root = place.token("root", &format!("all {ALL}")).await;
    let before = standing(&place).await;
    for amount in [
        json!(-1),
        json!(-0.5),
        json!(1e300),
        json!(0.000_01),
        json!(u64::MAX),
        json!(true),
        json!([]),
        json!({}),
        json!(""),
        json!(" "),
        json!("-4"),
        json!("NaN"),
        json!("inf"),
        json!("4 dragons"),
        json!("\u{0}"),
        json!("99999999999999999999"),
        json!("0x10"),
        json!("٣"),
        json!("4; cpu=5"),
    ] {
        for name in ["environments", "cpu", "memory", "storage", "hours"] {
            patch(&place, DANAS, &root, &json!({"limits": { name: amount }})).await.problem(422);
            let more = json!({"who": "@dana", "amounts": { name: amount }, "until": "2026-12-24T00:00:00Z"});
            post(&place, "/v1/grants", &root, &more).await.problem(422);
        }
    }
    for until in [
        json!("yesterday"),
        json!(""),
        json!(1),
        json!(null),
        json!("2026-13-45T00:00:00Z"),
        json!("2026-11-01T00:00:00Z"),
    ] {
        let more = json!({"who": "@dana", "amounts": {"cpu": 1}, "until": until});
        post(&place, "/v1/grants", &root, &more).await.problem(422);
    }
    let far = json!({"who": "@dana", "amounts": {"cpu": 1}, "until": "+200000-01-01T00:00:00Z"});
    post(&place, "/v1/grants", &root, &far).await.problem(422);
    assert_eq!(standing(&place).await, before);
}

/// As much as can be counted, and as much again: it is still told, and requests are still counted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_can_be_counted_is_as_much_as_can() {
    let place = patient().await;
    staged(&place).await;
    let root = place.token("root", &format!("all {ALL}")).await;
    let most = i64::MAX.to_string();
    let limits = json!({"limits": {"environments": most, "hours": most, "cpu": "4294967"}});
    assert_eq!(patch(&place, DANAS, &root, &limits).await.status, 200);
    let more = json!({"who": "@dana", "amounts": {"environments": most, "hours": most}, "until": "2026-12-24T00:00:00Z"});
    for _ in 0..3 {
        assert_eq!(post(&place, "/v1/grants", &root, &more).await.status, 201);
    }
    let seen = place.ask("GET", DANAS, &root, "").await.json();
    assert_eq!(seen["limits"]["environments"], i64::MAX, "{seen}");
    assert_eq!(
        seen["extra"]["environments"],
        u64::MAX - i64::MAX as u64,
        "no more than can be counted: {seen}"
    );
    let dana = place.token("dana", &format!("all {ALL}")).await;
    assert_eq!(post(&place, "/v1/requests", &dana, &json!({"template": "web"})).await.status, 201);
    assert_eq!(place.ask("GET", "/v1/quotas", &dana, "").await.status, 200);
}
