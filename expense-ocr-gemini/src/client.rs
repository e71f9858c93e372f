//! One HTTP client, its requests and their ends.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use expense_core::ports::clock::Clock;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect;
use secrecy::ExposeSecret;
use url::Url;

use crate::answer::{Answer, answer};
use crate::config::{Config, SetupError};
use crate::error::GeminiError;
use crate::quota;
use crate::wire::Question;

/// The largest answer that is taken.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);

pub(crate) struct Client {
    http: reqwest::Client,
    pub(crate) config: Config,
    generate: Url,
    about: Url,
    clock: Arc<dyn Clock>,
}

impl Client {
    pub(crate) fn new(config: Config, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        let key = config.key.expose_secret();
        let mut key = HeaderValue::from_str(key).map_err(|_| SetupError::Key)?;
        if key.is_empty() {
            return Err(SetupError::Key);
        }
        key.set_sensitive(true);
        let http = reqwest::Client::builder()
            .default_headers(HeaderMap::from_iter([(
                "x-goog-api-key".parse().map_err(|_| SetupError::Key)?,
                key,
            )]))
            // A redirect would take the key to whoever it names.
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(config.time_limit)
            .tcp_nodelay(true)
            .build()
            .map_err(|error| SetupError::Client(error.without_url().to_string()))?;
        Ok(Self {
            http,
            generate: config.address(":generateContent")?,
            about: config.address("")?,
            config,
            clock,
        })
    }

    /// Asks the model. How long it took is recorded as
    /// `gemini_request_duration_seconds{kind}`, `kind` being ours.
    pub(crate) async fn ask(
        &self,
        kind: &'static str,
        question: Question,
    ) -> Result<Answer, GeminiError> {
        // Writing 20 MB as base64 would hold up everybody else on this thread.
        let body = tokio::task::spawn_blocking(move || question.body());
        let body = body.await.map_err(|_| GeminiError::Request)?;
        let request = self
            .http
            .post(self.generate.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(body.map_err(|_| GeminiError::Request)?);
        let began = self.clock.now();
        let body = self.send(request).await;
        let took = (self.clock.now() - began).to_std().unwrap_or_default();
        metrics::histogram!("gemini_request_duration_seconds", "kind" => kind).record(took);
        let answer = body.and_then(|body| answer(&body));
        if let Err(error) = &answer
            && error.is_for_operators()
        {
            // Another reader may step in, and then nobody else would hear of it.
            tracing::error!(%error, kind, "Gemini is of no use");
        }
        answer
    }

    /// What Google tells of the model.
    pub(crate) async fn about(&self) -> Result<Bytes, GeminiError> {
        self.send(self.http.get(self.about.clone())).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Bytes, GeminiError> {
        let response = request.send().await.map_err(|error| broken(&error))?;
        let status = response.status();
        let asked = retry_after(response.headers(), self.clock.now());
        let body = read(response).await?;
        if status.is_success() {
            return Ok(body);
        }
        Err(quota::meaning(
            status.as_u16(),
            &body,
            asked,
            self.clock.now(),
        ))
    }
}

async fn read(mut response: reqwest::Response) -> Result<Bytes, GeminiError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(GeminiError::Garbled);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn broken(error: &reqwest::Error) -> GeminiError {
    if error.is_timeout() {
        GeminiError::TimedOut
    } else {
        GeminiError::Unreachable
    }
}

/// Seconds, or a date.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let asked = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let wait = match asked.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = DateTime::parse_from_rfc2822(asked).ok()?;
            (at.to_utc() - now).to_std().ok()?
        }
    };
    Some(wait.min(quota::LONGEST))
}
