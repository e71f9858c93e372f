//! HTTP/1.1 with as little as a fast local server needs: heads by `httparse`, kept connections,
//! bodies by length or in chunks, and the freedom to break a connection where a fault wants it.

pub(crate) mod client;
pub(crate) mod request;
pub(crate) mod server;
