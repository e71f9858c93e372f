//! One node of the broker, as `AMQP_URL` names it.

use std::path::{Path, PathBuf};

use lapin::runtime::default_runtime;
use lapin::tcp::{OwnedIdentity, OwnedTLSConfig};
use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{Connection, ConnectionProperties};
use url::Url;

use crate::error::{Failure, OpenError};

/// How often each side shows that it is alive, in seconds; twice that is silence.
const HEARTBEAT: u16 = 10;

/// Where a node is, and whom it is believed that it is it.
pub(crate) struct Node {
    uri: AMQPUri,
    /// The files of the URL, by the names that RabbitMQ's own clients know
    /// (<https://www.rabbitmq.com/docs/uri-query-parameters>): the authorities beside the public ones.
    authorities: Option<PathBuf>,
    /// What this side shows, and its key.
    identity: Option<(PathBuf, PathBuf)>,
}

impl Node {
    pub(crate) fn read(text: &str) -> Result<Self, OpenError> {
        let mut uri: AMQPUri = text.parse().map_err(|_| OpenError::Url)?;
        if uri.scheme == AMQPScheme::AMQPS && !cfg!(feature = "amqps") {
            return Err(OpenError::Tls);
        }
        uri.query.heartbeat.get_or_insert(HEARTBEAT);
        let url = Url::parse(text).map_err(|_| OpenError::Url)?;
        let file = |name: &str| {
            let mut words = url.query_pairs();
            let (_, path) = words.find(|(word, _)| word == name)?;
            Some(PathBuf::from(path.into_owned()))
        };
        let authorities = file("cacertfile");
        let own = (file("certfile"), file("keyfile"));
        if uri.scheme == AMQPScheme::AMQP && (authorities.is_some() || own != (None, None)) {
            return Err(OpenError::Plain);
        }
        let identity = match own {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => return Err(OpenError::Files),
        };
        Ok(Self {
            uri,
            authorities,
            identity,
        })
    }

    /// Connects. The files are read each time: they may have been renewed.
    pub(crate) async fn connect(&self, purpose: &str) -> Result<Connection, Failure> {
        let properties = ConnectionProperties::default().with_connection_name(purpose.into());
        let mut tls = OwnedTLSConfig::default();
        if let Some(file) = &self.authorities {
            let authorities = String::from_utf8(content(file).await?);
            tls.cert_chain = Some(authorities.map_err(|_| Failure::NoFile)?);
        }
        if let Some((certificate, key)) = &self.identity {
            let (pem, key) = (content(certificate).await?, content(key).await?);
            tls.identity = Some(OwnedIdentity::PKCS8 { pem, key });
        }
        let connecting = Connection::connect_uri_with_config(
            self.uri.clone(),
            properties,
            tls,
            default_runtime()?,
        );
        Ok(connecting.await?)
    }
}

async fn content(file: &Path) -> Result<Vec<u8>, Failure> {
    tokio::fs::read(file).await.map_err(|_| Failure::NoFile)
}
