//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::{parse, scan};

/// Tracks expenses in chat. Without a command it opens the chat on this terminal.
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
    /// Reads one message a line and prints what it understands; records nothing
    Parse(parse::Args),
    /// Reads receipts and prints what stands on them; records nothing
    Scan(scan::Args),
    /// Fetches the local reader's models once, with pip, and checks them
    Models,
    /// Brings the database up to date
    Migrate,
    /// Checks every configured part and says what is wrong and how to mend it
    Doctor,
    /// Copies the database to a new file, also while it is in use
    Backup {
        /// The copy; it must not exist
        file: PathBuf,
    },
    /// Puts a copy in the database's place; what was there is kept under another name
    Restore {
        /// The copy
        file: PathBuf,
    },
}

const SETTINGS: &str = "\
Settings (variables of the environment, or keys of the TOML file in small letters):
  DATABASE_URL           sqlite://FILE [default: a file in the data directory]
  OCR                    who reads receipts: auto, local or none [default: auto]
  OCR_MODEL_DIR          a copy of the local reader's models
  DEFAULT_CURRENCY       of a new ledger [default: EUR]
  DEFAULT_TIMEZONE       of a new ledger [default: UTC; TZ on a terminal]
  DEFAULT_LOCALE         how a new ledger writes numbers [default: en; LANG on a terminal]
  DRAFT_TTL              how long a draft can be saved [default: 24h]
  RATE_LIMIT_PER_MINUTE  messages a person may send; 0 for no limit [default on a terminal: 0]
  LOG, LOG_FORMAT        what is logged to standard error, as text or json [default: warn, text]
The data directory is $XDG_DATA_HOME/expense-bot, or ~/.local/share/expense-bot.";
