//! Every table of ledgers can be distributed by `ledger_id`, by the rules of Citus and of
//! PostgreSQL's own partitions: it stands in every key and index that is unique, and in whatever
//! is asked.

use std::collections::BTreeSet;

use expense_store_postgres::BY_LEDGER;
use expense_store_postgres::testing::Database;

use crate::sources::{sources, tables_in, texts};

/// Tables that no ledger owns, and why each is there for all of them.
const GLOBAL: [(&str, &str); 4] = [
    (
        "chats",
        "leads from a chat to its ledger: it is asked where the ledger is not known yet",
    ),
    (
        "people",
        "what was decided about somebody is seen from every chat",
    ),
    ("state", "copies by any key, which may be gone"),
    ("expense_migrations", "which migrations were run"),
];

#[tokio::test]
async fn every_table_is_known_to_be_by_ledger_or_for_all() {
    let database = Database::fresh().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')",
    )
    .fetch_all(&mut database.stranger().await)
    .await
    .unwrap();
    let found: BTreeSet<&str> = tables.iter().map(String::as_str).collect();
    let known = BY_LEDGER.into_iter().chain(GLOBAL.map(|(table, _)| table));
    assert_eq!(found, known.collect());
}

/// What is unique, or leads to another table, without `ledger_id`; and tables where that is not a
/// `bigint NOT NULL`, so that a row could be nowhere.
const BROKEN: &str = "
    SELECT i.indexrelid::regclass::text FROM pg_index AS i
    WHERE i.indrelid = $1::regclass AND i.indisunique AND NOT EXISTS (
        SELECT FROM pg_attribute AS a WHERE a.attrelid = i.indrelid
            AND a.attnum = ANY (i.indkey) AND a.attname = 'ledger_id')
    UNION ALL
    SELECT conname::text FROM pg_constraint AS c
    WHERE (c.conrelid = $1::regclass OR c.confrelid = $1::regclass) AND (c.contype = 'x'
        OR c.contype = 'f' AND NOT EXISTS (
            SELECT FROM pg_attribute AS a WHERE a.attrelid = c.conrelid
                AND a.attnum = ANY (c.conkey) AND a.attname = 'ledger_id'))
    UNION ALL
    SELECT $1 WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = $1::regclass
        AND attname = 'ledger_id' AND atttypid = 'bigint'::regtype AND attnotnull)
    UNION ALL
    SELECT tgname::text FROM pg_trigger WHERE tgrelid = $1::regclass AND NOT tgisinternal";

#[tokio::test]
async fn the_ledger_is_in_every_key() {
    for database in [Database::fresh().await, Database::partitioned(4).await] {
        let mut db = database.stranger().await;
        for table in BY_LEDGER {
            let broken: Vec<String> = sqlx::query_scalar(BROKEN)
                .bind(table)
                .fetch_all(&mut db)
                .await
                .unwrap();
            assert_eq!(broken, [""; 0], "{table}");
        }
    }
}

/// Statements that look through all ledgers: work is taken wherever it is, a few times a minute,
/// and an operator counts what is there. By where they are written.
const ACROSS: [(&str, &str); 9] = [
    // Archives hold all ledgers, and are read and written while nobody waits for an answer.
    ("dump.rs", "statement"),
    ("load.rs", "IS_EMPTY"),
    ("load.rs", "TOTALS"),
    // Counted for the metrics, when somebody reads them.
    ("jobs.rs", "BACKLOG"),
    ("jobs.rs", "free"),
    ("jobs.rs", "CLAIM_READINGS"),
    ("parked.rs", "chats"),
    ("jobs.rs", "drop_orphans"),
    ("read.rs", "census"),
];

/// How often it says of which ledger: in a condition, or among the columns that are written.
fn ledgers_in(text: &str) -> usize {
    let ways = [
        "ledger_id = ",
        "ledger_id IN ",
        "ledger_id \n",
        "(ledger_id, ",
    ];
    ways.iter().map(|way| text.matches(way).count()).sum()
}

#[test]
fn every_statement_says_of_which_ledger() {
    let mut looked_at = 0;
    let mut across = BTreeSet::new();
    for (name, source) in sources() {
        for (item, literals) in texts(&source) {
            let text = literals.join("\n") + "\n";
            let (tables, ledgers) = (tables_in(&text), ledgers_in(&text));
            looked_at += tables;
            if tables > ledgers && ACROSS.contains(&(&name, &item)) {
                across.insert((name.clone(), item));
                continue;
            }
            assert!(tables <= ledgers, "{name}, {item}: {text}");
            let moves =
                text.contains("SET ledger_id") && !text.contains("UPDATE chats SET ledger_id");
            assert!(
                !moves,
                "{name}, {item}: a row can't change its ledger in its place"
            );
        }
    }
    assert!(looked_at > 60, "{looked_at}");
    let listed: BTreeSet<_> = ACROSS
        .map(|(file, item)| (file.to_owned(), item.to_owned()))
        .into();
    assert_eq!(across, listed);
}

#[test]
fn a_statement_that_forgets_the_ledger_is_noticed() {
    let source = "/// All of it.\nconst BAD: &str = \"SELECT e.id FROM expenses AS e\n    JOIN drafts AS d ON d.id = e.draft WHERE e.ledger_id = $1\";\n";
    let texts = texts(source);
    let [bad] = &texts["BAD"][..] else {
        panic!("{texts:?}");
    };
    assert_eq!((tables_in(bad), ledgers_in(bad)), (2, 1));
}
