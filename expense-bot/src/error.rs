//! Why a subcommand ended early, in words for whoever typed it.

use std::io;

use expense_console::ChatError;

use crate::config::ConfigError;

/// Why a subcommand ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The configuration has mistakes.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// What was asked for can't be done by this build or in this place.
    #[error("{0}")]
    Refused(String),
    /// The chat ended before its last message was answered.
    #[error(
        "the last message could not be answered: see /last, and send it again if it is missing"
    )]
    Unfinished,
    /// The SQLite file can't be used.
    #[cfg(feature = "sqlite")]
    #[error(transparent)]
    Sqlite(#[from] expense_store_sqlite::OpenError),
    /// The SQLite file can't be handed out or replaced as a whole.
    #[cfg(feature = "sqlite")]
    #[error(transparent)]
    SqliteCopy(#[from] expense_store_sqlite::CopyError),
    /// The PostgreSQL server can't be used.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Postgres(#[from] expense_store_postgres::OpenError),
    /// The Redis server can't be used.
    #[cfg(feature = "redis")]
    #[error(transparent)]
    Redis(#[from] expense_redis::OpenError),
    /// What is on the PostgreSQL server can't be handed out or replaced as a whole.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    PostgresCopy(#[from] expense_store_postgres::CopyError),
    /// An archive can't be written or read.
    #[error(transparent)]
    Archive(#[from] expense_archive::ArchiveError),
    /// An archive does not give back what was put into it.
    #[error(
        "{0} does not give back what was put into it: keep it aside, make another backup and \
         report this"
    )]
    Unrestorable(std::path::PathBuf),
    /// The local reader's models can't be used.
    #[cfg(feature = "ocr-local")]
    #[error(transparent)]
    Models(#[from] expense_ocr_local::ModelsError),
    /// Gemini can't be set up.
    #[cfg(feature = "gemini")]
    #[error(transparent)]
    Gemini(#[from] expense_ocr_gemini::SetupError),
    /// The queue can't be set up.
    #[cfg(feature = "rabbitmq")]
    #[error(transparent)]
    Queue(#[from] expense_queue_rabbitmq::OpenError),
    /// The queue can't be set up.
    #[cfg(feature = "kafka")]
    #[error(transparent)]
    Kafka(#[from] expense_queue_kafka::OpenError),
    /// Buried updates can't be looked at.
    #[error("{0}{reason}", reason = reason(.0))]
    Buried(expense_core::ports::error::PortError),
    /// Telegram can't be set up.
    #[cfg(feature = "telegram")]
    #[error(transparent)]
    Telegram(#[from] expense_telegram::ConfigError),
    /// Telegram refuses for good.
    #[cfg(feature = "telegram")]
    #[error(transparent)]
    Refusal(#[from] expense_telegram::RunError),
    /// What the bot stands on fails already at the start.
    #[cfg(feature = "telegram")]
    #[error("the bot can't start: {0}")]
    Port(#[from] expense_core::ports::error::PortError),
    /// The operating system gives no random bytes.
    #[cfg(feature = "telegram")]
    #[error("this machine gives no random bytes, so that no code for the first owner can be made")]
    Random,
    /// The chat on this terminal or from a pipe ended before it was over.
    #[error(transparent)]
    Chat(#[from] ChatError),
    /// Reading or writing failed.
    #[error("input or output failed: {0}")]
    Io(#[from] io::Error),
}

impl Failure {
    /// What a build without this feature of the crate says to whoever needs it.
    #[cfg(not(all(
        feature = "sqlite",
        feature = "ocr-local",
        feature = "gemini",
        feature = "kafka",
        feature = "rabbitmq",
        feature = "telegram"
    )))]
    pub(crate) fn lacks(feature: &str) -> Self {
        Self::Refused(format!(
            "this build lacks the feature `{feature}`: build expense-bot with it"
        ))
    }

    /// Whether whoever reads the output has left: no failure to speak of.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        let (Self::Io(error) | Self::Chat(ChatError::Screen(error))) = self else {
            return false;
        };
        error.kind() == io::ErrorKind::BrokenPipe
    }

    /// 2 for what another command line or configuration mends, 1 for anything else.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Refused(_) => 2,
            #[cfg(feature = "gemini")]
            Self::Gemini(_) => 2,
            #[cfg(feature = "telegram")]
            Self::Telegram(_) | Self::Refusal(_) => 2,
            #[cfg(feature = "telegram")]
            Self::Port(_) | Self::Random => 1,
            #[cfg(feature = "redis")]
            Self::Redis(_) => 2,
            #[cfg(feature = "rabbitmq")]
            Self::Queue(_) => 2,
            #[cfg(feature = "kafka")]
            Self::Kafka(_) => 2,
            Self::Buried(_) => 1,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) | Self::SqliteCopy(_) => 1,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) | Self::PostgresCopy(_) => 1,
            #[cfg(feature = "ocr-local")]
            Self::Models(_) => 1,
            Self::Archive(_) | Self::Unrestorable(_) => 1,
            Self::Unfinished | Self::Chat(_) | Self::Io(_) => 1,
        }
    }
}

/// What an adapter met, in its own words.
fn reason(error: &expense_core::ports::error::PortError) -> String {
    let source = error.source.as_ref();
    source.map_or_else(String::new, |source| format!(": {source}"))
}
