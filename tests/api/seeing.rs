//! What one sees through the API is what one sees in chat, and ids of others lead nowhere.

use serde_json::json;
use sublet::domain::{
    template::{Size, Template, Value},
    token::Scope,
};

use crate::{
    http::Served,
    support::databases::Database,
    verbs::active,
    world::{World, places},
};

pub async fn what_is_anothers_is_not_there(served: &Served) {
    let (dana, erin) = (served.caller("dana").await, served.caller("erin").await);
    let (request, lease) = active(served, &dana).await;
    let new = json!({"lease": dana.get(&lease).await.at("/id"), "for": "1d", "reason": "more"});
    let extension = dana.post("/v1/extensions", &new).await.header("location");
    let of_danas = |noun: &str| format!("/v1/{noun}");
    let environment = dana.get(&lease).await.at("/_links/environment/href");
    let notice = dana.get(&of_danas("notices")).await.items()[0]["_links"]["self"]["href"]
        .as_str()
        .expect("one")
        .to_owned();
    let review = dana.get(&of_danas("reviews")).await.items()[0]["_links"]["self"]["href"]
        .as_str()
        .expect("one")
        .to_owned();
    let entry = dana.get(&of_danas("audit")).await.items()[0]["_links"]["self"]["href"]
        .as_str()
        .expect("one")
        .to_owned();
    let key = dana.get(&of_danas("keys")).await.items()[0]["_links"]["self"]["href"]
        .as_str()
        .expect("one")
        .to_owned();
    for at in [&request, &lease, &extension, &environment, &notice, &review, &entry, &key] {
        assert_eq!(dana.get(at).await.status, 200, "{at}");
        let (status, kind) = erin.get(at).await.problem();
        assert!(status == 404 && kind.starts_with("no-such"), "{at}: {status} {kind}");
    }
    for (at, body) in [
        (format!("{request}/withdrawal"), json!({})),
        (format!("{request}/reviews"), json!({"decision": "approve"})),
        (format!("{lease}/release"), json!({})),
        (format!("{lease}/retry"), json!({})),
        (format!("{extension}/reviews"), json!({"decision": "approve"})),
        ("/v1/extensions".to_owned(), new),
    ] {
        assert_eq!(erin.post(&at, &body).await.problem(), (404, "no-such".into()), "{at}");
    }
    assert_eq!(erin.patch(&request, "*", &json!({"reason": "mine"})).await.problem().0, 404);
    let strange = "/v1/requests/req_0000";
    let (mine, none) = (erin.get(&request).await.at("/title"), erin.get(strange).await.at("/title"));
    assert_eq!(mine, none, "what is somebody else's is told like what is not there");
}

pub async fn lists_tell_of_ones_own(served: &Served) {
    let (dana, erin, bob) =
        (served.caller("dana").await, served.caller("erin").await, served.caller("bob").await);
    active(served, &dana).await;
    for noun in ["requests", "leases", "environments", "extensions", "reviews", "notices"] {
        assert_eq!(erin.get(&format!("/v1/{noun}")).await.items().len(), 0, "{noun}");
    }
    assert_eq!(bob.get("/v1/requests?requester=dana").await.items().len(), 1);
    assert_eq!(bob.get("/v1/leases?owner=per_dana").await.items().len(), 1);
    assert_eq!(erin.get("/v1/requests?requester=dana").await.items().len(), 0);
    let about = erin.get("/v1/audit").await.each("about");
    assert!(!about.is_empty() && about.iter().all(|about| about == "@erin"), "{about:?}");
    assert_eq!(bob.get("/v1/keys").await.items().len(), 0, "nobody sees another's keys");
}

pub async fn people_show_more_of_themselves(served: &Served) {
    let (dana, bob, root) =
        (served.caller("dana").await, served.caller("bob").await, served.caller("root").await);
    let own = dana.get("/v1/people/me").await;
    assert_eq!((own.at("/id"), own.at("/zone")), ("per_dana".into(), "Europe/Berlin".into()));
    let other = dana.get("/v1/people/per_erin").await.json();
    assert!(other.get("email").is_none() && other.get("roles").is_none(), "{other}");
    let other = bob.get("/v1/people/per_erin").await.json();
    assert!(other.get("email").is_none() && other.get("roles").is_none(), "approvers decide: {other}");
    assert_eq!(root.get("/v1/people/per_erin").await.at("/email"), "erin@example.org");
    assert_eq!(dana.get("/v1/people/per_nobody").await.status, 404);
    assert_eq!(bob.get("/v1/people?handle=erin").await.each("name"), ["Erin 雪"]);
    assert_eq!(dana.get("/v1/teams").await.items().len(), 0);
    let mut person = served.world.person("erin").await;
    person.teams.insert("web shop".to_owned());
    served.world.knows(&person).await;
    assert_eq!(dana.get("/v1/teams/web%20shop").await.status, 404, "only one's own");
    assert_eq!(bob.get("/v1/teams/web%20shop").await.at("/members/0"), "erin");
}

pub async fn a_token_reaches_no_further_than_its_scopes(served: &Served) {
    let user = served.scoped("dana", &[Scope::Use]).await;
    assert_eq!(user.get("/v1/requests").await.problem(), (403, "out-of-scope".into()));
    let reader = served.scoped("dana", &[Scope::Read]).await;
    assert_eq!(reader.get("/v1/requests").await.status, 200);
    assert_eq!(
        reader.patch("/v1/people/me", "*", &json!({"zone": "UTC"})).await.problem(),
        (403, "out-of-scope".into())
    );
    assert_eq!(reader.get("/v1/people/me").await.verbs(), Vec::<String>::new());
    served.world.deactivates("dana").await;
    let gone = reader.get("/v1/requests").await;
    assert_eq!(gone.problem(), (401, "not-authenticated".into()));
    assert!(gone.header("www-authenticate").starts_with("Bearer realm="), "{gone:?}");
}

#[tokio::test]
async fn templates_are_those_that_one_may_have() {
    let database = Database::sqlite();
    let mut world = World::new(&database).await;
    let small = Size { name: "tiny".to_owned(), values: [("cpu".to_owned(), Value::Cpu(500))].into() };
    let web = Template { sizes: vec![small], ..places::web() };
    let ours = Template { name: "vault".to_owned(), teams: vec!["safe".to_owned()], ..places::web() };
    world.templates_are([web, ours]).await;
    let served = Served::before(world).await;
    let dana = served.caller("dana").await;
    assert_eq!(dana.get("/v1/templates").await.each("name"), ["web"]);
    let web = dana.get("/v1/templates/web").await;
    assert_eq!((web.at("/version"), web.at("/parameters/0/default")), ("1".into(), "1".into()));
    assert_eq!((web.at("/sizes/0/name"), web.at("/sizes/0/parameters/cpu")), ("tiny".into(), "500m".into()));
    assert_eq!(dana.get("/v1/templates/vault").await.problem(), (403, "not-for-teams".into()));
    assert_eq!(dana.get("/v1/templates/none").await.problem(), (404, "no-template".into()));
    let mut person = served.world.person("dana").await;
    person.teams.insert("safe".to_owned());
    served.world.knows(&person).await;
    assert_eq!(dana.get("/v1/templates/vault").await.at("/teams/0"), "safe");
    let asked = dana.post("/v1/requests", &json!({"template": "web", "for": "1d"})).await;
    assert_eq!(asked.at("/template_version"), "1");
}
