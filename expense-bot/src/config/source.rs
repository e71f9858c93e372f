//! Where settings come from: the environment, files with secrets, one TOML file.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

/// Settings that hold a secret, or may: each can stand in a file named by `NAME_FILE`.
const SECRETS: &[&str] = &[
    "TELEGRAM_BOT_TOKEN",
    "WEBHOOK_SECRET",
    "GEMINI_API_KEY",
    "DATABASE_URL",
    "REDIS_URL",
    "DATABASE_REPLICA_URLS",
    "AMQP_URL",
];
/// All the others.
const PLAIN: &[&str] = &[
    "TELEGRAM_API_URL",
    "TELEGRAM_MODE",
    "TELEGRAM_MESSAGES_PER_SECOND",
    "WEBHOOK_URL",
    "WEBHOOK_MAX_CONNECTIONS",
    "HTTP_ADDR",
    "KAFKA_BROKERS",
    "KAFKA_PREFIX",
    "QUEUE_MESSAGES_PER_SECOND",
    "DATABASE_MAX_CONNECTIONS",
    "DATABASE_MIN_CONNECTIONS",
    "LEASE_TTL",
    "OWNER_IDS",
    "ALLOWED_USER_IDS",
    "ALLOWED_CHAT_IDS",
    "OPEN_TO_ALL",
    "GEMINI_API_URL",
    "GEMINI_MODEL",
    "GEMINI_REQUESTS_PER_MINUTE",
    "GEMINI_REQUESTS_PER_DAY",
    "GEMINI_CONCURRENCY",
    "FX_API_URL",
    "OCR",
    "OCR_MODEL_DIR",
    "DEFAULT_CURRENCY",
    "DEFAULT_TIMEZONE",
    "DEFAULT_LOCALE",
    "DRAFT_TTL",
    "LEDGER_CACHE_TTL",
    "RATE_LIMIT_PER_MINUTE",
    "LOG",
    "LOG_FORMAT",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_TRACES_SAMPLER_ARG",
];
/// Names that are this far alike are taken for a slip of the pen.
const ALIKE: f64 = 0.8;

/// Something that is wrong with the configuration. It never quotes the value of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// The setting's name.
    pub(crate) name: String,
    /// What is wrong, and what to write instead.
    pub(crate) what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.what)
    }
}

/// The settings as texts, and the mistakes met so far.
#[derive(Default)]
pub(crate) struct Source {
    values: BTreeMap<String, String>,
    mistakes: Vec<Mistake>,
}

impl Source {
    /// Gathers all settings. The environment goes before the file.
    pub(crate) fn gather(variable: impl Fn(&str) -> Option<OsString>, file: Option<&Path>) -> Self {
        let mut source = Self::default();
        if let Some(path) = file {
            source.read_toml(path);
        }
        for name in SECRETS.iter().chain(PLAIN) {
            source.read_variable(name, &variable);
        }
        for name in SECRETS {
            source.read_secret(name, &variable);
        }
        source
    }

    /// The setting as `parse` understands it; a mistake is noted and counts as not set.
    pub(crate) fn take<T, E: fmt::Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let value = self.values.remove(name)?;
        match parse(&value) {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(name, error.to_string());
                None
            }
        }
    }

    /// Notes a mistake.
    pub(crate) fn wrong(&mut self, name: &str, what: impl Into<String>) {
        self.mistakes.push(Mistake {
            name: name.to_owned(),
            what: what.into(),
        });
    }

    /// Whether a mistake of this setting was noted.
    pub(crate) fn is_wrong(&self, name: &str) -> bool {
        let of = |mistake: &Mistake| mistake.name.trim_end_matches("_FILE") == name;
        self.mistakes.iter().any(of)
    }

    /// All mistakes that were noted.
    pub(crate) fn into_mistakes(self) -> Vec<Mistake> {
        self.mistakes
    }

    /// An empty variable counts as not set, as usual in shells and compose files.
    fn read_variable(&mut self, name: &str, variable: impl Fn(&str) -> Option<OsString>) {
        match variable(name)
            .filter(|value| !value.is_empty())
            .map(OsString::into_string)
        {
            None => {}
            Some(Ok(value)) => {
                self.values.insert(name.to_owned(), value);
            }
            Some(Err(_)) => self.wrong(name, "this is no UTF-8 text"),
        }
    }

    fn read_secret(&mut self, name: &str, variable: impl Fn(&str) -> Option<OsString>) {
        let file_name = format!("{name}_FILE");
        let Some(path) = variable(&file_name).filter(|value| !value.is_empty()) else {
            return;
        };
        if variable(name).is_some_and(|value| !value.is_empty()) {
            return self.wrong(&file_name, format!("{name} is set, too: keep one of them"));
        }
        match std::fs::read_to_string(PathBuf::from(path)) {
            Ok(value) if value.trim().is_empty() => self.wrong(&file_name, "the file is empty"),
            Ok(value) => {
                self.values.insert(name.to_owned(), value.trim().to_owned());
            }
            Err(error) => self.wrong(&file_name, format!("the file can't be read ({error})")),
        }
    }

    fn read_toml(&mut self, path: &Path) {
        let named = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return self.wrong(&named, format!("the file can't be read ({error})")),
        };
        // The parser's own error may quote the line, and with it a secret: only the place is told.
        match text.parse::<toml::Table>() {
            Ok(table) => table
                .into_iter()
                .for_each(|(key, value)| self.entry(&named, &key, value)),
            Err(error) => {
                let before = error.span().and_then(|span| text.get(..span.start));
                let line = before.map_or(0, |before| before.matches('\n').count()) + 1;
                self.wrong(
                    &named,
                    format!("line {line} is no TOML: {}", error.message()),
                );
            }
        }
    }

    fn entry(&mut self, file: &str, key: &str, value: toml::Value) {
        let name = key.to_ascii_uppercase();
        if !known(&name) {
            return self.wrong(key, unknown(file, &name));
        }
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            _ => {
                return self.wrong(
                    &name,
                    format!("write it in {file} as text or a whole number"),
                );
            }
        };
        self.values.insert(name, value);
    }
}

fn known(name: &str) -> bool {
    SECRETS.contains(&name) || PLAIN.contains(&name)
}

fn unknown(file: &str, name: &str) -> String {
    let alike = |known: &&str| strsim::jaro_winkler(known, name);
    let best = SECRETS
        .iter()
        .chain(PLAIN)
        .max_by(|a, b| alike(a).total_cmp(&alike(b)));
    match best.filter(|best| alike(best) >= ALIKE) {
        Some(best) => format!(
            "{file} has no such setting; did you mean {}?",
            best.to_lowercase()
        ),
        None => format!("{file} has no such setting"),
    }
}
