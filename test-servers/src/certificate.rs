//! Certificates that are made on the spot, by the program `openssl`.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is certified: an authority, a server that it has signed, one that has signed itself.
const EXTENSIONS: &str = "[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[signed]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:localhost
[itself]
basicConstraints = critical, CA:TRUE
subjectAltName = DNS:localhost, IP:127.0.0.1
";

/// Signs what servers of one test show.
#[derive(Debug)]
pub struct Authority {
    folder: PathBuf,
}

/// What a server shows, and the key that proves it.
#[derive(Debug)]
pub(crate) struct Certified {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Authority {
    /// A new one, whose files are in this folder.
    ///
    /// # Errors
    ///
    /// Where `openssl` is missing or fails.
    pub fn new(folder: &Path) -> io::Result<Self> {
        make(folder, "authority", &[])?;
        let folder = folder.to_owned();
        Ok(Self { folder })
    }

    /// The certificate by which it is known.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        authority(&self.folder)
    }

    /// A certificate for `localhost` and for no other name.
    pub(crate) fn sign(&self) -> io::Result<Certified> {
        let Certified { certificate, key } = of(&self.folder, "authority");
        let by = ["-CA".as_ref(), &*certificate, "-CAkey".as_ref(), &*key];
        make(&self.folder, "signed", &by)
    }
}

/// A certificate for `localhost`, and that of the authority which signed it, in the folder of a server
/// that this user runs.
pub(crate) fn in_folder(folder: &Path, user: Option<(u32, u32)>) -> io::Result<Certified> {
    let authority = Authority::new(folder)?;
    let made = authority.sign()?;
    if let Some((user, group)) = user {
        for file in [&made.certificate, &made.key, &authority.certificate()] {
            std::os::unix::fs::chown(file, Some(user), Some(group))?;
        }
    }
    Ok(made)
}

/// Where that certificate and its key are.
pub(crate) fn signed(folder: &Path) -> Certified {
    of(folder, "signed")
}

/// Where that of its authority is.
pub(crate) fn authority(folder: &Path) -> PathBuf {
    of(folder, "authority").certificate
}

/// A certificate for `localhost` that nobody has signed but itself.
pub(crate) fn itself(folder: &Path) -> io::Result<Certified> {
    make(folder, "itself", &[])
}

fn of(folder: &Path, what: &str) -> Certified {
    Certified {
        certificate: folder.join(format!("{what}.pem")),
        key: folder.join(format!("{what}.key")),
    }
}

fn make(folder: &Path, what: &str, by: &[&Path]) -> io::Result<Certified> {
    let extensions = folder.join("extensions");
    std::fs::write(&extensions, EXTENSIONS)?;
    let certified = of(folder, what);
    // Some take a certificate for its own issuer's where both have one name.
    let subject = match by {
        [] => format!("/CN={what}"),
        _ => "/CN=localhost".to_owned(),
    };
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt"])
        .args(["ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", &subject, "-extensions", what, "-config"])
        .arg(&extensions)
        .args(by)
        .arg("-keyout")
        .arg(&certified.key)
        .arg("-out")
        .arg(&certified.certificate)
        .output()?;
    if !made.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&made.stderr)));
    }
    Ok(certified)
}
