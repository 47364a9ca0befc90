//! HTTP/1.1 over one connection that is kept: little more than the bytes themselves, so that on a machine of two cores
//! the one who asks takes as little as possible of the one who is asked.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A kept connection.
pub struct Connection {
    stream: TcpStream,
    host: String,
    read: Vec<u8>,
}

/// What the server answered.
pub struct Answer {
    /// Such as 200.
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Connection {
    /// Connects to a server on this machine.
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, host: format!("localhost:{}", address.port()), read: Vec::with_capacity(16 * 1024) }
    }

    /// Whom it asks, as the server knows itself.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// GET. `headers` are whole lines, each with its end.
    pub async fn get(&mut self, path: &str, headers: &str) -> Answer {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n{headers}\r\n", self.host);
        self.send(request.as_bytes()).await
    }

    /// POST of a form.
    pub async fn post(&mut self, path: &str, headers: &str, form: &str) -> Answer {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n{headers}\r\n{form}",
            self.host,
            form.len()
        );
        self.send(request.as_bytes()).await
    }

    async fn send(&mut self, request: &[u8]) -> Answer {
        self.stream.write_all(request).await.expect("the server reads");
        self.read.clear();
        let mut looked_at = 0;
        let head = loop {
            assert_ne!(self.stream.read_buf(&mut self.read).await.expect("the server answers"), 0, "the server hung up");
            let from = looked_at;
            looked_at = self.read.len().saturating_sub(3);
            if let Some(end) = self.read[from..].windows(4).position(|four| four == b"\r\n\r\n") {
                break from + end + 4;
            }
        };
        let text = String::from_utf8_lossy(&self.read[..head]).into_owned();
        let mut answer = Answer { status: text[9..12].parse().expect("a status line"), head: text, body: Vec::new() };
        let length = answer.header("content-length").map_or(0, |length| length.parse().expect("a length"));
        assert!(answer.header("transfer-encoding").is_none(), "answers of this program have a length:\n{}", answer.head);
        while self.read.len() < head + length {
            assert_ne!(self.stream.read_buf(&mut self.read).await.expect("the server answers"), 0, "the server hung up");
        }
        answer.body = self.read[head..].to_vec();
        answer
    }
}

impl Answer {
    /// A header's first value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).next()
    }

    /// A header's values.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(move |(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("answers are UTF-8")
    }

    /// The body as JSON; whatever is not 200 ends the measure.
    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.status, 200, "{}", self.text());
        serde_json::from_slice(&self.body).expect("it is JSON")
    }
}
