//! Words that people say by the API stay words in Slack, in Discord and in letters: nothing of them mentions, links or
//! formats, and no header is made of them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sublet::{
    chat::{discord, names::Names, slack},
    mail::{self, Settings, Transport},
    ports::chat::Message,
};

use crate::{client::call, letters::heads, place::Place, world::World};

/// Words that would call everybody, somebody, and be bold, if they were let.
const MARKED: &str =
    "<!channel> *x* @everyone <@U1> <@&15> [bank](https://evil.example) <https://evil.example|bank>";
const HEADERS: &str = "late\r\nBcc: evil@example.org\r\n\r\n<script>";

/// Says that everywhere where the API takes words; how many answers there were.
async fn said(place: &Place, words: &str) -> usize {
    let mut tokens = Vec::new();
    for who in ["dana", "ada", "bob", "root"] {
        tokens.push(place.token(who, "all scopes=read,use,review,admin").await);
    }
    let [dana, ada, bob, root] = &tokens[..] else { panic!("four tokens") };
    let mut said = 0;
    let mut send = async |method: &str, at: &str, token: &str, body: Value| {
        let answer = sends(place, method, at, token, &body).await;
        assert!(matches!(answer.0, 200 | 201), "{method} {at}: {answer:?}");
        said += 1;
        place.world.settles().await;
        answer.1
    };
    let id = |answer: Value| answer["id"].as_str().expect("an id").to_owned();
    let one = json!({"template": "web", "for": "2d", "reason": words});
    let first = id(send("POST", "/v1/requests", dana, one.clone()).await);
    send(
        "POST",
        &format!("/v1/requests/{first}/reviews"),
        ada,
        json!({"decision": "reject", "reason": words}),
    )
    .await;
    let second = id(send("POST", "/v1/requests", dana, one).await);
    send("PATCH", &format!("/v1/requests/{second}"), dana, json!({"reason": format!("2 {words}")})).await;
    send("POST", &format!("/v1/requests/{second}/reviews"), bob, json!({"decision": "approve"})).await;
    let request = send("GET", &format!("/v1/requests/{second}"), dana, Value::Null).await;
    let lease =
        request["_links"]["lease"]["href"].as_str().expect("a lease").rsplit('/').next().expect("an id");
    let more = json!({"lease": lease, "for": "1d", "reason": words});
    let extension = id(send("POST", "/v1/extensions", dana, more).await);
    let no = json!({"decision": "reject", "reason": words});
    send("POST", &format!("/v1/extensions/{extension}/reviews"), bob, no).await;
    send("POST", "/v1/people/per_dana/remove", root, json!({"reason": words})).await;
    said
}

async fn sends(place: &Place, method: &str, at: &str, token: &str, body: &Value) -> (u16, Value) {
    let bearer = format!("Bearer {token}");
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let length = text.len().to_string();
    let mut headers = vec![("authorization", bearer.as_str())];
    let answer = if method == "PATCH" {
        headers.extend([("if-match", "*"), ("content-type", "application/merge-patch+json")]);
        headers.push(("content-length", length.as_str()));
        place.raw(&(call(method, at, &headers, "") + &text)).await
    } else {
        place.raw(&call(method, at, &headers, &text)).await
    };
    (answer.status, serde_json::from_str(&answer.body).unwrap_or_default())
}

/// Every message that was posted and has these words.
fn posted(world: &World, words: &str) -> Vec<Message> {
    let all = world.outside.chat.messages().into_iter().map(|posted| posted.message);
    all.filter(|message| format!("{message:?}").contains(words)).collect()
}

/// Every text of a body, wherever it stands.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|one| texts(one, found)),
        Value::Object(members) => members.values().for_each(|one| texts(one, found)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mark_up_of_chat_stays_words() {
    let place = Place::patient().await;
    let said = said(&place, MARKED).await;
    let messages = posted(&place.world, "evil.example");
    assert!(said > 7 && messages.len() > 3, "{said} said, {} shown", messages.len());
    let nobody = Names::default();
    for message in &messages {
        let body = serde_json::to_value(slack::render::message(message, &nobody, None)).expect("JSON");
        let mut all = Vec::new();
        texts(&body, &mut all);
        let shown = all.iter().filter(|text| text.contains("evil.example")).count();
        assert!(shown > 0, "the words are shown: {body}");
        for text in &all {
            for live in ["<!channel", "<@", "<https://", "*x*", "<#"] {
                assert!(!text.contains(live), "{live} lives in Slack: {text}");
            }
        }
        let body = discord::render::message(message, &nobody, None);
        assert_eq!(body["allowed_mentions"]["parse"], json!([]), "nobody is called: {body}");
        let mut all = Vec::new();
        texts(&body, &mut all);
        assert!(all.iter().any(|text| text.contains("evil")), "the words are shown: {body}");
        for text in &all {
            for live in ["<!channel", "<@", "<https", "[bank](", "*x*", "@everyone"] {
                let escaped = text.replace(&format!("\\{live}"), "").replace("\\*x\\*", "");
                assert!(!escaped.contains(live), "{live} lives in Discord: {text}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_header_of_a_letter_comes_by_the_api() {
    let mut place = Place::patient().await;
    place.world.has_no_chat().await;
    let dana = place.token("dana", "name scopes=read,use").await;
    // A name with an end of line is refused at once.
    for name in ["Dana\r\nBcc: evil@example.org", "Dana\nX: y", "Dana\u{0085}X: y", "Dana\u{2028}X: y\u{0}"] {
        let told = sends(&place, "PATCH", "/v1/people/me", &dana, &json!({ "name": name })).await;
        assert_eq!(told.0, 422, "{name:?}: {told:?}");
    }
    said(&place, HEADERS).await;
    let folder = tempfile::tempdir().expect("a folder");
    let transport = Transport::Folder(folder.path().to_owned());
    let settings = Settings { from: "Sublet <sublet@example.org>".to_owned(), transport };
    let post = mail::open(&settings, place.world.outside.clock.clone()).expect("mail");
    let letters = place.world.outside.mail.letters();
    for letter in &letters {
        post.send(letter).await.expect("it is sent");
    }
    let single: BTreeSet<&String> = letters.iter().map(|letter| &letter.key).collect();
    assert_eq!(heads(folder.path()), single.len());
    assert!(letters.iter().any(|letter| letter.text.contains("Bcc: evil@example.org")), "the words are kept");
}
