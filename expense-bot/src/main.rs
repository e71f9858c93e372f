#![doc = include_str!("../README.md")]

mod archives;
mod cli;
mod config;
mod dead;
mod doctor;
mod error;
#[cfg(feature = "telegram")]
mod http;
#[cfg(feature = "load")]
mod load;
mod migrate;
#[cfg(feature = "ocr-local")]
mod models;
mod parse;
mod run;
mod scan;
mod signals;
#[cfg(feature = "telegram")]
mod telegram;
mod telemetry;
mod wire;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use config::Config;
use error::Failure;

/// A message is some hundred short-lived pieces of memory: see decision 18.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match dispatch(Cli::parse()) {
        Ok(code) => code,
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("expense-bot: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn dispatch(cli: Cli) -> Result<ExitCode, Failure> {
    let config = Config::read(|name| std::env::var_os(name), cli.config.as_deref());
    // Until the end, when what it has gathered is sent.
    let _telemetry = config.as_ref().ok().map(telemetry::start).transpose()?;
    let done = match cli.command.unwrap_or(Command::Run) {
        // It tells the mistakes of a configuration among its findings.
        Command::Doctor => return run::block_on(doctor::run(config)),
        Command::Run => run::bot(&config?),
        #[cfg(feature = "telegram")]
        Command::Webhook => run::block_on(telegram::door(&config?)),
        #[cfg(feature = "telegram")]
        Command::Worker { only } => run::block_on(telegram::worker(&config?, only)),
        #[cfg(not(feature = "telegram"))]
        Command::Webhook | Command::Worker { .. } => Err(Failure::lacks("telegram")),
        Command::Dead(args) => run::block_on(dead::run(&config?, &args)),
        Command::Console { json } => run::console(&config?, json),
        Command::Parse(args) => parse::run(&config?, &args),
        Command::Scan(args) => return run::block_on(scan::run(&config?, &args)),
        #[cfg(feature = "ocr-local")]
        Command::Models => run::block_on(models::run(&config?)),
        #[cfg(not(feature = "ocr-local"))]
        Command::Models => Err(Failure::lacks("ocr-local")),
        #[cfg(feature = "load")]
        Command::Load(args) => return run::block_on(load::run(config?, &args)),
        Command::Migrate { partitions } => run::block_on(migrate::run(&config?, partitions)),
        Command::Backup(args) => run::block_on(archives::backup::run(&config?, &args)),
        Command::Restore(args) => run::block_on(archives::restore::run(&config?, &args)),
        // An archive is looked at wherever it is, also where no bot is configured.
        Command::Verify(args) => run::block_on(archives::verify::run(&args)),
    };
    done.map(|()| ExitCode::SUCCESS)
}
