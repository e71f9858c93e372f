//! The Telegram bot under load, beside a plain bot and beside the database alone, with the load,
//! the database and the bot on the same cores.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde::Serialize;
use test_servers::postgres::{Durability, Server as Postgres};

use super::database::{Protocol, fresh, message_ms, messages_per_second, schema};
use super::process::Running;
use super::target;
use super::under_load::{Crowd, Report, Server};
use crate::shell::{self, Result, TaskError, cargo};

/// Rounds of everything that is compared; the middle one counts.
const ROUNDS: usize = 3;
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
    polling_to_database: f64,
    polling_to_plain: f64,
    webhook_to_database: f64,
    webhook_to_plain: f64,
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
    let examples = [
        "build",
        "--release",
        "-p",
        "telegram-fake",
        "--example",
        "load",
    ];
    shell::run(&mut cargo(&examples))?;
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
    tell("256 chats in closed loop", value(stage.throughput()?)?);
    tell("500 a second over 5,000 chats", value(stage.waits()?)?);
    tell("2,000 a second over 100,000 chats", value(stage.many()?)?);
    tell("start and stop", value(stage.turns()?)?);
    Ok(())
}

fn value(figures: impl Serialize) -> Result<serde_json::Value> {
    Ok(serde_json::to_value(figures)?)
}

impl Stage<'_> {
    fn throughput(&self) -> Result<Throughput> {
        let mut rounds: [Vec<f64>; 6] = Default::default();
        let crowd = Crowd::Closed {
            chats: CHATS,
            seconds: SECONDS,
        };
        for round in 1..=ROUNDS {
            let found = [
                messages_per_second(&self.postgres, Protocol::Simple, SECONDS)?,
                messages_per_second(&self.postgres, Protocol::Prepared, SECONDS)?,
                self.round(Bot::Plain, Way::Polling, crowd)?.per_second,
                self.round(Bot::Plain, Way::Webhook, crowd)?.per_second,
                self.round(Bot::Product, Way::Polling, crowd)?.per_second,
                self.round(Bot::Product, Way::Webhook, crowd)?.per_second,
            ];
            eprintln!("round {round} of {ROUNDS}: {found:.0?}");
            for (figures, found) in rounds.iter_mut().zip(found) {
                figures.push(found);
            }
        }
        let rounds = rounds.map(middle);
        let [
            database_alone,
            prepared,
            plain_polling,
            plain_webhook,
            polling,
            webhook,
        ] = rounds;
        Ok(Throughput {
            database_alone,
            database_alone_prepared: prepared,
            plain_polling,
            plain_webhook,
            polling,
            webhook,
            polling_to_database: polling / database_alone,
            polling_to_plain: polling / plain_polling,
            webhook_to_database: webhook / database_alone,
            webhook_to_plain: webhook / plain_webhook,
        })
    }

    fn waits(&self) -> Result<Waits> {
        let rate = 500;
        let crowd = Crowd::Open {
            chats: 5_000,
            seconds: 20,
            rate,
            acquainted: true,
        };
        let single = message_ms(&self.postgres, rate, SECONDS)?;
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
        let crowd = Crowd::Open {
            chats: 100_000,
            seconds: 60,
            rate: 2_000,
            acquainted: false,
        };
        let server = Server::start(crowd)?;
        let bot = self.bot(
            Bot::Product,
            Way::Polling,
            &server,
            &self.database(Bot::Product)?,
        )?;
        let report = server.report()?;
        let resident_kb = bot.resident_kb()?;
        Ok(Many {
            sent: report.sent,
            answered: report.answered,
            p50_ms: report.latency_ms.p50,
            p99_ms: report.latency_ms.p99,
            resident_kb,
        })
    }

    fn turns(&self) -> Result<Turns> {
        let database = self.database(Bot::Product)?;
        let (mut ready, mut stopped) = (Vec::new(), Vec::new());
        // The first start makes the tables and is not measured.
        for start in 0..=STARTS {
            let mut server = Server::start(Crowd::Closed {
                chats: 1,
                seconds: 0,
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
        let server = Server::start(crowd)?;
        let bot = self.bot(bot, way, &server, &self.database(bot)?)?;
        let report = server.report()?;
        bot.stop()?;
        if report.answered < report.sent {
            let (answered, sent) = (report.answered, report.sent);
            return Err(TaskError::Wrong(format!(
                "{answered} of {sent} messages were answered"
            )));
        }
        Ok(report)
    }

    fn database(&self, bot: Bot) -> Result<String> {
        match bot {
            Bot::Product => fresh(&self.postgres, "product"),
            Bot::Plain => {
                let database = fresh(&self.postgres, "plain")?;
                schema(&self.postgres, &database)?;
                Ok(database)
            }
        }
    }

    fn bot(&self, bot: Bot, way: Way, server: &Server, database: &str) -> Result<Running> {
        let mut command = match bot {
            Bot::Plain => Command::new(&self.plain),
            Bot::Product => Command::new(self.product),
        };
        command
            .env("DATABASE_URL", self.postgres.url(database))
            .env("TELEGRAM_API_URL", &server.url);
        let address = match way {
            Way::Polling => None,
            Way::Webhook => Some(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?),
        };
        match bot {
            Bot::Plain => {
                command.env("TELOXIDE_TOKEN", &server.token);
                if let Some(address) = address {
                    command.env("WEBHOOK_ADDR", address.to_string());
                }
            }
            Bot::Product => {
                command
                    .env("TELEGRAM_BOT_TOKEN", &server.token)
                    .env("XDG_DATA_HOME", target().join("bench-data"))
                    .env("OWNER_IDS", "1")
                    .env("RATE_LIMIT_PER_MINUTE", "0")
                    .env("TELEGRAM_MESSAGES_PER_SECOND", "0")
                    .env("LOG", "error");
                match server.people() {
                    Some(people) => command.env("ALLOWED_USER_IDS", people),
                    None => command.env("OPEN_TO_ALL", "true"),
                };
                if let Some(address) = address {
                    command
                        .env("HTTP_ADDR", address.to_string())
                        .env("WEBHOOK_URL", format!("http://{address}/updates"))
                        .env("WEBHOOK_MAX_CONNECTIONS", "100");
                }
            }
        }
        Ok(Running(
            command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?,
        ))
    }
}

/// The middle one.
fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
