//! The pages without a browser: what they show to whom, what they refuse, and that live events miss nothing.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use futures_util::StreamExt;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::*;
use crate::{
    clock::{SystemClock, UuidIds},
    domain::{
        ids::PersonId,
        person::{Person, Role},
        policy::Policy,
        request::Patience,
        template::Template,
    },
    ports::{
        chat::{Block, Chat, Message, Posting, Room, Text, Tone},
        templates::Templates,
    },
    store,
};

mod letters;

struct NoTemplates;

impl Templates for NoTemplates {
    fn all(&self) -> Vec<Arc<Template>> {
        Vec::new()
    }
}

fn person(handle: &str, role: Role) -> Person {
    Person {
        id: PersonId::parse(&format!("per_{handle}")).expect("an id"),
        handle: handle.to_owned(),
        name: format!("{handle} <b>"),
        email: format!("{handle}@example.org"),
        zone: chrono_tz::Europe::Berlin,
        roles: BTreeSet::from([role]),
        teams: BTreeSet::new(),
        active: true,
        origin: crate::domain::person::Origin::Listed,
        standing: Default::default(),
    }
}

async fn web() -> Web {
    let store = store::open("sqlite::memory:", &store::Options::default()).await.expect("a store");
    let mut tx = store.begin().await.expect("begun");
    for (handle, role) in [("dana", Role::Developer), ("dave", Role::Developer), ("alex", Role::Approver)] {
        tx.save_person(&person(handle, role)).await.expect("saved");
    }
    tx.commit().await.expect("committed");
    let hours = |n| chrono::TimeDelta::hours(n);
    let patience = Patience { remind_after: hours(4), lapse_after: hours(168) };
    let policy = Arc::new(Policy { patience, open_requests: 100, ..Policy::default() });
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(UuidIds));
    let console = Arc::new(Console::new(Arc::clone(&store), clock.clone(), ids.clone()));
    let templates = Arc::new(NoTemplates);
    let world = Arc::new(World { store, clock, ids, templates, policy, wake: Arc::new(Notify::new()) });
    Web { world, console, settings: Arc::default(), metrics: None, closing: CancellationToken::new() }
}

fn get(path: &str) -> axum::http::request::Builder {
    Request::get(path).header(header::HOST, "localhost:8080")
}

fn post(path: &str) -> axum::http::request::Builder {
    Request::post(path)
        .header(header::HOST, "localhost:8080")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

async fn ask(web: &Web, request: Request<Body>) -> Response<Body> {
    router(web.clone()).oneshot(request).await.expect("an answer")
}

async fn read(web: &Web, path: &str) -> String {
    text(ask(web, get(path).body(Body::empty()).expect("a request")).await).await
}

async fn text(response: Response<Body>) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    String::from_utf8(bytes.to_vec()).expect("text")
}

fn card(words: &str) -> Message {
    Message { summary: words.into(), tone: Tone::Plain, blocks: vec![Block::Paragraph(Text::plain(words))] }
}

async fn status(web: &Web, path: &str) -> StatusCode {
    ask(web, get(path).body(Body::empty()).expect("a request")).await.status()
}

#[tokio::test]
async fn the_approvers_channel_is_for_approvers() {
    let web = web().await;
    assert_eq!(status(&web, "/as/alex/approvals").await, StatusCode::OK);
    assert_eq!(status(&web, "/as/dana/approvals").await, StatusCode::FORBIDDEN);
    assert_eq!(status(&web, "/as/dana/approvals/events").await, StatusCode::FORBIDDEN);
    assert_eq!(status(&web, "/as/nobody/dm").await, StatusCode::NOT_FOUND);
    assert!(!read(&web, "/as/dana/dm").await.contains("href=\"/as/dana/approvals\""));
    assert!(read(&web, "/as/alex/dm").await.contains("href=\"/as/alex/approvals\""));
}

#[tokio::test]
async fn a_name_with_markup_in_it_is_only_a_name() {
    let page = read(&web().await, "/as/dana/dm").await;
    assert!(page.contains("dana &#60;b&#62;"), "{page}");
    assert!(!page.contains("dana <b>"));
}

#[tokio::test]
async fn a_line_sent_twice_is_said_once_and_seen_by_nobody_else() {
    let web = web().await;
    let id = web.world.ids.next();
    for _ in 0..2 {
        let body = Body::from(format!("id={id}&line=%2Ftemplate+list"));
        let response = ask(&web, post("/as/dana/dm/say").body(body).expect("a request")).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
    }
    let page = read(&web, "/as/dana/dm").await;
    assert_eq!(page.matches("<li class=\"msg").count(), 2, "the line and its answer: {page}");
    assert!(!read(&web, "/as/dave/dm").await.contains("<li class=\"msg"));
}

#[tokio::test]
async fn without_a_script_a_form_is_a_part_of_the_page() {
    let web = web().await;
    let body = Body::from(format!("id={}&line=%2Fkey+add", web.world.ids.next()));
    let page = text(ask(&web, post("/as/dana/dm/say").body(body).expect("a request")).await).await;
    assert!(page.contains("<dialog id=\"dialog\" aria-labelledby=\"dialog-title\" open>"), "{page}");
    assert!(page.contains("name=\"v-public_key\"") || page.contains("name=\"v-key\""), "{page}");
    let id = web.world.ids.next();
    let sent = Body::from(format!("id={id}&path=key&path=list"));
    let sent = ask(&web, post("/as/dana/dm/form").body(sent).expect("a request")).await;
    assert_eq!(sent.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_approvers_say_to_each_other_is_not_a_command() {
    let web = web().await;
    let body = Body::from(format!("id={}&line=good+morning", web.world.ids.next()));
    ask(&web, post("/as/alex/approvals/say").body(body).expect("a request")).await;
    let page = read(&web, "/as/alex/approvals").await;
    assert_eq!(page.matches("<li class=\"msg").count(), 1, "{page}");
}

#[tokio::test]
async fn foreign_names_and_foreign_pages_are_refused() {
    let web = web().await;
    let foreign = Request::get("/as/dana/dm").header(header::HOST, "evil.example:8080");
    let response = ask(&web, foreign.body(Body::empty()).expect("a request")).await;
    assert_eq!(response.status(), StatusCode::MISDIRECTED_REQUEST);
    let body = || Body::from(format!("id={}&line=%2Fhelp", web.world.ids.next()));
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "http://evil.example")] {
        let request = post("/as/dana/dm/say").header(name, value).body(body()).expect("a request");
        assert_eq!(ask(&web, request).await.status(), StatusCode::FORBIDDEN, "{name}");
    }
    let own = post("/as/dana/dm/say").header("origin", "http://localhost:8080").body(body());
    assert_eq!(ask(&web, own.expect("a request")).await.status(), StatusCode::SEE_OTHER);
    let large = post("/as/dana/dm/say").body(Body::from(vec![b'x'; 100_000])).expect("a request");
    assert_eq!(ask(&web, large).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn every_answer_says_what_a_browser_may_do_with_it() {
    let web = web().await;
    for path in ["/as/dana/dm", "/nothing", "/healthz", "/assets/console.css"] {
        let response = ask(&web, get(path).body(Body::empty()).expect("a request")).await;
        let policy = response.headers()["content-security-policy"].to_str().expect("text");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{path}");
        assert!(response.headers().contains_key("x-request-id"), "{path}");
    }
}

#[tokio::test]
async fn probes_answer_whatever_name_they_ask_for() {
    let web = web().await;
    for path in ["/healthz", "/readyz"] {
        let probe = Request::get(path).header(header::HOST, "10.0.0.7:8080");
        let response = ask(&web, probe.body(Body::empty()).expect("a request")).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
    }
    web.closing.cancel();
    assert_eq!(status(&web, "/readyz").await, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_file_is_sent_once() {
    let web = web().await;
    let first = ask(&web, get("/assets/console.js").body(Body::empty()).expect("a request")).await;
    let tag = first.headers()[header::ETAG].clone();
    let again = get("/assets/console.js").header(header::IF_NONE_MATCH, tag);
    let again = ask(&web, again.body(Body::empty()).expect("a request")).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(status(&web, "/assets/vendor/NOTICE").await, StatusCode::NOT_FOUND);
    assert_eq!(status(&web, "/assets/../mod.rs").await, StatusCode::NOT_FOUND);
}

/// Reads live events until `wanted` is in them.
async fn hear(web: &Web, request: axum::http::request::Builder, wanted: &str) -> String {
    let response = ask(web, request.body(Body::empty()).expect("a request")).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
    let mut stream = response.into_body().into_data_stream();
    let mut heard = String::new();
    let read = async {
        while !heard.contains(wanted) {
            let part = stream.next().await.expect("more").expect("no error");
            heard.push_str(&String::from_utf8_lossy(&part));
        }
    };
    tokio::time::timeout(Duration::from_secs(20), read).await.expect("heard in time");
    heard
}

#[tokio::test]
async fn a_browser_that_comes_back_misses_nothing_and_sees_only_its_own() {
    let web = web().await;
    let dana = Room::Direct(person("dana", Role::Developer).id);
    let dave = Room::Direct(person("dave", Role::Developer).id);
    let first = web.console.post(Posting::new(&dana, "k1", &card("first news"))).await.expect("posted");
    web.console.post(Posting::new(&dave, "k2", &card("for dave alone"))).await.expect("posted");
    let heard = hear(&web, get("/as/dana/dm/events?since=0"), "first news").await;
    let last = heard.lines().filter_map(|line| line.strip_prefix("id: ")).next_back().expect("an id");
    let last: i64 = last.parse().expect("a number");

    // While nobody listens: a rewrite, and a new message.
    web.console.rewrite(&first, &card("first news, changed")).await.expect("rewritten");
    web.console.post(Posting::new(&dana, "k3", &card("second news"))).await.expect("posted");
    let back = get("/as/dana/dm/events?since=0").header("last-event-id", last.to_string());
    let heard = hear(&web, back, "second news").await;
    assert!(heard.contains("first news, changed"), "{heard}");
    assert!(!heard.contains("for dave alone"), "{heard}");
}

#[tokio::test]
async fn the_same_message_posted_twice_is_there_once() {
    let web = web().await;
    let one =
        web.console.post(Posting::new(&Room::Approvers, "k", &card("a request"))).await.expect("posted");
    let two =
        web.console.post(Posting::new(&Room::Approvers, "k", &card("a request"))).await.expect("posted");
    assert_eq!(one, two);
    assert_eq!(read(&web, "/as/alex/approvals").await.matches("<li class=\"msg").count(), 1);
}
