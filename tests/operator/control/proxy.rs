//! A door before the API server that counts what goes through, and can be made to misbehave.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{Method, Response, StatusCode, header::RETRY_AFTER},
};
use futures_util::StreamExt;
use kube::{Client, Config};
use sublet::cluster::kubernetes::client::with_manners;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// How the door misbehaves. Whatever it is, watches that are open end when it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Every request is answered so.
    All(StatusCode),
    /// Every request that would change something is answered so.
    Writes(StatusCode),
    /// “Too many requests”, come again after so many seconds.
    TooMany(u64),
    /// Watches begin, and say that what they ask for is too old.
    Expired,
    /// Watches end as soon as they begin.
    Short,
    /// Nothing is ever answered.
    Silent,
    /// There is no word about what lies at this path.
    Without(&'static str),
}

/// A request that came.
#[derive(Debug, Clone)]
pub struct Came {
    pub method: Method,
    /// Path and query.
    pub what: String,
}

impl Came {
    /// Whether it would change something. Who it is may be asked by a POST, too.
    pub fn writes(&self) -> bool {
        self.method != Method::GET && !self.what.contains("selfsubjectreviews")
    }

    /// Whether it is for counting what is left in the cluster, or for telling it.
    pub fn counts_headroom(&self) -> bool {
        self.what.contains("/configmaps/sublet-headroom") || self.what.contains("spec.nodeName")
    }

    pub fn watches(&self) -> bool {
        self.what.contains("watch=true")
    }
}

#[derive(Clone)]
struct Door {
    behind: Client,
    came: Arc<Mutex<Vec<Came>>>,
    trouble: watch::Sender<Option<Trouble>>,
}

/// The door. It closes when this is dropped.
pub struct Proxy {
    door: Door,
    port: u16,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// A door before the server of this kubeconfig.
    pub async fn open(config: Config) -> Self {
        let behind = Client::try_from(config).unwrap();
        let door = Door { behind, came: Arc::default(), trouble: watch::Sender::new(None) };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().fallback(pass).with_state(door.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { door, port, task }
    }

    /// A client that goes through the door.
    pub fn client(&self) -> Client {
        let config = Config::new(format!("http://127.0.0.1:{}", self.port).parse().unwrap());
        with_manners(config, Duration::from_secs(2)).unwrap()
    }

    pub fn begin(&self, trouble: Trouble) {
        self.door.trouble.send_replace(Some(trouble));
    }

    pub fn end(&self) {
        self.door.trouble.send_replace(None);
    }

    /// What came since this was last asked.
    pub fn came(&self) -> Vec<Came> {
        std::mem::take(&mut *self.door.came.lock().unwrap())
    }
}

async fn pass(State(door): State<Door>, request: Request) -> Response<Body> {
    let what = request.uri().path_and_query().unwrap().to_string();
    let came = Came { method: request.method().clone(), what };
    door.came.lock().unwrap().push(came.clone());
    let trouble = *door.trouble.borrow();
    if let Some(answer) = misbehave(trouble, &came).await {
        return answer;
    }
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 22).await.unwrap();
    let mut on = axum::http::Request::builder().method(head.method).uri(came.what.as_str());
    for name in ["content-type", "accept"] {
        if let Some(value) = head.headers.get(name) {
            on = on.header(name, value);
        }
    }
    let on = on.body(kube::client::Body::from(body.to_vec())).unwrap();
    let Ok(answer) = door.behind.send(on).await else { return said(StatusCode::BAD_GATEWAY, "") };
    let (head, body) = answer.into_parts();
    let body = Body::new(body).into_data_stream();
    let mut trouble = door.trouble.subscribe();
    let begins = async move {
        let _closed = trouble.wait_for(Option::is_some).await;
    };
    let body = if came.watches() {
        Body::from_stream(body.take_until(Box::pin(begins)))
    } else {
        Body::from_stream(body)
    };
    Response::from_parts(head, body)
}

async fn misbehave(trouble: Option<Trouble>, came: &Came) -> Option<Response<Body>> {
    match trouble? {
        Trouble::All(status) => Some(said(status, "")),
        Trouble::Writes(status) => came.writes().then(|| said(status, "")),
        Trouble::TooMany(seconds) => {
            let mut answer = said(StatusCode::TOO_MANY_REQUESTS, "");
            answer.headers_mut().insert(RETRY_AFTER, seconds.into());
            Some(answer)
        }
        Trouble::Expired if came.watches() => {
            let expired = r#"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old","reason":"Expired","code":410}}"#;
            Some(said(StatusCode::OK, &format!("{expired}\n")))
        }
        Trouble::Short if came.watches() => Some(said(StatusCode::OK, "")),
        Trouble::Expired | Trouble::Short => None,
        Trouble::Without(path) => {
            came.what.starts_with(path).then(|| said(StatusCode::SERVICE_UNAVAILABLE, ""))
        }
        Trouble::Silent => std::future::pending().await,
    }
}

fn said(status: StatusCode, text: &str) -> Response<Body> {
    let mut answer = Response::new(Body::from(Bytes::from(text.to_owned())));
    *answer.status_mut() = status;
    answer
}
