//! Quotas, temporary ones, and wishes for them: the same as `/quota` in chat, to the same people.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    http::{Answer, Caller, Served},
    pages::all,
    verbs::active,
};

const DANAS: &str = "/v1/quotas/person:per_dana";

/// Sets limits of Dana's, whatever they are.
async fn limited(root: &Caller<'_>, limits: &Value) -> Answer {
    let set = root.patch(DANAS, "*", &json!({ "limits": limits })).await;
    assert_eq!(set.status, 200, "{}", set.text);
    set
}

pub async fn a_limit_is_set_by_whoever_saw_it(served: &Served) {
    let (dana, root) = (served.caller("dana").await, served.caller("root").await);
    let mine = dana.get("/v1/quotas/me").await;
    assert_eq!((mine.at("/id"), mine.at("/_links/self/href")), ("person:per_dana".into(), DANAS.into()));
    assert_eq!(
        (mine.at("/scope"), mine.at("/of"), mine.at("/limits")),
        ("person".into(), "per_dana".into(), "{}".into())
    );
    assert_eq!(mine.verbs(), Vec::<String>::new(), "where there is no limit nobody asks for more");

    let seen = root.get(DANAS).await;
    assert_eq!(seen.verbs(), ["set"]);
    let patch = json!({"limits": {"cpu": 4, "memory": "16Gi", "hours": 150}});
    let blind = [("content-type", "application/merge-patch+json")];
    let refused = root.call("PATCH", DANAS, &blind, &patch.to_string()).await;
    assert_eq!(refused.problem(), (428, "precondition-required".into()));
    let set = root.patch(DANAS, &seen.header("etag"), &patch).await;
    assert_eq!(set.status, 200, "{}", set.text);
    assert_eq!(set.json()["limits"], json!({"cpu": 4, "memory": 17_179_869_184_u64, "hours": 150}));
    assert_eq!(set.header("etag"), root.get(DANAS).await.header("etag"));
    for tag in [seen.header("etag").as_str(), "nonsense", "\".0\"", "\"none.0\"", "\" .0\""] {
        assert_eq!(root.patch(DANAS, tag, &patch).await.problem(), (412, "outdated".into()), "{tag}");
        let nothing = root.patch(DANAS, tag, &json!({})).await;
        assert_eq!(nothing.problem(), (412, "outdated".into()), "{tag}");
    }

    active(served, &dana).await;
    let holds = dana.get(DANAS).await;
    assert_eq!(holds.verbs(), ["ask"]);
    let held = json!({"environments": 1, "cpu": 1, "memory": 2_147_483_648_u64, "hours": 48});
    assert_eq!((&holds.json()["held"], &holds.json()["others"]), (&held, &json!({})));
    assert_eq!((holds.at("/uses/0/by"), &holds.json()["uses"][0]["amounts"]), ("per_dana".into(), &held));
    // What is held moves no limit, so whoever saw the limits may change them.
    let less = json!({"limits": {"memory": null, "cpu": "2500m"}});
    let changed = root.patch(DANAS, &set.header("etag"), &less).await;
    assert_eq!(changed.json()["limits"], json!({"cpu": 2.5, "hours": 150}), "{}", changed.text);
    let same = limited(&root, &changed.json()["limits"]).await;
    assert_eq!(same.json()["limits"], changed.json()["limits"], "what is read can be written");
    assert_eq!(root.patch(DANAS, "*", &json!({"limits": {}})).await.status, 200, "nothing is changed");
    let known =
        dana.call("GET", DANAS, &[("if-none-match", &dana.get(DANAS).await.header("etag"))], "").await;
    assert_eq!(known.status, 304);
    let facts = root.get("/v1/audit?about=@dana").await.each("fact");
    assert_eq!(facts.iter().filter(|fact| *fact == "quota_set").count(), 7, "{facts:?}");
    assert!(served.world.says("dana", "/quota show").await.contains("cpu: 1 of 2.5"));
}

pub async fn what_limits_oneself_is_seen(served: &Served) {
    let (dana, erin, bob) =
        (served.caller("dana").await, served.caller("erin").await, served.caller("bob").await);
    let root = served.caller("root").await;
    active(served, &dana).await;
    limited(&root, &json!({"cpu": 4})).await;
    let mine = erin.get("/v1/quotas").await.each("id");
    assert!(mine.contains(&"everybody".into()) && mine.contains(&"template:web".into()), "{mine:?}");
    assert_eq!(erin.get("/v1/quotas?scope=person").await.each("id"), ["person:per_erin"]);
    assert_eq!(bob.get("/v1/quotas?scope=person").await.each("id"), ["person:per_bob", "person:per_dana"]);
    assert_eq!(all(&bob, "/v1/quotas?limit=1", "id").await, all(&bob, "/v1/quotas?sort=id", "id").await);
    assert_eq!(bob.get("/v1/quotas?scope=dragons").await.problem(), (400, "bad-parameter".into()));
    assert_eq!(erin.get("/v1/quotas/me?fields=held").await.json()["held"], json!({}));

    // How much is held is seen; which environments, only of one's own.
    for at in ["/v1/quotas/everybody", "/v1/quotas/template:web"] {
        let (own, decides, other) = (dana.get(at).await, bob.get(at).await, erin.get(at).await);
        assert_eq!((own.at("/held"), own.at("/uses")), (decides.at("/held"), decides.at("/uses")));
        assert_eq!((own.at("/held/cpu"), own.at("/uses/0/by")), ("1".into(), "per_dana".into()));
        assert_eq!((other.at("/held"), other.at("/uses")), (own.at("/held"), "[]".into()));
        assert_eq!(other.at("/others"), own.at("/held"));
    }
    let mut person = served.world.person("dana").await;
    person.teams.insert("web shop".to_owned());
    served.world.knows(&person).await;
    let team = dana.get("/v1/quotas?scope=team").await;
    assert_eq!(team.each("id"), ["team:web shop"]);
    let at = team.at("/_embedded/items/0/_links/self/href");
    assert_eq!((at.as_str(), dana.get(&at).await.status), ("/v1/quotas/team:web%20shop", 200));
    assert_eq!(erin.get(&at).await.problem(), (404, "no-such-quota".into()));
    assert_eq!(erin.get(DANAS).await.problem(), (404, "no-such-quota".into()));
}

pub async fn more_is_given_for_a_while_and_taken_back(served: &Served) {
    let (dana, ada, root) =
        (served.caller("dana").await, served.caller("ada").await, served.caller("root").await);
    let new = json!({"who": "@dana", "amounts": {"cpu": 8}, "until": "2026-11-24T17:00:00Z", "reason": "the load test"});
    assert_eq!(ada.post("/v1/grants", &new).await.problem(), (422, "no-limit".into()));
    limited(&root, &json!({"cpu": 4})).await;
    let offers = ada.get(DANAS).await;
    assert_eq!(offers.verbs(), ["grant"]);
    let given = ada.post(&offers.at("/_links/grant/href"), &new).await;
    assert_eq!(given.status, 201, "{}", given.text);
    let (at, amounts) = (given.header("location"), given.json()["amounts"].clone());
    assert_eq!(
        (given.at("/state"), given.at("/who"), amounts),
        ("active".into(), "person:per_dana".into(), json!({"cpu": 8}))
    );
    assert_eq!((given.at("/by"), given.at("/reason")), ("per_ada".into(), "the load test".into()));
    let mine = dana.get("/v1/quotas/me").await.json();
    assert_eq!((&mine["limits"], &mine["extra"]), (&json!({"cpu": 4}), &json!({"cpu": 8})));
    assert_eq!(
        (dana.get(&at).await.verbs(), ada.get(&at).await.verbs()),
        (vec![], vec!["revoke".to_owned()])
    );
    served.world.settles().await;
    assert!(served.world.sees("dana").await.contains("@ada gave you 8 cpu more"));

    for (until, kind) in [("2026-11-20T00:00:00Z", "misread"), ("2026-11-24T00:00:00Z", "end-before-begin")] {
        let wrong = json!({"who": "person:per_dana", "amounts": {"cpu": 1}, "from": "2026-11-24T12:00:00Z", "until": until});
        assert_eq!(ada.post("/v1/grants", &wrong).await.problem(), (422, kind.into()));
    }
    let nothing = json!({"who": "@dana", "amounts": {}, "until": "2026-11-24T17:00:00Z"});
    assert_eq!(ada.post("/v1/grants", &nothing).await.problem(), (422, "misread".into()));
    assert_eq!(dana.post(&format!("{at}/revoke"), &json!({})).await.problem(), (403, "needs-role".into()));
    let taken = ada.post(&given.at("/_links/revoke/href"), &json!({})).await;
    assert_eq!(
        (taken.status, taken.at("/state").as_str(), taken.verbs()),
        (200, "revoked", vec![]),
        "{}",
        taken.text
    );
    assert_eq!(dana.get("/v1/quotas/me").await.at("/extra"), "{}");
    assert_eq!(ada.post(&format!("{at}/revoke"), &json!({})).await.problem(), (409, "grant-over".into()));
}

pub async fn temporary_ones_are_paged_by_their_state(served: &Served) {
    let (dana, erin, ada) =
        (served.caller("dana").await, served.caller("erin").await, served.caller("ada").await);
    limited(&served.caller("root").await, &json!({"cpu": 4})).await;
    let give = async |from: Option<&str>, until: &str| {
        let new = json!({"who": "person:per_dana", "amounts": {"cpu": 1}, "from": from, "until": until});
        let given = ada.post("/v1/grants", &new).await;
        assert_eq!(given.status, 201, "{}", given.text);
        given.header("location")
    };
    let mut revoked = Vec::new();
    for _ in 0..3 {
        give(None, "2026-11-23T21:00:00Z").await;
        give(None, "2026-12-23T21:00:00Z").await;
        give(Some("2026-12-20T09:00:00Z"), "2026-12-23T21:00:00Z").await;
        revoked.push(give(None, "2026-12-23T21:00:00Z").await);
    }
    for at in revoked {
        ada.post(&format!("{at}/revoke"), &json!({})).await;
    }
    served.world.passes(TimeDelta::hours(12)).await;
    for state in ["planned", "active", "ended", "revoked"] {
        for sort in ["created_at", "-until"] {
            let found = all(&dana, &format!("/v1/grants?limit=2&sort={sort}&state={state}"), "state").await;
            assert_eq!(found, [state; 3], "{sort}");
        }
    }
    assert_eq!(
        all(&dana, "/v1/grants?limit=5", "id").await,
        dana.get("/v1/grants?limit=12").await.each("id")
    );
    for (caller, who, count) in [
        (&ada, "dana", 12),
        (&ada, "person:per_dana", 12),
        (&ada, "everybody", 0),
        (&dana, "me", 12),
        (&erin, "dana", 0),
        (&erin, "team:none", 0),
    ] {
        assert_eq!(caller.get(&format!("/v1/grants?who={who}")).await.items().len(), count, "{who}");
    }
    assert_eq!(erin.get("/v1/grants").await.items().len(), 0, "what is Dana's alone limits nobody else");
    assert_eq!(ada.get("/v1/grants?state=asleep").await.problem(), (400, "bad-parameter".into()));
}

pub async fn a_wish_from_the_ask_to_the_decision(served: &Served) {
    let (dana, ada, erin) =
        (served.caller("dana").await, served.caller("ada").await, served.caller("erin").await);
    let new = json!({"amounts": {"cpu": 4}, "until": "2026-11-25T23:00:00Z", "reason": "the load test"});
    assert_eq!(dana.post("/v1/wishes", &new).await.problem(), (422, "no-limit".into()));
    limited(&served.caller("root").await, &json!({"cpu": 4})).await;
    let ask = dana.get("/v1/quotas/me").await.at("/_links/ask/href");
    let asked = dana.post(&ask, &new).await;
    assert_eq!((asked.status, asked.at("/state").as_str()), (201, "pending"), "{}", asked.text);
    let at = asked.header("location");
    assert_eq!((asked.at("/requester"), asked.at("/reason")), ("per_dana".into(), "the load test".into()));
    assert_eq!((dana.get(&at).await.verbs(), erin.get(&at).await.problem().0), (vec![], 404));
    for (caller, query, count) in [
        (&dana, "", 1),
        (&erin, "", 0),
        (&ada, "?state=pending&requester=dana", 1),
        (&ada, "?state=approved", 0),
        (&ada, "?requester=me", 0),
        (&erin, "?requester=dana", 0),
    ] {
        assert_eq!(caller.get(&format!("/v1/wishes{query}")).await.items().len(), count, "{query}");
    }
    let waits = ada.get(&at).await;
    assert_eq!(waits.verbs(), ["approve", "reject"]);
    let reviews = waits.at("/_links/approve/href");
    let yes = json!({"decision": "approve"});
    assert_eq!(dana.post(&reviews, &yes).await.problem(), (403, "not-approver".into()));
    assert_eq!(ada.post(&reviews, &json!({"decision": "reject"})).await.problem(), (422, "invalid".into()));
    let stale = json!({"decision": "approve", "version": 99});
    assert_eq!(ada.post(&reviews, &stale).await.problem(), (409, "stale".into()));
    let review =
        ada.post(&reviews, &json!({"decision": "approve", "version": waits.json()["version"]})).await;
    assert_eq!((review.status, review.at("/by").as_str()), (201, "per_ada"), "{}", review.text);
    let told = dana.get(&review.header("location")).await;
    assert_eq!((told.at("/subject"), told.at("/_links/subject/href")), (asked.at("/id"), at.clone()));
    assert_eq!(dana.get(&reviews).await.each("decision"), ["approve"]);
    let late = served.caller("bob").await.post(&reviews, &yes).await;
    assert_eq!(late.problem(), (409, "already-decided".into()));

    let given = dana.get(&at).await;
    assert_eq!((given.at("/state"), given.at("/decided_by")), ("approved".into(), "per_ada".into()));
    let grant = dana.get(&given.at("/_links/grant/href")).await;
    assert_eq!((grant.at("/state"), grant.at("/_links/wish/href")), ("active".into(), at));
    assert_eq!(dana.get("/v1/quotas/me").await.at("/extra/cpu"), "4");
}

pub async fn a_wish_is_refused(served: &Served) {
    let (dana, ada) = (served.caller("dana").await, served.caller("ada").await);
    limited(&served.caller("root").await, &json!({"cpu": 4})).await;
    let new = json!({"amounts": {"cpu": 4}, "until": "2026-11-25T23:00:00Z", "reason": "the load test"});
    let at = dana.post("/v1/wishes", &new).await.header("location");
    let no =
        ada.post(&format!("{at}/reviews"), &json!({"decision": "reject", "reason": "others wait"})).await;
    assert_eq!((no.status, no.at("/reason").as_str()), (201, "others wait"), "{}", no.text);
    let refused = dana.get(&at).await;
    assert_eq!((refused.at("/state"), refused.at("/rejected")), ("rejected".into(), "others wait".into()));
    let at = dana.post("/v1/wishes", &new).await.header("location");
    served.world.passes(TimeDelta::hours(25)).await;
    let lapsed = ada.get(&at).await;
    assert_eq!((lapsed.at("/state").as_str(), lapsed.verbs()), ("lapsed", vec![]));
    assert_eq!(dana.get("/v1/grants").await.items().len(), 0);
    // As many as one may have open.
    let open = json!({"amounts": {"cpu": 1}, "until": "2026-12-24T00:00:00Z", "reason": "more"});
    assert_eq!(dana.post("/v1/wishes", &open).await.status, 201);
    assert_eq!(dana.post("/v1/wishes", &open).await.status, 201);
    assert_eq!(dana.post("/v1/wishes", &open).await.problem(), (422, "too-many".into()));
}
