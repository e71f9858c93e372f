//! A server that speaks TLS.

use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;

use super::{Durability, Server, ServerError};
use crate::certificate::Authority;

/// PostgreSQL looks for its certificate and its key under these names.
const CERTIFICATE: &str = "server.crt";
const KEY: &str = "server.key";
const AUTHORITY: &str = "authority.crt";

impl Server {
    /// The same as [`Server::start`], but it speaks TLS to whoever asks for it: as `localhost`, by
    /// a certificate for that name and no other. Its standbys show the same one.
    ///
    /// # Errors
    ///
    /// A [`ServerError`] that says what is missing.
    pub fn start_with_tls(durability: Durability) -> Result<Self, ServerError> {
        let server = Self::new(durability)?;
        server.make_cluster()?;
        server.certify()?;
        server.on_a_free_port()
    }

    /// The address of one of its databases by the name that its certificate is for.
    #[must_use]
    pub fn url_by_name(&self, database: &str) -> String {
        self.url(database).replace("@127.0.0.1:", "@localhost:")
    }

    /// The certificate of the authority that signed its own, where it speaks TLS.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.data().join(AUTHORITY)
    }

    /// In its own folder and its own settings: a standby is a copy of both, so that nothing may lie
    /// there which the server can't read.
    fn certify(&self) -> Result<(), ServerError> {
        let folder = tempfile::tempdir()?;
        let authority = Authority::new(folder.path())?;
        let made = authority.sign()?;
        let files = [
            (authority.certificate(), AUTHORITY),
            (made.certificate, CERTIFICATE),
            (made.key, KEY),
        ];
        for (from, name) in files {
            let to = self.data().join(name);
            std::fs::copy(from, &to)?;
            // It refuses a key that others may read.
            std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o600))?;
            if let Some((user, group)) = self.user {
                chown(&to, Some(user), Some(group))?;
            }
        }
        let mut settings = std::fs::OpenOptions::new()
            .append(true)
            .open(self.data().join("postgresql.conf"))?;
        Ok(writeln!(settings, "ssl = on")?)
    }
}
