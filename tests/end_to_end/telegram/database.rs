//! Where expenses are kept, and what can go wrong there.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use expense_core::conversation::question::{ExpenseFilter, Group, PageRequest, TotalsQuery};
use expense_core::domain::expense::Expense;
use expense_core::domain::keys::{ChatKey, LedgerId};
use expense_core::domain::limits;
use expense_core::ports::store::ExpenseStore;
use expense_core::testing::dice::Dice;
use expense_store_postgres::PostgresStore;
use expense_store_sqlite::SqliteStore;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, PgConnection, SqliteConnection};
use telegram_fake::load;
use test_servers::postgres::{Durability, Server};
use tokio::sync::Mutex;
use tokio::time::sleep;

use super::books::Kept;
use super::wire::{State, Wire};

/// A database of one test.
pub(super) enum Database {
    /// A file.
    File(tempfile::TempDir),
    /// A server of its own, reached by a wire.
    Server {
        server: Arc<Mutex<Server>>,
        wire: Wire,
    },
}

const NAME: &str = "postgres";

impl Database {
    pub(super) async fn fresh(kind: &str) -> Self {
        if kind == "sqlite" {
            return Self::File(tempfile::tempdir().expect("a folder"));
        }
        // A crash must lose nothing that was committed.
        let starting = tokio::task::spawn_blocking(|| Server::start(Durability::On));
        let server = starting.await.expect("it does not panic");
        let server = server.unwrap_or_else(|error| panic!("{error}"));
        let address = server.address();
        let (_, address) = address.rsplit_once('@').expect("a user");
        let wire = Wire::to(address.parse().expect("a number and a port")).await;
        let server = Arc::new(Mutex::new(server));
        Self::Server { server, wire }
    }

    /// How the program reaches it.
    pub(super) async fn url(&self) -> String {
        match self {
            Self::File(folder) => format!("sqlite://{}", file(folder).display()),
            Self::Server { server, wire } => {
                let direct = server.lock().await.url(NAME);
                let (user, _) = direct.rsplit_once('@').expect("a user");
                format!("{user}@{}/{NAME}", wire.address())
            }
        }
    }

    /// Something goes wrong, and is over when this returns.
    pub(super) async fn fail(&self, dice: &mut Dice) {
        match self {
            Self::File(folder) => {
                // One time in eight longer than the program waits for another's lock.
                let longest = if dice.below(8) == 0 { 7_000 } else { 1_500 };
                hold(folder, milliseconds(dice, longest)).await;
            }
            Self::Server { server, wire } => match dice.below(10) {
                0..3 => terminate(server, dice).await,
                3..6 => {
                    wire.set(State::Mute);
                    sleep(milliseconds(dice, 200)).await;
                    wire.cut();
                    wire.set(State::Clear);
                }
                6..8 => wire.cut(),
                8 => {
                    wire.set(State::Still);
                    sleep(milliseconds(dice, 3_000)).await;
                    wire.set(State::Clear);
                }
                _ => crash(server).await,
            },
        }
    }

    /// As if so much time had passed for whatever a killed program had claimed.
    pub(super) async fn pass(&self, time: Duration) {
        let seconds = i64::try_from(time.as_secs()).expect("a short time");
        match self {
            Self::File(folder) => {
                let mut file = beside(folder).await.expect("the file is there");
                let earlier = sqlx::query("UPDATE claims SET until = until - ? * 1000000");
                let done = earlier.bind(seconds).execute(&mut file).await;
                done.expect("nobody else writes");
                file.close().await.expect("it closes");
            }
            Self::Server { server, .. } => {
                let url = server.lock().await.url(NAME);
                let mut direct = PgConnection::connect(&url).await.expect("it runs");
                let earlier =
                    sqlx::query("UPDATE claims SET until = until - $1 * interval '1 second'");
                let done = earlier.bind(seconds).execute(&mut direct).await;
                done.expect("it does as told");
            }
        }
    }

    /// The replies that wait on a server: of which chat and update, and what claims of them say.
    pub(super) async fn parked(&self) -> Vec<String> {
        let Self::Server { server, .. } = self else {
            return Vec::new();
        };
        let url = server.lock().await.url(NAME);
        let Ok(mut direct) = PgConnection::connect(&url).await else {
            return Vec::new();
        };
        let parked = sqlx::query_scalar(
            "SELECT concat_ws(' ', p.chat, p.key, p.first, left(p.replies, 80), t.claim, t.attempt,
                t.until - now())
             FROM parked AS p
             LEFT JOIN claims AS t ON t.ledger_id = p.ledger_id AND t.kind = 'reply'
                AND t.item = lpad(to_hex(p.place), 32, '0')::uuid
             ORDER BY p.place LIMIT 50",
        );
        parked.fetch_all(&mut direct).await.unwrap_or_default()
    }

    /// All that these people's ledgers have. Panics where sums are not those of the expenses.
    pub(super) async fn kept(&self, people: impl Iterator<Item = i64>) -> Vec<Kept> {
        let store = self.store().await;
        let mut all = Vec::new();
        for owner in people {
            let expenses = expenses(&*store, owner).await;
            all.extend(expenses.iter().map(|expense| kept(owner, expense)));
        }
        all
    }

    async fn store(&self) -> Arc<dyn ExpenseStore> {
        match self {
            Self::File(folder) => {
                let config = expense_store_sqlite::Config::new(file(folder));
                Arc::new(SqliteStore::open(config).await.expect("the file opens"))
            }
            Self::Server { server, .. } => {
                let url = server.lock().await.url(NAME);
                let store = PostgresStore::open(expense_store_postgres::Config::new(url)).await;
                Arc::new(store.expect("the server answers"))
            }
        }
    }
}

fn file(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("expenses.sqlite")
}

fn milliseconds(dice: &mut Dice, longest: usize) -> Duration {
    Duration::from_millis(u64::try_from(dice.below(longest)).unwrap_or(0))
}

/// The file, as another program has it.
async fn beside(folder: &tempfile::TempDir) -> sqlx::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(file(folder));
    SqliteConnection::connect_with(&options.busy_timeout(Duration::from_secs(10))).await
}

/// Nobody else can write for so long. Before the program has made the file nothing happens.
async fn hold(folder: &tempfile::TempDir, time: Duration) {
    let Ok(mut file) = beside(folder).await else {
        return;
    };
    if let Ok(transaction) = file.begin_with("BEGIN IMMEDIATE").await {
        sleep(time).await;
        // It has changed nothing.
        let _ = transaction.rollback().await;
    }
    let _ = file.close().await;
}

/// Ends some of the program's backends.
async fn terminate(server: &Mutex<Server>, dice: &mut Dice) {
    let url = server.lock().await.url(NAME);
    let Ok(mut direct) = PgConnection::connect(&url).await else {
        return;
    };
    let share = [0.2, 0.5, 1.0][dice.below(3)];
    let ending = sqlx::query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'expense-bot' AND random() < $1",
    );
    ending
        .bind(share)
        .execute(&mut direct)
        .await
        .expect("a superuser");
    let _ = direct.close().await;
}

/// The server dies and is started again.
async fn crash(server: &Arc<Mutex<Server>>) {
    let mut server = server.clone().lock_owned().await;
    let crashing = tokio::task::spawn_blocking(move || {
        server.crash()?;
        server.start_again()
    });
    let crashed = crashing.await.expect("it does not panic");
    crashed.unwrap_or_else(|error| panic!("{error}"));
}

pub(super) async fn expenses(store: &dyn ExpenseStore, owner: i64) -> Vec<Expense> {
    let chat = ChatKey::new(format!("telegram:{owner}")).expect("a short key");
    let (ledger, filter) = (LedgerId::of(&chat), ExpenseFilter::default());
    let mut found = Vec::new();
    let mut page = PageRequest {
        after: None,
        limit: limits::MAX_PAGE,
    };
    loop {
        let part = store.expenses(ledger, &filter, page).await;
        let part = part.expect("the store answers");
        found.extend(part.expenses);
        page.after = part.next;
        if page.after.is_none() {
            check_sum(store, ledger, &found).await;
            return found;
        }
    }
}

async fn check_sum(store: &dyn ExpenseStore, ledger: LedgerId, expenses: &[Expense]) {
    let euro = "EUR".parse().expect("a currency");
    let query = TotalsQuery {
        period: None,
        categories: None,
        group: Group::None,
        into: euro,
    };
    let totals = store.totals(ledger, &query).await;
    let totals = totals.expect("the store answers");
    let counted: u64 = totals.iter().map(|total| total.count).sum();
    let summed: i128 = totals.iter().map(|total| total.minor).sum();
    let cents = expenses
        .iter()
        .map(|expense| expense.details.money.amount().mantissa());
    assert_eq!(
        (counted, summed),
        (expenses.len() as u64, cents.sum::<i128>()),
        "sums are not those of the expenses"
    );
}

fn kept(owner: i64, expense: &Expense) -> Kept {
    let details = &expense.details;
    let merchant = details.merchant.as_ref().map(|merchant| merchant.as_str());
    let mut named = [details.description.as_str(), merchant.unwrap_or_default()]
        .into_iter()
        .filter_map(load::index);
    Kept {
        index: named.next().expect("words that were sent"),
        owner,
        number: expense.number.map_or(0, |number| number.0),
        amount: details.money.amount().to_string(),
    }
}
