//! A database as large as it takes for a plan that walks a ledger, or all of them, to show.

use expense_core::domain::keys::LedgerId;
use expense_core::testing::diary::record;
use expense_core::testing::fixtures::chat;
use expense_store_postgres::PostgresStore;
use sqlx::{Executor, PgConnection};

/// Anna's ledger is `$1`: 30,000 expenses, and as much of everything else as comes with them.
/// 20 others have 500 each, and 3,000 next to nothing. One word, one tag and one category are rare,
/// and what is rare is old.
const FILL: [&str; 14] = [
    "CREATE TABLE others AS SELECT -n AS ledger_id FROM generate_series(1, 3000) AS n",
    "INSERT INTO ledgers SELECT ledger_id, 'test:' || ledger_id, 'EUR', 'UTC', 'en', 'en', '[]', '[]'
     FROM others",
    "INSERT INTO chats SELECT ledger_id, 'test:' || ledger_id FROM others",
    "INSERT INTO counters SELECT ledger_id, 1, 1, 1, 1000, '2027-01-01', 500 FROM others",
    "INSERT INTO sessions SELECT ledger_id, '{\"dialogues\":[],\"listing\":null}' FROM others",
    "INSERT INTO lessons SELECT $1, n, 1, 'words ' || n FROM generate_series(1, 300) AS n",
    "INSERT INTO expenses (ledger_id, recorded_at, id, change, number, revision, day, category,
        removed, amount, currency, description, paid_by, entered_by, message, line, sent_on, said, rate_due)
     SELECT CASE WHEN n <= 10000 THEN -1 - n / 500 ELSE $1 END, now(), gen_random_uuid(),
        gen_random_uuid(), CASE WHEN n <= 10000 THEN n % 500 ELSE n - 10000 END + 2, 1,
        date '2026-05-03' - (n * 7919 % 300),
        CASE WHEN n % 10000 = 77 THEN 16 ELSE n % 15 + 1 END, n % 50 = 0, 1,
        CASE n % 100 WHEN 1 THEN 'USD' ELSE 'EUR' END,
        CASE n % 10000 WHEN 77 THEN 'zebra' ELSE 'lunch' END || ' ' || n, 'test:u', 'test:u',
        'm' || n, 0, '2026-05-03', gen_random_uuid(), CASE n % 100 WHEN 1 THEN timestamptz '2026-05-02 00:00:00Z' - n * interval '1 s' END
     FROM generate_series(1, 40000) AS n",
    "UPDATE expenses SET day = '2020-01-01' WHERE ledger_id = $1 AND number % 10000 = 79",
    "INSERT INTO tags (ledger_id, number, day, tag)
     SELECT ledger_id, number, day, CASE number % 10000 WHEN 79 THEN 'rare' ELSE 'work' END
     FROM expenses WHERE number % 2 = 1",
    "INSERT INTO totals SELECT ledger_id, count(*), day, category, currency, '', sum(amount), 0
     FROM expenses WHERE NOT removed AND number > 1 GROUP BY ledger_id, day, category, currency",
    "INSERT INTO drafts (ledger_id, place, expires_at, id, expense, revision, state, opened_by,
        paid_by, album, content)
     SELECT $1, n, '2026-06-01', gen_random_uuid(), gen_random_uuid(), 1, 'saved', 'test:anna',
        'test:anna', 'album ' || n, '{}' FROM generate_series(1, 20000) AS n",
    "INSERT INTO images SELECT $1, id, 'print ' || place FROM drafts",
    "INSERT INTO changes SELECT $1, n, now(), gen_random_uuid(), n % 3 > 0, 'test:anna', '[]'
     FROM generate_series(1, 20000) AS n",
    "INSERT INTO outcomes SELECT $1, timestamptz '2026-05-03 00:00:00Z' - n * interval '20 s',
        gen_random_uuid(), false, NULL FROM generate_series(1, 20000) AS n",
];
const WORK: [&str; 4] = [
    "INSERT INTO suggestions SELECT ledger_id, now() - number * interval '1 s', id FROM expenses
     WHERE number % 4 = 1",
    "INSERT INTO state SELECT n, '2027-01-01', 'session/' || n, '' FROM generate_series(1, 5000) AS n",
    // Their rates were looked for before.
    "INSERT INTO claims SELECT ledger_id, '2026-05-01', id, NULL, 1, 'rate' FROM expenses
     WHERE ledger_id = $1 AND number <= 5000",
    "UPDATE counters SET last_number = 30002, last_place = 40000 WHERE ledger_id = $1",
];

/// The ledger of Anna, who has been using it for years.
pub(super) fn annas() -> LedgerId {
    LedgerId::of(&chat("anna"))
}

/// Fills the database of this store.
pub(super) async fn fill(store: &PostgresStore, stranger: &mut PgConnection) {
    record(store, "anna", "0:anna").await.unwrap();
    let anna = annas().as_i64().to_string();
    for statement in FILL.iter().chain(&WORK) {
        let statement = sqlx::AssertSqlSafe(statement.replace("$1", &anna));
        stranger.execute(statement).await.unwrap();
    }
    stranger.execute("DROP TABLE others").await.unwrap();
    stranger.execute("VACUUM ANALYZE").await.unwrap();
}
