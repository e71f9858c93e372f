//! One statement a table, each for all rows of a batch.
//!
//! The rows come as one JSON array of arrays. `MATERIALIZED` keeps SQLite from rendering a row
//! anew for every column that is taken out of it.

use serde::Serialize;
use sqlx::SqliteConnection;

use crate::error::Failure;
use crate::moving;
use crate::rows::json;
use crate::writes::Rows;

macro_rules! with_rows {
    ($sql:literal) => {
        concat!(
            "WITH rows(v) AS MATERIALIZED (SELECT value FROM json_each(?1)) ",
            $sql
        )
    };
}
pub(crate) use with_rows;

impl Rows<'_> {
    /// Writes everything, parents before children.
    pub(crate) async fn write(&self, db: &mut SqliteConnection) -> Result<(), Failure> {
        if !self.erased.is_empty() {
            self.erase(db).await?;
        }
        self.keep_ledgers(db).await?;
        put(db, OUTCOMES, &self.outcomes).await?;
        put(db, EXPENSES, &self.expenses).await?;
        put(db, NO_RATE_CLAIMS, &self.amended).await?;
        put(db, UNTAG, &self.amended).await?;
        put(db, TAGS, &self.tags).await?;
        put(db, TOTALS, &self.totals).await?;
        put(db, RECOUNTED, &self.recounted).await?;
        put(db, NO_RATE_CLAIMS_AT_ALL, &self.recounted).await?;
        put(db, NO_CLAIMS, &self.drafts).await?;
        put(db, DRAFTS, &self.drafts).await?;
        put(db, NO_IMAGES, &self.drafts).await?;
        put(db, IMAGES, &self.images).await?;
        put(db, WANTED, &self.wanted).await?;
        put(db, CHANGES, &self.changes).await?;
        put(db, UNDONE, &self.undone).await?;
        put(db, PEOPLE, &self.people).await?;
        self.sweep(db).await?;
        for (ledger, from, to) in &self.moves {
            moving::go(db, *ledger, from, to).await?;
        }
        Ok(())
    }

    async fn keep_ledgers(&self, db: &mut SqliteConnection) -> Result<(), Failure> {
        put(db, LEDGERS, &self.ledgers).await?;
        put(db, COUNTERS, &self.counters).await?;
        put(db, SESSIONS, &self.sessions).await?;
        put(db, DUE, &self.due).await?;
        put(db, CATEGORIES, &self.categories).await?;
        put(db, LESSONS, &self.lessons).await?;
        put(db, FORGOTTEN, &self.forgotten).await?;
        put(db, MEMBERS_GONE, &self.gone).await?;
        put(db, MEMBERS, &self.members).await
    }

    async fn erase(&self, db: &mut SqliteConnection) -> Result<(), Failure> {
        let ledgers = json(&self.erased)?;
        for statement in ERASE {
            sqlx::query(statement)
                .bind(&ledgers)
                .execute(&mut *db)
                .await?;
        }
        Ok(())
    }

    async fn sweep(&self, db: &mut SqliteConnection) -> Result<(), Failure> {
        for (ledger, drafts, outcomes, own) in &self.sweeps {
            for statement in SWEEP {
                sqlx::query(statement)
                    .bind(ledger)
                    .bind(drafts)
                    .bind(outcomes)
                    .bind(own.to_string())
                    .execute(&mut *db)
                    .await?;
            }
        }
        Ok(())
    }
}

async fn put<R: Serialize>(
    db: &mut SqliteConnection,
    statement: &'static str,
    rows: &[R],
) -> Result<(), Failure> {
    if !rows.is_empty() {
        sqlx::query(statement).bind(json(rows)?).execute(db).await?;
    }
    Ok(())
}

const LEDGERS: &str = with_rows!(
    "INSERT INTO ledgers (ledger_id, chat, revision, currency, zone, locale, language)
     SELECT v->>0, v->>1, v->>2, v->>3, v->>4, v->>5, v->>6 FROM rows WHERE true
     ON CONFLICT (ledger_id) DO UPDATE SET
        revision = excluded.revision, currency = excluded.currency,
        zone = excluded.zone, locale = excluded.locale, language = excluded.language"
);

const COUNTERS: &str = with_rows!(
    "UPDATE ledgers SET session_version = v->>1, last_number = v->>2, last_place = v->>3
     FROM rows WHERE ledger_id = v->>0"
);

const SESSIONS: &str =
    with_rows!("UPDATE ledgers SET session = v->1 FROM rows WHERE ledger_id = v->>0");

const DUE: &str =
    with_rows!("UPDATE ledgers SET sweep_at = v->>1 FROM rows WHERE ledger_id = v->>0");

const CATEGORIES: &str = with_rows!(
    "INSERT INTO categories (ledger_id, category, name, merged_into)
     SELECT v->>0, v->>1, v->>2, v->>3 FROM rows WHERE true
     ON CONFLICT (ledger_id, category) DO UPDATE SET
        name = excluded.name, merged_into = excluded.merged_into"
);

const LESSONS: &str = with_rows!(
    "INSERT INTO lessons (ledger_id, words, category, place)
     SELECT v->>0, v->>1, v->>2, v->>3 FROM rows WHERE true
     ON CONFLICT (ledger_id, words) DO UPDATE SET
        category = excluded.category, place = excluded.place"
);

const FORGOTTEN: &str =
    with_rows!("DELETE FROM lessons WHERE (ledger_id, words) IN (SELECT v->>0, v->>1 FROM rows)");

const MEMBERS: &str = with_rows!(
    "INSERT INTO members (ledger_id, member, who, name)
     SELECT v->>0, v->>1, v->>2, v->>3 FROM rows WHERE true
     ON CONFLICT (ledger_id, member) DO UPDATE SET who = excluded.who, name = excluded.name"
);

const MEMBERS_GONE: &str =
    with_rows!("DELETE FROM members WHERE (ledger_id, member) IN (SELECT v->>0, v->>1 FROM rows)");

const PEOPLE: &str = with_rows!(
    "INSERT INTO people (who, role, name, since)
     SELECT v->>0, v->>1, v->>2, v->>3 FROM rows WHERE true
     ON CONFLICT (who) DO UPDATE SET
        role = excluded.role, name = excluded.name, since = excluded.since"
);

const OUTCOMES: &str = with_rows!(
    "INSERT INTO outcomes (ledger_id, key, at, orphaned, outcome)
     SELECT v->>0, unhex(v->>1), v->>2, v->>3, v->4 FROM rows"
);

const EXPENSES: &str = with_rows!(
    "INSERT INTO expenses (ledger_id, number, id, revision, change, removed, day, minor, currency,
        category, description, merchant, search, message, line, said, sent_on, draft, paid_by,
        entered_by, recorded_at, converted, converted_into, rate, rate_source, rate_day,
        rate_due)
     SELECT v->>0, v->>1, unhex(v->>2), v->>3, unhex(v->>4), v->>5, v->>6, v->>7, v->>8,
        v->>9, v->>10, v->>11, v->>12, v->>13, v->>14, unhex(v->>15), v->>16, unhex(v->>17),
        v->>18, v->>19, v->>20, v->>21, v->>22, v->>23, v->>24, v->>25, v->>26
     FROM rows WHERE true
     ON CONFLICT (ledger_id, number) DO UPDATE SET
        revision = excluded.revision, change = excluded.change, removed = excluded.removed,
        day = excluded.day, minor = excluded.minor, currency = excluded.currency,
        category = excluded.category, description = excluded.description,
        merchant = excluded.merchant, search = excluded.search, message = excluded.message,
        line = excluded.line, said = excluded.said, sent_on = excluded.sent_on,
        draft = excluded.draft, paid_by = excluded.paid_by, entered_by = excluded.entered_by,
        recorded_at = excluded.recorded_at, converted = excluded.converted,
        converted_into = excluded.converted_into, rate = excluded.rate,
        rate_source = excluded.rate_source, rate_day = excluded.rate_day,
        rate_due = excluded.rate_due"
);

const UNTAG: &str =
    with_rows!("DELETE FROM tags WHERE (ledger_id, number) IN (SELECT v->>0, v->>1 FROM rows)");

const TAGS: &str =
    with_rows!("INSERT INTO tags (ledger_id, number, tag) SELECT v->>0, v->>1, v->>2 FROM rows");

const TOTALS: &str = with_rows!(
    "INSERT INTO totals (ledger_id, day, category, currency, converted_into, high, low,
        converted_high, converted_low, count)
     SELECT v->>0, v->>1, v->>2, v->>3, v->>4, v->>5, v->>6, v->>7, v->>8, v->>9
     FROM rows WHERE true
     ON CONFLICT (ledger_id, day, category, currency, converted_into) DO UPDATE SET
        high = high + excluded.high, low = low + excluded.low,
        converted_high = converted_high + excluded.converted_high,
        converted_low = converted_low + excluded.converted_low,
        count = count + excluded.count"
);

/// In another currency, other expenses lack a rate.
const RECOUNTED: &str = with_rows!(
    "UPDATE expenses SET rate_due = CASE
        WHEN removed = 0 AND currency <> v->>1 AND converted_into IS NOT v->>1 THEN v->>2 END
     FROM rows WHERE ledger_id = v->>0"
);

/// An expense that was changed is other work.
const NO_RATE_CLAIMS: &str = with_rows!(
    "DELETE FROM claims WHERE (ledger_id, kind, item) IN
        (SELECT v->>0, 'rate', unhex(v->>2) FROM rows)"
);

const NO_RATE_CLAIMS_AT_ALL: &str =
    with_rows!("DELETE FROM claims WHERE kind = 'rate' AND ledger_id IN (SELECT v->>0 FROM rows)");

/// A draft whose state changed is other work.
const NO_CLAIMS: &str = with_rows!(
    "DELETE FROM claims WHERE (ledger_id, kind, item) IN (
        SELECT drafts.ledger_id, 'reading', drafts.id FROM rows CROSS JOIN drafts
        WHERE drafts.ledger_id = v->>0 AND drafts.id = unhex(v->>1)
          AND (drafts.state, drafts.read_from) IS NOT (v->>4, v->>5))"
);

const DRAFTS: &str = with_rows!(
    "INSERT INTO drafts (ledger_id, id, revision, place, state, read_from, expires_at, opened_by,
        paid_by, expense, message, line, said, sent_on, album, content)
     SELECT v->>0, unhex(v->>1), v->>2, v->>3, v->>4, v->>5, v->>6, v->>7, v->>8,
        unhex(v->>9), v->>10, v->>11, unhex(v->>12), v->>13, v->>14, v->15
     FROM rows WHERE true
     ON CONFLICT (ledger_id, id) DO UPDATE SET
        revision = excluded.revision, state = excluded.state, read_from = excluded.read_from,
        expires_at = excluded.expires_at, opened_by = excluded.opened_by,
        paid_by = excluded.paid_by,
        expense = excluded.expense, message = excluded.message, line = excluded.line,
        said = excluded.said, sent_on = excluded.sent_on, album = excluded.album,
        content = excluded.content"
);

const NO_IMAGES: &str = with_rows!(
    "DELETE FROM images WHERE (ledger_id, draft) IN (SELECT v->>0, unhex(v->>1) FROM rows)"
);

const IMAGES: &str = with_rows!(
    "INSERT OR IGNORE INTO images (ledger_id, draft, fingerprint)
     SELECT v->>0, unhex(v->>1), v->>2 FROM rows"
);

const WANTED: &str = with_rows!(
    "INSERT INTO suggestions (ledger_id, expense, since)
     SELECT v->>0, unhex(v->>1), v->>2 FROM rows WHERE true
     ON CONFLICT (ledger_id, expense) DO NOTHING"
);

const CHANGES: &str = with_rows!(
    "INSERT INTO changes (ledger_id, id, place, by, at, undone, effects)
     SELECT v->>0, unhex(v->>1), v->>2, v->>3, v->>4, v->>5, v->6 FROM rows WHERE true
     ON CONFLICT (ledger_id, id) DO UPDATE SET
        by = excluded.by, at = excluded.at, undone = excluded.undone, effects = excluded.effects"
);

const UNDONE: &str = with_rows!(
    "UPDATE changes SET undone = 1 FROM rows WHERE ledger_id = v->>0 AND id = unhex(v->>1)"
);

/// What belongs to a ledger goes with it by its foreign key.
const ERASE: [&str; 4] = [
    "UPDATE outcomes SET outcome = NULL, orphaned = 1, ledger_id = value->>1
     FROM json_each(?1) WHERE ledger_id = value->>0",
    "DELETE FROM parked WHERE ledger_id IN (SELECT value->>0 FROM json_each(?1))",
    "DELETE FROM claims WHERE ledger_id IN (SELECT value->>0 FROM json_each(?1))",
    "DELETE FROM ledgers WHERE ledger_id IN (SELECT value->>0 FROM json_each(?1))",
];

/// Of the ledger ?1: drafts until ?2, outcomes until ?3, all but that of the sweep itself, ?4.
const SWEEP: [&str; 4] = [
    "DELETE FROM claims WHERE ledger_id = ?1 AND (kind = 'sweep' OR (kind = 'reading' AND item IN
        (SELECT id FROM drafts
         WHERE ledger_id = ?1 AND state IN ('waiting', 'open') AND expires_at <= ?2)))",
    "UPDATE drafts SET state = 'expired', read_from = NULL, revision = revision + 1
     WHERE ledger_id = ?1 AND state IN ('waiting', 'open') AND expires_at <= ?2",
    "DELETE FROM outcomes WHERE ledger_id = ?1 AND at <= ?3 AND key <> unhex(?4)",
    "UPDATE ledgers SET sweep_at = min(
        coalesce((SELECT min(at) FROM outcomes WHERE ledger_id = ?1 AND key <> unhex(?4))
            + 604800000000, 9223372036854775807),
        coalesce((SELECT min(expires_at) FROM drafts
            WHERE ledger_id = ?1 AND state IN ('waiting', 'open')), 9223372036854775807))
     WHERE ledger_id = ?1",
];
