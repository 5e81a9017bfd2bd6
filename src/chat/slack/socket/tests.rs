//! Connections on loopback, to a peer that says `hello`, sends what the test wants, and goes as the test wants.

use std::collections::VecDeque;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinHandle,
};
use tokio_tungstenite::{WebSocketStream, accept_async, tungstenite::Message};

use super::*;
use crate::chat::slack::inbound::tests::world::{Place, TEAM};

type Socket = WebSocketStream<TcpStream>;

struct Peer {
    place: Place,
    sockets: mpsc::UnboundedReceiver<Socket>,
    stop: CancellationToken,
    keeping: JoinHandle<()>,
}

impl Peer {
    async fn open(connections: u32) -> Self {
        let place = Place::open().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("ws://{}/link/?ticket=secret", listener.local_addr().expect("an address"));
        place.api.answers("apps.connections.open", json!({"ok": true, "url": url}));
        let (accepted, sockets) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(socket) = accept_async(stream).await else { continue };
                if accepted.send(socket).is_err() {
                    return;
                }
            }
        });
        let stop = CancellationToken::new();
        let sockets_of = Sockets {
            reception: place.reception.clone(),
            client: place.client.clone(),
            standing: place.standing.clone(),
            ids: place.world.ids.clone(),
            token: SlackApiToken::new("xapp-test".into()),
            connections,
        };
        let keeping = tokio::spawn(sockets_of.keep(stop.clone()));
        Self { place, sockets, stop, keeping }
    }

    /// The next connection that is made, greeted.
    async fn next(&mut self) -> Socket {
        let mut socket = within(self.sockets.recv()).await.expect("a connection");
        say(&mut socket, json!({"type": "hello", "num_connections": 1})).await;
        socket
    }

    /// Waits until that many are known to be open.
    async fn stands(&self, open: u32) {
        let wanted = format!("{open} open");
        let stands = async {
            while !self.place.standing.lines().iter().any(|line| line.says == wanted) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        within(stands).await;
    }
}

async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what).await.expect("in time")
}

async fn say(socket: &mut Socket, what: Value) {
    socket.send(Message::text(what.to_string())).await.expect("sent");
}

async fn send_command(socket: &mut Socket, place: &Place, trigger: &str) {
    let payload = json!({
        "team_id": TEAM, "user_id": "U1", "command": "/env", "text": "list", "trigger_id": trigger,
        "response_url": place.respond(),
    });
    let envelope = json!({"type": "slash_commands", "envelope_id": format!("e-{trigger}"), "payload": payload,
        "accepts_response_payload": true});
    say(socket, envelope).await;
}

/// The next acknowledgement.
async fn hear(socket: &mut Socket) -> Value {
    loop {
        match within(socket.next()).await {
            Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).expect("JSON"),
            Some(Ok(_)) => {}
            other => panic!("no acknowledgement: {other:?}"),
        }
    }
}

#[tokio::test]
async fn the_acknowledgement_carries_the_answer() {
    let mut peer = Peer::open(1).await;
    let mut socket = peer.next().await;
    peer.stands(1).await;
    send_command(&mut socket, &peer.place, "t1").await;
    let heard = hear(&mut socket).await;
    assert_eq!(
        (&heard["envelope_id"], &heard["payload"]["response_type"]),
        (&json!("e-t1"), &json!("ephemeral"))
    );
    say(&mut socket, json!({"type": "of_tomorrow", "envelope_id": "e2", "payload": 7})).await;
    assert_eq!(
        hear(&mut socket).await,
        json!({"envelope_id": "e2"}),
        "what is not known is acknowledged too"
    );
    say(
        &mut socket,
        json!({"type": "interactive", "envelope_id": "e3", "payload": {"type": "block_actions"}}),
    )
    .await;
    assert_eq!(
        hear(&mut socket).await,
        json!({"envelope_id": "e3"}),
        "it could not be read the next time either"
    );
}

#[tokio::test]
async fn an_event_that_could_not_be_dealt_with_is_not_acknowledged() {
    let mut peer = Peer::open(1).await;
    let mut socket = peer.next().await;
    peer.place.api.answers("views.publish", json!(500));
    let event = json!({"team_id": TEAM, "event_id": "Ev1", "event_time": 1,
        "event": {"type": "app_home_opened", "user": "U1", "tab": "home"}});
    say(&mut socket, json!({"type": "events_api", "envelope_id": "e1", "payload": event})).await;
    peer.place.api.until("views.publish", 1).await;
    peer.place.api.answers("views.publish", json!({"ok": true}));
    say(&mut socket, json!({"type": "events_api", "envelope_id": "e2", "payload": event})).await;
    assert_eq!(hear(&mut socket).await, json!({"envelope_id": "e2"}));
}

#[tokio::test]
async fn nothing_is_lost_while_slack_asks_for_another_connection() {
    let mut peer = Peer::open(1).await;
    let mut old = peer.next().await;
    send_command(&mut old, &peer.place, "t1").await;
    say(&mut old, json!({"type": "disconnect", "reason": "refresh_requested"})).await;
    // After the announcement, but before anything else is open.
    send_command(&mut old, &peer.place, "t2").await;
    assert_eq!(hear(&mut old).await["envelope_id"], "e-t1");
    assert_eq!(hear(&mut old).await["envelope_id"], "e-t2");
    let mut new = peer.next().await;
    peer.stands(2).await;
    send_command(&mut old, &peer.place, "t3").await;
    assert_eq!(hear(&mut old).await["envelope_id"], "e-t3", "until Slack closes it");
    drop(old);
    peer.stands(1).await;
    send_command(&mut new, &peer.place, "t4").await;
    assert_eq!(hear(&mut new).await["envelope_id"], "e-t4");
}

#[tokio::test]
async fn what_was_done_before_a_cut_is_answered_after_it() {
    let mut peer = Peer::open(1).await;
    let mut socket = peer.next().await;
    send_command(&mut socket, &peer.place, "t1").await;
    drop(hear(&mut socket).await);
    // Cut without a close frame: Slack never saw the acknowledgement, and sends it again.
    drop(socket);
    let mut socket = peer.next().await;
    send_command(&mut socket, &peer.place, "t1").await;
    assert_eq!(hear(&mut socket).await["payload"]["response_type"], "ephemeral");
}

#[tokio::test]
async fn connections_that_are_cut_at_once_are_made_ever_more_slowly() {
    let mut peer = Peer::open(1).await;
    let mut moments = VecDeque::new();
    for _ in 0..3 {
        drop(peer.next().await);
        moments.push_back(Instant::now());
    }
    let gaps: Vec<Duration> =
        moments.iter().zip(moments.iter().skip(1)).map(|(one, next)| *next - *one).collect();
    // The pauses are 250 and 500 ms, less a quarter at most.
    let least = [187, 375].map(Duration::from_millis);
    assert!(gaps.iter().zip(least).all(|(gap, least)| *gap >= least), "{gaps:?}");
    peer.stands(0).await;
}

#[tokio::test]
async fn it_ends_when_it_is_told_to() {
    let mut peer = Peer::open(2).await;
    let mut sockets = [peer.next().await, peer.next().await];
    peer.stands(2).await;
    peer.stop.cancel();
    within(peer.keeping).await.expect("no panic");
    for socket in &mut sockets {
        let end = within(async { while let Some(Ok(_)) = socket.next().await {} });
        end.await;
    }
    assert!(peer.sockets.try_recv().is_err(), "no other connection is made");
}

#[tokio::test]
async fn why_it_cannot_connect_is_known_without_the_ticket() {
    let peer = Peer::open(0).await;
    let token = SlackApiToken::new("xapp-test".into());
    assert_eq!(peer.place.client.may_connect(&token).await, Ok(()));
    peer.place.api.answers("apps.connections.open", json!({"ok": false, "error": "invalid_auth"}));
    let trouble = peer.place.client.may_connect(&token).await.expect_err("refused");
    assert!(trouble.to_string().contains("invalid_auth"), "{trouble}");
    peer.stands(0).await;
}
