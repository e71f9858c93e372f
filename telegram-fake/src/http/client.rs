//! A kept connection to the bot's webhook.

use std::io::{self, Write};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::http::request::{broken, chunks, take};

/// Where updates are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) address: String,
    pub(crate) path: String,
    pub(crate) secret: Option<String>,
}

impl Target {
    /// Reads `http://HOST[:PORT][/PATH]`; a local server delivers without TLS.
    pub(crate) fn parse(url: &str, secret: Option<String>) -> Option<Self> {
        let rest = url.strip_prefix("http://")?;
        let (host, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        let bare = host.is_empty() || host.contains(['@', ' ']);
        let address = match host.rsplit_once(':') {
            Some((_, port)) if port.parse::<u16>().is_ok() => host.to_owned(),
            Some(_) => return None,
            None => format!("{host}:80"),
        };
        (!bare).then(|| Self {
            address,
            path: path.to_owned(),
            secret,
        })
    }
}

/// What the bot answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<u64>,
    pub(crate) kind: String,
    pub(crate) body: Bytes,
}

/// One connection, opened when it is needed and kept while the bot keeps it.
#[derive(Default)]
pub(crate) struct Client {
    stream: Option<TcpStream>,
    buffer: BytesMut,
    out: Vec<u8>,
}

impl Client {
    /// Posts this update and waits for the answer at most this long.
    pub(crate) async fn post(
        &mut self,
        target: &Target,
        update: &[u8],
        patience: Duration,
    ) -> io::Result<Reply> {
        let warm = self.stream.is_some();
        let reply = self.within(target, update, patience).await;
        // A kept connection may have been closed by the bot while it was idle.
        match reply {
            Err(error) if warm && error.kind() != io::ErrorKind::TimedOut => {
                self.within(target, update, patience).await
            }
            reply => reply,
        }
    }

    async fn within(
        &mut self,
        target: &Target,
        update: &[u8],
        patience: Duration,
    ) -> io::Result<Reply> {
        let asked = tokio::time::timeout(patience, self.exchange(target, update)).await;
        let reply = asked.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        if reply.is_err() {
            self.stream = None;
            self.buffer.clear();
        }
        reply
    }

    async fn exchange(&mut self, target: &Target, update: &[u8]) -> io::Result<Reply> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(&target.address).await?;
                stream.set_nodelay(true)?;
                stream
            }
        };
        self.out.clear();
        write!(
            self.out,
            "POST {} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
            target.path,
            target.address,
            update.len()
        )?;
        if let Some(secret) = &target.secret {
            write!(self.out, "x-telegram-bot-api-secret-token: {secret}\r\n")?;
        }
        self.out.extend_from_slice(b"\r\n");
        self.out.extend_from_slice(update);
        stream.write_all(&self.out).await?;
        let (reply, keep) = read(&mut stream, &mut self.buffer).await?;
        if keep {
            self.stream = Some(stream);
        }
        Ok(reply)
    }
}

/// The answer, and whether the connection stays open.
async fn read(stream: &mut TcpStream, buffer: &mut BytesMut) -> io::Result<(Reply, bool)> {
    let (mut reply, length, keep) = loop {
        if let Some((head, found)) = head(buffer)? {
            buffer.advance(found);
            break head;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    };
    reply.body = match length {
        Some(length) => take(stream, buffer, length).await?,
        None if reply.status == 204 => Bytes::new(),
        None => chunks(stream, buffer).await?,
    };
    Ok((reply, keep))
}

/// The reply without its body, the body's length (none: in chunks), whether to keep the
/// connection; and the length of the head.
type Head = ((Reply, Option<usize>, bool), usize);

fn head(buffer: &[u8]) -> io::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut parsed = httparse::Response::new(&mut headers);
    let found = match parsed.parse(buffer) {
        Ok(httparse::Status::Complete(found)) => found,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(broken("not HTTP")),
    };
    let (mut length, mut keep, mut chunked) = (None, parsed.version == Some(1), false);
    let mut reply = Reply {
        status: parsed.code.unwrap_or(0),
        retry_after: None,
        kind: String::new(),
        body: Bytes::new(),
    };
    for header in parsed.headers.iter() {
        let value = std::str::from_utf8(header.value).unwrap_or_default().trim();
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("content-length") {
            length = value.parse().ok();
        } else if is("transfer-encoding") {
            chunked = value.eq_ignore_ascii_case("chunked");
        } else if is("connection") {
            keep = keep && !value.eq_ignore_ascii_case("close");
        } else if is("retry-after") {
            reply.retry_after = value.parse().ok();
        } else if is("content-type") {
            reply.kind = value.to_owned();
        }
    }
    let length = if chunked {
        None
    } else {
        Some(length.unwrap_or(0))
    };
    Ok(Some(((reply, length, keep), found)))
}
