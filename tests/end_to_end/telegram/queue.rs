//! The bot as many processes with a queue between them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use expense_core::memory::clock::SystemClock;
use expense_queue_rabbitmq::RabbitQueue;
use expense_store_postgres::testing::Database;
use rstest::rstest;
use telegram_fake::{Fake, Options, Person};
use test_servers::{kafka, rabbitmq};

use super::bot::By;
use super::program::{Life, Program};

const PEOPLE: i64 = 6;
const MESSAGES: usize = 12;
const PATIENCE: Duration = Duration::from_secs(150);
const LOOK: Duration = Duration::from_millis(100);

/// A broker of its own, and how the program is led to it.
enum Broker {
    Rabbit(rabbitmq::Server),
    Kafka(kafka::Server),
}

impl Broker {
    fn rabbit() -> Self {
        Self::Rabbit(rabbitmq::Server::start().expect("a broker"))
    }

    fn kafka() -> Self {
        Self::Kafka(kafka::Server::start().expect("a broker"))
    }

    fn variable(&self) -> (&'static str, String) {
        match self {
            Self::Rabbit(server) => ("AMQP_URL", server.url()),
            Self::Kafka(server) => ("KAFKA_BROKERS", server.address()),
        }
    }
}

/// Doors and workers are killed while people write: everybody's messages are recorded once and in
/// their order.
#[rstest]
#[case::rabbitmq(Broker::rabbit)]
#[case::kafka(Broker::kafka)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doors_and_workers_that_are_killed_lose_and_double_nothing(#[case] start: fn() -> Broker) {
    let broker = tokio::task::spawn_blocking(start).await.expect("a broker");
    let (variable, address) = broker.variable();
    let database = Database::fresh().await;
    let fake = Fake::start(Options::default()).await.expect("a server");
    let folder = tempfile::tempdir().expect("a folder");
    let program =
        Program::new(&fake, By::Webhook, folder.path(), database.url()).with(variable, &address);
    let worker = program.without("HTTP_ADDR");
    let mut door = program.start_as(&["webhook"]);
    let first = worker.start_as(&["worker", "--only", "text"]);
    let _second = worker.start_as(&["worker"]);

    let people: Vec<Person> = (0..PEOPLE).map(|n| fake.user(100 + n)).collect();
    let mut first = Some(first);
    for number in 1..=MESSAGES {
        for person in &people {
            person.say(&format!("{number} lunch{number}"));
        }
        if number == MESSAGES / 3 {
            answered(&fake, &people, 1).await;
            first.take().expect("it runs").kill();
        }
        if number == 2 * MESSAGES / 3 {
            door.kill();
            door = program.start_as(&["webhook"]);
        }
    }
    answered(&fake, &people, MESSAGES).await;
    for person in &people {
        let recorded = recorded(&fake, person);
        let expected: BTreeSet<String> = (1..=MESSAGES)
            .map(|number| format!("#{number} · lunch{number}"))
            .collect();
        assert_eq!(recorded, expected);
    }
}

/// So many workers as are started take part, and where half of them are killed the others do it all.
/// `WORKERS` says how many (6).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_number_of_workers_shares_the_chats() {
    let count = usize::try_from(super::number("WORKERS", 6)).expect("some");
    let broker = tokio::task::spawn_blocking(rabbitmq::Server::start).await;
    let broker = broker.expect("it does not panic").expect("a broker");
    let database = Database::fresh().await;
    let fake = Fake::start(Options::default()).await.expect("a server");
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::new(&fake, By::Webhook, folder.path(), database.url())
        .with("AMQP_URL", &broker.url())
        .with("DATABASE_MAX_CONNECTIONS", "2")
        .with("DATABASE_MIN_CONNECTIONS", "1");
    let _door = program.start_as(&["webhook"]);
    let worker = program.without("HTTP_ADDR");
    let begun = Instant::now();
    let mut workers: Vec<Life> = (0..count).map(|_| worker.start_as(&["worker"])).collect();
    let config = expense_queue_rabbitmq::Config::new(broker.url());
    let queue = RabbitQueue::open(&config, Arc::new(SystemClock)).expect("settings");
    while queue.check().await.map_or(0, |waiting| waiting.workers) < number(count) {
        assert!(begun.elapsed() < PATIENCE, "not all of them take part");
        tokio::time::sleep(LOOK).await;
    }
    eprintln!("{count} workers take part after {:.1?}", begun.elapsed());

    let people: Vec<Person> = (0..2 * number(count))
        .map(|n| fake.user(100 + i64::from(n)))
        .collect();
    let half = count / 2;
    for (round, workers_left) in [(1, count), (2, half)] {
        let begun = Instant::now();
        let of_round = (round - 1) * MESSAGES + 1..=round * MESSAGES;
        for number in of_round {
            for person in &people {
                person.say(&format!("{number} lunch{number}"));
            }
            if number == 3 * MESSAGES / 2 {
                workers.drain(half..).for_each(Life::kill);
            }
        }
        answered(&fake, &people, round * MESSAGES).await;
        let messages = people.len() * MESSAGES;
        let took = begun.elapsed();
        eprintln!("{messages} messages, {workers_left} workers at the end: {took:.1?}");
    }
    for person in &people {
        let expected: BTreeSet<String> = (1..=2 * MESSAGES)
            .map(|number| format!("#{number} · lunch{number}"))
            .collect();
        assert_eq!(recorded(&fake, person), expected);
    }
}

fn number(count: usize) -> u32 {
    count.try_into().expect("few")
}

/// Waits until so many messages of each are answered.
pub(super) async fn answered(fake: &Fake, people: &[Person], count: usize) {
    let begun = Instant::now();
    loop {
        let counts: Vec<usize> = people.iter().map(|p| recorded(fake, p).len()).collect();
        if counts.iter().all(|found| *found >= count) {
            return;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "{counts:?} of {count} are answered"
        );
        tokio::time::sleep(LOOK).await;
    }
}

/// What the bot said that it recorded: number and words. A reply may come twice.
fn recorded(fake: &Fake, person: &Person) -> BTreeSet<String> {
    let replies = fake.chat(person.id()).replies();
    let said = replies.iter().map(|reply| reply.words().to_owned());
    said.filter(|words| words.starts_with('#'))
        .map(|words| words.split(" · ").take(2).collect::<Vec<_>>().join(" · "))
        .collect()
}
