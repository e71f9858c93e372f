//! What an operator decides, read once and checked whole: every mistake is told at once.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use expense_core::domain::calendar::Zone;
use expense_core::domain::currency::Currency;
use expense_core::domain::ledger::{Language, Settings};
use expense_core::domain::limits;
use expense_core::domain::locale::Locale;
use tracing_subscriber::EnvFilter;

use crate::source::{Mistake, Source};

/// The configuration. It keeps no secret: this build has nothing to use one for.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// The SQLite file.
    pub(crate) database: PathBuf,
    /// The directory for everything else that is kept: models, history, saved files.
    pub(crate) data: PathBuf,
    /// The person's own directory.
    pub(crate) home: Option<PathBuf>,
    /// Which reader reads receipts.
    pub(crate) reader: Option<Reader>,
    /// A copy of the local reader's models, instead of the one in the data directory.
    pub(crate) models: Option<PathBuf>,
    /// What new ledgers begin with.
    pub(crate) defaults: Settings,
    /// What the machine says about its user, where the configuration does not.
    pub(crate) user: User,
    /// How long a draft can be saved.
    pub(crate) draft_ttl: Duration,
    /// Messages a person may send in a minute, where that was set; 0 is no limit.
    pub(crate) rate: Option<u32>,
    /// What is logged, in the words of `tracing_subscriber::EnvFilter`.
    pub(crate) log: String,
    /// How it is logged.
    pub(crate) log_format: LogFormat,
    /// Whether a Telegram token is set.
    pub(crate) telegram: bool,
}

/// Who reads receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// This machine.
    Local,
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
        let database = source.take("DATABASE_URL", database);
        let data = data_directory(&variable, home.as_deref(), database.as_deref());
        if data.is_none() {
            source.wrong(
                "HOME",
                "is not set: set it, or XDG_DATA_HOME, or DATABASE_URL",
            );
        }
        let data = data.unwrap_or_default();
        let gemini = source.take("GEMINI_API_KEY", present).is_some();
        let user = user(&variable);
        let locale = source.take("DEFAULT_LOCALE", str::parse);
        let zone = source.take("DEFAULT_TIMEZONE", str::parse);
        let user = User {
            zone: user.zone.filter(|_| zone.is_none()),
            locale: user.locale.filter(|_| locale.is_none()),
        };
        let config = Self {
            database: database.unwrap_or_else(|| data.join("expenses.sqlite")),
            data,
            home,
            reader: source
                .take("OCR", |text| reader(text, gemini))
                .unwrap_or(Some(Reader::Local)),
            models: source.take("OCR_MODEL_DIR", models),
            defaults: Settings {
                currency: source
                    .take("DEFAULT_CURRENCY", currency)
                    .unwrap_or(Currency::EUR),
                zone: zone.unwrap_or(Zone::UTC),
                locale: locale.unwrap_or_else(english),
                language: Language::English,
            },
            user,
            draft_ttl: source
                .take("DRAFT_TTL", duration)
                .unwrap_or(limits::DRAFT_TTL),
            rate: source.take("RATE_LIMIT_PER_MINUTE", rate),
            log: source.take("LOG", log).unwrap_or_else(|| "warn".to_owned()),
            log_format: source
                .take("LOG_FORMAT", log_format)
                .unwrap_or(LogFormat::Text),
            telegram: source.take("TELEGRAM_BOT_TOKEN", present).is_some(),
        };
        match source.into_mistakes() {
            none if none.is_empty() => Ok(config),
            mistakes => Err(ConfigError(mistakes)),
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

fn english() -> Locale {
    Locale::default()
}

fn present(_: &str) -> Result<(), std::convert::Infallible> {
    Ok(())
}

fn database(url: &str) -> Result<PathBuf, &'static str> {
    const WRITE: &str =
        "write sqlite://FILE, for example sqlite:///var/lib/expense-bot/expenses.sqlite";
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Err(
            "this build has no PostgreSQL adapter (expense-store-postgres); write sqlite://FILE",
        );
    }
    let file = url
        .strip_prefix("sqlite://")
        .or_else(|| url.strip_prefix("sqlite:"));
    match file {
        Some("" | ":memory:") | None => Err(WRITE),
        Some(file) if file.contains('?') => {
            Err("parameters after ? are not known; write sqlite://FILE")
        }
        Some(file) => Ok(PathBuf::from(file)),
    }
}

fn reader(text: &str, gemini: bool) -> Result<Option<Reader>, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "auto" | "local" => Ok(Some(Reader::Local)),
        "none" => Ok(None),
        "gemini" if gemini => {
            Err("this build has no Gemini adapter (expense-ocr-gemini); write local or none")
        }
        "gemini" => {
            Err("needs GEMINI_API_KEY, and this build has no Gemini adapter; write local or none")
        }
        _ => Err("write auto, local, gemini or none"),
    }
}

fn models(text: &str) -> Result<PathBuf, &'static str> {
    let path = PathBuf::from(text);
    if path.is_dir() {
        Ok(path)
    } else {
        Err("there is no such directory; name the one that holds the models, or unset it")
    }
}

fn currency(text: &str) -> Result<Currency, String> {
    let known = Currency::from_code(text.trim());
    known.map_err(|error| format!("{error}; write for example EUR, USD or JPY"))
}

fn duration(text: &str) -> Result<Duration, &'static str> {
    const WRITE: &str = "write a time such as 24h, 90m or 7days, from 1m to 365days";
    let duration = humantime::parse_duration(text.trim()).map_err(|_| WRITE)?;
    let (least, most) = (
        Duration::from_secs(60),
        Duration::from_secs(365 * 24 * 60 * 60),
    );
    if (least..=most).contains(&duration) {
        Ok(duration)
    } else {
        Err(WRITE)
    }
}

fn rate(text: &str) -> Result<u32, &'static str> {
    text.trim()
        .parse()
        .map_err(|_| "write how many messages a minute, or 0 for no limit")
}

fn log(text: &str) -> Result<String, &'static str> {
    match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("write error, warn, info, debug or trace, or expense_core=debug,warn"),
    }
}

fn log_format(text: &str) -> Result<LogFormat, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("write text or json"),
    }
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
