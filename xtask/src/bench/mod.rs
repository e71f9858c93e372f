//! `cargo xtask bench`: the figures that are promised, measured on release builds, each beside
//! what it is compared with and in the same run.

mod calm;
mod chats;
mod database;
mod held;
mod process;
mod product;
mod rounds;
mod start;
mod tiers;
mod under_load;

use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::postgres;
use crate::shell::{self, Result, cargo, output, root};

/// What is measured alone
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Commits and the whole path, without a frontend
    Recording,
    /// Lists and totals of ten million expenses
    Large,
    /// What a reading by Gemini adds to the model's own time, and how much of an allowed rate is used
    Model,
    /// The console's start
    Start,
    /// The Telegram bot beside a plain one and beside the database alone
    Chats,
    /// Redis, several instances and RabbitMQ, each beside the bot without it (as root: instances
    /// are held to a tenth of a core)
    Tiers,
}

/// Measures and prints a table, then one JSON object.
pub(crate) fn run(only: Option<Part>) -> Result {
    let wanted = |part| only.is_none_or(|only| only == part);
    postgres::found()?;
    let mut figures = Map::new();
    if wanted(Part::Recording) {
        note(
            &mut figures,
            "recording on SQLite",
            example("expense-store-sqlite", "recording")?,
        );
        note(
            &mut figures,
            "recording on PostgreSQL",
            example("expense-store-postgres", "batches")?,
        );
    }
    if wanted(Part::Large) {
        note(
            &mut figures,
            "ten million expenses",
            example("expense-store-postgres", "large")?,
        );
    }
    if wanted(Part::Model) {
        for (name, what) in [
            ("overhead", "a reading beside the model's own time"),
            ("pace", "requests of an allowed rate, for three minutes"),
        ] {
            note(&mut figures, what, example("expense-ocr-gemini", name)?);
        }
    }
    if wanted(Part::Start) || wanted(Part::Chats) || wanted(Part::Tiers) {
        shell::run(&mut cargo(&["build", "--release", "-p", "expense-bot"]))?;
    }
    let bot = target().join("release/expense-bot");
    if wanted(Part::Start) {
        note(&mut figures, "console", start::measure(&bot)?);
    }
    if wanted(Part::Chats) {
        chats::measure(&bot, |name, value| note(&mut figures, name, value))?;
    }
    if wanted(Part::Tiers) {
        tiers::measure(&bot, |name, value| note(&mut figures, name, value))?;
    }
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}

/// Prints a figure, or a table of them, and keeps it.
fn note(figures: &mut Map<String, Value>, name: &str, value: impl Serialize) {
    // What is noted are maps of numbers: they are always JSON.
    let value = serde_json::to_value(value).unwrap_or_default();
    println!("{name}");
    for (name, value) in value.as_object().into_iter().flatten() {
        println!("  {:<34}{value}", name.replace('_', " "));
    }
    figures.insert(name.to_owned(), value);
}

/// What a release build of this example prints.
fn example(package: &str, name: &str) -> Result<Value> {
    let run = [
        "run",
        "--quiet",
        "--release",
        "--all-features",
        "-p",
        package,
    ];
    let printed = output(cargo(&run).args(["--example", name, "--", "--json"]))?;
    Ok(serde_json::from_str(printed.trim())?)
}

/// Where builds go.
fn target() -> PathBuf {
    let set = std::env::var_os("CARGO_TARGET_DIR");
    set.map_or_else(|| root().join("target"), Into::into)
}
