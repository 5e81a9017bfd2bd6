//! The gateway's own rules, tried from outside: beginning, resuming, refusals, and what is cut on demand.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use super::{
    super::{
        Discord, TOKEN,
        rules::{GUILD, discord},
    },
    Cut,
};

/// What comes next on a socket.
#[derive(Debug, PartialEq)]
enum Heard {
    Json(Value),
    Closed(u16),
    Cut,
}

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(discord: &Discord) -> Self {
        let url = format!("{}/?v=10&encoding=json", discord.gateway());
        let mut socket = Self(connect_async(url).await.expect("a socket").0);
        let Heard::Json(hello) = socket.hears().await else { panic!("no hello") };
        assert_eq!(
            (hello["op"].as_u64(), hello["d"]["heartbeat_interval"].as_u64()),
            (Some(10), Some(41_250))
        );
        socket
    }

    async fn says(&mut self, json: Value) {
        self.0.send(Message::text(json.to_string())).await.expect("it is sent");
    }

    async fn hears(&mut self) -> Heard {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => Heard::Json(serde_json::from_str(&text).expect("JSON")),
            // Stored blocks: what is compressed stands between the head and the sum.
            Some(Ok(Message::Binary(bytes))) => {
                Heard::Json(serde_json::from_slice(&bytes[7..bytes.len() - 4]).expect("JSON"))
            }
            Some(Ok(Message::Close(frame))) => Heard::Closed(frame.map_or(0, |frame| frame.code.into())),
            _ => Heard::Cut,
        }
    }

    /// The name and number of the next event, and what it says.
    async fn event(&mut self) -> (String, u64, Value) {
        let Heard::Json(json) = self.hears().await else { panic!("no event") };
        let name = json["t"].as_str().unwrap_or_default().to_owned();
        (name, json["s"].as_u64().unwrap_or_default(), json["d"].clone())
    }

    async fn identifies(&mut self, shard: [u64; 2]) -> Value {
        self.says(identify(TOKEN, 1, shard)).await;
        let (name, number, ready) = self.event().await;
        assert_eq!((name.as_str(), number), ("READY", 1));
        ready
    }
}

fn identify(token: &str, intents: u64, shard: [u64; 2]) -> Value {
    let properties = json!({ "os": "linux", "browser": "test", "device": "test" });
    json!({ "op": 2, "d": {
        "token": token, "intents": intents, "shard": shard, "compress": true, "properties": properties,
    } })
}

fn resume(session: &Value, seq: u64) -> Value {
    json!({ "op": 6, "d": { "token": TOKEN, "session_id": session, "seq": seq } })
}

fn happens(discord: &Discord, guild: Option<&str>, what: &str) {
    discord.with(|state| state.dispatch("INTERACTION_CREATE", guild, json!({ "what": what })));
}

#[tokio::test]
async fn a_session_is_begun_told_and_resumed_with_what_was_missed() {
    let (discord, _clock) = discord().await;
    let mut socket = Socket::open(&discord).await;
    let ready = socket.identifies([0, 1]).await;
    assert_eq!(ready["resume_gateway_url"], discord.gateway());
    let (name, number, guild) = socket.event().await;
    assert_eq!((name.as_str(), number, guild["id"] == GUILD), ("GUILD_CREATE", 2, true));
    assert_eq!(socket.event().await.0, "GUILD_CREATE");
    socket.says(json!({ "op": 1, "d": 3 })).await;
    assert_eq!(socket.hears().await, Heard::Json(json!({ "op": 11, "d": null })));
    happens(&discord, Some(GUILD), "seen");
    assert_eq!(socket.event().await.2["what"], "seen");
    discord.with(|state| state.gateway.cut.push(Cut::BeforeTheDispatch));
    happens(&discord, None, "missed");
    assert_eq!(socket.hears().await, Heard::Cut);
    let mut socket = Socket::open(&discord).await;
    socket.says(resume(&ready["session_id"], 4)).await;
    let (name, number, missed) = socket.event().await;
    assert_eq!((name.as_str(), number, missed["what"] == "missed"), ("INTERACTION_CREATE", 5, true));
    assert_eq!(socket.event().await.0, "RESUMED");
    discord.with(|state| state.gateway.cut.push(Cut::AfterTheDispatch));
    happens(&discord, None, "last");
    assert_eq!(socket.event().await.2["what"], "last");
    assert_eq!(socket.hears().await, Heard::Cut);
    discord.forgets_sessions();
    let mut socket = Socket::open(&discord).await;
    socket.says(resume(&ready["session_id"], 7)).await;
    let refused = json!({ "op": 9, "d": false, "s": null, "t": null });
    assert_eq!(socket.hears().await, Heard::Json(refused));
}

#[tokio::test]
async fn each_shard_hears_of_its_own_guilds_and_the_first_of_direct_messages() {
    let (discord, _clock) = discord().await;
    let number: u64 = GUILD.parse().expect("a number");
    let own = (number >> 22) % 2;
    let mut sockets = [Socket::open(&discord).await, Socket::open(&discord).await];
    let mut begun = Vec::new();
    for (shard, socket) in sockets.iter_mut().enumerate() {
        let ready = socket.identifies([shard as u64, 2]).await;
        let guilds = ready["guilds"].as_array().expect("guilds").len();
        for _ in 0..guilds {
            assert_eq!(socket.event().await.0, "GUILD_CREATE");
        }
        begun.push(guilds);
    }
    assert_eq!(begun.iter().sum::<usize>(), 2);
    discord.connected(2).await;
    happens(&discord, None, "direct");
    assert_eq!(sockets[0].event().await.2["what"], "direct");
    happens(&discord, Some(GUILD), "in the guild");
    let place = usize::try_from(own).expect("a small number");
    assert_eq!(sockets[place].event().await.2["what"], "in the guild");
}

#[tokio::test]
async fn what_is_wrong_is_closed_with_its_code() {
    let (discord, _clock) = discord().await;
    for (said, code) in [
        (identify("another", 1, [0, 1]), 4004),
        (identify(TOKEN, 1, [2, 2]), 4010),
        (identify(TOKEN, 1 << 40, [0, 1]), 4013),
        (identify(TOKEN, 1 << 15, [0, 1]), 4014),
        (json!({ "op": 3, "d": {} }), 4003),
        (json!("what?"), 4002),
        (resume(&json!("s"), 0), 0),
    ] {
        let mut socket = Socket::open(&discord).await;
        socket.says(said.clone()).await;
        match socket.hears().await {
            Heard::Closed(closed) => assert_eq!(closed, code, "{said}"),
            other => assert_eq!(
                (other, code),
                (Heard::Json(json!({ "op": 9, "d": false, "s": null, "t": null })), 0)
            ),
        }
    }
    let mut socket = Socket::open(&discord).await;
    socket.identifies([0, 1]).await;
    assert_eq!([socket.event().await.0, socket.event().await.0], ["GUILD_CREATE", "GUILD_CREATE"]);
    discord.asks_to_reconnect();
    assert_eq!(socket.hears().await, Heard::Json(json!({ "op": 7, "d": null, "s": null, "t": null })));
    discord.closes(4009);
    assert_eq!(socket.hears().await, Heard::Closed(4009));
}
