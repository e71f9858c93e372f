//! Over TLS: whom it is believed that it is the server.

use redis::{Client, ConnectionInfo, RedisResult, TlsCertificates};
use url::form_urlencoded;

use crate::error::OpenError;

/// The word of a URL for the file with the authorities, as clients of other languages have it.
const AUTHORITIES: &str = "ssl_ca_certs";

/// Those that are believed in place of the public ones; nothing where the URL names none.
pub(crate) fn trusted(url: &str) -> Result<Option<TlsCertificates>, OpenError> {
    let (url, _) = url.split_once('#').unwrap_or((url, ""));
    let (_, words) = url.split_once('?').unwrap_or((url, ""));
    let mut words = form_urlencoded::parse(words.as_bytes());
    let Some((_, file)) = words.find(|(word, _)| word == AUTHORITIES) else {
        return Ok(None);
    };
    if !url.starts_with("rediss") {
        return Err(OpenError::Plain);
    }
    let content = std::fs::read(&*file).map_err(|_| OpenError::NoFile)?;
    let trusted = TlsCertificates {
        client_tls: None,
        root_cert: Some(content),
    };
    // Whether they are certificates shows in any client that believes them.
    let read = Client::build_with_tls("rediss://localhost", trusted.clone());
    read.map_err(|_| OpenError::NoFile)?;
    Ok(Some(trusted))
}

/// A client that believes these.
pub(crate) fn client(
    info: ConnectionInfo,
    trusted: Option<&TlsCertificates>,
) -> RedisResult<Client> {
    match trusted {
        Some(trusted) => Client::build_with_tls(info, trusted.clone()),
        None => Client::open(info),
    }
}
