//! Parts that are gone for good with all that they had: what of it is lost, and how soon people are
//! served without it. docs/disaster-recovery.md has what these print.

mod broker;
mod region;

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::{Duration, Instant};

use expense_store_postgres::PostgresStore;
use expense_store_postgres::testing::Database;
use telegram_fake::{Fake, Options, Person};

use super::database::expenses;
use super::queue::answered;

const PEOPLE: i64 = 6;
/// Messages of each person in one stretch.
const MESSAGES: usize = 4;
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(10);

/// People, and the Telegram that they write in.
struct Town {
    fake: Fake,
    people: Vec<Person>,
    written: usize,
}

impl Town {
    async fn build() -> Self {
        let options = Options {
            webhook_retry: Duration::from_millis(20),
            ..Options::default()
        };
        let fake = Fake::start(options).await.expect("a free port");
        let people = (1..=PEOPLE).map(|id| fake.user(id)).collect();
        Self {
            fake,
            people,
            written: 0,
        }
    }

    /// Everybody writes some more messages; which.
    fn write(&mut self) -> Range<usize> {
        let some = self.written..self.written + MESSAGES;
        for number in some.clone() {
            for person in &self.people {
                person.say(&format!("{} {}", number + 1, words(number)));
            }
        }
        self.written = some.end;
        some
    }

    /// Until so many messages of each were answered.
    async fn answered(&self, count: usize) {
        answered(&self.fake, &self.people, count).await;
    }

    /// Until Telegram has handed over all that was written.
    async fn taken(&self) {
        let begun = Instant::now();
        while self.fake.pending() > 0 {
            assert!(begun.elapsed() < PATIENCE, "nobody takes the updates");
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Everybody's expenses are those of these messages, each once.
    async fn check(&self, database: &Database, of: &[Range<usize>]) {
        let expected: BTreeSet<String> = of.iter().cloned().flatten().map(words).collect();
        let store = PostgresStore::open(database.config()).await;
        let store = store.expect("the server answers");
        for person in &self.people {
            let kept = expenses(&store, person.id()).await;
            let found: BTreeSet<String> = kept
                .iter()
                .map(|expense| expense.details.description.as_str().to_owned())
                .collect();
            assert_eq!(found, expected);
            assert_eq!(kept.len(), expected.len(), "doubled");
        }
        store.close().await;
    }
}

fn words(number: usize) -> String {
    format!("lunch{number}")
}
