//! A server that speaks TLS.

use std::path::PathBuf;

use super::{Kind, Server, ServerError};
use crate::{certificate, keeper};

impl Server {
    /// Starts an empty server that speaks TLS, too, on a port of its own: as `localhost`, by a
    /// certificate for that name and no other.
    ///
    /// # Errors
    ///
    /// As [`Server::start`].
    pub fn start_with_tls() -> Result<Self, ServerError> {
        Self::new(Kind::Guarded(keeper::free_port()?))
    }

    /// Where it speaks TLS, as far as it does.
    #[must_use]
    pub fn url_with_tls(&self) -> String {
        let Kind::Guarded(port) = self.kind else {
            return String::new();
        };
        format!("rediss://localhost:{port}")
    }

    /// The certificate of the authority that signed its own.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        certificate::authority(self.folder.path())
    }
}
