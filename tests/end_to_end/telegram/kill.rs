//! The program on Telegram, killed at random moments while every update comes several times and
//! the Bot API server fails in all its ways.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use expense_core::ports::store::ExpenseStore;
use expense_core::testing::dice::Dice;
use expense_store_postgres::PostgresStore;
use expense_store_postgres::testing::Database;
use expense_store_sqlite::SqliteStore;
use rstest::rstest;
use telegram_fake::{Fake, Options};

use super::bot::By;
use super::crowd::Crowd;
use super::program::Program;

/// How often it is killed.
const KILLS: usize = 12;
/// People who write at the same time.
const PEOPLE: i64 = 25;
/// Messages of each of them in one life of the program.
const WAVES: usize = 3;
/// The longest time from the first sign of life to the kill, in milliseconds.
const LONGEST_MS: usize = 400;
/// What goes wrong at the Bot API server.
const FAULTS: [&str; 8] = [
    "sendMessage%7: 502 Bad Gateway",
    "sendMessage%11: close after",
    "sendMessage%13: close before",
    "sendMessage%17: flood 1",
    "sendMessage%19: delay 50",
    "getUpdates%5: close after",
    "getUpdates%7: 500 Internal Server Error",
    "setWebhook%3: close before",
];

/// Where expenses are kept.
enum Kept {
    InFile(tempfile::TempDir),
    OnServer(Database),
}

impl Kept {
    fn url(&self) -> String {
        match self {
            Self::InFile(folder) => format!("sqlite://{}", file(folder.path()).display()),
            Self::OnServer(database) => database.url(),
        }
    }

    async fn store(&self) -> Arc<dyn ExpenseStore> {
        match self {
            Self::InFile(folder) => {
                let config = expense_store_sqlite::Config::new(file(folder.path()));
                Arc::new(SqliteStore::open(config).await.expect("the file opens"))
            }
            Self::OnServer(database) => {
                let store = PostgresStore::open(database.config()).await;
                Arc::new(store.expect("the server answers"))
            }
        }
    }
}

fn file(folder: &Path) -> std::path::PathBuf {
    folder.join("expenses.sqlite")
}

async fn sqlite() -> Kept {
    Kept::InFile(tempfile::tempdir().expect("a folder"))
}

async fn postgres() -> Kept {
    Kept::OnServer(Database::fresh().await)
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_and_everyone_is_answered(
    #[values(By::Polling, By::Webhook)] by: By,
    #[values("sqlite", "postgres")] database: &str,
) {
    let kept = match database {
        "sqlite" => sqlite().await,
        _ => postgres().await,
    };
    let options = Options {
        deliveries: 2..=5,
        shuffle: true,
        webhook_retry: Duration::from_millis(20),
        ..Options::default()
    };
    let fake = Fake::start(options).await.expect("a free port");
    let home = tempfile::tempdir().expect("a folder");
    let program = Program::new(&fake, by, home.path(), kept.url());
    let mut dice = Dice::new(seed());
    let mut crowd = Crowd::new(&fake, PEOPLE);
    for rule in FAULTS {
        fake.fault(rule.parse().expect("a rule"));
    }
    let mut before = 0;
    for _ in 0..KILLS {
        let life = program.start();
        for _ in 0..WAVES {
            crowd.write();
        }
        // The kill comes while it works: some are answered, others are not.
        while crowd.acknowledged().len() == before {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let wait = u64::try_from(dice.below(LONGEST_MS)).expect("a short time");
        tokio::time::sleep(Duration::from_millis(wait)).await;
        life.kill();
        before = crowd.acknowledged().len();
    }
    assert!(before < crowd.sent(), "the kills came at no good moment");
    fake.heal();
    let life = program.start();
    crowd.answered().await;
    life.kill();
    crowd.check(&kept.store().await).await;
    eprintln!(
        "{KILLS} kills, {} messages, {before} of them answered before the last life",
        crowd.sent()
    );
    assert_eq!(fake.violations(), Vec::<String>::new());
}

fn seed() -> u64 {
    let given = std::env::var("SEED").ok();
    let seed = given.and_then(|seed| seed.parse().ok()).unwrap_or(4_711);
    eprintln!("SEED={seed}");
    seed
}
