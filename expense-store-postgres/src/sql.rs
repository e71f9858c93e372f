//! The statements that write what few commits write.

use std::sync::LazyLock;

use expense_core::domain::access::Person;
use expense_core::domain::person::PersonName;
use expense_core::memory::column::text;
use sqlx::postgres::PgArguments;
use sqlx::{Encode, PgConnection, Postgres, Type};

use crate::columns::{Columns, Drafts, Expenses, Images, Lessons, Tags};
use crate::error::Failure;
use crate::moving;
use crate::writes::{Erased, Recounted, Seldom, Sweep};

impl Seldom<'_> {
    /// Writes everything, what is taken away before what comes in its place.
    pub(crate) async fn write(self, db: &mut PgConnection) -> Result<(), Failure> {
        put(db, &LESSONS, self.lessons).await?;
        pairs(db, FORGOTTEN, self.forgotten).await?;
        put(db, &AMENDED, self.amended).await?;
        pairs(db, NO_RATE_CLAIMS, self.reworked).await?;
        pairs(db, UNTAG, self.retagged).await?;
        put(db, &TAGS, self.tags).await?;
        for recounted in &self.recounted {
            recounted.write(db).await?;
        }
        put(db, &NO_CLAIMS, self.drafts.clone()).await?;
        put(db, &DRAFTS, self.drafts).await?;
        pairs(db, NO_IMAGES, self.put).await?;
        put(db, &IMAGES, self.images).await?;
        pairs(db, UNDONE, self.undone).await?;
        for person in self.people {
            decide(db, person).await?;
        }
        for sweep in &self.sweeps {
            sweep.write(db).await?;
        }
        for erased in &self.erased {
            erased.write(db).await?;
        }
        for moving in &self.moves {
            moving::go(db, moving).await?;
        }
        Ok(())
    }
}

async fn put(
    db: &mut PgConnection,
    statement: &'static LazyLock<String>,
    columns: impl Columns,
) -> Result<(), Failure> {
    if columns.is_empty() {
        return Ok(());
    }
    let mut arguments = PgArguments::default();
    columns.bind(&mut arguments)?;
    sqlx::query_with(statement.as_str(), arguments)
        .execute(db)
        .await?;
    Ok(())
}

/// A statement about rows that are named by their ledger and one more value.
async fn pairs<T>(
    db: &mut PgConnection,
    statement: &'static str,
    (ledgers, others): (Vec<i64>, Vec<T>),
) -> Result<(), Failure>
where
    Vec<T>: for<'q> Encode<'q, Postgres> + Type<Postgres>,
{
    if !ledgers.is_empty() {
        sqlx::query(statement)
            .bind(ledgers)
            .bind(others)
            .execute(db)
            .await?;
    }
    Ok(())
}

static LESSONS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{} ON CONFLICT (ledger_id, words) DO UPDATE SET
            category = excluded.category, place = excluded.place",
        Lessons::insert(1)
    )
});

const FORGOTTEN: &str =
    "DELETE FROM lessons AS t USING unnest($1::bigint[], $2::text[]) AS r(l, words)
     WHERE t.ledger_id = r.l AND t.words = r.words";

static AMENDED: LazyLock<String> = LazyLock::new(|| {
    format!(
        "UPDATE expenses AS t SET recorded_at = r.recorded_at, change = r.change,
            revision = r.revision, day = r.day, category = r.category, removed = r.removed,
            amount = r.amount, currency = r.currency, description = r.description,
            merchant = r.merchant, search = r.search, paid_by = r.paid_by,
            entered_by = r.entered_by, message = r.message, line = r.line, sent_on = r.sent_on,
            said = r.said, draft = r.draft, converted = r.converted,
            converted_into = r.converted_into, rate = r.rate, rate_source = r.rate_source,
            rate_day = r.rate_day, rate_due = r.rate_due
         FROM {} WHERE t.ledger_id = r.ledger_id AND t.id = r.id",
        Expenses::rows(1)
    )
});

/// An expense that was changed is other work.
const NO_RATE_CLAIMS: &str =
    "DELETE FROM claims AS t USING unnest($1::bigint[], $2::uuid[]) AS r(l, id)
     WHERE t.ledger_id = r.l AND t.kind = 'rate' AND t.item = r.id";

const UNTAG: &str =
    "DELETE FROM tags AS t USING unnest($1::bigint[], $2::integer[]) AS r(l, number)
     WHERE t.ledger_id = r.l AND t.number = r.number";

static TAGS: LazyLock<String> = LazyLock::new(|| Tags::insert(1));

/// A draft whose state changed is other work.
static NO_CLAIMS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "DELETE FROM claims AS t USING {}
         JOIN drafts AS d ON d.ledger_id = r.ledger_id AND d.id = r.id
            AND (d.state, d.read_from) IS DISTINCT FROM (r.state, r.read_from)
         WHERE t.ledger_id = r.ledger_id AND t.kind = 'reading' AND t.item = r.id",
        Drafts::rows(1)
    )
});

static DRAFTS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{} ON CONFLICT (ledger_id, id) DO UPDATE SET revision = excluded.revision,
            state = excluded.state, read_from = excluded.read_from,
            expires_at = excluded.expires_at, opened_by = excluded.opened_by,
            paid_by = excluded.paid_by,
            expense = excluded.expense, message = excluded.message, line = excluded.line,
            said = excluded.said, sent_on = excluded.sent_on, album = excluded.album,
            content = excluded.content",
        Drafts::insert(1)
    )
});

const NO_IMAGES: &str =
    "DELETE FROM images AS t USING unnest($1::bigint[], $2::uuid[]) AS r(l, draft)
     WHERE t.ledger_id = r.l AND t.draft = r.draft";

static IMAGES: LazyLock<String> =
    LazyLock::new(|| format!("{} ON CONFLICT DO NOTHING", Images::insert(1)));

const UNDONE: &str = "UPDATE changes AS t SET undone = true
     FROM unnest($1::bigint[], $2::uuid[]) AS r(l, id)
     WHERE t.ledger_id = r.l AND t.id = r.id AND NOT t.undone";

/// In another currency, other expenses lack a rate.
const RECOUNTED: &str = "UPDATE expenses SET rate_due = CASE
        WHEN NOT removed AND currency <> $2 AND converted_into IS DISTINCT FROM $2 THEN $3 END
     WHERE ledger_id = $1
       AND (rate_due IS NOT NULL
            OR NOT removed AND currency <> $2 AND converted_into IS DISTINCT FROM $2)";

impl Recounted<'_> {
    async fn write(&self, db: &mut PgConnection) -> Result<(), Failure> {
        let recount = sqlx::query(RECOUNTED).bind(self.ledger).bind(self.currency);
        recount.bind(self.at).execute(&mut *db).await?;
        sqlx::query("DELETE FROM claims WHERE ledger_id = $1 AND kind = 'rate'")
            .bind(self.ledger)
            .execute(db)
            .await?;
        Ok(())
    }
}

async fn decide(db: &mut PgConnection, person: &Person) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO people (who, role, name, since) VALUES ($1, $2, $3, $4)
         ON CONFLICT (who) DO UPDATE SET role = excluded.role, name = excluded.name,
            since = excluded.since",
    )
    .bind(person.who.as_str())
    .bind(text(&person.role)?)
    .bind(person.name.as_ref().map(PersonName::as_str))
    .bind(person.since)
    .execute(db)
    .await?;
    Ok(())
}

/// What stays of a ledger are the hashed keys, and of the commit that erases, $2, its replies.
/// They become those of the ledger that its chat begins next.
const ORPHANED: &str = "UPDATE outcomes SET orphaned = true,
        outcome = CASE WHEN key = $2 THEN outcome END
     WHERE ledger_id = $1";
/// Where that is another ledger: a row never changes its ledger in its place.
const BEQUEATHED: &str = "INSERT INTO outcomes (ledger_id, at, key, orphaned, outcome)
     SELECT $2, t.at, t.key, t.orphaned, t.outcome FROM outcomes AS t WHERE t.ledger_id = $1
     ON CONFLICT (ledger_id, key) DO NOTHING";

/// The tables of which an erased ledger leaves nothing.
const BOOKS: [&str; 14] = [
    "parked",
    "claims",
    "changes",
    "images",
    "drafts",
    "totals",
    "tags",
    "suggestions",
    "expenses",
    "lessons",
    "sessions",
    "chats",
    "ledgers",
    "counters",
];

static ERASE: LazyLock<Vec<String>> = LazyLock::new(|| {
    let erase = |table| format!("DELETE FROM {table} WHERE ledger_id = $1");
    BOOKS.into_iter().map(erase).collect()
});

impl Erased {
    async fn write(&self, db: &mut PgConnection) -> Result<(), Failure> {
        for statement in ERASE.iter() {
            sqlx::query(statement.as_str())
                .bind(self.ledger)
                .execute(&mut *db)
                .await?;
        }
        let orphan = sqlx::query(ORPHANED).bind(self.ledger).bind(self.own);
        orphan.execute(&mut *db).await?;
        if self.next != self.ledger {
            let bequeath = sqlx::query(BEQUEATHED).bind(self.ledger).bind(self.next);
            bequeath.execute(&mut *db).await?;
            let gone = sqlx::query("DELETE FROM outcomes WHERE ledger_id = $1");
            gone.bind(self.ledger).execute(db).await?;
        }
        Ok(())
    }
}

impl Sweep {
    async fn write(&self, db: &mut PgConnection) -> Result<(), Failure> {
        let (ledger, drafts, outcomes, own) = (self.ledger, self.drafts, self.outcomes, self.own);
        let unclaim = sqlx::query(UNCLAIM).bind(ledger).bind(drafts);
        unclaim.execute(&mut *db).await?;
        let expire = sqlx::query(EXPIRE).bind(ledger).bind(drafts);
        expire.execute(&mut *db).await?;
        let forget = sqlx::query(FORGET).bind(ledger).bind(outcomes).bind(own);
        forget.execute(&mut *db).await?;
        let due = sqlx::query(DUE).bind(ledger).bind(own);
        due.execute(db).await?;
        Ok(())
    }
}

const UNCLAIM: &str =
    "DELETE FROM claims WHERE ledger_id = $1 AND (kind = 'sweep' OR (kind = 'reading' AND item IN
        (SELECT id FROM drafts
         WHERE ledger_id = $1 AND state IN ('waiting', 'open') AND expires_at <= $2)))";
const EXPIRE: &str =
    "UPDATE drafts SET state = 'expired', read_from = NULL, revision = revision + 1
     WHERE ledger_id = $1 AND state IN ('waiting', 'open') AND expires_at <= $2";
const FORGET: &str = "DELETE FROM outcomes WHERE ledger_id = $1 AND at <= $2 AND key <> $3";
/// Outcomes are kept for seven days, `limits::OUTCOMES`.
const DUE: &str = "UPDATE counters SET sweep_at = least(
        (SELECT min(at) FROM outcomes WHERE ledger_id = $1 AND key <> $2) + interval '168 hours',
        (SELECT min(expires_at) FROM drafts
         WHERE ledger_id = $1 AND state IN ('waiting', 'open')))
     WHERE ledger_id = $1";
