#![doc = include_str!("../README.md")]

mod cli;
mod config;
mod copies;
mod dead;
mod doctor;
mod error;
#[cfg(feature = "telegram")]
mod http;
#[cfg(feature = "load")]
mod load;
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
    if let Ok(config) = &config {
        telemetry::start(config);
    }
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
        Command::Migrate => run::block_on(copies::migrate(&config?)),
        Command::Backup { file } => run::block_on(copies::backup(&config?, &file)),
        Command::Restore { file } => run::block_on(copies::restore(&config?, &file)),
    };
    done.map(|()| ExitCode::SUCCESS)
}
