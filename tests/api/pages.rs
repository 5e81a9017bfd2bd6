//! Lists: pages that miss nothing and repeat nothing, filters, order, chosen members.

use std::collections::BTreeSet;

use serde_json::json;
use sublet::domain::request::RequestState;

use crate::{
    http::{Caller, Served},
    support::samples,
    verbs::active,
    world::places,
};

/// So many requests of Dana's, a minute apart.
async fn many(served: &Served, from: u64, to: u64) {
    let mut tx = served.world.store().begin().await.expect("a transaction");
    for number in from..to {
        let mut request = samples::request(number, "dana");
        request.state = RequestState::Withdrawn { at: samples::minute(0) };
        request.created_at = samples::minute(i64::try_from(number / 3).expect("small"));
        tx.insert_request(&mut request).await.expect("one more");
    }
    tx.commit().await.expect("a commit");
}

/// Everything from that page on, in its order.
pub async fn all(caller: &Caller<'_>, from: &str, member: &str) -> Vec<String> {
    let (mut found, mut next) = (Vec::new(), Some(from.to_owned()));
    while let Some(at) = next {
        let page = caller.get(&at).await;
        assert_eq!(page.status, 200, "{at}: {}", page.text);
        found.extend(page.each(member));
        next = page.json().pointer("/_links/next/href").and_then(|href| href.as_str()).map(str::to_owned);
    }
    found
}

pub async fn they_go_on_where_they_ended_whatever_comes_in(served: &Served) {
    let dana = served.caller("dana").await;
    many(served, 100, 160).await;
    let whole = all(&dana, "/v1/requests?limit=100", "id").await;
    assert_eq!(whole.len(), 60);
    for sort in ["-created_at", "created_at", "name", "-name", "state,-created_at", "-state,created_at,-name"]
    {
        let pages = all(&dana, &format!("/v1/requests?limit=7&sort={sort}"), "id").await;
        assert_eq!(pages, all(&dana, &format!("/v1/requests?limit=100&sort={sort}"), "id").await, "{sort}");
        assert_eq!(BTreeSet::from_iter(&pages), BTreeSet::from_iter(&whole), "{sort}");
    }
    let first = dana.get("/v1/requests?limit=7").await;
    many(served, 200, 210).await;
    let rest = all(&dana, &first.at("/_links/next/href"), "id").await;
    assert_eq!([first.each("id"), rest].concat(), whole, "what came in is before it, and moves nothing");
}

pub async fn they_are_filtered_and_ordered(served: &Served) {
    let (dana, bob) = (served.caller("dana").await, served.caller("bob").await);
    active(served, &dana).await;
    many(served, 100, 103).await;
    let count = async |at: &str| bob.get(at).await.items().len();
    assert_eq!(count("/v1/requests?state=withdrawn").await, 3);
    assert_eq!(count("/v1/requests?state=approved&template=web").await, 1);
    assert_eq!(count("/v1/requests?template=small").await, 0);
    assert_eq!(count("/v1/requests?requester=me").await, 0);
    assert_eq!(count("/v1/requests?name=web-00101").await, 1);
    assert_eq!(count("/v1/requests?created_before=2026-11-22T00:00:00Z").await, 3);
    assert_eq!(count("/v1/requests?created_from=2026-11-22T00:00:00Z").await, 1);
    assert_eq!(count("/v1/leases?state=active&owner=dana").await, 1);
    assert_eq!(count("/v1/leases?state=gone").await, 0);
    assert_eq!(count("/v1/environments?template=web").await, 1);
    assert_eq!(count("/v1/extensions?state=pending").await, 0);
    assert_eq!(count("/v1/notices?state=done").await, 2);
    let seqs = served.caller("root").await.get("/v1/audit?sort=seq&limit=2").await;
    assert_eq!(
        (seqs.at("/_embedded/items/0/seq"), seqs.at("/_embedded/items/1/seq")),
        ("1".into(), "2".into())
    );
    let handles = bob.get("/v1/people?sort=-handle&limit=2").await;
    assert_eq!(handles.each("handle"), ["root", "mallory"]);
    assert_eq!(all(&bob, "/v1/people?sort=-handle&limit=1", "handle").await.len(), places::people().len());
}

pub async fn members_and_embedded_things_are_chosen(served: &Served) {
    let dana = served.caller("dana").await;
    let (request, lease) = active(served, &dana).await;
    let new = json!({"lease": dana.get(&lease).await.at("/id"), "for": "1d", "reason": "more"});
    dana.post("/v1/extensions", &new).await;
    let sparse = dana.get(&format!("{request}?fields=name,state")).await.json();
    let members: Vec<&String> = sparse.as_object().expect("one").keys().collect();
    assert_eq!(members, ["_links", "name", "state"]);
    let full = dana.get(&format!("{request}?embed=lease,extensions,requester")).await;
    assert_eq!(full.at("/_embedded/requester/handle"), "dana");
    assert_eq!(full.at("/_embedded/lease/_links/self/href"), lease);
    assert_eq!(full.at("/_embedded/extensions/0/state"), "pending");
    let page = dana.get("/v1/leases?embed=owner,extensions&fields=name").await;
    assert_eq!(page.at("/_embedded/items/0/_embedded/owner/handle"), "dana");
    assert_eq!(
        dana.get("/v1/extensions?embed=asked_by").await.at("/_embedded/items/0/_embedded/asked_by/handle"),
        "dana"
    );
}

pub async fn what_cannot_be_asked_for_is_told(served: &Served) {
    let dana = served.caller("dana").await;
    for query in [
        "sort=size",
        "fields=secret",
        "embed=keys",
        "limit=0",
        "limit=101",
        "limit=ten",
        "state=asleep",
        "colour=red",
        "created_from=yesterday",
        "cursor=00",
        "cursor=zz",
        "cursor=%C3%A9",
        "template=%00",
        "state=%00",
    ] {
        let problem = dana.get(&format!("/v1/requests?{query}")).await;
        assert_eq!(problem.problem(), (400, "bad-parameter".into()), "{query}");
    }
    assert_eq!(dana.get("/v1/requests?limit=1&limit=2").await.status, 400);
}

pub async fn a_cursor_opens_no_door(served: &Served) {
    let (dana, erin) = (served.caller("dana").await, served.caller("erin").await);
    many(served, 100, 110).await;
    let next = dana.get("/v1/requests?limit=2").await.at("/_links/next/href");
    assert_eq!(erin.get(&next).await.items().len(), 0, "it goes on in what is Erin's, and there is nothing");
    let cursor = next.split("cursor=").nth(1).expect("a cursor");
    for other in ["/v1/requests?sort=name", "/v1/leases?limit=2", "/v1/audit?limit=2"] {
        let problem = dana.get(&format!("{other}&cursor={cursor}")).await;
        assert_eq!(problem.problem(), (400, "bad-parameter".into()), "{other}");
    }
}
