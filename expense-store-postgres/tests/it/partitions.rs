//! A database is brought into partitions and back, and nothing of it changes but that.

use std::collections::BTreeMap;
use std::time::Duration;

use expense_core::testing::diary::{assert_whole, record};
use expense_store_postgres::testing::Database;
use expense_store_postgres::{OpenError, PostgresStore, examine, partition};
use sqlx::{Executor, PgConnection};

/// Everything about the tables that does not tell whether they are partitioned: columns, keys,
/// indexes, rights and the owner.
const SHAPE: &str = "
    SELECT table_name || '.' || column_name AS name,
        concat_ws(' ', ordinal_position, data_type, is_nullable, column_default, is_identity)
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name !~ '_[0-9]+$'
    UNION ALL
    SELECT 'key ' || conname || ' ' || conrelid::regclass, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        AND conrelid::regclass::text !~ '_[0-9]+$'
    UNION ALL
    SELECT 'index ' || indexname, replace(indexdef, ' ON ONLY ', ' ON ')
    FROM pg_indexes WHERE schemaname = 'public' AND tablename !~ '_[0-9]+$'
    UNION ALL
    SELECT 'table ' || relname, concat(pg_get_userbyid(relowner), relacl::text)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND relname !~ '_[0-9]+$'";

async fn shape(db: &mut PgConnection) -> BTreeMap<String, String> {
    let rows: Vec<(String, String)> = sqlx::query_as(SHAPE).fetch_all(db).await.unwrap();
    rows.into_iter().collect()
}

async fn count(db: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(db).await.unwrap()
}

const PARTS: &str =
    "SELECT count(*) FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhparent
    WHERE c.relkind = 'p'";
const PACKED: &str = "SELECT count(*) FROM pg_class
    WHERE relname = 'counters_0' AND reloptions = '{fillfactor=60}'";

#[tokio::test]
async fn a_database_in_use_until_now_goes_into_partitions_and_back() {
    let database = Database::fresh().await;
    let mut db = database.stranger().await;
    let reader =
        "DO $$ BEGIN CREATE ROLE reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        GRANT SELECT ON expenses, totals TO reader; GRANT INSERT ON parked TO PUBLIC";
    db.execute(reader).await.unwrap();
    db.execute(
        "INSERT INTO parked (ledger_id, first, chat, key, replies) VALUES (7, 0, 'c', 'k', '[]')",
    )
    .await
    .unwrap();
    let people: Vec<String> = (0..20).map(|n| format!("person-{n}")).collect();
    let before = shape(&mut db).await;

    let mut recorded = 0;
    for partitions in [4, 7, 0] {
        let store = PostgresStore::open(database.config()).await.unwrap();
        for person in &people {
            record(&store, person, &format!("{recorded}:{person}"))
                .await
                .unwrap();
        }
        recorded += 1;
        store.close().await;
        // Where nothing is to do, nothing is done.
        assert_eq!(partition(&database.config(), partitions).await.unwrap(), 14);
        assert_eq!(partition(&database.config(), partitions).await.unwrap(), 0);
        assert_eq!(count(&mut db, PARTS).await, i64::from(partitions) * 14);
        assert_eq!(count(&mut db, PACKED).await, i64::from(partitions > 0));
        assert_eq!(
            examine(&database.config()).await.unwrap().partitions,
            partitions
        );
        assert_eq!(shape(&mut db).await, before);
        let store = PostgresStore::open(database.config()).await.unwrap();
        for person in &people {
            assert_whole(&store, person, recorded).await.unwrap();
        }
        store.close().await;
    }
    // The places of parked replies go on where they were.
    db.execute(
        "INSERT INTO parked (ledger_id, first, chat, key, replies) VALUES (7, 0, 'c', 'l', '[]')",
    )
    .await
    .unwrap();
    assert_eq!(count(&mut db, "SELECT max(place) FROM parked").await, 2);
}

/// A busy server notices a moment later that a store is gone.
async fn partition_once_alone(database: &Database) -> usize {
    for _ in 0..100 {
        match partition(&database.config(), 4).await {
            Err(OpenError::InUse) => tokio::time::sleep(Duration::from_millis(50)).await,
            done => return done.unwrap(),
        }
    }
    panic!("somebody still uses the database");
}

#[tokio::test]
async fn what_was_cut_off_goes_on_where_it_was() {
    let database = Database::fresh().await;
    let store = PostgresStore::open(database.config()).await.unwrap();
    record(&store, "anna", "0:anna").await.unwrap();
    store.close().await;
    // Somebody looks at a table in the middle of the order: it is not waited for.
    let mut db = database.stranger().await;
    db.execute("BEGIN; LOCK TABLE expenses IN ACCESS SHARE MODE")
        .await
        .unwrap();
    let refused = partition(&database.config(), 4).await.unwrap_err();
    assert!(matches!(refused, OpenError::Busy(_)), "{refused}");
    db.execute("COMMIT").await.unwrap();

    // Half of the tables are partitioned; the database is whole.
    let store = PostgresStore::open(database.config()).await.unwrap();
    record(&store, "anna", "1:anna").await.unwrap();
    assert_whole(&store, "anna", 2).await.unwrap();
    store.close().await;
    let left = partition_once_alone(&database).await;
    assert!((1..14).contains(&left), "{left}");
    let store = PostgresStore::open(database.config()).await.unwrap();
    assert_whole(&store, "anna", 2).await.unwrap();
}

#[tokio::test]
async fn nobody_partitions_under_a_running_instance() {
    let database = Database::fresh().await;
    let store = PostgresStore::open(database.config()).await.unwrap();
    record(&store, "anna", "0:anna").await.unwrap();
    let refused = partition(&database.config(), 4).await.unwrap_err();
    assert!(matches!(refused, OpenError::InUse), "{refused}");
    assert!(
        refused.to_string().contains("stop every instance"),
        "{refused}"
    );
    assert_whole(&store, "anna", 1).await.unwrap();
}
