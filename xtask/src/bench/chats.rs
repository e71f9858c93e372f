//! The Telegram bot under load, beside a plain bot and beside the database alone, with the load,
//! the database and the bot on the same cores.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde::Serialize;
use test_servers::postgres::{Durability, Server as Postgres};

use super::calm::calmly;
use super::database::{Protocol, fresh, message_ms, messages_per_second, schema};
use super::process::Running;
use super::rounds::{middle, rounds};
use super::under_load::{self, Crowd, Report, Server};
use super::{product, target};
use crate::shell::{self, Result, TaskError, cargo};

/// How long each contender is under load, in seconds.
const SECONDS: u64 = 8;
/// Chats that write as soon as they were answered.
const CHATS: usize = 256;
/// Starts that are measured; the middle one counts.
const STARTS: usize = 11;

/// How updates come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Polling,
    Webhook,
}

/// Who is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bot {
    Plain,
    Product,
    /// With a file instead of a server.
    OneBox,
}

/// What runs, where.
struct Stage<'a> {
    postgres: Postgres,
    product: &'a Path,
    plain: std::path::PathBuf,
}

/// Messages recorded and answered a second by each, and how they compare. What the database does
/// alone is what pgbench reaches with 16 clients as it comes, each statement sent as text; with
/// prepared statements it does more.
#[derive(Serialize)]
struct Throughput {
    database_alone: f64,
    database_alone_prepared: f64,
    plain_polling: f64,
    plain_webhook: f64,
    polling: f64,
    webhook: f64,
    polling_on_sqlite: f64,
    polling_to_database: f64,
    polling_to_plain: f64,
    webhook_to_database: f64,
    webhook_to_plain: f64,
    polling_on_sqlite_to_plain: f64,
}

/// Waits of people who do not wait for one another, beside what the statements of a message take
/// a single client of the database at the same pace.
#[derive(Serialize)]
struct Waits {
    single_client_ms: f64,
    polling_p50_ms: f64,
    polling_p99_ms: f64,
    webhook_p50_ms: f64,
    webhook_p99_ms: f64,
    polling_p50_to_single_client: f64,
    polling_p99_to_single_client: f64,
    webhook_p50_to_single_client: f64,
    webhook_p99_to_single_client: f64,
}

/// Many people on one instance.
#[derive(Serialize)]
struct Many {
    sent: u64,
    answered: u64,
    p50_ms: f64,
    p99_ms: f64,
    resident_kb: u64,
}

/// How soon it works, and how soon it ends, in milliseconds: the middle of several.
#[derive(Serialize)]
struct Turns {
    ready_ms: f64,
    stopped_ms: f64,
}

/// Measures all of it, and tells each figure when it is known.
pub(super) fn measure(product: &Path, mut tell: impl FnMut(&str, serde_json::Value)) -> Result {
    under_load::build()?;
    let plain = target().join("plain-bot");
    let build = [
        "build",
        "--release",
        "--locked",
        "--manifest-path",
        "bench/Cargo.toml",
    ];
    shell::run(cargo(&build).arg("--target-dir").arg(&plain))?;
    let postgres = Postgres::start(Durability::On);
    let stage = Stage {
        postgres: postgres.map_err(|error| TaskError::Wrong(error.to_string()))?,
        product,
        plain: plain.join("release/plain-bot"),
    };
    let throughput = rounds(|| stage.throughput())?;
    tell("256 chats in closed loop", throughput);
    let waits = rounds(|| stage.waits())?;
    tell("500 a second over 5,000 chats", waits);
    let many = serde_json::to_value(stage.many()?)?;
    tell("2,000 a second over 100,000 chats", many);
    let turns = serde_json::to_value(stage.turns()?)?;
    tell("start and stop", turns);
    Ok(())
}

impl Stage<'_> {
    fn throughput(&self) -> Result<Throughput> {
        let crowd = Crowd {
            chats: CHATS,
            seconds: SECONDS,
            rate: None,
            habits: &[],
        };
        let database = |how| calmly(|| messages_per_second(&self.postgres, how, SECONDS));
        let bot = |bot, way| Ok::<_, TaskError>(self.round(bot, way, crowd)?.per_second);
        let database_alone = database(Protocol::Simple)?;
        let database_alone_prepared = database(Protocol::Prepared)?;
        let plain_polling = bot(Bot::Plain, Way::Polling)?;
        let plain_webhook = bot(Bot::Plain, Way::Webhook)?;
        let polling = bot(Bot::Product, Way::Polling)?;
        let webhook = bot(Bot::Product, Way::Webhook)?;
        let polling_on_sqlite = bot(Bot::OneBox, Way::Polling)?;
        Ok(Throughput {
            database_alone,
            database_alone_prepared,
            plain_polling,
            plain_webhook,
            polling,
            webhook,
            polling_on_sqlite,
            polling_to_database: polling / database_alone,
            polling_to_plain: polling / plain_polling,
            webhook_to_database: webhook / database_alone,
            webhook_to_plain: webhook / plain_webhook,
            polling_on_sqlite_to_plain: polling_on_sqlite / plain_polling,
        })
    }

    fn waits(&self) -> Result<Waits> {
        let rate = 500;
        let crowd = Crowd {
            chats: 5_000,
            seconds: 10,
            rate: Some(rate),
            habits: &["acquainted"],
        };
        let single = calmly(|| message_ms(&self.postgres, rate, SECONDS))?;
        let polling = self.round(Bot::Product, Way::Polling, crowd)?.latency_ms;
        let webhook = self.round(Bot::Product, Way::Webhook, crowd)?.latency_ms;
        Ok(Waits {
            single_client_ms: single,
            polling_p50_ms: polling.p50,
            polling_p99_ms: polling.p99,
            webhook_p50_ms: webhook.p50,
            webhook_p99_ms: webhook.p99,
            polling_p50_to_single_client: polling.p50 / single,
            polling_p99_to_single_client: polling.p99 / single,
            webhook_p50_to_single_client: webhook.p50 / single,
            webhook_p99_to_single_client: webhook.p99 / single,
        })
    }

    fn many(&self) -> Result<Many> {
        let crowd = Crowd {
            chats: 100_000,
            seconds: 60,
            rate: Some(2_000),
            habits: &[],
        };
        calmly(|| {
            let server = Server::start(crowd)?;
            let database = self.database(Bot::Product)?;
            let bot = self.bot(Bot::Product, Way::Polling, &server, &database)?;
            let report = server.report()?;
            Ok(Many {
                sent: report.sent,
                answered: report.answered,
                p50_ms: report.latency_ms.p50,
                p99_ms: report.latency_ms.p99,
                resident_kb: bot.resident_kb()?,
            })
        })
    }

    fn turns(&self) -> Result<Turns> {
        let database = self.database(Bot::Product)?;
        let (mut ready, mut stopped) = (Vec::new(), Vec::new());
        // The first start makes the tables and is not measured.
        for start in 0..=STARTS {
            let mut server = Server::start(Crowd {
                chats: 1,
                seconds: 0,
                rate: None,
                habits: &[],
            })?;
            let begun = Instant::now();
            let bot = self.bot(Bot::Product, Way::Polling, &server, &database)?;
            server.connected()?;
            let took = begun.elapsed();
            let (ended, status) = bot.stop()?;
            if !status.success() {
                return Err(TaskError::Wrong(format!("the bot ended with {status}")));
            }
            if start > 0 {
                ready.push(took.as_secs_f64() * 1_000.0);
                stopped.push(ended.as_secs_f64() * 1_000.0);
            }
        }
        Ok(Turns {
            ready_ms: middle(ready),
            stopped_ms: middle(stopped),
        })
    }

    /// One bot under one load, on a database of its own.
    fn round(&self, bot: Bot, way: Way, crowd: Crowd) -> Result<Report> {
        calmly(|| {
            let server = Server::start(crowd)?;
            let bot = self.bot(bot, way, &server, &self.database(bot)?)?;
            let report = server.report()?;
            bot.stop()?;
            report.complete()
        })
    }

    /// Where an empty one is.
    fn database(&self, bot: Bot) -> Result<String> {
        match bot {
            Bot::Product => Ok(self.postgres.url(&fresh(&self.postgres, "product")?)),
            Bot::OneBox => {
                let folder = target().join("bench-data/one-box");
                match std::fs::remove_dir_all(&folder) {
                    Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
                    _ => std::fs::create_dir_all(&folder)?,
                }
                Ok(format!("sqlite://{}/expenses.sqlite", folder.display()))
            }
            Bot::Plain => {
                let database = fresh(&self.postgres, "plain")?;
                schema(&self.postgres, &database)?;
                Ok(self.postgres.url(&database))
            }
        }
    }

    fn bot(&self, bot: Bot, way: Way, server: &Server, database: &str) -> Result<Running> {
        let address = match way {
            Way::Polling => None,
            Way::Webhook => Some(product::free_address()?),
        };
        match (bot, address) {
            (Bot::Plain, address) => {
                let mut command = Command::new(&self.plain);
                command
                    .env("DATABASE_URL", database)
                    .env("TELEGRAM_API_URL", &server.url)
                    .env("TELOXIDE_TOKEN", &server.token)
                    .envs(address.map(|address| ("WEBHOOK_ADDR", address.to_string())));
                Running::start(command)
            }
            (Bot::Product | Bot::OneBox, None) => {
                Running::start(product::command(self.product, server, database))
            }
            (Bot::Product | Bot::OneBox, Some(address)) => {
                let command = product::command(self.product, server, database);
                Running::start(product::brought(command, address, address))
            }
        }
    }
}
