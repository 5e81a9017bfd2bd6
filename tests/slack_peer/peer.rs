//! local-slack as a process: a Slack that others wrote, and what people do in it.
//!
//! It checks neither tokens nor blocks, answers no 429 and delivers nothing twice: that is the stand-in's part, in
//! `tests/support/slack`.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Message, WebSocket, client};

/// The workspace.
pub const TEAM: &str = "T0PEER";
/// The approvers' channel.
pub const APPROVERS: &str = "C0APPROVERS";
/// Where everybody is.
pub const GENERAL: &str = "C0GENERAL";
/// With what the peer signs.
pub const SECRET: &str = "the secret of the peer";
const BOT: &str = "U0BOT";

/// By which way the peer hands over what people do.
#[derive(Debug, Clone)]
pub enum Way {
    /// Over the connections that the app opens.
    Socket,
    /// As signed requests to this address.
    Http(String),
}

/// A running Slack with one workspace, in which Dana and Ada are.
pub struct Peer {
    child: Child,
    /// `127.0.0.1:PORT`.
    address: String,
}

impl Peer {
    /// Starts it; `None` when it is not there and may be missing.
    pub fn start(way: &Way) -> Option<Self> {
        let program = crate::support::required("SUBLET_TEST_LOCAL_SLACK")?;
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.json");
        fs::write(&config, configuration(way).to_string()).unwrap();
        let preload = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/slack_peer/loopback.js");
        let mut child = Command::new(program)
            .args(["--port", "0", "--base-host", "127.0.0.1", "--config"])
            .arg(&config)
            .env("BUN_OPTIONS", format!("--preload={preload}"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.find_map(|line| Some(line.unwrap()).filter(|line| line.contains("Web UI")));
        let address = line.unwrap().rsplit('/').next().unwrap().to_owned();
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { child, address })
    }

    /// Where its Web API is.
    pub fn api(&self) -> String {
        format!("http://{}/api", self.address)
    }

    /// Somebody types a slash command.
    pub fn command(&self, user: &str, line: &str) {
        let (command, text) = line.split_once(' ').unwrap_or((line, ""));
        self.control("command", &json!({"channel": GENERAL, "user": user, "command": command, "text": text}));
    }

    /// Somebody presses an element of a message.
    pub fn press(&self, user: &str, message: &Value, element: &Value, block: &Value) {
        let action = json!({
            "type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"],
            "value": element["value"],
        });
        let body = json!({
            "channel": message["channel"], "messageTs": message["ts"], "user": user, "action": action,
        });
        self.control("interact", &body);
    }

    /// Somebody opens the app's home.
    pub fn open_home(&self, user: &str) {
        self.control("open-home", &json!({"user": user}));
    }

    /// What stands in a channel now; ephemeral answers as well.
    pub fn messages(&self, channel: &str) -> Vec<Value> {
        let answer = self.get(&format!("/_control/messages/{channel}"));
        answer["messages"].as_array().unwrap().clone()
    }

    /// What stands in the direct messages with somebody.
    pub fn direct(&self, user: &str) -> Vec<Value> {
        let state = self.get("/_control/state");
        let channels = state["channels"].as_array().unwrap();
        let has = |channel: &Value, who: &str| channel["members"].as_array().unwrap().contains(&who.into());
        let theirs = channels
            .iter()
            .find(|channel| channel["is_im"] == true && has(channel, user) && has(channel, BOT));
        theirs.map(|channel| self.messages(channel["id"].as_str().unwrap())).unwrap_or_default()
    }

    /// The page of the peer, with what is open on it.
    pub fn page(&self) -> Page {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(crate::PATIENCE)).unwrap();
        let (socket, _) = client(format!("ws://{}/ui", self.address), stream).unwrap();
        let mut page = Page { socket, state: Value::Null };
        page.state = page.hear(&["init"])["state"].take();
        page
    }

    /// Every call of the Web API so far, and how often it came.
    pub fn calls(&self) -> BTreeMap<String, usize> {
        let mut calls = BTreeMap::new();
        for entry in self.get("/_control/log")["log"].as_array().unwrap() {
            if entry["kind"] == "web_api" {
                *calls.entry(entry["summary"].as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
        calls
    }

    fn control(&self, verb: &str, body: &Value) {
        let body = body.to_string();
        let answer = self.ask(&format!(
            "POST /_control/{verb} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        ));
        assert_eq!(answer["ok"], true, "{verb} {body}: {answer}");
    }

    fn get(&self, path: &str) -> Value {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address))
    }

    fn ask(&self, request: &str) -> Value {
        let mut stream = BufReader::new(TcpStream::connect(&self.address).unwrap());
        stream.get_mut().write_all(request.as_bytes()).unwrap();
        // It keeps its connections open, whatever it is asked for.
        let mut length = 0;
        let head: Vec<String> =
            stream.by_ref().lines().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
        for line in &head {
            if let Some(given) = line.to_lowercase().strip_prefix("content-length:") {
                length = given.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap_or_else(|error| panic!("{error}: {head:#?}"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn configuration(way: &Way) -> Value {
    let mut app = json!({
        "appId": "A0PEER", "botUserId": BOT, "botName": "sublet", "botToken": "xoxb-peer", "appToken": "xapp-peer",
        "signingSecret": SECRET, "mode": "socket",
    });
    if let Way::Http(address) = way {
        app["mode"] = "events".into();
        app["requestUrl"] = format!("{address}/slack/events").into();
    }
    let person = |id: &str, name: &str, real: &str| json!({"id": id, "name": name, "real_name": real, "email": format!("{name}@example.org")});
    json!({
        "workspace": {"name": "Peer", "domain": "peer", "teamId": TEAM},
        "app": app,
        "users": [person("U0DANA", "dana", "Dana Developer"), person("U0ADA", "ada", "Ada Approver")],
        "channels": [
            {"id": APPROVERS, "name": "approvers", "members": ["U0ADA", BOT]},
            {"id": GENERAL, "name": "general", "members": ["U0DANA", "U0ADA", BOT]},
        ],
    })
}

/// The page that a browser shows; modals and homes are only there.
pub struct Page {
    socket: WebSocket<TcpStream>,
    state: Value,
}

/// What became of a modal that was sent.
#[derive(Debug, PartialEq)]
pub enum Sent {
    /// It is shown again, with these words at its fields.
    Faults(Value),
    /// It is closed.
    Closed,
    /// It is another one now.
    Changed(Value),
}

impl Page {
    /// The modal that is open.
    pub fn modal(&self) -> Option<Value> {
        self.state["modalStack"].as_array()?.last().cloned()
    }

    /// Somebody's home.
    pub fn home(&self, user: &str) -> Option<Value> {
        Some(self.state["homeViews"][user]["A0PEER"].clone()).filter(|view| !view.is_null())
    }

    /// Sends the modal with these words in its fields.
    pub fn submit(&mut self, user: &str, fields: &[(&str, Value)]) -> Sent {
        let values: serde_json::Map<_, _> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), json!({"value": value}))).collect();
        let sent = json!({"t": "view_submit", "user": user, "values": values});
        self.socket.send(Message::text(sent.to_string())).unwrap();
        let mut heard = self.hear(&["view", "view_errors"]);
        match (heard["t"].as_str(), heard["stack"].as_array().map(Vec::len)) {
            (Some("view_errors"), _) => Sent::Faults(heard["errors"].take()),
            (_, Some(0)) => Sent::Closed,
            _ => {
                self.state["modalStack"] = heard["stack"].take();
                Sent::Changed(self.modal().unwrap_or_default())
            }
        }
    }

    /// The next that is of one of these kinds.
    fn hear(&mut self, kinds: &[&str]) -> Value {
        loop {
            let Message::Text(text) = self.socket.read().unwrap() else { continue };
            let heard: Value = serde_json::from_str(&text).unwrap();
            if kinds.iter().any(|kind| heard["t"] == *kind) {
                return heard;
            }
        }
    }
}

/// What is typed into a field.
pub fn typed(text: &str) -> Value {
    json!({"type": "plain_text_input", "value": text})
}

/// What is chosen in a field.
pub fn chosen(option: &str) -> Value {
    let text = json!({"type": "plain_text", "text": option});
    json!({"type": "static_select", "selected_option": {"text": text, "value": option}})
}
