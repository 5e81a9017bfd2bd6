//! Streams of events: what one may see, nothing twice and nothing missed, and an end when one may listen no more.

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};

use crate::{
    client::{PATIENCE, call, head},
    place::Place,
};

/// A stream that somebody listens to.
struct Stream(BufReader<TcpStream>);

/// One event.
#[derive(Debug, Clone, PartialEq)]
struct Event {
    id: i64,
    name: String,
    data: Value,
}

impl Stream {
    /// Begins to listen; the status when it is not let.
    async fn open(place: &Place, token: &str, more: &[(&str, &str)]) -> Result<Self, u16> {
        let bearer = format!("Bearer {token}");
        let mut headers = vec![("authorization", bearer.as_str())];
        headers.extend(more);
        let mut stream = TcpStream::connect(place.at).await.expect("a connection");
        stream.write_all(call("GET", "/v1/events", &headers, "").as_bytes()).await.expect("sent");
        let mut stream = BufReader::new(stream);
        let (status, headers) = timeout(PATIENCE, head(&mut stream)).await.expect("in time").expect("a head");
        if status != 200 {
            return Err(status);
        }
        assert!(
            headers.contains(&("content-type".to_owned(), "text/event-stream".to_owned())),
            "{headers:?}"
        );
        Ok(Self(stream))
    }

    /// The next event; `None` when the stream ends.
    async fn next(&mut self) -> Option<Event> {
        let (mut id, mut name, mut data) = (None, None, None);
        loop {
            let mut line = String::new();
            let read = timeout(PATIENCE, self.0.read_line(&mut line)).await.expect("something in time");
            if read.ok()? == 0 || line.trim_end() == "0" {
                return None;
            }
            let line = line.trim_end();
            match line.split_once(": ") {
                Some(("id", text)) => id = text.parse().ok(),
                Some(("event", text)) => name = Some(text.to_owned()),
                Some(("data", text)) => data = serde_json::from_str(text).ok(),
                _ => {}
            }
            if let (true, Some(id), Some(name), Some(data)) = (line.is_empty(), id, &name, &data) {
                return Some(Event { id, name: name.clone(), data: Value::clone(data) });
            }
        }
    }

    async fn names(&mut self, count: usize) -> Vec<(String, String)> {
        let mut names = Vec::new();
        for _ in 0..count {
            let event = self.next().await.expect("an event");
            assert_eq!(event.data["seq"], event.id);
            assert_eq!(event.data["type"], event.name.as_str());
            names.push((event.name, event.data["about"].as_str().expect("a name").to_owned()));
        }
        names
    }
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.map(|(name, about)| (name.to_owned(), about.to_owned())).to_vec()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_hears_what_they_may_see() {
    let place = Place::new().await;
    let (dana, ada) = (place.token("dana", "ears").await, place.token("ada", "ears").await);
    let root = place.token("root", "ears").await;
    let mut own = Stream::open(&place, &dana, &[]).await.expect("a stream");
    let mut environments = Stream::open(&place, &ada, &[]).await.expect("a stream");
    let mut all = Stream::open(&place, &root, &[]).await.expect("a stream");
    place.world.says("erin", "/env request web").await;
    place.world.says("erin", "/key remove erin-laptop").await;
    place.world.says("dana", "/env request web").await;
    place.world.settles().await;
    place.world.says("dana", "/token create other").await;
    let (one, two) = (place.world.real("web-1"), place.world.real("web-2"));
    let heard = own.names(3).await;
    assert_eq!(heard, pairs([("requested", &two), ("pending", &two), ("token_made", "@dana")]));
    let heard = all.names(6).await;
    for wanted in
        [("requested", one.as_str()), ("requested", &two), ("key_removed", "@erin"), ("token_made", "@dana")]
    {
        assert!(heard.contains(&(wanted.0.to_owned(), wanted.1.to_owned())), "{wanted:?} in {heard:?}");
    }
    // An approver sees what is asked for and what there is, and of people only themselves, as in the audit log.
    let heard = environments.names(4).await;
    assert!(heard.iter().all(|(_, about)| [&one, &two].contains(&about)), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_back_misses_nothing() {
    let place = Place::new().await;
    let dana = place.token("dana", "ears").await;
    let mut stream = Stream::open(&place, &dana, &[]).await.expect("a stream");
    place.world.says("dana", "/token create a").await;
    let first = stream.next().await.expect("an event");
    drop(stream);
    for name in ["b", "c"] {
        place.world.says("dana", &format!("/token create {name}")).await;
    }
    let last = first.id.to_string();
    let mut stream = Stream::open(&place, &dana, &[("last-event-id", &last)]).await.expect("a stream");
    let (second, third) = (stream.next().await.expect("one"), stream.next().await.expect("another"));
    assert_eq!((&second.data["fact"]["name"], &third.data["fact"]["name"]), (&"b".into(), &"c".into()));
    assert!(first.id < second.id && second.id < third.id);
    place.world.says("dana", "/token create d").await;
    assert_eq!(stream.next().await.expect("one more").data["fact"]["name"], "d");
    // An id that is yet to come is nobody's, and what is no id is told.
    let late = Stream::open(&place, &dana, &[("last-event-id", "999999999")]).await;
    drop(late.expect("a stream"));
    for wrong in ["x", "1;DROP", "99999999999999999999"] {
        assert_eq!(Stream::open(&place, &dana, &[("last-event-id", wrong)]).await.err(), Some(400));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_listens_longer_than_they_may() {
    let place = Place::new().await;
    let listens = async |token: String| Stream::open(&place, &token, &[]).await.expect("a stream");
    let mut revoked = listens(place.token("dana", "revoked").await).await;
    place.world.says("dana", "/token revoke revoked").await;
    assert_eq!(revoked.next().await, None, "what ends a token is not told with it");
    let mut expired = listens(place.token("dana", "short for=5m").await).await;
    place.world.sleeps(chrono::TimeDelta::minutes(5));
    assert_eq!(expired.next().await, None);
    let mut left = listens(place.token("dana", "left").await).await;
    place.world.deactivates("dana").await;
    assert_eq!(left.next().await, None);
    let mut closed = listens(place.token("erin", "closed").await).await;
    place.closing.cancel();
    assert_eq!(closed.next().await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_a_limit_of_streams_and_who_goes_makes_room() {
    let place = Place::new().await;
    let (one, two) = (place.token("dana", "one").await, place.token("dana", "two").await);
    let first = Stream::open(&place, &one, &[]).await.expect("a stream");
    let _second = Stream::open(&place, &two, &[]).await.expect("a stream");
    assert_eq!(Stream::open(&place, &one, &[]).await.err(), Some(429), "two for each person here");
    let erin = place.token("erin", "one").await;
    assert!(Stream::open(&place, &erin, &[]).await.is_ok(), "somebody else has their own");
    drop(first);
    let again = async {
        while Stream::open(&place, &one, &[]).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, again).await.expect("there is room again");
}
