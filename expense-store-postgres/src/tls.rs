//! Why a connection can't be encrypted as the URL asks, in words that say what to do.

use std::borrow::Cow;

use rustls::CertificateError;
use url::Url;

const NOT_OFFERED: &str = "the server offers none: turn its ssl on, or ask for less by sslmode";
const STRANGER: &str = "the server's certificate is signed by nobody who is trusted: name the file \
    with the certificate of its authority in sslrootcert";
const ANOTHER_NAME: &str = "the server's certificate is for another name: write the host as the \
    certificate has it, or let the server have one for this host";
const OUT_OF_DATE: &str = "the server's certificate is valid no more, or not yet: renew it, and \
    check the clock of this machine";
const UNSOUND: &str = "check sslmode and sslrootcert of the URL and the certificate of the server";
const UNREADABLE: &str = "a file that sslrootcert, sslcert or sslkey names can't be read: check its \
    path and its permissions";

/// The parameters that name a file, by all their names.
const FILES: [&str; 7] = [
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
];

/// The parameter that asks for encryption, by all its names.
const MODE: [&str; 2] = ["sslmode", "ssl-mode"];

/// Whether the files that the URL names can be read. Where they can't, the driver would say the
/// same as of a server that is not there.
pub(crate) fn files(url: &Url) -> Result<(), &'static str> {
    let is_plain = |(name, value): (Cow<'_, str>, Cow<'_, str>)| {
        MODE.contains(&&*name) && value.eq_ignore_ascii_case("disable")
    };
    if url.query_pairs().any(is_plain) {
        // Nobody reads them.
        return Ok(());
    }
    let named = url
        .query_pairs()
        .filter(|(name, _)| FILES.contains(&&**name));
    // A certificate may stand there itself.
    let mut files = named.filter(|(_, value)| !value.trim_start().starts_with("-----BEGIN"));
    match files.all(|(_, file)| std::fs::read(&*file).is_ok()) {
        true => Ok(()),
        false => Err(UNREADABLE),
    }
}

/// Why encryption failed, where that is what failed. It quotes nothing of either side.
pub(crate) fn reason(error: &sqlx::Error) -> Option<&'static str> {
    match error {
        sqlx::Error::Tls(error) if error.to_string() == "server does not support TLS" => {
            Some(NOT_OFFERED)
        }
        sqlx::Error::Tls(_) => Some(UNSOUND),
        // A handshake fails as a read does.
        sqlx::Error::Io(error) => match error.get_ref()?.downcast_ref()? {
            rustls::Error::InvalidCertificate(error) => Some(of_certificate(error)),
            _ => None,
        },
        _ => None,
    }
}

fn of_certificate(error: &CertificateError) -> &'static str {
    match error {
        // The latter: of another authority by the same name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => STRANGER,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            ANOTHER_NAME
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => OUT_OF_DATE,
        _ => UNSOUND,
    }
}
