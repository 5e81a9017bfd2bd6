//! What approvers and admins do: offers, emergencies, delegation, looking after people.

use serde_json::json;
use sublet::domain::{
    approval::{Group, Rule, Rules},
    policy::Policy,
    token::Scope,
};

use crate::{
    http::Served,
    support::databases::Database,
    verbs::active,
    world::{World, places},
};

pub async fn an_offer_is_made_and_taken(served: &Served) {
    let (dana, ada) = (served.caller("dana").await, served.caller("ada").await);
    let new = json!({"template": "web", "parameters": {"cpu": 2}, "for": "3d"});
    let at = dana.post("/v1/requests", &new).await.header("location");
    served.world.settles().await;
    let waits = ada.get(&at).await;
    let offers = waits.at("/_links/offer/href");
    assert_eq!(ada.post(&offers, &json!({})).await.problem(), (422, "misread".into()), "nothing is less");
    for more in [json!({"parameters": {"cpu": "4"}}), json!({"for": "4d"})] {
        assert_eq!(ada.post(&offers, &more).await.problem(), (422, "only-less".into()), "{more}");
    }
    let same = json!({"parameters": {"cpu": "2"}, "for": "3d"});
    assert_eq!(ada.post(&offers, &same).await.problem(), (422, "nothing-less".into()));
    let strange = json!({"parameters": {"subject": "req_1"}});
    assert_eq!(
        ada.post(&offers, &strange).await.problem(),
        (422, "invalid".into()),
        "no argument is smuggled in"
    );
    let less = json!({"parameters": {"cpu": 1}, "for": "1d", "version": 1});
    assert_eq!(ada.post(&offers, &less).await.problem(), (409, "stale".into()));
    let less = json!({"parameters": {"cpu": 1}, "for": "1d"});
    assert_eq!(
        dana.post(&format!("{at}/offers"), &less).await.problem().0,
        403,
        "nobody offers to themselves"
    );
    let none = dana.post(&format!("{at}/accept"), &json!({})).await;
    assert_eq!(none.problem(), (409, "no-offer".into()));

    let offered = ada.post(&offers, &less).await;
    assert_eq!((offered.status, offered.header("location")), (201, at.clone()), "{}", offered.text);
    assert_eq!((offered.at("/offer/by"), offered.at("/offer/for")), ("per_ada".into(), "1d".into()));
    assert_eq!(
        (offered.at("/offer/parameters/cpu"), offered.at("/parameters/cpu")),
        ("1".into(), "2".into())
    );
    served.world.settles().await;
    let seen = dana.get(&at).await;
    assert_eq!(ada.post(&format!("{at}/accept"), &json!({})).await.problem(), (403, "not-yours".into()));
    let reads = served.scoped("dana", &[Scope::Read]).await;
    assert_eq!(reads.get(&at).await.verbs(), Vec::<String>::new(), "a link needs its scope");
    let old = dana.post(&seen.at("/_links/accept/href"), &json!({"version": 1})).await;
    assert_eq!(old.problem(), (409, "stale".into()));
    let version: u64 = seen.at("/version").parse().expect("a number");
    let taken = dana.post(&seen.at("/_links/accept/href"), &json!({ "version": version })).await;
    assert_eq!((taken.status, taken.at("/state").as_str()), (200, "approved"), "{}", taken.text);
    assert_eq!((taken.at("/parameters/cpu"), taken.at("/for")), ("1".into(), "1d".into()));
    assert_eq!((taken.at("/decided_by"), taken.json().get("offer")), ("per_ada".into(), None));
    served.world.settles().await;
    assert_eq!(dana.get(&taken.at("/_links/lease/href")).await.at("/state"), "active");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_glass_is_broken_with_a_reason() {
    let database = Database::sqlite();
    let mut world = World::new(&database).await;
    let glass = Group::People(["bob".to_owned()].into());
    let rule = |rule: Rule| Rule { break_glass: Some(glass.clone()), ..rule };
    let usual = Rules::default();
    let (requests, extensions) = (rule(usual.requests.clone()), rule(usual.extensions.clone()));
    world.rules(Policy { rules: Rules { requests, extensions, ..usual }, ..places::policy() }).await;
    let served = Served::before(world).await;
    let (dana, ada, bob) =
        (served.caller("dana").await, served.caller("ada").await, served.caller("bob").await);
    let at = dana.post("/v1/requests", &json!({"template": "web", "for": "2d"})).await.header("location");
    served.world.settles().await;
    assert!(ada.get(&at).await.json()["_links"].get("break-glass").is_none());
    let reason = json!({"reason": "the shop is down"});
    let refused = ada.post(&format!("{at}/break-glass"), &reason).await;
    assert_eq!(refused.problem(), (403, "no-break-glass".into()));
    let waits = bob.get(&at).await;
    let glass = waits.at("/_links/break-glass/href");
    for none in [json!({}), json!({"reason": " "}), json!({"reason": null})] {
        assert_eq!(bob.post(&glass, &none).await.problem().0, 422, "{none}");
    }
    let done = bob.post(&glass, &reason).await;
    assert_eq!((done.status, done.at("/state").as_str()), (200, "approved"), "{}", done.text);
    served.world.settles().await;
    let story = dana.get(&done.at("/_links/audit/href")).await.each("fact");
    assert!(story.contains(&"broke_glass".to_owned()), "{story:?}");
    assert_eq!(story.iter().filter(|fact| *fact == "refused").count(), 1, "the try is on record: {story:?}");
    assert!(format!("{:?}", served.world.outside.chat.messages()).contains("the shop is down"), "it is told");

    let lease = dana.get(&at).await.at("/_links/lease/href");
    let more = json!({"lease": dana.get(&lease).await.at("/id"), "for": "1d", "reason": "more"});
    let extension = dana.post("/v1/extensions", &more).await.header("location");
    let glass = bob.get(&extension).await.at("/_links/break-glass/href");
    let done = bob.post(&glass, &reason).await;
    assert_eq!((done.status, done.at("/state").as_str()), (200, "approved"), "{}", done.text);
}

pub async fn somebody_reviews_in_ones_stead(served: &Served) {
    let (dana, ada, erin) =
        (served.caller("dana").await, served.caller("ada").await, served.caller("erin").await);
    let at = ada.get("/v1/people/me").await.at("/_links/delegation/href");
    assert_eq!(ada.get(&at).await.verbs(), ["begin"]);
    assert_eq!(dana.get(&at).await.verbs(), Vec::<String>::new(), "who reviews nothing has nobody for it");
    let put = async |caller: &crate::http::Caller<'_>, to: &str, until: &str| {
        let body = json!({"to": to, "until": until}).to_string();
        caller.call("PUT", &at, &[("content-type", "application/json")], &body).await
    };
    let until = "2026-12-01T00:00:00Z";
    assert_eq!(put(&dana, "erin", until).await.problem(), (403, "not-approver".into()));
    assert_eq!(put(&ada, "ada", until).await.problem(), (422, "own-stead".into()));
    assert_eq!(
        put(&ada, "off", until).await.problem(),
        (404, "no-such-person".into()),
        "no word of the command"
    );
    assert_eq!(put(&ada, "per_nobody", until).await.problem().0, 404);
    assert_eq!(put(&ada, "erin", "2027-12-01T00:00:00Z").await.problem(), (422, "away-too-long".into()));
    assert_eq!(put(&ada, "erin", "2020-12-01T00:00:00Z").await.problem().0, 422);
    let begun = put(&ada, "per_erin", until).await;
    assert_eq!((begun.status, begun.at("/to").as_str()), (200, "per_erin"), "{}", begun.text);
    assert_eq!(
        (begun.at("/until"), begun.verbs()),
        (until.into(), vec!["begin".to_owned(), "end".to_owned()])
    );

    let request = dana.post("/v1/requests", &json!({"template": "web"})).await.header("location");
    served.world.settles().await;
    let waits = erin.get(&request).await;
    assert_eq!(waits.verbs(), ["approve", "offer", "reject"], "in Ada's stead: {}", waits.text);
    let yes = erin.post(&waits.at("/_links/approve/href"), &json!({"decision": "approve"})).await;
    assert_eq!(yes.status, 201, "{}", yes.text);
    assert_eq!(ada.call("DELETE", &at, &[], "").await.status, 204);
    assert_eq!(ada.get(&at).await.json().get("to"), None);
    assert_eq!(ada.call("DELETE", &at, &[], "").await.status, 204, "again changes nothing");
    let other = dana.post("/v1/requests", &json!({"template": "web"})).await.header("location");
    served.world.settles().await;
    assert_eq!(erin.get(&other).await.status, 404, "not any more");
}

pub async fn people_are_looked_after(served: &Served) {
    let (dana, root) = (served.caller("dana").await, served.caller("root").await);
    active(served, &dana).await;
    let at = "/v1/people/per_dana";
    let all = ["give-role", "join-team", "leave-team", "link-account", "remove", "take-role"];
    assert_eq!(root.get(at).await.verbs(), all);
    let less = served.scoped("root", &[Scope::Read, Scope::Use, Scope::Review]).await;
    assert_eq!(less.get(at).await.verbs(), Vec::<String>::new(), "not without the scope");
    assert_eq!(
        less.call("PUT", &format!("{at}/roles/auditor"), &[], "").await.problem(),
        (403, "out-of-scope".into())
    );
    let put = async |part: &str| root.call("PUT", &format!("{at}/{part}"), &[], "").await;
    let delete = async |part: &str| root.call("DELETE", &format!("{at}/{part}"), &[], "").await;
    let given = put("roles/auditor").await;
    assert_eq!((given.status, given.at("/roles")), (200, json!(["developer", "auditor"]).to_string()));
    assert_eq!(put("roles/auditor").await.problem(), (409, "already-is".into()));
    assert_eq!(put("roles/king").await.problem().0, 422);
    assert_eq!(delete("roles/auditor").await.at("/roles"), json!(["developer"]).to_string());
    assert_eq!(delete("roles/auditor").await.problem(), (409, "not-given-here".into()));
    assert_eq!(put("teams/shop").await.at("/teams/0"), "shop");
    assert_eq!(delete("teams/shop").await.at("/teams"), "[]");
    let nobody = root.call("PUT", "/v1/people/per_nobody/teams/shop", &[], "").await;
    assert_eq!(nobody.problem(), (404, "no-such".into()));

    let accounts = root.get(at).await.at("/_links/accounts/href");
    assert_eq!(
        root.post(&accounts, &json!({"account": "irc/1/2"})).await.problem(),
        (422, "bad-account".into())
    );
    let linked = root.post(&accounts, &json!({"account": "slack/T1/U7"})).await;
    assert_eq!((linked.status, linked.at("/accounts/0/account").as_str()), (200, "slack/T1/U7"));
    assert_eq!(dana.get("/v1/people/me/accounts").await.at("/accounts/0/account"), "slack/T1/U7");
    let bob = served.caller("bob").await;
    assert_eq!(bob.get(&accounts).await.problem(), (403, "needs-role".into()));

    let reason = json!({"reason": "left the company"});
    assert_eq!(
        root.post("/v1/people/me/remove", &reason).await.problem().0,
        422,
        "nobody removes themselves"
    );
    assert_eq!(root.post(&format!("{at}/erase"), &json!({})).await.problem(), (409, "still-active".into()));
    let removed = root.post(&root.get(at).await.at("/_links/remove/href"), &reason).await;
    assert_eq!((removed.status, removed.at("/active").as_str()), (200, "false"), "{}", removed.text);
    assert_eq!(dana.get("/v1").await.problem(), (401, "not-authenticated".into()), "the token ended");
    let back = root.post(&removed.at("/_links/restore/href"), &json!({})).await;
    assert_eq!((back.status, back.at("/active").as_str()), (200, "true"));
    root.post(&format!("{at}/remove"), &reason).await;
    let erased = root.post(&root.get(at).await.at("/_links/erase/href"), &json!({})).await;
    assert_eq!(erased.status, 200, "{}", erased.text);
    assert!(!erased.text.contains("Dana") && erased.verbs().is_empty(), "{}", erased.text);
    assert_eq!(root.post(&format!("{at}/restore"), &json!({})).await.problem(), (409, "erased".into()));
}

pub async fn a_link_code_is_shown_once(served: &Served) {
    let dana = served.caller("dana").await;
    let at = dana.get("/v1/people/me").await.at("/_links/link-code/href");
    let made = dana.post_once("one", &at, &json!({})).await;
    assert_eq!((made.status, made.header("cache-control").as_str()), (200, "no-store"), "{}", made.text);
    assert_eq!(made.header("etag"), "", "nothing is made of the code");
    let again = dana.post_once("one", &at, &json!({})).await;
    assert_eq!(again.problem(), (409, "shown-once".into()));
    assert_ne!(dana.post_once("two", &at, &json!({})).await.at("/code"), made.at("/code"));
    let mut tx = served.world.store().read().await.expect("a transaction");
    let kept = tx.reply(&places::id("dana"), "one").await.expect("replies");
    assert!(kept.is_some_and(|kept| !format!("{kept:?}").contains(&made.at("/code"))), "it is kept nowhere");
    drop(tx);
    let uses = served.scoped("dana", &[Scope::Read, Scope::Use, Scope::Review]).await;
    assert_eq!(uses.post(&at, &json!({})).await.problem(), (403, "out-of-scope".into()));
    assert!(made.at("/line").ends_with(&made.at("/code")));
}

pub async fn an_approver_reads_the_story_of_what_they_see(served: &Served) {
    let (dana, bob, erin) =
        (served.caller("dana").await, served.caller("bob").await, served.caller("erin").await);
    let (at, _) = active(served, &dana).await;
    let audit = dana.get(&at).await.at("/_links/audit/href");
    let own = dana.get(&audit).await.each("fact");
    assert_eq!(bob.get(&audit).await.each("fact"), own);
    let one = bob.get(&audit).await.items()[0]["_links"]["self"]["href"].as_str().expect("a link").to_owned();
    assert_eq!(bob.get(&one).await.status, 200);
    assert_eq!((erin.get(&audit).await.items().len(), erin.get(&one).await.status), (0, 404));
    let about = bob.get("/v1/audit?about=@dana").await.items();
    assert_eq!(about.len(), 0, "what is about people is for auditors");
    // What was tried is in the story: once by looking, once by acting.
    erin.get(&at).await;
    erin.post(&format!("{at}/withdrawal"), &json!({})).await;
    let told = bob.get(&audit).await;
    assert_eq!(told.each("fact").iter().filter(|fact| *fact == "refused").count(), 2, "{}", told.text);
}
