//! What an operator decides, read once and checked whole: every mistake is told at once.
#![cfg_attr(
    not(all(
        feature = "fx",
        feature = "gemini",
        feature = "kafka",
        feature = "ocr-local",
        feature = "otel",
        feature = "postgres",
        feature = "redis",
        feature = "rabbitmq",
        feature = "sqlite",
        feature = "telegram"
    )),
    allow(
        dead_code,
        reason = "every build knows every variable, so that it can name the feature that it lacks"
    )
)]

mod database;
mod people;
mod queue;
mod readers;
mod shared;
mod source;
mod telegram;
mod traces;
mod values;

use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use expense_core::domain::calendar::Zone;
use expense_core::domain::currency::Currency;
use expense_core::domain::ledger::{Language, Settings};
use expense_core::domain::limits;
use expense_core::domain::locale::Locale;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use url::Url;

pub(crate) use database::Database;
#[cfg(feature = "postgres")]
pub(crate) use database::Postgres;
pub(crate) use people::People;
#[cfg(any(feature = "kafka", feature = "rabbitmq"))]
pub(crate) use queue::Broker;
pub(crate) use queue::Queue;
#[cfg(feature = "gemini")]
pub(crate) use readers::Gemini;
pub(crate) use readers::Readers;
pub(crate) use shared::Shared;
pub(crate) use source::Mistake;
#[cfg(feature = "telegram")]
pub(crate) use telegram::Mode;
pub(crate) use telegram::Telegram;
#[cfg(feature = "load")]
pub(crate) use telegram::Webhook;
#[cfg(feature = "otel")]
pub(crate) use traces::Traces;

use source::Source;
use values::{copies, count, duration, one_of, web_address};

/// The configuration. No secret of it shows itself in `Debug`.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Where the ledgers are kept.
    pub(crate) database: Database,
    /// The directory for everything else that is kept: models, history, saved files.
    pub(crate) data: PathBuf,
    /// The person's own directory.
    pub(crate) home: Option<PathBuf>,
    /// The bot on Telegram; without it the chat is on this terminal.
    pub(crate) telegram: Option<Telegram>,
    /// What stands between those who take updates in and those who handle them, if anything.
    pub(crate) queue: Option<Queue>,
    /// What this process shares with others of the same bot.
    pub(crate) shared: Shared,
    /// Where `/livez`, `/readyz`, `/metrics` and the webhook are served, if anywhere.
    pub(crate) http: Option<SocketAddr>,
    /// The same where it was set, and not what is usual with a webhook.
    pub(crate) http_set: Option<SocketAddr>,
    /// Whom the bot talks to.
    pub(crate) people: People,
    /// Who reads receipts.
    pub(crate) readers: Readers,
    /// Where daily exchange rates come from.
    pub(crate) rates: Option<Url>,
    /// What new ledgers begin with.
    pub(crate) defaults: Settings,
    /// Whether a person's own ledger begins with what is usual in their language: nothing was
    /// said about currency or notation.
    pub(crate) by_language: bool,
    /// What the machine says about its user, where the configuration does not.
    pub(crate) user: User,
    /// How long a draft can be saved.
    pub(crate) draft_ttl: Duration,
    /// How long a copy of a ledger is used; zero: there are no copies.
    pub(crate) ledger_ttl: Duration,
    /// Messages a person may send in a minute, where that was set; 0 is no limit.
    pub(crate) rate: Option<u32>,
    /// What is logged, in the words of `tracing_subscriber::EnvFilter`.
    pub(crate) log: String,
    /// How it is logged.
    pub(crate) log_format: LogFormat,
    /// Where traces go, if anywhere.
    pub(crate) traces: Option<traces::Traces>,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// What the machine says about whoever sits before it.
#[derive(Debug, Clone, Default)]
pub(crate) struct User {
    /// The zone by `TZ`.
    pub(crate) zone: Option<Zone>,
    /// The locale by `LC_ALL`, `LC_NUMERIC` or `LANG`.
    pub(crate) locale: Option<Locale>,
}

/// All mistakes of a configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) struct ConfigError(pub(crate) Vec<Mistake>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration can't be used:")?;
        self.0
            .iter()
            .try_for_each(|mistake| write!(f, "\n  {mistake}"))
    }
}

impl Config {
    /// The configuration by these variables and this TOML file.
    ///
    /// # Errors
    ///
    /// All mistakes, in words.
    pub(crate) fn read(
        variable: impl Fn(&str) -> Option<OsString>,
        file: Option<&Path>,
    ) -> Result<Self, ConfigError> {
        let mut source = Source::gather(&variable, file);
        let home = path(&variable, "HOME");
        let url = database::url(&mut source);
        let file_of_ledgers = match &url {
            Some(database::Url::Sqlite(file)) => Some(file.as_path()),
            _ => None,
        };
        let is_private = url.is_none() && !source.is_wrong("DATABASE_URL");
        let data = data_directory(&variable, home.as_deref(), file_of_ledgers);
        if data.is_none() {
            source.wrong("HOME", "is not set: set it, or XDG_DATA_HOME");
        }
        let data = data.unwrap_or_default();
        let user = user(&variable);
        let locale = source.take("DEFAULT_LOCALE", str::parse);
        let zone = source.take("DEFAULT_TIMEZONE", str::parse);
        let user = User {
            zone: user.zone.filter(|_| zone.is_none()),
            locale: user.locale.filter(|_| locale.is_none()),
        };
        let telegram = telegram::read(&mut source);
        let http_set = source.take("HTTP_ADDR", values::address);
        let currency = source.take("DEFAULT_CURRENCY", currency);
        let config = Self {
            by_language: locale.is_none() && currency.is_none(),
            database: database::read(&mut source, url, &data),
            data,
            home,
            http: http_set.or_else(|| telegram::usual_http(telegram.as_ref())),
            http_set,
            telegram,
            shared: shared::read(&mut source),
            people: people::read(&mut source),
            queue: queue::read(&mut source),
            readers: readers::read(&mut source),
            rates: source.take("FX_API_URL", rates),
            defaults: Settings {
                currency: currency.unwrap_or(Currency::EUR),
                zone: zone.unwrap_or(Zone::UTC),
                locale: locale.unwrap_or_default(),
                language: Language::English,
            },
            user,
            draft_ttl: source
                .take("DRAFT_TTL", duration)
                .unwrap_or(limits::DRAFT_TTL),
            ledger_ttl: source
                .take("LEDGER_CACHE_TTL", copies)
                .unwrap_or(limits::LEDGER_TTL),
            rate: source.take("RATE_LIMIT_PER_MINUTE", |text| count(text, 0, 1_000_000)),
            log: source.take("LOG", log).unwrap_or_else(|| "warn".to_owned()),
            log_format: source
                .take("LOG_FORMAT", log_format)
                .unwrap_or(LogFormat::Text),
            traces: traces::read(&mut source),
        };
        if is_private && let Some(name) = config.is_for_several() {
            let what = format!(
                "is not set, and {name} is for several processes: name the database that they \
                 share, postgres://USER:PASSWORD@HOST/DATABASE"
            );
            source.wrong("DATABASE_URL", what);
        }
        match source.into_mistakes() {
            none if none.is_empty() => Ok(config),
            mistakes => Err(ConfigError(mistakes)),
        }
    }

    /// The variable by which this process is one of several, if it is.
    fn is_for_several(&self) -> Option<&'static str> {
        match &self.queue {
            Some(queue) => Some(match queue.broker {
                queue::Broker::Rabbit(_) => "AMQP_URL",
                queue::Broker::Kafka(_) => "KAFKA_BROKERS",
            }),
            None => self.shared.redis.as_ref().map(|_| "REDIS_URL"),
        }
    }

    /// What the ledger of whoever sits before this machine begins with.
    pub(crate) fn at_this_machine(&self) -> Settings {
        let Settings { locale, zone, .. } = self.defaults.clone();
        Settings {
            locale: self.user.locale.clone().unwrap_or(locale),
            zone: self.user.zone.unwrap_or(zone),
            ..self.defaults.clone()
        }
    }
}

fn path(variable: impl Fn(&str) -> Option<OsString>, name: &str) -> Option<PathBuf> {
    variable(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

/// By the XDG base directory specification, where a relative path does not count; beside the
/// database where nothing says whose machine this is.
fn data_directory(
    variable: impl Fn(&str) -> Option<OsString>,
    home: Option<&Path>,
    database: Option<&Path>,
) -> Option<PathBuf> {
    let xdg = path(variable, "XDG_DATA_HOME").filter(|path| path.is_absolute());
    let shared = xdg.or_else(|| Some(home?.join(".local/share")));
    let beside = || database?.parent().map(Path::to_owned);
    shared
        .map(|shared| shared.join("expense-bot"))
        .or_else(beside)
}

/// What `TZ` and the locale variables of POSIX say, as far as they say something exact.
fn user(variable: impl Fn(&str) -> Option<OsString>) -> User {
    let text = |name: &str| {
        variable(name)?
            .into_string()
            .ok()
            .filter(|text| !text.is_empty())
    };
    let locale = ["LC_ALL", "LC_NUMERIC", "LANG"].into_iter().find_map(text);
    User {
        zone: text("TZ").and_then(|zone| zone.trim_start_matches(':').parse().ok()),
        locale: locale.and_then(|name| posix_locale(&name)),
    }
}

/// `de_CH.UTF-8@euro` as `de-CH`; nothing for `C` and `POSIX`.
fn posix_locale(name: &str) -> Option<Locale> {
    let name = name.split(['.', '@']).next()?;
    match name {
        "C" | "POSIX" => None,
        _ => name.replace('_', "-").parse().ok(),
    }
}

fn rates(text: &str) -> Result<Url, &'static str> {
    if cfg!(feature = "fx") {
        web_address(text)
    } else {
        Err("this build lacks the feature `fx`: build with it, or unset the address")
    }
}

fn currency(text: &str) -> Result<Currency, String> {
    let known = Currency::from_code(text.trim());
    known.map_err(|error| format!("{error}; write for example EUR, USD or JPY"))
}

fn log(text: &str) -> Result<String, &'static str> {
    // A word alone would be taken for the name of a crate, and nothing be logged at all.
    let words = text
        .split(',')
        .filter(|word| !word.contains(['=', '[', ':', '_']));
    let levels = words.map(|word| word.trim().parse::<LevelFilter>());
    match EnvFilter::try_new(text) {
        Ok(_) if levels.into_iter().all(|level| level.is_ok()) => Ok(text.to_owned()),
        _ => Err("write error, warn, info, debug or trace, or expense_core=debug,warn"),
    }
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    one_of(
        text,
        &[("text", LogFormat::Text), ("json", LogFormat::Json)],
    )
}

#[cfg(test)]
mod lacking;
#[cfg(test)]
mod tests;
