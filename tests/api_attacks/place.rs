//! The bot behind a real server, on SQLite, with small limits and time-outs.

use std::{net::SocketAddr, num::NonZeroU32, sync::Arc, time::Duration};

use sublet::{
    api::{Api, caller::Gate, limits::Settings, router},
    oidc::Issuer,
    web::serve::{Patience, serve},
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    client::{Answer, PATIENCE, call, send},
    support::databases::Database,
    world::World,
};

/// How long the head of a call may take here, and how long an answer.
pub const SMALL: Duration = Duration::from_millis(700);

/// The bot, and where it listens.
pub struct Place {
    pub world: World,
    pub at: SocketAddr,
    pub closing: CancellationToken,
    pub serving: JoinHandle<()>,
    #[expect(dead_code, reason = "it is held so that the folder lives as long")]
    database: Database,
}

/// Limits that nothing here reaches.
pub fn wide() -> Settings {
    let many = NonZeroU32::new(100_000).expect("a number");
    Settings { per_minute: many, per_address: many, streams: 2, patience: SMALL, ..Settings::default() }
}

impl Place {
    pub async fn new() -> Self {
        Self::with(wide(), None).await
    }

    /// One that takes its time to answer.
    pub async fn patient() -> Self {
        Self::with(Settings { patience: PATIENCE, ..wide() }, None).await
    }

    pub async fn with(settings: Settings, issuer: Option<Issuer>) -> Self {
        let database = Database::sqlite();
        let world = World::new(&database).await;
        let closing = CancellationToken::new();
        let clock = world.outside.clock.clone();
        let gate = Gate::new(settings, issuer.map(Arc::new), clock, closing.clone());
        let api = Api { world: Arc::new(world.engine.world.clone()), gate: Arc::new(gate) };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let router = router(api).layer(tower_http::limit::RequestBodyLimitLayer::new(64 * 1024));
        let serving = tokio::spawn(serve(listener, router, Patience(SMALL), closing.clone()));
        Self { world, at, closing, serving, database }
    }

    /// Somebody makes a token in chat; the secret.
    pub async fn token(&self, who: &str, rest: &str) -> String {
        let answer = self.world.says(who, &format!("/token create {rest}")).await;
        let secret = answer.split_whitespace().find(|word| word.starts_with("sublet_"));
        secret.unwrap_or_else(|| panic!("no token: {answer}")).to_owned()
    }

    /// A call with a token.
    pub async fn ask(&self, method: &str, path: &str, token: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        self.raw(&call(method, path, &[("authorization", &bearer)], body)).await
    }

    /// A call as it is written.
    pub async fn raw(&self, text: &str) -> Answer {
        send(self.at, text.as_bytes()).await.expect("an answer")
    }
}
