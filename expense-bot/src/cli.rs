//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::archives::{backup, restore, verify};
use crate::{dead, parse, scan};

/// Tracks expenses in chat. Without a command it runs the bot, without a token on this terminal.
#[derive(Debug, Parser)]
#[command(name = "expense-bot", version, after_help = SETTINGS)]
pub(crate) struct Cli {
    /// A TOML file with settings; variables of the environment go before it
    #[arg(long, global = true, value_name = "FILE", env = "EXPENSE_BOT_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs the bot as configured: without a token, the chat on this terminal
    Run,
    /// Chats on this terminal, or with the lines of a pipe
    Console {
        /// Print one JSON object a reply
        #[arg(long)]
        json: bool,
    },
    /// Takes updates in by webhook and puts them into the queue (AMQP_URL, KAFKA_BROKERS); `worker` handles them
    Webhook,
    /// Handles what is in the queue (AMQP_URL, KAFKA_BROKERS); start as many as are needed
    Worker {
        /// One part of the work
        #[arg(long, value_enum)]
        only: Option<Only>,
    },
    /// Lists the updates that were given up, or shows or replays one of them
    Dead(dead::Args),
    /// Reads one message a line and prints what it understands; records nothing
    Parse(parse::Args),
    /// Reads receipts and prints what stands on them; records nothing
    Scan(scan::Args),
    /// Fetches the local reader's models once, with pip, and checks them
    Models,
    /// Puts the bot under load against a Bot API server of its own, on a database of its own unless
    /// DATABASE_URL names one, and prints throughput and latency as JSON
    #[cfg(feature = "load")]
    Load(crate::load::Args),
    /// Brings the database up to date
    Migrate {
        /// On PostgreSQL, with every instance stopped: also brings the tables of ledgers into so
        /// many hash partitions; 0 makes each one table again
        #[arg(long, value_parser = clap::value_parser!(u32).range(0..=256))]
        partitions: Option<u32>,
    },
    /// Checks every configured part and says what is wrong and how to mend it
    Doctor,
    /// Writes all that the database holds to a new file, also while it is in use
    Backup(backup::Args),
    /// Puts what a backup holds in the database's place, whichever kind of database either is
    Restore(restore::Args),
    /// Reads a backup to its end and says what it holds
    Verify(verify::Args),
}

/// A part of what workers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Only {
    /// Handles updates, reads no receipts
    Text,
    /// Reads receipts and voice notes, handles no updates
    Receipts,
}

const SETTINGS: &str = "\
Settings (variables of the environment, or keys of the TOML file in small letters):
  TELEGRAM_BOT_TOKEN     what BotFather gave; without it the chat is on this terminal
  TELEGRAM_API_URL       a Bot API server of one's own [default: https://api.telegram.org]
  TELEGRAM_MODE          polling or webhook [default: polling; webhook with WEBHOOK_URL]
  TELEGRAM_MESSAGES_PER_SECOND  to all chats; 0 lifts every pacing [default: 30]
  WEBHOOK_URL, WEBHOOK_SECRET, WEBHOOK_MAX_CONNECTIONS  where and how Telegram brings updates
  HTTP_ADDR              serves the webhook, /livez, /readyz, /metrics [default with a webhook: 127.0.0.1:8080]
  OWNER_IDS, ALLOWED_USER_IDS, ALLOWED_CHAT_IDS, OPEN_TO_ALL  whom the bot talks to
  DATABASE_URL           sqlite://FILE or postgres://… [default: a file in the data directory]
  DATABASE_REPLICA_URLS  standbys of it that are read from, with commas between them
  DATABASE_MAX_CONNECTIONS, DATABASE_MIN_CONNECTIONS  to a server [default: 25, 2]
  REDIS_URL, LEASE_TTL   what several instances share; how soon one that died is replaced [default: none, 15s]
  AMQP_URL               a RabbitMQ broker between `webhook` and `worker`, as amqp://…,amqp://…
  KAFKA_BROKERS          Kafka instead, as HOST:PORT,HOST:PORT (a build with the feature kafka)
  KAFKA_PREFIX           what its topics are called by, another for each bot [default: expense]
  QUEUE_MESSAGES_PER_SECOND  that one worker takes from RabbitMQ; 0 for no limit [default: 0]
  OCR                    who reads receipts: auto, local, gemini or none [default: auto]
  OCR_MODEL_DIR          a copy of the local reader's models
  GEMINI_API_KEY, GEMINI_API_URL, GEMINI_MODEL  the model that reads, if one shall
  GEMINI_REQUESTS_PER_MINUTE, GEMINI_REQUESTS_PER_DAY, GEMINI_CONCURRENCY  [default: 50, 1000, 4]
  FX_API_URL             daily exchange rates, as Frankfurter serves them
  DEFAULT_CURRENCY       of a new ledger [default: EUR]
  DEFAULT_TIMEZONE       of a new ledger [default: UTC; TZ on a terminal]
  DEFAULT_LOCALE         how a new ledger writes numbers [default: en; LANG on a terminal]
  DRAFT_TTL              how long a draft can be saved [default: 24h]
  LEDGER_CACHE_TTL       how long a copy of a ledger's settings is used; 0 for none [default: 5m]
  RATE_LIMIT_PER_MINUTE  messages a person may send; 0 for no limit [default: 30, on a terminal 0]
  LOG, LOG_FORMAT        what is logged to standard error, as text or json [default: warn, text]
  OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER_ARG  where traces go, and which part of them [default: nowhere, 1]
The data directory is $XDG_DATA_HOME/expense-bot, or ~/.local/share/expense-bot.";
