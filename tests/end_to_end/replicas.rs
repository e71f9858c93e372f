//! Lists and sums from a standby: two services that share a database, and the program itself.
#![allow(clippy::unwrap_used, reason = "what a test prepares must work")]

use std::process::{Command, Stdio};
use std::sync::Arc;

use expense_core::conversation::event::{Envelope, Event};
use expense_core::domain::keys::ChatKey;
use expense_core::memory::attachments::MemoryAttachments;
use expense_core::memory::clock::SystemClock;
use expense_core::memory::in_process::in_process;
use expense_core::memory::messenger::Outbox;
use expense_core::ports::replica::ReadReplica;
use expense_core::service::{Options, Ports, Service};
use expense_core::testing::conformance::race;
use expense_core::testing::fixtures;
use expense_core::wrap::replica::Replica;
use expense_store_postgres::testing::Pair;
use expense_store_postgres::{PostgresReplica, PostgresStore};
use sqlx::{Connection, Executor, PgConnection};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const CHATS: usize = 8;
const ROUNDS: usize = 20;

/// A service with copies of its own of everything that may be behind.
struct Instance {
    service: Service,
    screen: Arc<Outbox>,
}

impl Instance {
    async fn start(pair: &Pair, tasks: &TaskTracker, stop: &CancellationToken) -> Self {
        let store = Arc::new(PostgresStore::open(pair.config()).await.unwrap());
        let copy: Arc<dyn ReadReplica> =
            Arc::new(PostgresReplica::open(&pair.standby_config()).unwrap());
        let replica = Arc::new(Replica::new(store.clone(), store.clone(), vec![copy]));
        replica.look().await;
        let screen = Arc::new(Outbox::default());
        let files = Arc::new(MemoryAttachments::default());
        let ports = in_process(store, screen.clone(), files, Arc::new(SystemClock));
        let ports = Ports {
            store: replica.clone(),
            ..ports
        };
        let service = Service::new(ports, Options::default());
        let (running, stopping) = (service.clone(), stop.clone());
        tasks.spawn(async move { running.run(stopping).await });
        let stopping = stop.clone();
        tasks.spawn(async move { stopping.run_until_cancelled(replica.watch()).await });
        Self { service, screen }
    }

    /// What it answers to these words.
    async fn say(&self, chat: &ChatKey, key: String, words: &str) -> String {
        let update = Envelope {
            event: Event::Text {
                text: words.to_owned(),
                reply_to: None,
            },
            ..fixtures::envelope(chat, fixtures::key(&key), words)
        };
        self.service.accept(update).await.unwrap();
        let shown = self.screen.chat(chat).pop().unwrap();
        shown.outgoing.reply.text.to_plain()
    }
}

/// Each round one of both records and the other is asked, while the replay stands still in every
/// other one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_sees_what_the_other_instance_recorded() {
    let pair = Arc::new(Pair::alone().await);
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let here = Instance::start(&pair, &tasks, &stop).await;
    let there = Instance::start(&pair, &tasks, &stop).await;
    let instances = Arc::new([here, there]);
    let chats = (0..CHATS).map(|n| {
        let (instances, pair) = (instances.clone(), pair.clone());
        async move {
            let chat = fixtures::chat(&format!("chat{n}"));
            for round in 0..ROUNDS {
                let writer = &instances[(n + round) % 2];
                let reader = &instances[(n + round + 1) % 2];
                if n == 0 {
                    replay(&pair, round % 2 == 1).await;
                }
                let key = |what| format!("{what}:{n}:{round}");
                writer.say(&chat, key("write"), "lunch 1.25").await;
                let sum = 125 * (round + 1);
                let sum = format!("{}.{:02}", sum / 100, sum % 100);
                for words in ["/list", "/today"] {
                    let said = reader.say(&chat, key(words), words).await;
                    assert!(said.contains(&sum), "{sum} after round {round} in {said}");
                }
            }
        }
    });
    race(chats).await;
    replay(&pair, true).await;
    stop.cancel();
    tasks.close();
    tasks.wait().await;
}

async fn replay(pair: &Pair, goes_on: bool) {
    let mut standby = PgConnection::connect(&pair.standby_url()).await.unwrap();
    let statement = match goes_on {
        true => "SELECT pg_wal_replay_resume()",
        false => "SELECT pg_wal_replay_pause()",
    };
    standby.execute(statement).await.unwrap();
}

/// What the program says with this database and these standbys.
fn program(arguments: &[&str], words: &str, database: &str, standbys: &str) -> (bool, String) {
    use std::io::Write;

    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(crate::kill::bot())
        .args(arguments)
        .env_clear()
        .env("HOME", folder.path())
        .env("DATABASE_URL", database)
        .env("DATABASE_REPLICA_URLS", standbys)
        .env("OCR", "none")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(words.as_bytes()).unwrap();
    drop(input);
    let ended = child.wait_with_output().unwrap();
    let said = [ended.stdout, ended.stderr].concat();
    (ended.status.success(), String::from_utf8(said).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_reads_from_standbys_and_doctor_knows_good_ones() {
    let pair = Pair::fresh().await;
    let (primary, standby) = (pair.url(), pair.standby_url());
    let (well, said) = program(&["console"], "12.50 lunch\n/today\n", &primary, &standby);
    assert!(well && said.matches("12.50").count() >= 2, "{said}");
    // Nobody there: it works all the same.
    let nobody = "postgres://eve:hunter2@127.0.0.1:1/expenses";
    let (well, said) = program(&["console"], "2.50 tea\n/today\n", &primary, nobody);
    assert!(well && said.contains("15.00"), "{said}");

    let (well, said) = program(&["doctor"], "", &primary, &standby);
    assert!(well && said.contains("ok       replica"), "{said}");
    assert!(said.contains("ms behind, has room for"), "{said}");
    let other = Pair::alone().await;
    let itself = format!("{primary}?application_name=other");
    for (wrong, words) in [
        (itself, "is no standby"),
        (nobody.to_owned(), "can't be reached"),
        (other.standby_url(), "a standby of another primary"),
        (format!("{standby}_not"), "does not exist"),
        (
            format!("{standby}?sslmode=require"),
            "the server offers none",
        ),
    ] {
        let both = format!("{standby},{wrong}");
        let (well, said) = program(&["doctor"], "", &primary, &both);
        assert!(!well && said.contains(words), "{words} in {said}");
        assert!(said.contains("DATABASE_REPLICA_URLS (number 2)"), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

/// A pool that the server does not grant is found before it is needed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_counts_the_instances_that_a_server_has_room_for() {
    let pair = Pair::fresh().await;
    let encrypted = format!("{}?sslmode=require", pair.url());
    let (well, said) = program(&["doctor"], "", &encrypted, "");
    assert!(
        !well && said.contains("DATABASE_URL don't agree on encryption: the server offers none"),
        "{said}"
    );
    let (well, said) = program(&["doctor"], "", &pair.url(), "");
    assert!(
        well && said.contains("instances of up to 25 connections"),
        "{said}"
    );
    assert!(!said.contains("replica"), "{said}");
}
