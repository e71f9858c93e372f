//! A broker that speaks TLS.

use std::fmt::Write;
use std::os::unix::fs::chown;
use std::path::PathBuf;

use super::{Server, ServerError};
use crate::certificate::Authority;

const AUTHORITY: &str = "authority.crt";
const CERTIFICATE: &str = "broker.crt";
const KEY: &str = "broker.key";

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
        self.folder.path().join(AUTHORITY)
    }

    /// A certificate of this authority, and its key.
    #[must_use]
    pub fn identity(&self) -> (PathBuf, PathBuf) {
        let file = |name| self.folder.path().join(name);
        (file(CERTIFICATE), file(KEY))
    }

    pub(super) fn certify(&self) -> Result<(), ServerError> {
        let folder = tempfile::tempdir()?;
        let authority = Authority::new(folder.path())?;
        let made = authority.sign()?;
        let files = [
            (authority.certificate(), AUTHORITY),
            (made.certificate, CERTIFICATE),
            (made.key, KEY),
        ];
        for (from, name) in files {
            let to = self.folder.path().join(name);
            std::fs::copy(from, &to)?;
            if let Some((user, group)) = self.user {
                chown(&to, Some(user), Some(group))?;
            }
        }
        Ok(())
    }

    pub(super) fn tls_settings(&self, port: u16) -> String {
        let mut settings = format!(
            "listeners.ssl.1 = 127.0.0.1:{port}\n\
             ssl_options.verify = verify_peer\n\
             ssl_options.fail_if_no_peer_cert = false\n"
        );
        for (option, file) in [
            ("cacertfile", AUTHORITY),
            ("certfile", CERTIFICATE),
            ("keyfile", KEY),
        ] {
            let file = self.folder.path().join(file);
            let _ = writeln!(settings, "ssl_options.{option} = {}", file.display());
        }
        settings
    }
}
