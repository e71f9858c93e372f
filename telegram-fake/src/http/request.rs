//! One request, read from a connection.

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The largest head.
const MAX_HEAD: usize = 64 * 1024;
/// The largest body: the Bot API takes files of 50 MB, and some fields beside them.
const MAX_BODY: usize = 60 * 1024 * 1024;
const MAX_HEADERS: usize = 64;

/// What a client asked.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) keep: bool,
    pub(crate) body: Bytes,
    length: Option<usize>,
    chunked: bool,
    waits: bool,
}

impl Request {
    /// The next request; `None` when the client has closed.
    pub(crate) async fn read(
        stream: &mut TcpStream,
        buffer: &mut BytesMut,
    ) -> io::Result<Option<Self>> {
        let mut request = loop {
            if let Some((request, length)) = head(buffer)? {
                buffer.advance(length);
                break request;
            }
            if buffer.len() > MAX_HEAD {
                return Err(broken("the head is too long"));
            }
            if stream.read_buf(buffer).await? == 0 {
                return Ok(None);
            }
        };
        if request.waits {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        request.body = if request.chunked {
            chunks(stream, buffer).await?
        } else {
            take(stream, buffer, request.length.unwrap_or(0)).await?
        };
        Ok(Some(request))
    }
}

/// The head and its length, where it is complete.
fn head(buffer: &[u8]) -> io::Result<Option<(Request, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(buffer) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(broken("not HTTP")),
    };
    let target = parsed.path.unwrap_or_default();
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (target, None),
    };
    let mut request = Request {
        path: path.to_owned(),
        query,
        keep: parsed.version == Some(1),
        ..Request::default()
    };
    for header in parsed.headers.iter() {
        let value = std::str::from_utf8(header.value).unwrap_or_default();
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("content-length") {
            let length = value.trim().parse();
            request.length = Some(length.map_err(|_| broken("a strange length"))?);
        } else if is("content-type") {
            request.content_type = Some(value.to_owned());
        } else if is("transfer-encoding") {
            request.chunked = value.eq_ignore_ascii_case("chunked");
        } else if is("connection") && value.eq_ignore_ascii_case("close") {
            request.keep = false;
        } else if is("expect") {
            request.waits = value.eq_ignore_ascii_case("100-continue");
        }
    }
    Ok(Some((request, length)))
}

/// This many bytes.
pub(crate) async fn take(
    stream: &mut TcpStream,
    buffer: &mut BytesMut,
    length: usize,
) -> io::Result<Bytes> {
    if length > MAX_BODY {
        return Err(broken("the body is too long"));
    }
    while buffer.len() < length {
        fill(stream, buffer).await?;
    }
    Ok(buffer.split_to(length).freeze())
}

/// A body in chunks, put together.
pub(crate) async fn chunks(stream: &mut TcpStream, buffer: &mut BytesMut) -> io::Result<Bytes> {
    let mut body = BytesMut::new();
    loop {
        let (start, size) = loop {
            match httparse::parse_chunk_size(buffer) {
                Ok(httparse::Status::Complete(found)) => break found,
                Ok(httparse::Status::Partial) => fill(stream, buffer).await?,
                Err(_) => return Err(broken("not a chunk")),
            }
        };
        buffer.advance(start);
        let size = usize::try_from(size).map_err(|_| broken("the body is too long"))?;
        let chunk = take(stream, buffer, size).await?;
        take(stream, buffer, 2).await?;
        if chunk.is_empty() {
            return Ok(body.freeze());
        }
        body.extend_from_slice(&chunk);
        if body.len() > MAX_BODY {
            return Err(broken("the body is too long"));
        }
    }
}

async fn fill(stream: &mut TcpStream, buffer: &mut BytesMut) -> io::Result<()> {
    match stream.read_buf(buffer).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

pub(crate) fn broken(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
