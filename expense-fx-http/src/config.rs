//! Which service is asked, and for how long.

use std::time::Duration;

use expense_core::domain::exchange::RateSource;
use url::Url;

/// How long one request may take, unless set otherwise.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// Where the rates come from.
#[derive(Debug, Clone)]
pub struct Config {
    /// The address before `/v1/…`; one that ends in `/v1` means the same.
    pub(crate) base: Url,
    /// What is kept as the source of each rate: the name of the host.
    pub(crate) source: RateSource,
    /// How long one request may take, from connecting to the last byte.
    pub timeout: Duration,
}

/// An address can't be that of a service of rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write an address such as https://api.frankfurter.dev, without ? and #")]
pub struct InvalidUrl;

impl Config {
    /// The service at this address, with [`TIMEOUT`].
    ///
    /// # Errors
    ///
    /// [`InvalidUrl`] unless it is an `http` or `https` address of a host without query and
    /// fragment.
    pub fn new(base: &str) -> Result<Self, InvalidUrl> {
        let base = Url::parse(base).map_err(|_| InvalidUrl)?;
        let bare = base.query().is_none() && base.fragment().is_none();
        let host = base.host_str().ok_or(InvalidUrl)?;
        if !matches!(base.scheme(), "http" | "https") || !bare {
            return Err(InvalidUrl);
        }
        Ok(Self {
            source: source(host),
            base,
            timeout: TIMEOUT,
        })
    }
}

/// A host by its name, unless that is too long or means something else as a source.
fn source(host: &str) -> RateSource {
    match host.parse() {
        Ok(source @ RateSource::Service(_)) => source,
        Ok(RateSource::Hand) | Err(_) => RateSource::Service("service".into()),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://api.frankfurter.dev", Some("api.frankfurter.dev"))]
    #[case("http://localhost:8080/rates/", Some("localhost"))]
    #[case("https://hand", Some("service"))]
    #[case("ftp://api.frankfurter.dev", None)]
    #[case("api.frankfurter.dev", None)]
    #[case("https://api.frankfurter.dev?base=EUR", None)]
    #[case("https://api.frankfurter.dev#v1", None)]
    #[case("https://", None)]
    #[case("", None)]
    fn an_address_is_that_of_a_host(#[case] text: &str, #[case] source: Option<&str>) {
        let config = Config::new(text);
        let named = config.as_ref().map(|config| config.source.as_str()).ok();
        assert_eq!(named, source);
    }
}
