//! A server that stands in for Google's in tests, behind the feature `fake`.
//!
//! It holds every request to Google's own schema (`gemini/generativelanguage.v1beta.schema.json`
//! below `$SHARED_DIR`, or `shared` beside the project), counts, answers by a script, and fails on
//! demand. Where the schema is not at hand it says so on standard error, and
//! [`FakeGemini::checks_schema`] is false.
//!
//! ```
//! use expense_ocr_gemini::fake::FakeGemini;
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
//! let google = FakeGemini::start().await?;
//! google.knows(b"\xFF\xD8\xFFlunch.jpg", json!({"kind": "receipt", "total": "12.50"}));
//! let config = google.config(); // for `Gemini::new`
//! assert_eq!(config.base_url, google.url());
//! # Ok(()) }
//! ```

mod errors;
mod gate;
mod schema;
mod script;
mod server;

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use crate::config::Config;
use gate::Gate;
use schema::Rules;
use script::Script;

pub use schema::shared;

/// A running server; it ends when this is dropped.
pub struct FakeGemini {
    url: Url,
    state: Arc<State>,
    server: JoinHandle<()>,
}

/// What becomes of one request.
#[derive(Debug, Clone)]
pub enum Next {
    /// The model says this, word for word.
    Says(String),
    /// This HTTP status with this body, JSON or not, and this `Retry-After`.
    Answers {
        /// The status.
        status: u16,
        /// The body.
        body: String,
        /// The header, if there is one.
        retry_after: Option<String>,
    },
    /// The connection is closed in the middle of the answer.
    Breaks,
    /// The answer takes so much longer.
    Waits(Duration),
}

struct State {
    rules: Rules,
    script: Mutex<Script>,
    gate: Mutex<Gate>,
    next: Mutex<VecDeque<Next>>,
    round: Mutex<VecDeque<Next>>,
    model_time: Mutex<Duration>,
    breaches: Mutex<Vec<String>>,
    seen: Mutex<Vec<Value>>,
    spent: Mutex<Duration>,
}

/// What is behind the lock: nothing can be half done in there.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FakeGemini {
    /// The only key that it knows.
    pub const KEY: &str = "fake-key-0123456789";
    /// Requests that it remembers for [`seen`](Self::seen); older ones go.
    pub const REMEMBERED: usize = 100;

    /// A server on a free port of this machine.
    ///
    /// # Errors
    ///
    /// No port can be had, or the schema is there and is none.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(State {
            rules: Rules::load()?,
            script: Mutex::default(),
            gate: Mutex::default(),
            next: Mutex::default(),
            round: Mutex::default(),
            model_time: Mutex::default(),
            breaches: Mutex::default(),
            seen: Mutex::default(),
            spent: Mutex::default(),
        });
        let server = tokio::spawn(server::serve(listener, Arc::clone(&state)));
        let url = url.parse().map_err(io::Error::other)?;
        Ok(Self { url, state, server })
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> Url {
        self.url.clone()
    }

    /// A configuration that reaches it.
    #[must_use]
    pub fn config(&self) -> Config {
        Config {
            key: Self::KEY.into(),
            base_url: self.url(),
            model: Config::MODEL.to_owned(),
            time_limit: Config::TIME_LIMIT,
        }
    }

    /// Whether requests are held to Google's schema.
    #[must_use]
    pub fn checks_schema(&self) -> bool {
        self.state.rules.are_known()
    }

    /// From now on a request with this file is answered with these fields, as far as the asked
    /// form has them; fields that the form demands besides are null, empty, or its last choice.
    pub fn knows(&self, file: impl AsRef<[u8]>, fields: Value) {
        locked(&self.state.script).knows_file(file.as_ref(), fields);
    }

    /// The same for a request with these words among its texts.
    pub fn knows_text(&self, words: &str, fields: Value) {
        locked(&self.state.script).knows_text(words, fields);
    }

    /// The same for whatever it does not know.
    pub fn answers(&self, fields: Value) {
        locked(&self.state.script).answers(fields);
    }

    /// What becomes of the next request that nothing was ordered for yet.
    pub fn then(&self, next: Next) {
        locked(&self.state.next).push_back(next);
    }

    /// From now on these become of requests in turn, and again from the first after the last;
    /// nothing special with none of them. What was ordered for the next request goes before.
    pub fn meets(&self, round: Vec<Next>) {
        *locked(&self.state.round) = round.into();
    }

    /// How long the model thinks about each answer.
    pub fn takes(&self, time: Duration) {
        *locked(&self.state.model_time) = time;
    }

    /// A quota: so many requests within any such period, the others are 429. `period` stands for
    /// the minute.
    pub fn allows(&self, requests: usize, period: Duration) {
        locked(&self.state.gate).allow(requests, period);
    }

    /// A quota of so many requests until it is set again, as Google's by the day.
    pub fn allows_today(&self, requests: usize) {
        locked(&self.state.gate).allow_today(requests);
    }

    /// How many requests came to the model, refused ones included.
    #[must_use]
    pub fn requests(&self) -> usize {
        locked(&self.state.gate).requests()
    }

    /// The most requests that came within any such period, refused ones included.
    #[must_use]
    pub fn busiest(&self, period: Duration) -> usize {
        locked(&self.state.gate).busiest(period)
    }

    /// How long it had the requests in hand, all together: what a caller waited beyond is its own.
    #[must_use]
    pub fn spent(&self) -> Duration {
        *locked(&self.state.spent)
    }

    /// The newest requests, as they came.
    #[must_use]
    pub fn seen(&self) -> Vec<Value> {
        locked(&self.state.seen).clone()
    }

    /// What was wrong with requests, or with its own answers, by Google's schema and rules.
    #[must_use]
    pub fn breaches(&self) -> Vec<String> {
        locked(&self.state.breaches).clone()
    }
}

impl Drop for FakeGemini {
    fn drop(&mut self) {
        self.server.abort();
    }
}
