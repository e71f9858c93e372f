//! Tests, checks and measurements of this repository.

mod bench;
mod chaos;
mod ci;
mod count;
mod debian;
mod deny;
mod kafka;
mod models;
mod postgres;
mod prometheus;
mod proxies;
mod python;
mod rabbitmq;
mod receipts;
mod redis;
mod shell;
mod small;
mod suite;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tests, checks and measurements of this repository
#[derive(Parser)]
#[command(name = "cargo xtask")]
enum Task {
    /// Runs every test, fetching first what they need
    Test,
    /// Runs every check that a change must pass, and every test
    Ci,
    /// Reads a folder of receipts and tells how much of them was read right
    Receipts {
        /// The folder, with its truth.json
        dir: PathBuf,
    },
    /// Measures release builds beside what they are compared with
    Bench {
        /// One part of it
        #[arg(long, value_enum)]
        only: Option<bench::Part>,
    },
    /// Kills and pauses every part of the scaled set-up while people write
    Chaos {
        /// How often each part is hit
        #[arg(long, default_value_t = 10)]
        rounds: u32,
        /// What is drawn
        #[arg(long, default_value_t = 4_711)]
        seed: u64,
    },
    #[command(flatten)]
    Part(Part),
}

/// A part of `ci` alone
#[derive(Subcommand)]
enum Part {
    /// Checks licences, sources and banned crates
    Deny,
}

fn main() -> ExitCode {
    let done = match Task::parse() {
        Task::Test => suite::run(),
        Task::Ci => ci::run(),
        Task::Receipts { dir } => receipts::run(&dir),
        Task::Bench { only } => bench::run(only),
        Task::Chaos { rounds, seed } => chaos::run(rounds, seed),
        Task::Part(Part::Deny) => deny::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
