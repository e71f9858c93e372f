//! Asking the service.

use async_trait::async_trait;
use chrono::NaiveDate;
use expense_core::domain::exchange::{Pair, Rate};
use expense_core::ports::error::{Fault, PortError, Result};
use expense_core::ports::fx::FxRates;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use url::Url;

use crate::config::Config;
use crate::error::{Unusable, corrupt, failed, fault, refused};
use crate::wire;

/// The largest answer that is read, in bytes: one rate needs a hundred.
const MAX_BYTES: usize = 64 * 1024;
/// How often a question follows a redirect.
const REDIRECTS: usize = 3;

/// [`FxRates`] of a service, through one client that keeps its connections.
#[derive(Debug, Clone)]
pub struct HttpRates {
    client: Client,
    config: Config,
}

impl HttpRates {
    /// The rates of this service. Nothing is asked before the first question.
    ///
    /// # Errors
    ///
    /// [`Unusable`] where this machine lacks what a client needs.
    pub fn new(config: Config) -> std::result::Result<Self, Unusable> {
        let client = Client::builder()
            .timeout(config.timeout)
            .redirect(Policy::limited(REDIRECTS))
            .user_agent(concat!("expense-bot/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(Unusable)?;
        Ok(Self { client, config })
    }

    fn address(&self, pair: Pair, on: NaiveDate) -> Result<Url> {
        let mut url = self.config.base.clone();
        {
            let bug = |()| fault(Fault::Bug);
            let mut path = url.path_segments_mut().map_err(bug)?;
            path.pop_if_empty();
        }
        let versioned = url.path().ends_with("/v1");
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend((!versioned).then_some("v1"));
            path.push(&on.to_string());
        }
        url.query_pairs_mut()
            .append_pair("base", pair.from().code())
            .append_pair("symbols", pair.to().code());
        Ok(url)
    }
}

#[async_trait]
impl FxRates for HttpRates {
    async fn rate(&self, pair: Pair, on: NaiveDate) -> Result<Option<Rate>> {
        let address = self.address(pair, on)?;
        let response = self.client.get(address).send().await.map_err(failed)?;
        let status = response.status();
        match status {
            StatusCode::OK => {
                let body = body(response).await?;
                wire::rate(&body, pair, on, &self.config.source)
            }
            StatusCode::NOT_FOUND => {
                let body = body(response).await?;
                let unknown = wire::is_not_found(&body);
                unknown.then_some(None).ok_or_else(no_service)
            }
            status => Err(refused(status, response.headers())),
        }
    }
}

fn no_service() -> PortError {
    corrupt("no service of exchange rates is at this address")
}

async fn body(mut response: Response) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > MAX_BYTES {
            return Err(corrupt("the answer is too long"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
