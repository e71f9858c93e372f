//! Servers that speak TLS.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;

use super::{Kind, Server, ServerError};
use crate::{certificate, programs};

/// What servers show that belong together, signed by one authority: a certificate for `localhost` and
/// no other name.
#[derive(Debug)]
pub(super) struct Guard {
    folder: TempDir,
}

impl Guard {
    fn new() -> io::Result<Arc<Self>> {
        let folder = tempfile::Builder::new().prefix("redis-tls-").tempdir()?;
        let user = programs::user(folder.path())?;
        certificate::in_folder(folder.path(), user)?;
        if let Some((user, group)) = user {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group))?;
        }
        Ok(Arc::new(Self { folder }))
    }

    /// The settings of a server that speaks TLS on this port, also with the others.
    pub(super) fn settings(&self, port: u16, kind: Kind) -> Vec<(&'static str, String)> {
        let made = certificate::signed(self.folder.path());
        let file = |path: PathBuf| path.display().to_string();
        let (yes, here) = (|| "yes".to_owned(), || "localhost".to_owned());
        let mut settings = vec![
            ("tls-port", port.to_string()),
            ("tls-cert-file", file(made.certificate)),
            ("tls-key-file", file(made.key)),
            ("tls-ca-cert-file", file(self.authority())),
            ("tls-auth-clients", "no".to_owned()),
            ("tls-replication", yes()),
        ];
        settings.extend(match kind {
            Kind::Alone | Kind::Replica(_) => vec![("replica-announce-ip", here())],
            Kind::Part(_) => vec![
                ("tls-cluster", yes()),
                ("cluster-announce-hostname", here()),
                ("cluster-preferred-endpoint-type", "hostname".to_owned()),
            ],
            Kind::Sentinel(_) => vec![
                ("sentinel resolve-hostnames", yes()),
                ("sentinel announce-hostnames", yes()),
            ],
        });
        settings
    }

    fn authority(&self) -> PathBuf {
        certificate::authority(self.folder.path())
    }
}

impl Server {
    /// Starts an empty server that speaks TLS, too, on a port of its own: as `localhost`, by a
    /// certificate for that name and no other. So do its replicas and the Sentinels that watch it.
    ///
    /// # Errors
    ///
    /// As [`Server::start`].
    pub fn start_with_tls() -> Result<Self, ServerError> {
        Self::new(Kind::Alone, Some(Guard::new()?))
    }

    /// The same as a cluster of three.
    ///
    /// # Errors
    ///
    /// As [`Server::start`].
    pub fn cluster_with_tls() -> Result<Vec<Self>, ServerError> {
        Self::parts(Some(&Guard::new()?))
    }

    /// Where it speaks TLS, as far as it does.
    #[must_use]
    pub fn url_with_tls(&self) -> String {
        match &self.guard {
            Some(_) => format!("rediss://localhost:{}", self.tls_port),
            None => String::new(),
        }
    }

    /// The certificate of the authority that signed its own, if it has any.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        let guard = self.guard.as_ref();
        guard.map(|guard| guard.authority()).unwrap_or_default()
    }
}
