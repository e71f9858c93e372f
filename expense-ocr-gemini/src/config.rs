//! How Gemini is reached.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

/// How Gemini is reached.
#[derive(Debug, Clone)]
pub struct Config {
    /// The API key (`GEMINI_API_KEY`).
    pub key: SecretString,
    /// Where the API is (`GEMINI_API_URL`); `v1beta/…` is put behind its path.
    pub base_url: Url,
    /// Which model reads (`GEMINI_MODEL`), with or without `models/` before it.
    pub model: String,
    /// How long one request may take, the model's own time included.
    pub time_limit: Duration,
}

/// Why a configuration can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The key is empty or has signs that no key has.
    #[error("GEMINI_API_KEY is no key: copy it whole from https://aistudio.google.com/apikey")]
    Key,
    /// The model's name has signs that no model has.
    #[error("GEMINI_MODEL is no model's name: write it like {}", Config::MODEL)]
    Model,
    /// The address is not http or https.
    #[error(
        "GEMINI_API_URL must begin with https:// or http://, for example {}",
        Config::BASE_URL
    )]
    Address,
    /// The HTTP client can't be made.
    #[error("the HTTP client can't be started: {0}")]
    Client(String),
}

impl Config {
    /// Google's own address.
    pub const BASE_URL: &str = "https://generativelanguage.googleapis.com";
    /// The alias by which Google serves its current fast model.
    pub const MODEL: &str = "gemini-flash-latest";
    /// The longest request that anybody waits for.
    pub const TIME_LIMIT: Duration = Duration::from_secs(30);

    /// Google's own address, its current fast model, 30 seconds.
    ///
    /// # Errors
    ///
    /// [`SetupError::Address`], which never happens with the address that is built in.
    pub fn new(key: SecretString) -> Result<Self, SetupError> {
        Ok(Self {
            key,
            base_url: Url::parse(Self::BASE_URL).map_err(|_| SetupError::Address)?,
            model: Self::MODEL.to_owned(),
            time_limit: Self::TIME_LIMIT,
        })
    }

    /// The address of `models/<model><rest>`.
    pub(crate) fn address(&self, rest: &str) -> Result<Url, SetupError> {
        let model = self.model.strip_prefix("models/").unwrap_or(&self.model);
        let is_sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if model.is_empty() || !model.chars().all(is_sign) {
            return Err(SetupError::Model);
        }
        if !matches!(self.base_url.scheme(), "http" | "https") {
            return Err(SetupError::Address);
        }
        let mut url = self.base_url.clone();
        url.set_query(None);
        url.set_fragment(None);
        url.path_segments_mut()
            .map_err(|()| SetupError::Address)?
            .pop_if_empty()
            .extend(["v1beta", "models", &format!("{model}{rest}")]);
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        "https://a.example",
        "m-1.5",
        Ok("https://a.example/v1beta/models/m-1.5:go")
    )]
    #[case(
        "http://a.example/proxy/",
        "models/m",
        Ok("http://a.example/proxy/v1beta/models/m:go")
    )]
    #[case(
        "https://a.example?key=1",
        "m",
        Ok("https://a.example/v1beta/models/m:go")
    )]
    #[case("https://a.example", "../m", Err(SetupError::Model))]
    #[case("https://a.example", "", Err(SetupError::Model))]
    #[case("ftp://a.example", "m", Err(SetupError::Address))]
    fn addresses(
        #[case] base: &str,
        #[case] model: &str,
        #[case] address: Result<&str, SetupError>,
    ) {
        let config = Config {
            base_url: base.parse().unwrap(),
            model: model.to_owned(),
            ..Config::new("key".into()).unwrap()
        };
        let found = config.address(":go").map(String::from);
        assert_eq!(found, address.map(str::to_owned));
    }
}
