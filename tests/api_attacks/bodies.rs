//! Bodies and headers that nobody needs.

use crate::{
    client::{call, send},
    place::Place,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_that_nobody_offered_are_refused() {
    let place = Place::new().await;
    let token = place.token("dana", "laptop").await;
    for body in [
        r#"{"name":"x","person":"per_root"}"#,
        r#"{"name":"x","expires_at":"2099-01-01T00:00:00Z"}"#,
        r#"{"name":"x","secret":"sublet_mine"}"#,
        r#"{"name":"x","digest":"00","id":"tok_1"}"#,
        r#"{"name":"x","__proto__":{"scopes":["admin"]}}"#,
        r#"{"name":"x","name":"y"}"#,
        r#"{"name":"x","scopes":["read"],"scopes":["admin"]}"#,
        r#"{"name":["x"]}"#,
        r#"{"name":null}"#,
        r#"{"name":"x","scopes":"read"}"#,
        r#"["x"]"#,
        r#""x""#,
        "{}",
    ] {
        place.ask("POST", "/v1/tokens", &token, body).await.problem(422);
    }
    for body in ["{", "nonsense", "{\"name\":\"x\"}{}", "{\"name\":\"\\ud800\"}", "{'name':'x'}", "NaN"] {
        let answer = place.ask("POST", "/v1/tokens", &token, body).await;
        assert!(matches!(answer.status, 400 | 422), "{body}: {answer:?}");
        answer.problem(answer.status);
    }
    for name in
        ["a b", "x\\ny", "\\u202etxt", "../x", "", "<b>", "x\\r\\nBcc: a@b.c", "'; DROP TABLE tokens; --"]
    {
        let body = format!("{{\"name\":\"{name}\"}}");
        place.ask("POST", "/v1/tokens", &token, &body).await.problem(422);
    }
    let list = place.ask("GET", "/v1/tokens", &token, "").await.items();
    assert_eq!(list.len(), 1, "nothing was made: {list:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_without_a_measure_are_cut_off() {
    let place = Place::new().await;
    let token = place.token("dana", "laptop").await;
    let deep = format!("{{\"name\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
    let answer = place.ask("POST", "/v1/tokens", &token, &deep).await;
    assert!(matches!(answer.status, 400 | 422), "{answer:?}");
    let wide = format!("{{\"name\":\"x\",\"scopes\":[{}\"read\"]}}", "\"read\",".repeat(8_000));
    let answer = place.ask("POST", "/v1/tokens", &token, &wide).await;
    assert!(matches!(answer.status, 201 | 422), "{answer:?}");
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(200_000));
    assert_eq!(place.ask("POST", "/v1/tokens", &token, &large).await.status, 413);
    // The same without saying how long it is.
    let mut chunked = call("POST", "/v1/tokens", &[("authorization", &format!("Bearer {token}"))], "");
    chunked = chunked.trim_end().to_owned();
    chunked.push_str("\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n");
    for _ in 0..50 {
        chunked.push_str(&format!("1000\r\n{}\r\n", "x".repeat(0x1000)));
    }
    let answer = send(place.at, chunked.as_bytes()).await;
    assert!(answer.is_none_or(|answer| answer.status == 413 || answer.status == 400), "cut off");
    assert_eq!(place.ask("GET", "/v1/tokens", &token, "").await.status, 200, "it still answers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_without_a_measure_are_cut_off() {
    let place = Place::new().await;
    let token = place.token("dana", "laptop").await;
    let many: String = (0..2_000).map(|number| format!("x-{number}: 1\r\n")).collect();
    let long = format!("x-long: {}\r\n", "x".repeat(1 << 20));
    let address = format!("GET /v1/tokens?{} HTTP/1.1\r\nhost: x\r\n\r\n", "x".repeat(200_000));
    let head = "GET /v1/tokens HTTP/1.1\r\nhost: x\r\n";
    for text in [format!("{head}{many}\r\n"), format!("{head}{long}\r\n"), address] {
        let answer = send(place.at, text.as_bytes()).await;
        assert!(answer.is_none_or(|answer| matches!(answer.status, 400 | 414 | 431)), "{}", &text[..60]);
    }
    // Two lengths, or a length and chunks: whoever stands in front could see another call than we do.
    for lengths in
        ["content-length: 4\r\ncontent-length: 9\r\n", "content-length: 4\r\ntransfer-encoding: chunked\r\n"]
    {
        let text =
            format!("POST /v1/tokens HTTP/1.1\r\nhost: x\r\n{lengths}\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n");
        let answer = send(place.at, text.as_bytes()).await;
        assert!(answer.is_none_or(|answer| matches!(answer.status, 400 | 401)), "{lengths}");
    }
    assert_eq!(place.ask("GET", "/v1/tokens", &token, "").await.status, 200, "it still answers");
}
