//! How the bot reaches Telegram and is reached by it.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use url::Url;

/// Telegram's own Bot API server.
pub const API_URL: &str = "https://api.telegram.org";
/// Messages a second that Telegram lets a bot send in all, see "Broadcasting to Users" in its
/// bots FAQ.
pub const MESSAGES_PER_SECOND: u32 = 30;
/// Parallel deliveries that Telegram makes unless told otherwise, see `setWebhook`.
pub const MAX_CONNECTIONS: u8 = 40;

/// One bot and its Bot API server.
#[derive(Debug, Clone)]
pub struct Config {
    /// What BotFather gave: `<bot id>:<35 characters>`.
    pub token: SecretString,
    /// The Bot API server.
    pub api_url: Url,
    /// How updates come in.
    pub transport: Transport,
    /// Messages a second in all, with the platform's limits per chat; 0 lifts every pacing, for
    /// a server of one's own.
    pub messages_per_second: u32,
    /// The ids of the owners: their own chats show owners' commands.
    pub owners: Vec<i64>,
}

/// How updates come in.
#[derive(Debug, Clone)]
pub enum Transport {
    /// The bot asks for them.
    Polling,
    /// Telegram brings them.
    Webhook(Webhook),
}

/// Where and how Telegram brings updates.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// The public address; its path is the route that is served.
    pub url: Url,
    /// What Telegram proves itself by, the same on all instances: 1 to 256 of `A-Z`, `a-z`,
    /// `0-9`, `_` and `-`. Without one it is derived from the token.
    pub secret: Option<SecretString>,
    /// Parallel deliveries, 1 to 100.
    pub max_connections: u8,
}

/// What is wrong with a configuration, in words for its operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The token has not its form.
    #[error("TELEGRAM_BOT_TOKEN is no bot token: copy the whole of it, as in 123456:ABC…")]
    Token,
    /// The server can't be asked over HTTP.
    #[error("TELEGRAM_API_URL has to begin with http:// or https://")]
    ApiUrl,
    /// The secret has signs that Telegram refuses.
    #[error("WEBHOOK_SECRET takes 1 to 256 letters (A-Z, a-z), digits, _ and -")]
    Secret,
    /// Telegram would refuse so many deliveries at a time.
    #[error("WEBHOOK_MAX_CONNECTIONS is a number from 1 to 100")]
    MaxConnections,
    /// The client for HTTP can't be set up.
    #[error("the HTTP client can't be set up on this machine")]
    Client,
}

impl Config {
    /// A bot that polls Telegram's own server at the platform's pace.
    #[must_use]
    pub fn polling(token: SecretString, api_url: Url) -> Self {
        Self {
            token,
            api_url,
            transport: Transport::Polling,
            messages_per_second: MESSAGES_PER_SECOND,
            owners: Vec::new(),
        }
    }

    /// The bot's id: the digits that its token begins with.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Token`] where the token has another form.
    pub(crate) fn bot_id(&self) -> Result<i64, ConfigError> {
        let (id, key) = self
            .token
            .expose_secret()
            .split_once(':')
            .ok_or(ConfigError::Token)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if key.is_empty() || !key.bytes().all(plain) {
            return Err(ConfigError::Token);
        }
        match id.parse() {
            Ok(id) if id > 0 => Ok(id),
            Ok(_) | Err(_) => Err(ConfigError::Token),
        }
    }

    /// Checks everything that can be checked without asking anybody.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        self.bot_id()?;
        if !matches!(self.api_url.scheme(), "http" | "https") {
            return Err(ConfigError::ApiUrl);
        }
        match &self.transport {
            Transport::Polling => Ok(()),
            Transport::Webhook(webhook) => webhook.check(),
        }
    }
}

impl Webhook {
    fn check(&self) -> Result<(), ConfigError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if let Some(secret) = &self.secret {
            let secret = secret.expose_secret();
            if !(1..=256).contains(&secret.len()) || !secret.bytes().all(allowed) {
                return Err(ConfigError::Secret);
            }
        }
        if (1..=100).contains(&self.max_connections) {
            Ok(())
        } else {
            Err(ConfigError::MaxConnections)
        }
    }

    /// The configured secret, or one that every instance derives alike from the token.
    pub(crate) fn secret(&self, token: &SecretString) -> SecretString {
        match &self.secret {
            Some(secret) => secret.clone(),
            None => {
                let hash = Sha256::new()
                    .chain_update(b"webhook secret/")
                    .chain_update(token.expose_secret())
                    .finalize();
                let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
                hex.into()
            }
        }
    }
}
