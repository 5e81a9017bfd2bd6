//! The route as Discord calls it, and as somebody who is not Discord does.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, Response, StatusCode, header},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{
    BODY_MAX, routes,
    signature::{SIGNATURE, TIMESTAMP},
};
use crate::{
    chat::discord::inbound::tests::world::{DANA, Place, command},
    ports::clock::Clock,
};

const PATH: &str = "/discord/interactions";

/// The key of an application of the tests.
pub fn key() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key")
}

/// A signature as Discord writes it.
pub fn sign(key: &Ed25519KeyPair, timestamp: &str, body: &[u8]) -> String {
    let signature = key.sign(&[timestamp.as_bytes(), body].concat());
    signature.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Door {
    place: Place,
    router: Router,
}

impl Door {
    async fn open() -> Self {
        let place = Place::open().await;
        let public = key().public_key().as_ref().try_into().expect("32 bytes");
        let router = routes(place.reception.clone(), public).expect("routes");
        Self { place, router }
    }

    /// A request that Discord signed now.
    fn signed(&self, body: &str) -> Request<Body> {
        let at = self.place.clock.now().timestamp().to_string();
        Request::post(PATH)
            .header(header::CONTENT_TYPE, "application/json")
            .header(TIMESTAMP, &at)
            .header(SIGNATURE, sign(&key(), &at, body.as_bytes()))
            .body(Body::from(body.to_owned()))
            .expect("a request")
    }

    async fn ask(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.expect("an answer")
    }

    async fn send(&self, body: &str) -> (StatusCode, String) {
        read(self.ask(self.signed(body)).await).await
    }
}

async fn read(response: Response<Body>) -> (StatusCode, String) {
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

fn lists(id: &str) -> String {
    command(DANA, "env list", &[], id).to_string()
}

#[tokio::test]
async fn discord_finds_out_that_the_address_is_ours() {
    let door = Door::open().await;
    let ping = json!({"id": "1", "application_id": "77", "type": 1, "token": "t", "version": 1}).to_string();
    assert_eq!(door.send(&ping).await, (StatusCode::OK, r#"{"type":1}"#.to_owned()));
    door.place.clock.advance(chrono::TimeDelta::seconds(1));
    let mut probe = door.signed(&ping);
    let wrong = HeaderValue::from_str(&"0".repeat(128)).expect("a header");
    probe.headers_mut().insert(SIGNATURE, wrong);
    assert_eq!(door.ask(probe).await.status(), StatusCode::UNAUTHORIZED, "Discord tries this as well");
}

#[tokio::test]
async fn an_interaction_is_answered_in_the_response() {
    let door = Door::open().await;
    let (status, body) = door.send(&lists("1")).await;
    let told: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, &told["type"]), (StatusCode::OK, &json!(4)));
    let unknown = json!({"id": "2", "type": 77, "token": "t"}).to_string();
    assert_eq!(door.send(&unknown).await, (StatusCode::ACCEPTED, String::new()));
}

#[tokio::test]
async fn whoever_is_not_discord_learns_nothing_and_changes_nothing() {
    let door = Door::open().await;
    let good = || door.signed(&lists("1"));
    let change = |change: fn(&mut Request<Body>)| {
        let mut request = good();
        change(&mut request);
        request
    };
    let doubled = |name: &'static str| {
        let mut request = good();
        let value = request.headers()[name].clone();
        request.headers_mut().append(name, value);
        request
    };
    for (what, request) in [
        ("no signature", change(|request| drop(request.headers_mut().remove(SIGNATURE)))),
        ("no timestamp", change(|request| drop(request.headers_mut().remove(TIMESTAMP)))),
        ("another body", change(|request| *request.body_mut() = Body::from("{}"))),
        ("two signatures", doubled(SIGNATURE)),
        ("two timestamps", doubled(TIMESTAMP)),
    ] {
        let (status, body) = read(door.ask(request).await).await;
        assert_eq!((status, body.as_str()), (StatusCode::UNAUTHORIZED, ""), "{what}");
    }
    let (old, early) = (good(), good());
    door.place.clock.advance(chrono::TimeDelta::seconds(301));
    assert_eq!(door.ask(old).await.status(), StatusCode::UNAUTHORIZED, "an old one");
    door.place.clock.advance(chrono::TimeDelta::seconds(-602));
    assert_eq!(door.ask(early).await.status(), StatusCode::UNAUTHORIZED, "one of the future");
    assert_eq!(door.ask(good()).await.status(), StatusCode::OK, "and Discord itself gets in");
}

#[tokio::test]
async fn a_recorded_request_is_good_once() {
    let door = Door::open().await;
    let (first, again) = (door.signed(&lists("1")), door.signed(&lists("1")));
    let mut loud = door.signed(&lists("1"));
    let upper = loud.headers()[SIGNATURE].to_str().expect("text").to_uppercase();
    loud.headers_mut().insert(SIGNATURE, upper.parse().expect("a header"));
    assert_eq!(door.ask(first).await.status(), StatusCode::OK);
    assert_eq!(read(door.ask(again).await).await, (StatusCode::UNAUTHORIZED, String::new()));
    assert_eq!(door.ask(loud).await.status(), StatusCode::UNAUTHORIZED, "however it is written");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let door = Door::open().await;
    for body in ["", "{", "[]", "{}", r#"{"type":2}"#, "\u{0}"] {
        let (status, said) = door.send(body).await;
        assert_eq!((status, said.as_str()), (StatusCode::BAD_REQUEST, ""), "{body}");
    }
    let large = "x".repeat(BODY_MAX + 1);
    assert_eq!(door.send(&large).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let get = Request::get(PATH).body(Body::empty()).expect("a request");
    assert_eq!(door.ask(get).await.status(), StatusCode::METHOD_NOT_ALLOWED);
}
