//! Socket Mode: connections with one-time tickets, `hello`, envelopes and their acknowledgements, `disconnect`.

use std::sync::Weak;

use chrono::TimeDelta;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request, Response},
    },
};
use tokio_util::sync::CancellationToken;

use super::{
    APP, Inner, Slack,
    state::{Envelope, State},
};

/// How long an address for a socket is good.
const TICKET: TimeDelta = TimeDelta::seconds(30);

/// An open socket.
pub(super) struct Connection {
    orders: mpsc::UnboundedSender<Order>,
}

enum Order {
    Say(String),
    Close,
    Cut,
}

/// When the connection that carries an envelope is cut, without a close frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Right after the envelope was sent; what the app answers does not arrive.
    AfterTheEnvelope,
    /// When the acknowledgement comes, which is lost.
    BeforeTheAcknowledgement,
    /// Right after the acknowledgement was taken.
    AfterTheAcknowledgement,
}

/// Accepts sockets until told to stop.
pub(super) async fn accept(listener: TcpListener, slack: Weak<Inner>, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        tokio::spawn(serve(stream, slack.clone(), stop.clone()));
    }
}

async fn serve(stream: TcpStream, slack: Weak<Inner>, stop: CancellationToken) {
    let let_in = |request: &Request, response: Response| match slack.upgrade().map(Slack) {
        Some(slack) if slack.takes_ticket(request.uri().query().unwrap_or_default()) => Ok(response),
        _ => {
            let mut refused = ErrorResponse::new(Some("a ticket is good for one socket".to_owned()));
            *refused.status_mut() = axum::http::StatusCode::FORBIDDEN;
            Err(refused)
        }
    };
    let Ok(socket) = accept_hdr_async(stream, let_in).await else { return };
    let (orders, todo) = mpsc::unbounded_channel();
    let Some(number) = slack.upgrade().map(|inner| Slack(inner).opened(orders)) else { return };
    talk(socket, todo, &slack, number, stop).await;
    if let Some(inner) = slack.upgrade() {
        Slack(inner).with(|state| state.ended(number));
    }
}

/// Carries out orders and takes acknowledgements until the socket ends. When this returns, it is cut.
async fn talk(
    mut socket: WebSocketStream<TcpStream>,
    mut todo: mpsc::UnboundedReceiver<Order>,
    slack: &Weak<Inner>,
    number: u64,
    stop: CancellationToken,
) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            order = todo.recv() => match order {
                Some(Order::Say(text)) => {
                    if socket.send(Message::text(text)).await.is_err() {
                        return;
                    }
                }
                Some(Order::Close) => {
                    let _ = socket.close(None).await;
                    return;
                }
                Some(Order::Cut) | None => return,
            },
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    let Some(inner) = slack.upgrade() else { return };
                    if Slack(inner).with(|state| state.acknowledged(number, &text)) == Next::Cut {
                        return;
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}

/// What follows for a connection.
#[derive(PartialEq, Eq)]
enum Next {
    Stay,
    Cut,
}

impl Slack {
    /// Tells each connection that it will end soon.
    pub fn warns(&self) {
        self.with(|state| state.tell_all("warning"));
    }

    /// Tells each connection to come again, and closes it.
    pub fn refreshes(&self) {
        self.with(|state| {
            state.tell_all("refresh_requested");
            state.order_all(|| Order::Close);
        });
    }

    /// Cuts every connection without a close frame.
    pub fn cuts(&self) {
        self.with(|state| state.order_all(|| Order::Cut));
    }

    /// Waits until so many sockets are open.
    pub async fn connected(&self, count: usize) {
        self.until("sockets of the app", |state| (state.sockets() >= count).then_some(())).await;
    }

    fn takes_ticket(&self, query: &str) -> bool {
        let now = self.now();
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        let ticket = pairs.find(|(name, _)| name == "ticket").map(|(_, value)| value.into_owned());
        let made = self.with(|state| state.tickets.remove(&ticket.unwrap_or_default()));
        made.is_some_and(|made| now - made <= TICKET)
    }

    fn opened(&self, orders: mpsc::UnboundedSender<Order>) -> u64 {
        self.with(|state| {
            let number = state.next();
            let count = state.connections.len() + 1;
            let info = json!({ "host": format!("applink-{number}"), "build_number": 1, "approximate_connection_time": 3600 });
            let hello = json!({
                "type": "hello", "num_connections": count, "debug_info": info,
                "connection_info": { "app_id": APP },
            });
            let _ = orders.send(Order::Say(hello.to_string()));
            state.connections.insert(number, Connection { orders });
            state.connected += 1;
            state.hand_out();
            number
        })
    }

    /// Sends an envelope over one of the connections; the receiver gets what the acknowledgement says.
    pub(super) fn envelope(
        &self,
        kind: &str,
        payload: &Value,
        retry: Option<(u32, &str)>,
    ) -> (String, oneshot::Receiver<Value>) {
        let (answer, answered) = oneshot::channel();
        let id = self.with(|state| {
            let id = format!("envelope-{}", state.next());
            let mut text = json!({
                "envelope_id": id, "type": kind, "accepts_response_payload": kind != "events_api",
                "payload": payload,
            });
            if kind == "events_api" {
                let (attempt, reason) = retry.unwrap_or((0, ""));
                text["retry_attempt"] = json!(attempt);
                text["retry_reason"] = json!(reason);
            }
            let envelope = Envelope { text: text.to_string(), connection: None, answer };
            state.envelopes.insert(id.clone(), envelope);
            state.hand_out();
            id
        });
        (id, answered)
    }
}

impl State {
    fn tell_all(&mut self, reason: &str) {
        let host = json!({ "host": "applink" });
        let text = json!({ "type": "disconnect", "reason": reason, "debug_info": host }).to_string();
        self.order_all(|| Order::Say(text.clone()));
    }

    fn order_all(&mut self, order: impl Fn() -> Order) {
        for connection in self.connections.values() {
            let _ = connection.orders.send(order());
        }
    }

    /// Gives every envelope that nobody carries to a connection, in turn.
    fn hand_out(&mut self) {
        let open: Vec<u64> = self.connections.keys().copied().collect();
        if open.is_empty() {
            return;
        }
        let turn = self.connected + self.counter;
        let free = self.envelopes.values_mut().filter(|envelope| envelope.connection.is_none());
        for (envelope, turn) in free.zip(usize::try_from(turn).unwrap_or_default()..) {
            let number = open[turn % open.len()];
            let orders = &self.connections[&number].orders;
            let _ = orders.send(Order::Say(envelope.text.clone()));
            envelope.connection = Some(number);
            if self.cut.first() == Some(&Cut::AfterTheEnvelope) {
                self.cut.remove(0);
                let _ = orders.send(Order::Cut);
            }
        }
    }

    fn acknowledged(&mut self, number: u64, text: &str) -> Next {
        let said: Value = serde_json::from_str(text).unwrap_or_default();
        let id = said["envelope_id"].as_str().unwrap_or_default();
        let known = self.envelopes.contains_key(id);
        let next = if known { self.cut.first().copied() } else { None };
        if next == Some(Cut::BeforeTheAcknowledgement) {
            self.cut.remove(0);
            return Next::Cut;
        }
        if let Some(envelope) =
            self.envelopes.remove(id).filter(|envelope| envelope.connection == Some(number))
        {
            let _ = envelope.answer.send(said["payload"].clone());
        }
        if next == Some(Cut::AfterTheAcknowledgement) {
            self.cut.remove(0);
            return Next::Cut;
        }
        Next::Stay
    }

    /// A connection ended: what it carried unacknowledged goes to another one, or waits for one.
    fn ended(&mut self, number: u64) {
        self.connections.remove(&number);
        for envelope in self.envelopes.values_mut().filter(|envelope| envelope.connection == Some(number)) {
            envelope.connection = None;
        }
        self.hand_out();
    }
}
