#![doc = include_str!("../README.md")]

mod answer;
mod categorize;
mod check;
mod client;
mod config;
mod error;
#[cfg(feature = "fake")]
pub mod fake;
mod loose;
mod media;
mod quota;
mod receipt;
mod receipt_prompt;
mod speech;
mod wire;

pub use config::{Config, SetupError};
pub use error::GeminiError;

use std::sync::Arc;

use expense_core::ports::clock::Clock;

/// What Gemini is called when people are told who read.
const PLACE: &str = "by Gemini";

/// Gemini as a reader of receipts, of voice notes, and as one who suggests categories.
///
/// Clones share one HTTP client and its connections.
#[derive(Clone)]
pub struct Gemini {
    client: Arc<client::Client>,
}

impl Gemini {
    /// Gemini as configured; nothing is sent yet. The clock says how long a day's quota is still
    /// used up.
    ///
    /// # Errors
    ///
    /// A [`SetupError`] that names the variable to mend.
    pub fn new(config: Config, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        let client = client::Client::new(config, clock)?;
        Ok(Self {
            client: Arc::new(client),
        })
    }
}
