//! A broker that speaks TLS.

use std::path::PathBuf;

use super::{Server, ServerError};
use crate::certificate::{self, Certified};

impl Server {
    /// The same as [`Server::start`], but it speaks TLS on a port of its own: as `localhost`, by a
    /// certificate for that name and no other. Whoever shows a certificate has to show one of the
    /// same authority.
    ///
    /// # Errors
    ///
    /// A [`ServerError`] that says what is missing.
    pub fn start_with_tls() -> Result<Self, ServerError> {
        Self::start_with(None, true)
    }

    /// Where it speaks TLS, as far as it does.
    #[must_use]
    pub fn url_with_tls(&self) -> String {
        format!("amqps://localhost:{}", self.ports.tls.unwrap_or_default())
    }

    /// The certificate of the authority that signed its own.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        certificate::authority(self.folder.path())
    }

    /// A certificate of this authority, and its key.
    #[must_use]
    pub fn identity(&self) -> (PathBuf, PathBuf) {
        let Certified { certificate, key } = certificate::signed(self.folder.path());
        (certificate, key)
    }

    pub(super) fn tls_settings(&self, port: u16) -> String {
        let (certificate, key) = self.identity();
        format!(
            "listeners.ssl.1 = 127.0.0.1:{port}\n\
             ssl_options.verify = verify_peer\n\
             ssl_options.fail_if_no_peer_cert = false\n\
             ssl_options.cacertfile = {}\n\
             ssl_options.certfile = {}\n\
             ssl_options.keyfile = {}\n",
            self.authority().display(),
            certificate.display(),
            key.display()
        )
    }
}
