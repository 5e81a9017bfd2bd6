//! Sessions: begun with a token and intents, kept while their connection is gone, resumed with what was missed.

use serde_json::{Value, json};
use sublet::domain::Instant;

use super::{
    super::{TOKEN, state::State},
    Cut, Order, events,
};

/// A session of the application.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its shard, and of how many.
    pub shard: (u64, u64),
    /// What it wants to hear of.
    pub intents: u64,
    /// Everything that it was told, with numbers.
    pub events: Vec<Value>,
    /// The connection on which it is.
    pub connection: Option<u64>,
}

impl State {
    /// How many sessions have a connection.
    pub fn connected(&self) -> usize {
        self.gateway.sessions.values().filter(|session| session.connection.is_some()).count()
    }

    /// The application said something on a connection.
    pub(super) fn said(&mut self, number: u64, json: &Value, gateway: &str, now: Instant) {
        let known = self.gateway.connections.get(&number).is_some_and(|one| one.session.is_some());
        match json["op"].as_u64() {
            Some(1) if !self.gateway.deaf => self.order(number, Order::Say(json!({ "op": 11, "d": null }))),
            Some(1) => {}
            Some(2) if known => self.order(number, Order::Close(4005)),
            Some(2) => self.identifies(number, &json["d"], gateway, now),
            Some(6) if known => self.order(number, Order::Close(4005)),
            Some(6) => self.resumes(number, &json["d"]),
            Some(3 | 4 | 8) if known => {}
            Some(_) if !known => self.order(number, Order::Close(4003)),
            None => self.order(number, Order::Close(4002)),
            Some(_) => self.order(number, Order::Close(4001)),
        }
    }

    fn order(&self, number: u64, order: Order) {
        if let Some(connection) = self.gateway.connections.get(&number) {
            let _ = connection.orders.send(order);
        }
    }

    fn is_ours(&self, token: &Value) -> bool {
        let token = token.as_str().unwrap_or_default();
        token.trim_start_matches("Bot ") == TOKEN && !self.revoked
    }

    fn identifies(&mut self, number: u64, asked: &Value, gateway: &str, now: Instant) {
        let shard = (asked["shard"][0].as_u64().unwrap_or(0), asked["shard"][1].as_u64().unwrap_or(1));
        self.gateway.log.push(format!("identify {}/{}", shard.0, shard.1));
        self.gateway.starts_left = self.gateway.starts_left.saturating_sub(1);
        let refused = match asked["intents"].as_u64() {
            _ if !self.is_ours(&asked["token"]) => Some(4004),
            _ if shard.0 >= shard.1 || asked["properties"].is_null() => Some(4010),
            None => Some(4013),
            Some(intents) if intents >> 26 != 0 => Some(4013),
            Some(intents) if intents & !self.gateway.intents != 0 => Some(4014),
            Some(_) => None,
        };
        if let Some(code) = refused {
            return self.order(number, Order::Close(code));
        }
        let intents = asked["intents"].as_u64().unwrap_or_default();
        let id = format!("session{:026}", self.next());
        let connection = self.gateway.connections.get_mut(&number).expect("that connection");
        connection.session = Some(id.clone());
        connection.compress = asked["compress"] == true;
        let session = Session { shard, intents, events: Vec::new(), connection: Some(number) };
        self.gateway.sessions.insert(id.clone(), session);
        let guilds: Vec<String> = self.guilds_of(shard);
        let ready = events::ready(self, &id, shard, &guilds, gateway);
        self.tell(&id, "READY", ready);
        if intents & 1 != 0 {
            for guild in &guilds {
                let whole = events::guild(self, guild, now);
                self.tell(&id, "GUILD_CREATE", whole);
            }
        }
    }

    /// The guilds of a shard in which the application is.
    fn guilds_of(&self, shard: (u64, u64)) -> Vec<String> {
        let installed = self.directory.guilds.values().filter(|guild| guild.installed);
        installed.map(|guild| guild.id.clone()).filter(|id| shard_of(Some(id), shard.1) == shard.0).collect()
    }

    fn resumes(&mut self, number: u64, asked: &Value) {
        if !self.is_ours(&asked["token"]) {
            return self.order(number, Order::Close(4004));
        }
        let id = asked["session_id"].as_str().unwrap_or_default().to_owned();
        let seen = asked["seq"].as_u64().unwrap_or_default();
        let Some(session) = self.gateway.sessions.get_mut(&id) else {
            self.gateway.log.push("resume refused".to_owned());
            return self.order(number, Order::Say(json!({ "op": 9, "d": false, "s": null, "t": null })));
        };
        if seen > session.events.len() as u64 {
            return self.order(number, Order::Close(4007));
        }
        let before = session.connection.replace(number);
        let missed: Vec<Value> =
            session.events.iter().filter(|event| event["s"].as_u64() > Some(seen)).cloned().collect();
        let shard = session.shard;
        self.gateway.log.push(format!("resume {}/{}", shard.0, shard.1));
        if let Some(before) = before.filter(|before| *before != number) {
            self.order(before, Order::Cut);
        }
        let connection = self.gateway.connections.get_mut(&number).expect("that connection");
        connection.session = Some(id.clone());
        for event in missed {
            self.order(number, Order::Say(event));
        }
        self.tell(&id, "RESUMED", json!({ "_trace": [] }));
    }

    /// Tells a session something; when it has no connection, it hears of it when it is resumed.
    fn tell(&mut self, id: &str, name: &str, what: Value) {
        let Some(session) = self.gateway.sessions.get_mut(id) else { return };
        let event = json!({ "op": 0, "t": name, "s": session.events.len() + 1, "d": what });
        session.events.push(event.clone());
        if let Some(number) = session.connection {
            self.order(number, Order::Say(event));
        }
    }

    /// Tells every session of the shard to which a guild belongs; of direct messages hears shard 0.
    pub(in super::super) fn dispatch(&mut self, name: &str, guild: Option<&str>, what: Value) {
        self.cut_before_a_dispatch();
        let of = |session: &Session| shard_of(guild, session.shard.1) == session.shard.0;
        let all = self.gateway.sessions.iter().filter(|(_, session)| of(session));
        let ids: Vec<String> = all.map(|(id, _)| id.clone()).collect();
        for id in ids {
            self.tell(&id, name, what.clone());
        }
        self.cut_if(Cut::AfterTheDispatch);
    }

    /// The connections end before the event is written, so that it waits for the session to be resumed.
    fn cut_before_a_dispatch(&mut self) {
        if self.cut_if(Cut::BeforeTheDispatch) {
            for session in self.gateway.sessions.values_mut() {
                session.connection = None;
            }
        }
    }

    /// A connection ended: its session may be resumed.
    pub(super) fn ended(&mut self, number: u64) {
        self.gateway.connections.remove(&number);
        for session in self.gateway.sessions.values_mut() {
            session.connection = session.connection.filter(|known| *known != number);
        }
    }

    /// The application ended the session itself.
    pub(super) fn forgets_session_of(&mut self, number: u64) {
        self.gateway.sessions.retain(|_, session| session.connection != Some(number));
    }
}

/// To which shard a guild belongs.
fn shard_of(guild: Option<&str>, shards: u64) -> u64 {
    let id = guild.and_then(|guild| guild.parse::<u64>().ok()).unwrap_or_default();
    (id >> 22) % shards.max(1)
}
