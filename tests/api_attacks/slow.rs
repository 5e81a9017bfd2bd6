//! Clients that are slow on purpose are cut off, and meanwhile everybody else is answered.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};

use crate::{
    client::{PATIENCE, answer},
    place::Place,
};

/// Reads until the other side hangs up; how long that took, and what it said.
async fn until_closed(mut stream: TcpStream) -> (Duration, String) {
    let begun = Instant::now();
    let mut bytes = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    let _ = read.expect("it is cut off");
    (begun.elapsed(), String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_heads_are_cut_off() {
    let place = Place::new().await;
    let token = place.token("dana", "laptop").await;
    let mut slow = Vec::new();
    // Nothing, a letter that could begin either HTTP, half a preface, half a head; fifty of each.
    for start in ["", "P", "PRI * HTTP/2.0\r\n", "GET /v1/tokens HTTP/1.1\r\nhost: x\r\nx-a: "] {
        for _ in 0..50 {
            let mut stream = TcpStream::connect(place.at).await.expect("a connection");
            stream.write_all(start.as_bytes()).await.expect("sent");
            slow.push(stream);
        }
    }
    assert_eq!(place.ask("GET", "/v1/tokens", &token, "").await.status, 200, "others are answered meanwhile");
    for stream in slow {
        let (took, said) = until_closed(stream).await;
        assert!(took < PATIENCE && !said.contains("200 OK"), "{took:?}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_drips_is_cut_off_all_the_same() {
    let place = Place::new().await;
    let mut stream = TcpStream::connect(place.at).await.expect("a connection");
    let begun = Instant::now();
    // A byte now and then is no reason to wait longer: it is the whole head that has its time.
    let mut sent = stream.write_all(b"GET /v1/tokens HTTP/1.1\r\nhost: x\r\nx-a: ").await;
    while sent.is_ok() && begun.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(50)).await;
        sent = stream.write_all(b"a").await;
    }
    assert!(sent.is_err(), "it was never cut off");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_bodies_are_cut_off() {
    let place = Place::new().await;
    let token = place.token("dana", "laptop").await;
    let head = format!(
        "POST /v1/tokens HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: 1000\r\n\r\n{{\"name\":"
    );
    let mut slow = Vec::new();
    for _ in 0..50 {
        let mut stream = TcpStream::connect(place.at).await.expect("a connection");
        stream.write_all(head.as_bytes()).await.expect("sent");
        slow.push(stream);
    }
    assert_eq!(place.ask("GET", "/v1/tokens", &token, "").await.status, 200, "others are answered meanwhile");
    for stream in slow {
        let told = timeout(PATIENCE, answer(&mut BufReader::new(stream))).await.expect("in time");
        told.expect("an answer").problem(408);
    }
    let list = place.ask("GET", "/v1/tokens", &token, "").await.items();
    assert_eq!(list.len(), 1, "nothing was made of half a body");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_closes_though_somebody_is_slow() {
    let place = Place::new().await;
    let _idle = TcpStream::connect(place.at).await.expect("a connection");
    let mut half = TcpStream::connect(place.at).await.expect("a connection");
    half.write_all(b"GET /v1/tok").await.expect("sent");
    place.closing.cancel();
    timeout(PATIENCE, place.serving).await.expect("it ends").expect("well");
}
