//! The routes as Slack calls them, and as somebody who is not Slack does.

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tower::ServiceExt;
use url::form_urlencoded;

use super::{
    BODY_MAX, routes,
    signature::{SIGNATURE, TIMESTAMP},
};
use crate::{
    chat::slack::inbound::tests::world::{Place, SECRET, TEAM},
    ports::clock::Clock,
};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

struct Door {
    place: Place,
    router: Router,
}

impl Door {
    async fn open() -> Self {
        let place = Place::open().await;
        let router = routes(place.reception.clone(), SECRET.into());
        Self { place, router }
    }

    /// A request that Slack signed now.
    fn signed(&self, path: &str, kind: &str, body: &str) -> Request<Body> {
        let at = self.place.clock.now().timestamp();
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key");
        mac.update(format!("v0:{at}:{body}").as_bytes());
        let bytes = mac.finalize().into_bytes();
        let signature: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Request::post(path)
            .header(header::CONTENT_TYPE, kind)
            .header(TIMESTAMP, at)
            .header(SIGNATURE, format!("v0={signature}"))
            .body(Body::from(body.to_owned()))
            .expect("a request")
    }

    async fn ask(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.expect("an answer")
    }

    async fn send(&self, path: &str, kind: &str, body: &str) -> (StatusCode, String) {
        read(self.ask(self.signed(path, kind, body)).await).await
    }

    fn command(&self, line: &str, trigger: &str) -> String {
        form_urlencoded::Serializer::new(String::new())
            .append_pair("token", "old")
            .append_pair("team_id", TEAM)
            .append_pair("user_id", "U1")
            .append_pair("command", line)
            .append_pair("text", "")
            .append_pair("trigger_id", trigger)
            .append_pair("response_url", &self.place.respond())
            .finish()
    }

    fn press(&self, trigger: &str) -> String {
        let payload = json!({
            "type": "block_actions", "team": {"id": TEAM}, "user": {"id": "U1"}, "trigger_id": trigger,
            "response_url": self.place.respond(), "actions": [{"action_id": "press/1", "value": "/env list"}],
        });
        form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish()
    }
}

async fn read(response: Response<Body>) -> (StatusCode, String) {
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

fn opened(id: &str) -> String {
    let event = json!({"type": "app_home_opened", "user": "U1", "tab": "home"});
    json!({"type": "event_callback", "team_id": TEAM, "event_id": id, "event_time": 1, "event": event})
        .to_string()
}

#[tokio::test]
async fn each_path_takes_its_own_and_one_takes_all() {
    let door = Door::open().await;
    let (status, body) = door.send("/slack/commands", FORM, &door.command("/sublet", "t1")).await;
    let answer: Value = serde_json::from_str(&body).expect("an answer");
    assert_eq!((status, &answer["response_type"]), (StatusCode::OK, &json!("ephemeral")));
    let (status, body) = door.send("/slack/interactions", FORM, &door.press("t2")).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, ""));
    door.place.api.until("respond/1", 1).await;
    let (status, body) = door.send("/slack/events", JSON, &opened("Ev1")).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, ""));
    assert_eq!(door.place.api.calls("views.publish").len(), 1);
    let (status, body) = door.send("/slack/events", FORM, &door.command("/sublet", "t3")).await;
    assert!(status == StatusCode::OK && body.contains("ephemeral"), "{body}");
    assert_eq!(door.send("/slack/events", FORM, &door.press("t4")).await.0, StatusCode::OK);
    for (path, kind, body) in [
        ("/slack/commands", FORM, door.press("t5")),
        ("/slack/commands", JSON, opened("Ev5")),
        ("/slack/interactions", FORM, door.command("/sublet", "t6")),
        ("/slack/interactions", JSON, opened("Ev6")),
    ] {
        assert_eq!(door.send(path, kind, &body).await.0, StatusCode::BAD_REQUEST, "{path} {kind}");
    }
}

#[tokio::test]
async fn whoever_is_not_slack_learns_nothing_and_changes_nothing() {
    let door = Door::open().await;
    let good = || door.signed("/slack/commands", FORM, &door.command("/sublet", "t1"));
    let change = |change: fn(&mut Request<Body>)| {
        let mut request = good();
        change(&mut request);
        request
    };
    for (what, request) in [
        ("no signature", change(|request| drop(request.headers_mut().remove(SIGNATURE)))),
        ("no timestamp", change(|request| drop(request.headers_mut().remove(TIMESTAMP)))),
        ("another body", change(|request| *request.body_mut() = Body::from("command=%2Fenv"))),
        (
            "a doubled header",
            change(|request| {
                let value = request.headers()[SIGNATURE].clone();
                request.headers_mut().append(SIGNATURE, value);
            }),
        ),
    ] {
        let (status, body) = read(door.ask(request).await).await;
        assert_eq!((status, body.as_str()), (StatusCode::UNAUTHORIZED, ""), "{what}");
    }
    let old = good();
    door.place.clock.advance(chrono::TimeDelta::seconds(301));
    assert_eq!(door.ask(old).await.status(), StatusCode::UNAUTHORIZED, "an old one");
    assert_eq!(door.ask(good()).await.status(), StatusCode::OK, "and Slack itself gets in");
}

#[tokio::test]
async fn a_recorded_request_is_good_once() {
    let door = Door::open().await;
    let body = door.command("/sublet", "t1");
    let (first, again) =
        (door.signed("/slack/commands", FORM, &body), door.signed("/slack/commands", FORM, &body));
    let elsewhere = door.signed("/slack/events", FORM, &body);
    assert_eq!(door.ask(first).await.status(), StatusCode::OK);
    assert_eq!(read(door.ask(again).await).await, (StatusCode::UNAUTHORIZED, String::new()));
    assert_eq!(door.ask(elsewhere).await.status(), StatusCode::UNAUTHORIZED, "at no path");
}

#[tokio::test]
async fn what_slack_sends_again_is_done_once() {
    let door = Door::open().await;
    for number in 0..3 {
        door.place.clock.advance(chrono::TimeDelta::seconds(1));
        let mut request = door.signed("/slack/events", JSON, &opened("Ev1"));
        request.headers_mut().insert("x-slack-retry-num", number.into());
        assert_eq!(door.ask(request).await.status(), StatusCode::OK);
    }
    assert_eq!(door.place.api.calls("views.publish").len(), 1);
}

#[tokio::test]
async fn an_event_that_failed_is_asked_for_again() {
    let door = Door::open().await;
    door.place.api.answers("views.publish", json!(500));
    let (status, _) = door.send("/slack/events", JSON, &opened("Ev1")).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    door.place.clock.advance(chrono::TimeDelta::seconds(1));
    door.place.api.answers("views.publish", json!({"ok": true}));
    assert_eq!(door.send("/slack/events", JSON, &opened("Ev1")).await.0, StatusCode::OK);
}

#[tokio::test]
async fn slack_finds_out_that_the_address_is_ours() {
    let door = Door::open().await;
    let asks = json!({"type": "url_verification", "challenge": "3eZbrw1aB", "token": "old"}).to_string();
    let (status, body) = door.send("/slack/events", JSON, &asks).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, r#"{"challenge":"3eZbrw1aB"}"#));
    let unsigned = Request::post("/slack/events").header(header::CONTENT_TYPE, JSON).body(Body::from(asks));
    assert_eq!(door.ask(unsigned.expect("a request")).await.status(), StatusCode::UNAUTHORIZED);
    // Whether the certificate is good is looked at without a signature, and does nothing.
    let ssl = format!("ssl_check=1&{}", door.command("/sublet", "t1"));
    let ssl = Request::post("/slack/commands").header(header::CONTENT_TYPE, FORM).body(Body::from(ssl));
    assert_eq!(read(door.ask(ssl.expect("a request")).await).await, (StatusCode::OK, String::new()));
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let door = Door::open().await;
    for (path, kind, body) in [
        ("/slack/events", JSON, "{"),
        ("/slack/events", JSON, "[]"),
        ("/slack/events", JSON, r#"{"type":"event_callback"}"#),
        ("/slack/events", "text/plain", "hello"),
        ("/slack/commands", FORM, ""),
        ("/slack/commands", FORM, "command=%2Fenv&team_id=T1"),
        ("/slack/interactions", FORM, "payload=%7B"),
        ("/slack/interactions", FORM, "payload=%7B%7D"),
    ] {
        door.place.clock.advance(chrono::TimeDelta::seconds(1));
        let (status, said) = door.send(path, kind, body).await;
        assert_eq!((status, said.as_str()), (StatusCode::BAD_REQUEST, ""), "{path} {body}");
    }
    for body in [r#"{"type":"app_rate_limited","team_id":"T1"}"#, r#"{"type":"of_tomorrow"}"#] {
        assert_eq!(door.send("/slack/events", JSON, body).await.0, StatusCode::OK, "{body}");
    }
    let large = "x".repeat(BODY_MAX + 1);
    assert_eq!(door.send("/slack/events", JSON, &large).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let get = Request::get("/slack/events").body(Body::empty()).expect("a request");
    assert_eq!(door.ask(get).await.status(), StatusCode::METHOD_NOT_ALLOWED);
}
