//! Every statement goes by an index that leads to its ledger, and looks at no more of it than it
//! needs: each is run on a large database, and the server tells how it went about it.

mod asked;
mod explained;
mod large;
mod written;

use std::collections::BTreeSet;
use std::sync::Arc;

use expense_core::memory::clock::ManualClock;
use expense_core::testing::fixtures::noon;
use expense_store_postgres::{Config, PostgresReplica, PostgresStore};
use sqlx::{Connection, Executor, PgConnection};
use test_servers::postgres::{Durability, Server};

use self::explained::{EXPLAINING, Explained, Fault, Kind, explained, spaced, wait_for_the_end};
use crate::sources::{sources, tables_in, texts};

/// Statements that take work wherever it is, a few times a minute, by what they say: each by an
/// index of its own, and no further than they take.
const WORK: [&str; 5] = [
    "row_number() OVER (PARTITION BY d.opened_by ORDER BY d.read_from, d.place)",
    "SELECT w.ledger_id, w.expense AS item FROM suggestions AS w",
    "WHERE w.sweep_at <= $1",
    "WHERE w.rate_due <= $1",
    "DELETE FROM outcomes WHERE orphaned",
];

/// Statements that look at all there is of something: what is counted for an operator, and
/// parked replies, of which there are many only while Telegram is gone.
const ALL_OF_IT: [&str; 4] = [
    "SELECT (SELECT count(*) FROM drafts WHERE state = 'waiting')",
    "SELECT count(*), coalesce(sum(last_number), 0)::bigint FROM counters",
    "SELECT ledger_id, min(place) AS place FROM parked WHERE starts_with(chat, $3)",
    "min(chat) AS chat FROM parked AS p",
];

/// How often each tag is used is counted, without a look at the expenses.
const TAGS: &str = "SELECT tag, count(*) FROM tags WHERE ledger_id = $1";

/// Archives, and what is done to a database while nobody uses it.
const AT_REST: [&str; 6] = [
    "dump.rs",
    "examine.rs",
    "load.rs",
    "load/batch.rs",
    "migrate.rs",
    "partition.rs",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_statement_goes_by_an_index_that_leads_to_its_ledger() {
    let starting = tokio::task::spawn_blocking(|| Server::start(Durability::Off));
    let server = starting.await.unwrap().unwrap();
    let mut stranger = PgConnection::connect(&server.url("postgres"))
        .await
        .unwrap();
    let mut config = Config::new(server.url("postgres"));
    config.clock = Arc::new(ManualClock::at(noon()));
    let store = PostgresStore::open(config.clone()).await.unwrap();
    large::fill(&store, &mut stranger).await;
    store.close().await;
    stranger.execute(EXPLAINING).await.unwrap();

    let replica = PostgresReplica::open(&config).unwrap();
    asked::ask_replica(&replica).await;
    replica.close().await;
    let store = PostgresStore::open(config).await.unwrap();
    written::write_all(&store).await;
    asked::ask(&store).await;
    store.close().await;
    wait_for_the_end(&mut stranger).await;

    let explained = explained(&server.log());
    assert_by_index(&explained);
    assert_all_of_them(&explained);
}

fn assert_by_index(explained: &[Explained]) {
    let (mut known, mut faults) = (BTreeSet::<&str>::new(), BTreeSet::new());
    for one in explained {
        let is = |text: &&&str| one.statement.contains(**text);
        let found = WORK.iter().chain(&ALL_OF_IT).find(is);
        known.extend(found);
        if one.statement.starts_with(TAGS) {
            assert_eq!(one.tables(), ["tags"]);
            continue;
        }
        for fault in one.faults() {
            let excused = ALL_OF_IT.iter().any(|text| is(&text))
                || fault.kind == Kind::AllLedgers && found.is_some();
            if !excused {
                let Fault { kind, step } = fault;
                faults.insert(format!("{kind:?}: {step}: {}", one.statement));
            }
        }
    }
    assert!(faults.is_empty(), "{}", Vec::from_iter(faults).join("\n\n"));
    assert_eq!(known.len(), WORK.len() + ALL_OF_IT.len(), "{known:?}");
}

/// Whatever the sources say in SQL was in one of the statements.
fn assert_all_of_them(explained: &[Explained]) {
    let mut missing = Vec::new();
    for (name, source) in sources() {
        if AT_REST.contains(&&*name) {
            continue;
        }
        for (item, literals) in texts(&source) {
            for part in literals.iter().flat_map(|text| text.split(['{', '}'])) {
                let part = spaced(&part.replace('\\', ""));
                let is_sql =
                    tables_in(&part) > 0 || part.contains('$') || part.contains("ORDER BY");
                if is_sql && !explained.iter().any(|one| one.statement.contains(&part)) {
                    missing.push(format!("{name}, {item}: {part}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "never run:\n{}", missing.join("\n"));
}
