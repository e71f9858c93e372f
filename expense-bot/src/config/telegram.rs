//! The bot on Telegram.

use std::net::SocketAddr;

use secrecy::SecretString;
use url::Url;

use super::source::Source;
use super::values::{count, one_of, web_address};

/// The bot on Telegram.
#[derive(Debug, Clone)]
pub(crate) struct Telegram {
    /// What BotFather gave.
    pub(crate) token: SecretString,
    /// The Bot API server.
    pub(crate) api: Url,
    /// How updates come in.
    pub(crate) mode: Mode,
    /// Messages a second in all; 0 lifts every pacing.
    pub(crate) messages_per_second: u32,
}

/// How updates come in.
#[derive(Debug, Clone)]
pub(crate) enum Mode {
    /// The bot asks for them.
    Polling,
    /// The Bot API server brings them.
    Webhook(Webhook),
}

/// Where the Bot API server brings updates.
#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    /// The public address; its path is the route that is served.
    pub(crate) url: Url,
    /// What the Bot API server proves itself with, the same for all instances; derived from the
    /// token where it is not set.
    pub(crate) secret: Option<SecretString>,
    /// Parallel deliveries.
    pub(crate) max_connections: u8,
}

const API: &str = "https://api.telegram.org";
/// What Telegram lets a bot send to all chats together.
const MESSAGES_PER_SECOND: u32 = 30;
/// Telegram's own default.
const CONNECTIONS: u32 = 40;

/// The bot that is set up, none without a token.
pub(super) fn read(source: &mut Source) -> Option<Telegram> {
    let token = source.take("TELEGRAM_BOT_TOKEN", token);
    let api = source.take("TELEGRAM_API_URL", web_address);
    let mode = source.take("TELEGRAM_MODE", |text| {
        one_of(text, &[("polling", false), ("webhook", true)])
    });
    let webhook = webhook(source, mode);
    if let Some(webhook) = &webhook
        && api.as_ref().is_none_or(|api| api.as_str().starts_with(API))
        && !is_reached(&webhook.url)
    {
        source.wrong(
            "WEBHOOK_URL",
            "Telegram brings updates to https:// alone, on port 443, 80, 88 or 8443: write such an address; others need \
             a Bot API server of your own, see TELEGRAM_API_URL",
        );
    }
    let pace = source.take("TELEGRAM_MESSAGES_PER_SECOND", |text| {
        count(text, 0, 1_000_000)
    });
    Some(Telegram {
        token: token?,
        api: api.or_else(|| API.parse().ok())?,
        mode: webhook.map_or(Mode::Polling, Mode::Webhook),
        messages_per_second: pace.unwrap_or(MESSAGES_PER_SECOND),
    })
}

/// Where `/livez`, `/readyz`, `/metrics` and the webhook are served unless it is set: a bot that polls serves
/// nothing.
pub(super) fn usual_http(telegram: Option<&Telegram>) -> Option<SocketAddr> {
    let webhook = telegram.is_some_and(|bot| matches!(bot.mode, Mode::Webhook(_)));
    webhook.then(|| SocketAddr::from(([127, 0, 0, 1], 8080)))
}

/// Where updates are brought: an address to bring them to is reason enough.
fn webhook(source: &mut Source, wanted: Option<bool>) -> Option<Webhook> {
    let url = source.take("WEBHOOK_URL", web_address);
    let secret = source.take("WEBHOOK_SECRET", secret);
    let connections = source.take("WEBHOOK_MAX_CONNECTIONS", |text| count(text, 1, 100));
    if !wanted.unwrap_or(url.is_some()) {
        return None;
    }
    if url.is_none() && !source.is_wrong("WEBHOOK_URL") {
        source.wrong("WEBHOOK_URL", "is needed with TELEGRAM_MODE=webhook");
    }
    Some(Webhook {
        url: url?,
        secret,
        max_connections: u8::try_from(connections.unwrap_or(CONNECTIONS)).unwrap_or(u8::MAX),
    })
}

/// Whether Telegram's own server brings anything there, by
/// <https://core.telegram.org/bots/api#setwebhook>.
fn is_reached(url: &Url) -> bool {
    let port = url.port_or_known_default();
    url.scheme() == "https" && port.is_some_and(|port| [443, 80, 88, 8443].contains(&port))
}

/// `<bot id>:<secret>`, as <https://core.telegram.org/bots/api#authorizing-your-bot> writes it.
fn token(text: &str) -> Result<SecretString, &'static str> {
    if !cfg!(feature = "telegram") {
        return Err("this build lacks the feature `telegram`: build with it, or unset the token");
    }
    let parts = text.trim().split_once(':');
    let fits = parts.is_some_and(|(id, secret)| {
        id.parse::<i64>().is_ok_and(|id| id > 0)
            && !secret.is_empty()
            && secret
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    });
    if fits {
        Ok(text.trim().into())
    } else {
        Err("is no bot token; it looks like 123456:ABC-DEF, as BotFather gave it")
    }
}

/// As <https://core.telegram.org/bots/api#setwebhook> allows it.
fn secret(text: &str) -> Result<SecretString, &'static str> {
    let fits = (1..=256).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if fits {
        Ok(text.into())
    } else {
        Err("write 1 to 256 letters, digits, _ and -, for example by `openssl rand -hex 32`")
    }
}
