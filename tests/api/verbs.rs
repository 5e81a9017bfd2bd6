//! What can be done: each verb of chat, by its own call, with the same refusals.

use serde_json::json;

use crate::{
    http::{Caller, Served},
    world::places,
};

/// An environment of Dana's that can be used; the paths of its request and its lease.
pub async fn active(served: &Served, dana: &Caller<'_>) -> (String, String) {
    let asked = dana.post("/v1/requests", &json!({"template": "web", "for": "2d"})).await;
    assert_eq!(asked.status, 201, "{}", asked.text);
    let at = asked.header("location");
    served.world.settles().await;
    let ada = served.caller("ada").await;
    let review = ada.post(&format!("{at}/reviews"), &json!({"decision": "approve"})).await;
    assert_eq!(review.status, 201, "{}", review.text);
    served.world.settles().await;
    let lease = dana.get(&at).await.at("/_links/lease/href");
    assert_eq!(dana.get(&lease).await.at("/state"), "active");
    (at, lease)
}

pub async fn a_request_from_the_ask_to_the_purge(served: &Served) {
    let (dana, ada) = (served.caller("dana").await, served.caller("ada").await);
    let new = json!({"template": "web", "parameters": {"cpu": 2, "memory": "4Gi"}, "for": "2d", "reason": "a demo"});
    let asked = dana.post("/v1/requests", &new).await;
    assert_eq!((asked.status, asked.at("/state").as_str()), (201, "analysing"), "{}", asked.text);
    assert_eq!(asked.header("content-type"), "application/hal+json");
    let at = asked.header("location");
    assert_eq!(at, asked.at("/_links/self/href"));
    served.world.settles().await;

    let waits = ada.get(&at).await;
    assert_eq!(waits.at("/state"), "pending");
    assert_eq!((waits.at("/parameters/cpu"), waits.at("/parameters/memory")), ("2".into(), "4Gi".into()));
    assert_eq!((waits.at("/for"), waits.at("/reason")), ("2d".into(), "a demo".into()));
    let review = ada.post(&waits.at("/_links/approve/href"), &json!({"decision": "approve"})).await;
    assert_eq!(
        (review.status, review.at("/decision").as_str(), review.at("/by").as_str()),
        (201, "approve", "per_ada")
    );
    assert_eq!(ada.get(&review.header("location")).await.at("/subject"), waits.at("/id"));
    served.world.settles().await;

    let approved = dana.get(&at).await;
    assert_eq!((approved.at("/state"), approved.at("/decided_by")), ("approved".into(), "per_ada".into()));
    let environment = dana.get(&approved.at("/_links/environment/href")).await;
    assert_eq!(environment.at("/state"), "active");
    assert!(environment.at("/ssh/command").starts_with("ssh -p"), "{}", environment.text);
    let notices = dana.get("/v1/notices").await.each("news");
    assert_eq!(notices, ["ready", "approved"]);

    let released = dana.post(&environment.at("/_links/release/href"), &json!({})).await;
    assert_eq!((released.status, released.at("/state").as_str()), (200, "deleting"), "{}", released.text);
    served.world.settles().await;
    assert_eq!(dana.get(&approved.at("/_links/lease/href")).await.at("/state"), "gone");
    assert_eq!(dana.get("/v1/environments").await.items().len(), 0);
    let story = dana.get(&approved.at("/_links/audit/href")).await.each("fact");
    assert_eq!(
        (story.first().map(String::as_str), story.last().map(String::as_str)),
        (Some("gone"), Some("requested"))
    );
}

pub async fn an_extension_is_asked_for_and_reviewed(served: &Served) {
    let (dana, bob) = (served.caller("dana").await, served.caller("bob").await);
    let (_, lease) = active(served, &dana).await;
    let before = dana.get(&lease).await;
    let new = json!({"lease": before.at("/id"), "for": "1d", "reason": "one more test"});
    let asked = dana.post(&before.at("/_links/extend/href"), &new).await;
    assert_eq!(
        (asked.status, asked.at("/state").as_str(), asked.at("/for").as_str()),
        (201, "pending", "1d"),
        "{}",
        asked.text
    );
    let at = asked.header("location");
    let again = dana.post("/v1/extensions", &new).await;
    assert_eq!(again.problem(), (409, "extension-pending".into()));
    assert_eq!(
        dana.post(&format!("{at}/reviews"), &json!({"decision": "approve"})).await.problem(),
        (403, "not-approver".into())
    );
    let review = bob.post(&format!("{at}/reviews"), &json!({"decision": "approve"})).await;
    assert_eq!(review.status, 201, "{}", review.text);
    served.world.settles().await;
    let after = dana.get(&lease).await;
    assert_eq!(after.at("/extended"), "true");
    assert!(after.at("/ends_at") > before.at("/ends_at"));
    assert_eq!(dana.get(&format!("{at}/reviews")).await.each("by"), ["per_bob"]);
    assert_eq!(dana.get("/v1/reviews").await.items().len(), 2, "the request's and the extension's");
}

pub async fn keys_are_stored_and_removed(served: &Served) {
    let dana = served.caller("dana").await;
    assert_eq!(
        dana.post("/v1/keys", &json!({"public_key": places::DANAS_KEY})).await.problem(),
        (409, "key-exists".into())
    );
    assert_eq!(
        dana.post("/v1/keys", &json!({"public_key": places::WEAK_KEY})).await.problem(),
        (422, "bad-key".into())
    );
    let one = dana.get("/v1/keys").await.items().remove(0);
    let at = one["_links"]["remove"]["href"].as_str().expect("a link").to_owned();
    assert_eq!(dana.call("DELETE", &at, &[], "").await.status, 204);
    assert_eq!(dana.get(&at).await.problem(), (404, "no-such-key".into()));
    assert_eq!(dana.call("DELETE", &at, &[], "").await.problem(), (404, "no-such-key".into()));
    let new = json!({"public_key": places::DANAS_KEY, "name": "laptop"});
    let added = dana.post("/v1/keys", &new).await;
    assert_eq!((added.status, added.at("/name").as_str()), (201, "laptop"), "{}", added.text);
    assert_eq!(
        dana.get(&added.header("location")).await.at("/fingerprint"),
        one["fingerprint"].as_str().expect("one")
    );
}

pub async fn a_rejection_has_its_reason(served: &Served) {
    let (dana, ada) = (served.caller("dana").await, served.caller("ada").await);
    let at = dana.post("/v1/requests", &json!({"template": "web"})).await.header("location");
    let early = ada.post(&format!("{at}/reviews"), &json!({"decision": "approve"})).await;
    assert_eq!((early.problem(), early.header("retry-after")), ((409, "not-yet".into()), "1".into()));
    served.world.settles().await;
    let reviews = format!("{at}/reviews");
    assert_eq!(ada.post(&reviews, &json!({"decision": "reject"})).await.problem(), (422, "invalid".into()));
    let stale = json!({"decision": "approve", "version": 1});
    assert_eq!(ada.post(&reviews, &stale).await.problem(), (409, "stale".into()));
    let no = ada.post(&reviews, &json!({"decision": "reject", "reason": "others wait"})).await;
    assert_eq!((no.status, no.at("/reason").as_str()), (201, "others wait"), "{}", no.text);
    assert_eq!(dana.get(&at).await.at("/rejected"), "others wait");
    let late = served.caller("bob").await.post(&reviews, &json!({"decision": "approve"})).await;
    insta::assert_snapshot!(format!("{:#}", late.json()), @r#"
    {
      "detail": "It was rejected already by @ada at Mon 23 Nov 2026 04:00 EST.",
      "refusal": {
        "at": "2026-11-23T09:00:00Z",
        "by": "per_ada",
        "decision": "rejected",
        "refusal": "already_decided"
      },
      "status": 409,
      "title": "already decided",
      "type": "/problems/already-decided"
    }
    "#);
    let taken = dana.post(&format!("{at}/withdrawal"), &json!({})).await;
    assert_eq!(taken.problem(), (409, "already-decided".into()));
    let other = dana.post("/v1/requests", &json!({"template": "web"})).await.header("location");
    let taken = dana.post(&format!("{other}/withdrawal"), &json!({})).await;
    assert_eq!((taken.status, taken.at("/state").as_str()), (200, "withdrawn"));
}

pub async fn what_is_stuck_is_tried_again(served: &Served) {
    let (dana, ada) = (served.caller("dana").await, served.caller("ada").await);
    served.world.outside.cluster.by_hand();
    let at = dana.post("/v1/requests", &json!({"template": "web"})).await.header("location");
    served.world.settles().await;
    ada.post(&format!("{at}/reviews"), &json!({"decision": "approve"})).await;
    served.world.settles().await;
    let lease = dana.get(&at).await.at("/_links/lease/href");
    let early = dana.post(&format!("{lease}/retry"), &json!({})).await;
    assert_eq!(early.problem(), (409, "wrong-state".into()));
    served.world.passes(chrono::TimeDelta::minutes(16)).await;
    let stuck = dana.get(&lease).await;
    assert_eq!(stuck.at("/state"), "stuck");
    let tried = dana.post(&stuck.at("/_links/retry/href"), &json!({})).await;
    assert_eq!(
        (tried.status, tried.at("/state").as_str(), tried.at("/attempt").as_str()),
        (200, "provisioning", "2")
    );
}

pub async fn refusals_are_those_of_chat(served: &Served) {
    let dana = served.caller("dana").await;
    let wrong = json!({"template": "web", "parameters": {"cpu": "9", "colour": "red"}});
    let refused = dana.post("/v1/requests", &wrong).await;
    insta::assert_snapshot!(format!("{:#}", refused.json()), @r#"
    {
      "detail": "There is no parameter `colour`; there are `cpu`, `memory`. `cpu` is too much; at most 4. `/template show web` explains its parameters.",
      "errors": [
        {
          "detail": "There is no parameter `colour`; there are `cpu`, `memory`.",
          "field": "colour"
        },
        {
          "detail": "`cpu` is too much; at most 4.",
          "field": "cpu"
        }
      ],
      "refusal": {
        "faults": [
          {
            "name": "colour",
            "problem": {
              "known": [
                "cpu",
                "memory"
              ],
              "problem": "unknown"
            }
          },
          {
            "name": "cpu",
            "problem": {
              "max": {
                "kind": "cpu",
                "value": 4000
              },
              "problem": "above_maximum"
            }
          }
        ],
        "refusal": "bad_parameters",
        "template": "web"
      },
      "status": 422,
      "title": "bad parameters",
      "type": "/problems/bad-parameters"
    }
    "#);
    let said = served.world.says("dana", "/env request web for=9d").await;
    let refused = dana.post("/v1/requests", &json!({"template": "web", "for": "9d"})).await;
    assert_eq!(refused.problem(), (422, "too-long".into()));
    assert!(said.starts_with(refused.at("/detail").split(". ").next().expect("a sentence")), "{said}");
    assert_eq!(refused.at("/errors/0/field"), "for");
    for (body, kind) in [
        (json!({"template": "wbe"}), "no-template"),
        (json!({"template": "web", "until": "2020-01-01T00:00:00Z"}), "misread"),
        (json!({"template": "web", "key": "other"}), "no-such-key"),
        (json!({"template": "web", "team": "red"}), "not-in-team"),
        (json!({"template": "web", "for": "3d", "until": "2030-01-01T00:00:00Z"}), "misread"),
        (json!({"template": "web", "for": "soon"}), "misread"),
        (json!({"template": "web", "parameters": {"reason": "smuggled"}}), "invalid"),
        (json!({"template": "web", "requester": "per_erin"}), "invalid"),
    ] {
        assert_eq!(dana.post("/v1/requests", &body).await.problem(), (422, kind.into()), "{body}");
    }
    for _ in 0..2 {
        assert_eq!(dana.post("/v1/requests", &json!({"template": "web"})).await.status, 201);
    }
    assert_eq!(
        dana.post("/v1/requests", &json!({"template": "web"})).await.problem(),
        (422, "too-many".into())
    );
    let mallory = served.caller("mallory").await;
    let foreign = mallory.post("/v1/requests", &json!({"template": "web"})).await;
    assert_eq!(foreign.problem(), (403, "domain-not-allowed".into()));
}
