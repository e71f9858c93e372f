//! What the parts of a larger set-up cost and bring, each beside the same bot without it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde::Serialize;
use test_servers::postgres::{Durability, Server as Postgres};
use test_servers::proxy::Kind;
use test_servers::{door, processor_time_of, rabbitmq, redis};

use super::calm::calmly;
use super::database::fresh;
use super::held::Held;
use super::process::Running;
use super::product;
use super::rounds::rounds;
use super::under_load::{self, Crowd, Server};
use crate::shell::{Result, TaskError};

/// What an instance gets of a core, in hundredths.
const TENTH: u64 = 10;
/// People who write as soon as they were answered.
const CLOSED: Crowd = Crowd {
    chats: 256,
    seconds: 8,
    rate: None,
    habits: &["acquainted"],
};
/// The same, when all instances are there.
const LATER: Crowd = Crowd {
    seconds: 12,
    habits: &["later", "acquainted"],
    ..CLOSED
};
/// The same for so long that it matters little that each instance gets to know everybody once.
const LONGER: Crowd = Crowd {
    seconds: 30,
    ..LATER
};
/// People who write at a pace that every way can keep.
const PACED: Crowd = Crowd {
    chats: 500,
    seconds: 10,
    rate: Some(1_000),
    habits: &["later", "acquainted"],
};
/// What a crowd does where as many others have sent receipts that wait to be read.
const WITH_RECEIPTS: &[&str] = &["later", "acquainted", "photos"];

/// More messages a minute than anybody writes: each is counted all the same.
const COUNTED: &str = "1000000";

/// Messages a second with Redis on the same cores, and without; everybody's limit is asked for.
#[derive(Serialize)]
struct Shared {
    without_redis: f64,
    with_redis: f64,
    with_to_without: f64,
}

/// Messages a second of so many instances behind nginx, each held to a tenth of a core.
#[derive(Serialize)]
struct Tenths {
    one: f64,
    two: f64,
    four: f64,
    two_to_one: f64,
    four_to_one: f64,
}

/// Processor time a message, in microseconds: what the bot's own processes use, and the broker.
#[derive(Serialize)]
struct Queued {
    direct_us: f64,
    queue_us: f64,
    queue_to_direct: f64,
    queue_with_receipts_us: f64,
    with_receipts_to_queue: f64,
    broker_us: f64,
}

/// What runs, where.
struct Stage<'a> {
    postgres: Postgres,
    redis: redis::Server,
    product: &'a Path,
}

/// What a message cost.
#[derive(Clone, Copy)]
struct Cost {
    bot_us: f64,
    broker_us: f64,
}

/// Measures all of it, and tells each figure when it is known.
pub(super) fn measure(product: &Path, mut tell: impl FnMut(&str, serde_json::Value)) -> Result {
    under_load::build()?;
    let stage = Stage {
        postgres: Postgres::start(Durability::On).map_err(told)?,
        redis: redis::Server::start().map_err(told)?,
        product,
    };
    let shared = rounds(|| stage.shared())?;
    tell("Redis, 256 chats in closed loop", shared);
    let tenths = rounds(|| stage.tenths())?;
    tell("instances of a tenth of a core", tenths);
    let queued = rounds(|| stage.queued(PACED))?;
    tell("the queue, 1,000 a second over 500 chats", queued);
    let queued = rounds(|| stage.queued(LATER))?;
    tell("the queue, 256 chats in closed loop", queued);
    Ok(())
}

fn told(error: impl std::fmt::Display) -> TaskError {
    TaskError::Wrong(error.to_string())
}

impl Stage<'_> {
    fn shared(&self) -> Result<Shared> {
        let without_redis = calmly(|| self.alone(false))?;
        let with_redis = calmly(|| self.alone(true))?;
        Ok(Shared {
            without_redis,
            with_redis,
            with_to_without: with_redis / without_redis,
        })
    }

    fn tenths(&self) -> Result<Tenths> {
        let of = |count| calmly(|| self.instances(count));
        let (one, two, four) = (of(1)?, of(2)?, of(4)?);
        Ok(Tenths {
            one,
            two,
            four,
            two_to_one: two / one,
            four_to_one: four / one,
        })
    }

    fn queued(&self, crowd: Crowd) -> Result<Queued> {
        let waiting = Crowd {
            habits: WITH_RECEIPTS,
            ..crowd
        };
        let direct_us = calmly(|| self.direct(crowd))?.bot_us;
        let queue = calmly(|| self.through_the_queue(crowd))?;
        let receipts = calmly(|| self.through_the_queue(waiting))?;
        Ok(Queued {
            direct_us,
            queue_us: queue.bot_us,
            queue_to_direct: queue.bot_us / direct_us,
            queue_with_receipts_us: receipts.bot_us,
            with_receipts_to_queue: receipts.bot_us / queue.bot_us,
            broker_us: queue.broker_us,
        })
    }

    /// Messages a second of one instance.
    fn alone(&self, with_redis: bool) -> Result<f64> {
        let server = Server::start(CLOSED)?;
        let mut command = product::command(self.product, &server, &self.database()?);
        command.env("RATE_LIMIT_PER_MINUTE", COUNTED);
        if with_redis {
            command.env("REDIS_URL", self.redis.url());
        }
        let bot = Running::start(command)?;
        let report = server.report()?.complete()?;
        bot.stop()?;
        Ok(report.per_second)
    }

    /// Messages a second of so many instances, each with its tenth.
    fn instances(&self, count: usize) -> Result<f64> {
        let server = Server::start(LONGER)?;
        let database = self.database()?;
        let addresses: Result<Vec<SocketAddr>> =
            (0..count).map(|_| product::free_address()).collect();
        let addresses = addresses?;
        let door = door::open(Kind::Nginx, &addresses).map_err(told)?;
        let public = SocketAddr::from((Ipv4Addr::LOCALHOST, door.port()));
        let mut instances = Vec::new();
        for address in addresses {
            let command = self.sharing(&server, &database);
            let instance = Running::start(product::brought(command, address, public))?;
            let held = Held::to(TENTH, &instance.0)?;
            instances.push((instance, held));
        }
        let report = server.report()?.complete()?;
        for (instance, held) in instances {
            instance.stop()?;
            drop(held);
        }
        Ok(report.per_second)
    }

    /// What a message costs one instance that does everything.
    fn direct(&self, crowd: Crowd) -> Result<Cost> {
        let mut server = Server::start(crowd)?;
        let address = product::free_address()?;
        let command = self.sharing(&server, &self.database()?);
        let bot = [Running::start(product::brought(command, address, address))?];
        server.begun()?;
        spent(server, &bot, || Ok(Duration::ZERO))
    }

    /// What a message costs a door and a worker, with a broker of their own between them.
    fn through_the_queue(&self, crowd: Crowd) -> Result<Cost> {
        let broker = rabbitmq::Server::start().map_err(told)?;
        let mut server = Server::start(crowd)?;
        let (database, address) = (self.database()?, product::free_address()?);
        let part = |words: &[&str]| {
            let mut command = self.sharing(&server, &database);
            command.args(words).env("AMQP_URL", broker.url());
            command
        };
        let worker = Running::start(part(&["worker", "--only", "text"]))?;
        let door = Running::start(product::brought(part(&["webhook"]), address, address))?;
        server.begun()?;
        let process = broker.process()?;
        spent(server, &[door, worker], || Ok(processor_time_of(process)?))
    }

    /// One of several processes, with Redis.
    fn sharing(&self, server: &Server, database: &str) -> Command {
        let mut command = product::command(self.product, server, database);
        command.env("REDIS_URL", self.redis.url());
        command
    }

    /// An empty database; nothing is in Redis, either.
    fn database(&self) -> Result<String> {
        self.redis.command("FLUSHALL").map_err(told)?;
        Ok(self.postgres.url(&fresh(&self.postgres, "product")?))
    }
}

/// What these use until everybody was answered, a message.
fn spent(server: Server, bot: &[Running], broker: impl Fn() -> Result<Duration>) -> Result<Cost> {
    let bot = || {
        bot.iter()
            .map(Running::processor_time)
            .sum::<Result<Duration>>()
    };
    let before = (bot()?, broker()?);
    let report = server.report()?.complete()?;
    let after = (bot()?, broker()?);
    let answered = u32::try_from(report.answered.max(1)).unwrap_or(u32::MAX);
    let each = |used: Duration| (used / answered).as_secs_f64() * 1e6;
    Ok(Cost {
        bot_us: each(after.0.saturating_sub(before.0)),
        broker_us: each(after.1.saturating_sub(before.1)),
    })
}
