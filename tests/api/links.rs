//! HAL: every link in every answer can be followed by the one who got it, and says what may be done.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sublet::domain::person::Person;

use crate::{
    http::{Caller, Served, verbs},
    verbs::active,
};

/// Every link below a value: how it is followed, and to where.
fn links(value: &Value, found: &mut BTreeSet<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_object() {
                    Some(all) if name == "_links" => found.extend(all.values().map(|link| {
                        let method = link["method"].as_str().unwrap_or("GET");
                        (method.to_owned(), link["href"].as_str().expect("a link has an address").to_owned())
                    })),
                    _ => links(member, found),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|one| links(one, found)),
        _ => {}
    }
}

/// Follows every link that only looks, from the way in; answers with how many there were.
async fn crawl(caller: &Caller<'_>) -> usize {
    let mut known = BTreeSet::from([("GET".to_owned(), "/v1".to_owned())]);
    let mut done = BTreeSet::new();
    while let Some(next) = known.difference(&done).next().cloned() {
        done.insert(next.clone());
        let (method, at) = &next;
        if method != "GET" || at == "/docs" {
            continue;
        }
        let answer = caller.get(at).await;
        assert_eq!(answer.status, 200, "{at}: {}", answer.text);
        let plain = at.split('?').next().expect("a path");
        let lists = answer.json().pointer("/_embedded/items").is_some();
        if at != "/api-docs" {
            links(&answer.json(), &mut known);
            let in_pages = plain == "/v1/reviews" || !plain.ends_with("/reviews");
            if lists && in_pages && plain == at {
                known.insert(("GET".to_owned(), format!("{at}?limit=1")));
            }
        }
        assert!(done.len() < 2000, "the links never end");
    }
    done.len()
}

/// Limits of every kind, also of what is not there any more, some of them with more for a while, and wishes for it.
async fn quotas(served: &Served, dana: &Caller<'_>) {
    let person = served.world.person("dana").await;
    let teams = ["shop".to_owned(), "web shop".to_owned()].into();
    served.world.knows(&Person { teams, ..person.clone() }).await;
    for line in [
        "/quota set @dana cpu=9 hours=900",
        "/quota set everybody environments=99",
        "/quota set template:web memory=99Gi",
        "/quota set team:shop cpu=99",
        "/quota set \"team:web shop\" cpu=99",
        "/quota grant team:shop cpu=1 until=2026-12-24",
        "/quota grant everybody environments=1 from=2026-12-01 until=2026-12-24",
    ] {
        let told = served.world.says("root", line).await;
        assert!(told.contains(" may hold "), "{line}: {told}");
    }
    served.world.knows(&Person { teams: ["shop".to_owned()].into(), ..person }).await;
    let new = json!({"amounts": {"cpu": 1}, "until": "2026-12-24T00:00:00Z", "reason": "more"});
    let mut wishes = Vec::new();
    for _ in 0..2 {
        let asked = dana.post("/v1/wishes", &new).await;
        assert_eq!(asked.status, 201, "{}", asked.text);
        wishes.push(asked.header("location"));
    }
    let yes = json!({"decision": "approve"});
    assert_eq!(served.caller("ada").await.post(&format!("{}/reviews", wishes[0]), &yes).await.status, 201);
}

pub async fn whoever_gets_a_link_can_follow_it(served: &Served) {
    let dana = served.caller("dana").await;
    quotas(served, &dana).await;
    let (_, lease) = active(served, &dana).await;
    let new = json!({"lease": dana.get(&lease).await.at("/id"), "for": "1d", "reason": "more"});
    dana.post("/v1/extensions", &new).await;
    served.caller("erin").await.post("/v1/requests", &json!({"template": "small", "for": "1h"})).await;
    served.world.settles().await;
    let mut counts = Vec::new();
    for who in ["dana", "erin", "bob", "root", "mallory"] {
        counts.push(crawl(&served.caller(who).await).await);
    }
    assert!(counts[0] > 40 && counts[2] > counts[1], "{counts:?}");
}

pub async fn verbs_are_offered_only_while_they_can_be_done(served: &Served) {
    let (dana, ada, root) =
        (served.caller("dana").await, served.caller("ada").await, served.caller("root").await);
    let at = dana.post("/v1/requests", &json!({"template": "web"})).await.header("location");
    assert_eq!(ada.get(&at).await.verbs(), Vec::<String>::new(), "it is still looked at");
    served.world.settles().await;
    assert_eq!(dana.get(&at).await.verbs(), ["edit", "withdraw"]);
    assert_eq!(ada.get(&at).await.verbs(), ["approve", "offer", "reject"]);
    ada.post(&format!("{at}/offers"), &json!({"for": "1d"})).await;
    served.world.settles().await;
    assert_eq!(dana.get(&at).await.verbs(), ["accept", "edit", "withdraw"]);
    ada.post(&format!("{at}/reviews"), &json!({"decision": "approve"})).await;
    served.world.settles().await;
    assert_eq!(dana.get(&at).await.verbs(), Vec::<String>::new());
    assert_eq!(root.get(&at).await.verbs(), Vec::<String>::new());
    let lease = dana.get(&at).await.at("/_links/lease/href");
    assert_eq!(dana.get(&lease).await.verbs(), ["extend", "release"]);
    assert_eq!(ada.get(&lease).await.verbs(), Vec::<String>::new());
    assert_eq!(root.get(&lease).await.verbs(), ["extend", "release"]);
    let own = ada.post("/v1/requests", &json!({"template": "web"})).await;
    assert_eq!(own.problem(), (422, "no-key".into()), "an approver without a key asks for nothing");

    // What is offered works: none of it is refused.
    let resource = dana.get(&lease).await.json();
    assert_eq!(verbs(&resource).len(), 2);
    let more = json!({"lease": resource["id"], "for": "1h", "reason": "more"});
    assert_eq!(dana.post("/v1/extensions", &more).await.status, 201);
    assert_eq!(dana.get(&lease).await.verbs(), ["release"]);
    let asked = dana.get(&lease).await.at("/extension");
    assert_eq!(ada.get(&format!("/v1/extensions/{asked}")).await.verbs(), ["approve", "reject"]);
    assert_eq!(dana.post(&format!("{lease}/release"), &json!({})).await.status, 200);
    assert_eq!(dana.get(&lease).await.verbs(), Vec::<String>::new());
}
