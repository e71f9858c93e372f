//! Calls to the Bot API: one warm client, one form of answer.
//!
//! What is asked and answered is spelled by teloxide's payloads; the way there is ours, since a
//! bot answers thousands of messages and wants nothing of a sent message but its id.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use teloxide_core::requests::Payload;
use url::Url;

use crate::config::{Config, ConfigError};
use crate::refusal::{CallError, Refusal};

/// How long reaching the server may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take, a long poll's own waiting left out.
pub(crate) const ANSWER: Duration = Duration::from_secs(10);
/// How long a connection is kept that nobody uses.
const IDLE: Duration = Duration::from_secs(90);
/// The largest answer: a hundred updates of some ten kilobytes leave room.
const ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// The Bot API of one bot.
pub(crate) struct Client {
    http: reqwest::Client,
    /// `<server>/bot<token>/`: a secret. Parsed once: a bot calls thousands of times.
    methods: Url,
    /// `<server>/file/bot<token>/`: a secret.
    files: SecretString,
}

impl Client {
    pub(crate) fn new(config: &Config) -> Result<Self, ConfigError> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            // One stuck connection of HTTP/2 would hold up every chat.
            .http1_only()
            // Whether a call is worth another try is decided by those who know what it said.
            .retry(reqwest::retry::never())
            .redirect(reqwest::redirect::Policy::none())
            .no_gzip()
            .build()
            .map_err(|_| ConfigError::Client)?;
        let server = config.api_url.as_str().trim_end_matches('/');
        let token = config.token.expose_secret();
        Ok(Self {
            http,
            methods: Url::parse(&format!("{server}/bot{token}/"))
                .map_err(|_| ConfigError::Client)?,
            files: format!("{server}/file/bot{token}/").into(),
        })
    }

    /// Calls a method and reads its answer.
    pub(crate) async fn call<P>(&self, payload: &P) -> Result<P::Output, CallError>
    where
        P: Payload + Serialize,
        P::Output: DeserializeOwned,
    {
        self.call_for(P::NAME, payload, ANSWER).await
    }

    /// Calls a method and reads from its answer what is wanted of it.
    pub(crate) async fn call_for<T: DeserializeOwned>(
        &self,
        method: &str,
        payload: &impl Serialize,
        within: Duration,
    ) -> Result<T, CallError> {
        let answer = self.call_raw(method, payload, within).await?;
        read(&answer)
    }

    /// Calls a method and gives its answer as it came, refusals sorted out.
    pub(crate) async fn call_raw(
        &self,
        method: &str,
        payload: &impl Serialize,
        within: Duration,
    ) -> Result<Bytes, CallError> {
        let body = serde_json::to_vec(payload).map_err(|_| CallError::OURS)?;
        let json = HeaderValue::from_static("application/json");
        let request = self.post(method)?.header(CONTENT_TYPE, json).body(body);
        answer(request.timeout(within)).await
    }

    /// Calls a method that takes files.
    pub(crate) async fn upload<T: DeserializeOwned>(
        &self,
        method: &str,
        form: reqwest::multipart::Form,
        within: Duration,
    ) -> Result<T, CallError> {
        let request = self.post(method)?.multipart(form).timeout(within);
        read(&answer(request).await?)
    }

    /// Fetches a file by its path on the server, of `limit` bytes at most.
    pub(crate) async fn download(
        &self,
        path: &str,
        limit: usize,
        within: Duration,
    ) -> Result<Bytes, CallError> {
        let url = format!("{}{path}", self.files.expose_secret());
        let url = Url::parse(&url).map_err(|_| CallError::OURS)?;
        let request = self.http.get(url).timeout(within);
        let response = request.send().await.map_err(CallError::unreachable)?;
        let status = response.status();
        if !status.is_success() {
            return Err(refused(status, &whole(response, ANSWER_BYTES).await?));
        }
        whole(response, limit).await
    }

    fn post(&self, method: &str) -> Result<RequestBuilder, CallError> {
        let mut url = self.methods.clone();
        let mut path = url.path_segments_mut().map_err(|()| CallError::OURS)?;
        path.pop_if_empty().push(method);
        drop(path);
        Ok(self.http.post(url))
    }
}

async fn answer(request: RequestBuilder) -> Result<Bytes, CallError> {
    let response = request.send().await.map_err(CallError::unreachable)?;
    let status = response.status();
    let answer = whole(response, ANSWER_BYTES).await?;
    if status.is_success() {
        Ok(answer)
    } else {
        Err(refused(status, &answer))
    }
}

async fn whole(mut response: Response, limit: usize) -> Result<Bytes, CallError> {
    let mut read: Vec<u8> = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(CallError::unreachable)? {
        if read.len() + chunk.len() > limit {
            return Err(CallError::TooLarge);
        }
        let complete = response.content_length() == u64::try_from(chunk.len()).ok();
        if read.is_empty() && complete {
            return Ok(chunk);
        }
        read.extend_from_slice(&chunk);
    }
    Ok(read.into())
}

fn read<T: DeserializeOwned>(answer: &[u8]) -> Result<T, CallError> {
    #[derive(serde::Deserialize)]
    struct Answer<T> {
        result: T,
    }
    match serde_json::from_slice::<Answer<T>>(answer) {
        Ok(answer) => Ok(answer.result),
        // `ok: false` behind a status of 200 is possible: proxies do such things.
        Err(_) => Err(Refusal::read(answer).map_or(CallError::Garbled, CallError::Refused)),
    }
}

fn refused(status: StatusCode, answer: &[u8]) -> CallError {
    match (Refusal::read(answer), status) {
        (Some(refusal), _) => CallError::Refused(refusal),
        // A proxy between speaks for itself, and knows nothing of tokens and chats.
        (None, StatusCode::TOO_MANY_REQUESTS) => {
            CallError::Refused(Refusal::by_status(status.as_u16()))
        }
        (None, StatusCode::PAYLOAD_TOO_LARGE) => CallError::TooLarge,
        (None, _) if status.is_server_error() => {
            CallError::Unreachable("the server is out of order")
        }
        (None, _) => CallError::Garbled,
    }
}
