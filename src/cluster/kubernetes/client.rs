//! A client of the API server with manners: nothing hangs for ever, and a server that asks for a pause gets it.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use anyhow::Context as _;
use axum::http::{Request, Response, StatusCode, header::RETRY_AFTER};
use kube::{
    Client, Config,
    client::{Body, ClientBuilder},
    config::{KubeConfigOptions, Kubeconfig},
};
use tokio::time::{Instant, sleep_until, timeout};
use tower::{BoxError, Layer, Service};

use super::settings::Access;

/// How long the API server may take to begin an answer.
pub const PATIENCE: Duration = Duration::from_secs(15);
/// How long a connection may be silent in the midst of an answer.
const SILENCE: Duration = Duration::from_secs(120);
/// After so many seconds a watch is begun anew: a quiet one would be silent for longer than a connection may be.
pub const WATCH_SECONDS: u32 = 100;
/// Until when a connection must stand.
const CONNECT: Duration = Duration::from_secs(5);
/// The pause after “too many requests” without a word on how long.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause that a server can ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Between two starts of the same watch: a server may end watches as soon as they begin.
const BETWEEN_WATCHES: Duration = Duration::from_secs(1);

/// A client as the settings say. Nothing is asked of the API server yet.
///
/// # Errors
/// When the kubeconfig cannot be read or says too little; in words.
pub async fn connect(access: &Access) -> anyhow::Result<Client> {
    connect_within(access, PATIENCE).await
}

/// The same, with a patience of its own.
///
/// # Errors
/// When the kubeconfig cannot be read or says too little; in words.
pub async fn connect_within(access: &Access, patience: Duration) -> anyhow::Result<Client> {
    with_manners(configuration(access).await?, patience)
}

/// Which cluster it is, in words.
///
/// # Errors
/// When the kubeconfig cannot be read or says too little; in words.
pub async fn whereabouts(access: &Access) -> anyhow::Result<String> {
    let config = configuration(access).await?;
    let file = match &access.kubeconfig {
        Some(path) => Kubeconfig::read_from(path),
        None => Kubeconfig::read(),
    };
    let context = access.context.clone().or_else(|| file.ok()?.current_context);
    let named = context.map(|context| format!("context {context}, ")).unwrap_or_default();
    Ok(format!("{named}{}", config.cluster_url.to_string().trim_end_matches('/')))
}

async fn configuration(access: &Access) -> anyhow::Result<Config> {
    let options = KubeConfigOptions { context: access.context.clone(), ..KubeConfigOptions::default() };
    let config = match &access.kubeconfig {
        Some(path) => {
            let file = Kubeconfig::read_from(path)
                .with_context(|| format!("the kubeconfig {} cannot be read", path.display()))?;
            Config::from_custom_kubeconfig(file, &options)
                .await
                .with_context(|| format!("the kubeconfig {} cannot be used", path.display()))?
        }
        None if access.context.is_some() => {
            Config::from_kubeconfig(&options).await.context("the kubeconfig cannot be used")?
        }
        None => Config::infer().await.context("no kubeconfig and no service account was found")?,
    };
    Ok(config)
}

/// A client of this configuration that waits so long for the beginning of an answer.
///
/// # Errors
/// When the configuration's certificates or credentials cannot be used.
pub fn with_manners(mut config: Config, patience: Duration) -> anyhow::Result<Client> {
    config.connect_timeout = Some(CONNECT.min(patience));
    config.read_timeout = Some(SILENCE);
    config.reset_reader_on_write = true;
    // Retries of its own would multiply with ours.
    config.default_retry = false;
    let builder = ClientBuilder::try_from(config).context("no client can be made of this kubeconfig")?;
    let manners = MannersLayer { patience, queue: Arc::new(Queue::default()) };
    Ok(builder.with_layer(&manners).build())
}

struct MannersLayer {
    patience: Duration,
    queue: Arc<Queue>,
}

impl<S> Layer<S> for MannersLayer {
    type Service = Manners<S>;

    fn layer(&self, inner: S) -> Manners<S> {
        Manners { inner, patience: self.patience, queue: self.queue.clone() }
    }
}

/// What all requests of a client wait for before they are sent.
#[derive(Default)]
struct Queue {
    /// The server asked for quiet until then.
    quiet: Mutex<Option<Instant>>,
    /// When each watch may begin again.
    watches: Mutex<HashMap<String, Instant>>,
}

impl Queue {
    /// When a request may be sent.
    fn turn(&self, request: &Request<Body>, now: Instant) -> Instant {
        let quiet = self.quiet.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or(now);
        let uri = request.uri();
        if !uri.query().is_some_and(|query| query.split('&').any(|part| part == "watch=true")) {
            return quiet.max(now);
        }
        let mut watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
        let next = watches.entry(uri.path().to_owned()).or_insert(now);
        let turn = (*next).max(quiet).max(now);
        *next = turn + BETWEEN_WATCHES;
        turn
    }

    fn pause(&self, wanted: Option<Duration>, now: Instant) {
        let until = now + wanted.unwrap_or(PAUSE).min(LONGEST_PAUSE);
        let mut quiet = self.quiet.lock().unwrap_or_else(PoisonError::into_inner);
        *quiet = Some(quiet.map_or(until, |old| old.max(until)));
    }
}

struct Manners<S> {
    inner: S,
    patience: Duration,
    queue: Arc<Queue>,
}

/// The API server did not begin an answer in time.
#[derive(Debug, thiserror::Error)]
#[error("the API server did not answer within {0:?}")]
pub struct Unanswered(Duration);

impl<S, R> Service<Request<Body>> for Manners<S>
where
    S: Service<Request<Body>, Response = Response<R>, Error = BoxError>,
    S::Future: Send + 'static,
{
    type Response = Response<R>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (turn, queue, patience) =
            (self.queue.turn(&request, Instant::now()), self.queue.clone(), self.patience);
        // It is sent when it is first polled.
        let sent = self.inner.call(request);
        Box::pin(async move {
            sleep_until(turn).await;
            let answer = timeout(patience, sent).await.map_err(|_| Unanswered(patience))??;
            if answer.status() == StatusCode::TOO_MANY_REQUESTS {
                let seconds =
                    answer.headers().get(RETRY_AFTER).and_then(|text| text.to_str().ok()?.parse().ok());
                queue.pause(seconds.map(Duration::from_secs), Instant::now());
            }
            Ok(answer)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str) -> Request<Body> {
        Request::get(uri).body(Body::empty()).expect("a request")
    }

    #[test]
    fn a_server_that_asks_for_a_pause_gets_it() {
        let (queue, start) = (Queue::default(), Instant::now());
        let turn = |uri: &str, after| queue.turn(&request(uri), start + after) - start;
        assert_eq!(turn("/api/v1/pods", Duration::ZERO), Duration::ZERO);
        queue.pause(Some(Duration::from_secs(7)), start);
        queue.pause(None, start);
        assert_eq!(turn("/api/v1/pods", Duration::ZERO), Duration::from_secs(7));
        queue.pause(Some(Duration::from_secs(u64::MAX)), start);
        assert_eq!(turn("/api/v1/pods?watch=true", Duration::ZERO), LONGEST_PAUSE);
        assert_eq!(turn("/api/v1/pods", LONGEST_PAUSE * 2), LONGEST_PAUSE * 2, "it is over");
    }

    #[test]
    fn a_watch_that_ends_at_once_is_not_begun_again_at_once() {
        let (queue, start) = (Queue::default(), Instant::now());
        let turn = |uri: &str| queue.turn(&request(uri), start) - start;
        let turns = [0, 1, 2].map(|_| turn("/api/v1/pods?limit=5&watch=true"));
        assert_eq!(turns, [0, 1, 2].map(Duration::from_secs));
        assert_eq!(turn("/api/v1/nodes?watch=true"), Duration::ZERO, "others do not wait for it");
    }
}
