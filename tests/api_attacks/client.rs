//! A client that sends bytes as they are, and reads one answer.

use std::{net::SocketAddr, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};

/// Longer than anything here may take; a test that waits for it has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// What was answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, in small letters.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

impl Answer {
    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// What is on a page.
    pub fn items(&self) -> Vec<Value> {
        self.json()["_embedded"]["items"].as_array().unwrap_or_else(|| panic!("no page: {self:?}")).clone()
    }

    /// A problem document of this status: it is one, and shows nothing of us.
    pub fn problem(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        assert_eq!(self.json()["status"], status);
        for secret in ["sublet_", "panicked", "src/", "SELECT"] {
            assert!(!self.body.contains(secret), "{self:?}");
        }
        self
    }
}

/// A call as it is written.
pub fn call(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        text.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
    }
    format!("{text}\r\n{body}")
}

/// Sends bytes and reads one answer; `None` when the other side hangs up without one.
pub async fn send(to: SocketAddr, bytes: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(to).await.expect("a connection");
    // The other side may have enough before all is sent.
    let _ = stream.write_all(bytes).await;
    timeout(PATIENCE, answer(&mut BufReader::new(stream))).await.expect("an answer in time")
}

/// Reads one answer.
pub async fn answer(stream: &mut BufReader<TcpStream>) -> Option<Answer> {
    let (status, headers) = head(stream).await?;
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    let mut body = String::from_utf8_lossy(&bytes).into_owned();
    if headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked") {
        body = body.split("\r\n").skip(1).step_by(2).collect();
    }
    Some(Answer { status, headers, body })
}

/// Reads the head of an answer.
pub async fn head(stream: &mut BufReader<TcpStream>) -> Option<(u16, Vec<(String, String)>)> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    Some((status, headers))
}
