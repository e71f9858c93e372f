//! Accepts connections and answers their requests one after another.

use std::io::{self, Write};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::http::request::Request;
use crate::methods::{self, Outcome};
use crate::shared::Shared;

/// What goes back.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: Bytes,
}

/// Serves until the fake ends.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        tokio::select! {
            () = shared.ended.cancelled() => return,
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let shared = shared.clone();
                tokio::spawn(async move {
                    tokio::select! {
                        () = shared.ended.cancelled() => {}
                        // What is wrong with a connection concerns the client alone.
                        _ = connection(stream, &shared) => {}
                    }
                });
            }
        }
    }
}

async fn connection(mut stream: TcpStream, shared: &Arc<Shared>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = BytesMut::with_capacity(8 * 1024);
    let mut head = Vec::with_capacity(256);
    while let Some(request) = Request::read(&mut stream, &mut buffer).await? {
        let outcome = tokio::select! {
            biased;
            outcome = methods::answer(shared, &request) => outcome,
            // A client that hangs up frees its long poll. Data only arrives here from clients
            // that send ahead, which waits in the buffer.
            closed = hung_up(&mut stream, &mut buffer) => return closed,
        };
        let Outcome::Answer(response) = outcome else {
            return Ok(());
        };
        write(&mut stream, &mut head, &response).await?;
        if !request.keep {
            return stream.shutdown().await;
        }
    }
    Ok(())
}

async fn hung_up(stream: &mut TcpStream, buffer: &mut BytesMut) -> io::Result<()> {
    while stream.read_buf(buffer).await? > 0 {}
    Ok(())
}

/// One write for small answers, so that they leave in one packet.
async fn write(stream: &mut TcpStream, head: &mut Vec<u8>, response: &Response) -> io::Result<()> {
    const SMALL: usize = 16 * 1024;
    head.clear();
    write!(
        head,
        "HTTP/1.1 {} -\r\ncontent-type: {}\r\ncontent-length: {}\r\n",
        response.status,
        response.kind,
        response.body.len()
    )?;
    if let Some(seconds) = response.retry_after {
        write!(head, "retry-after: {seconds}\r\n")?;
    }
    head.extend_from_slice(b"\r\n");
    if response.body.len() <= SMALL {
        head.extend_from_slice(&response.body);
        return stream.write_all(head).await;
    }
    stream.write_all(head).await?;
    stream.write_all(&response.body).await
}
