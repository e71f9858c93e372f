//! What lists and sums cost the primary, alone and with a standby beside it.
//!
//! Starts a private server and a standby of it. Prints one JSON object: microseconds of processor
//! time a look, and looks a second.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use expense_core::conversation::question::{ExpenseFilter, Group, PageRequest, TotalsQuery};
use expense_core::domain::calendar::Period;
use expense_core::domain::currency::Currency;
use expense_core::domain::keys::LedgerId;
use expense_core::domain::limits;
use expense_core::ports::store::ExpenseStore;
use expense_core::testing::conformance::race;
use expense_core::testing::diary::record;
use expense_core::testing::fixtures;
use expense_core::wrap::replica::Replica;
use expense_store_postgres::testing::Pair;
use expense_store_postgres::{PostgresReplica, PostgresStore};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const LEDGERS: usize = 40;
const EXPENSES: usize = 50;
const READERS: usize = 64;
/// Looks of each reader in one round; rounds alternate between both ways.
const LOOKS: usize = 20;
const ROUNDS: usize = 4;

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut pair = Pair::alone().await;
    let store = Arc::new(PostgresStore::open(pair.config()).await?);
    let writers = (0..LEDGERS).map(|n| {
        let store = Arc::clone(&store);
        async move {
            for update in 0..EXPENSES {
                let recorded = record(&*store, &chat(n), &format!("{update}:{n}")).await;
                recorded.map_err(|error| error.to_string())?;
            }
            Ok::<_, String>(())
        }
    });
    for written in race(writers).await {
        written?;
    }
    let copy = Arc::new(PostgresReplica::open(&pair.standby_config())?);
    let replica = Arc::new(Replica::new(store.clone(), store.clone(), vec![copy]));
    replica.look().await;
    let (mut alone, mut beside) = (Sum::default(), Sum::default());
    for _ in 0..ROUNDS {
        alone.round(&mut pair, store.clone()).await?;
        beside.round(&mut pair, replica.clone()).await?;
    }
    println!("{{{}, {}}}", alone.said("alone"), beside.said("beside"));
    Ok(())
}

fn chat(n: usize) -> String {
    format!("chat{n}")
}

/// What rounds of looks took.
#[derive(Default)]
struct Sum {
    primary: Duration,
    standby: Duration,
    wall: Duration,
    looks: u32,
}

impl Sum {
    async fn round(&mut self, pair: &mut Pair, store: Arc<dyn ExpenseStore>) -> Outcome<()> {
        let spent = |pair: &mut Pair| -> Outcome<(Duration, Duration)> {
            let (primary, standby) = pair.servers().ok_or("servers")?;
            Ok((primary.processor_time()?, standby.processor_time()?))
        };
        let (before, begun) = (spent(pair)?, Instant::now());
        let readers = (0..READERS).map(|reader| {
            let store = Arc::clone(&store);
            async move {
                for n in 0..LOOKS {
                    look(&*store, (reader * LOOKS + n) % LEDGERS).await?;
                }
                Ok::<_, String>(())
            }
        });
        for looked in race(readers).await {
            looked?;
        }
        self.wall += begun.elapsed();
        let after = spent(pair)?;
        self.primary += after.0.saturating_sub(before.0);
        self.standby += after.1.saturating_sub(before.1);
        self.looks += u32::try_from(READERS * LOOKS)?;
        Ok(())
    }

    fn said(&self, name: &str) -> String {
        let each = |time: Duration| (time / self.looks.max(1)).as_micros();
        let a_second = u128::from(self.looks) * 1_000 / self.wall.as_millis().max(1);
        format!(
            r#""{name}_primary_us": {}, "{name}_standby_us": {}, "{name}_looks_a_second": {a_second}"#,
            each(self.primary),
            each(self.standby),
        )
    }
}

/// What `/today` shows: a page and its sum.
async fn look(store: &dyn ExpenseStore, n: usize) -> Result<(), String> {
    let ledger = LedgerId::of(&fixtures::chat(&chat(n)));
    let period = Some(Period::day(fixtures::day("2026-05-03")));
    let filter = ExpenseFilter {
        period,
        ..ExpenseFilter::default()
    };
    let request = PageRequest {
        after: None,
        limit: limits::PAGE,
    };
    let page = store.expenses(ledger, &filter, request).await;
    if page.map_err(|error| error.to_string())?.expenses.is_empty() {
        return Err("nothing was found".to_owned());
    }
    let query = TotalsQuery {
        period,
        categories: None,
        group: Group::None,
        into: Currency::EUR,
    };
    let totals = store.totals(ledger, &query).await;
    totals.map(|_| ()).map_err(|error| error.to_string())
}
