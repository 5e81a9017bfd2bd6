//! Answers on an address. Whoever is slow with the head of a request is cut off, so that holding connections open
//! costs nothing; who is slow with a body is cut off by what reads it.

use std::{net::SocketAddr, pin::pin, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// What a connection of HTTP/2 begins with (RFC 9113, section 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// How long to wait for the next byte of it.
const A_MOMENT: Duration = Duration::from_millis(20);
/// How long to wait when the machine has no connection left to give.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest head of a request, all its headers together.
const HEAD_MAX: usize = 64 * 1024;

/// How long the head of a request may take, and how long a connection may be silent between two.
#[derive(Debug, Clone, Copy)]
pub struct Patience(pub Duration);

impl Default for Patience {
    fn default() -> Self {
        Self(Duration::from_secs(30))
    }
}

/// Answers until `stop`; returns when the last answer is given. Handlers learn the other side's address by
/// `ConnectInfo<SocketAddr>`.
pub async fn serve(listener: TcpListener, router: Router, patience: Patience, stop: CancellationToken) {
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = open.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) => {
                    open.spawn(connection(stream, from, router.clone(), patience, stop.clone()));
                }
                Err(error) if gone(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "no connection can be accepted");
                    sleep(PAUSE).await;
                }
            },
        }
    }
    while open.join_next().await.is_some() {}
}

/// Whether only the other side went away before it was heard.
fn gone(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn connection(
    stream: TcpStream,
    from: SocketAddr,
    router: Router,
    Patience(patience): Patience,
    stop: CancellationToken,
) {
    let begun = tokio::select! {
        () = stop.cancelled() => return,
        begun = timeout(patience, begins(&stream)) => begun,
    };
    if !matches!(begun, Ok(Ok(()))) {
        return;
    }
    let service = router.into_service::<Body>().map_request(move |request: axum::http::Request<_>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(from));
        request
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(patience).max_buf_size(HEAD_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(patience)
        .keep_alive_timeout(patience)
        .max_header_list_size(HEAD_MAX as u32);
    let mut served =
        pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service)));
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = stop.cancelled() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%from, error, "a connection ended badly");
    }
}

/// Waits until it is known which HTTP the other side speaks: what decides that does not look at the time.
async fn begins(stream: &TcpStream) -> std::io::Result<()> {
    let mut start = [0; PREFACE.len()];
    loop {
        let read = stream.peek(&mut start).await?;
        if read == 0 || read == PREFACE.len() || start[..read] != PREFACE[..read] {
            return Ok(());
        }
        sleep(A_MOMENT).await;
    }
}
