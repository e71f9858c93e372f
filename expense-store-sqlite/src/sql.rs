//! The statements of [`writes`](crate::writes), each for one row.

pub(crate) const LEDGER: &str =
    "INSERT INTO ledgers (ledger_id, chat, revision, currency, zone, locale, language)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
     ON CONFLICT (ledger_id) DO UPDATE SET
        revision = excluded.revision, currency = excluded.currency,
        zone = excluded.zone, locale = excluded.locale, language = excluded.language";

pub(crate) const COUNTERS: &str =
    "UPDATE ledgers SET session_version = ?2, last_number = ?3, last_place = ?4
     WHERE ledger_id = ?1";

pub(crate) const SESSION: &str = "UPDATE ledgers SET session = ?2 WHERE ledger_id = ?1";

pub(crate) const DUE: &str = "UPDATE ledgers SET sweep_at = ?2 WHERE ledger_id = ?1";

pub(crate) const CATEGORY: &str =
    "INSERT INTO categories (ledger_id, category, name, merged_into) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (ledger_id, category) DO UPDATE SET
        name = excluded.name, merged_into = excluded.merged_into";

pub(crate) const LESSON: &str =
    "INSERT INTO lessons (ledger_id, words, category, place) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (ledger_id, words) DO UPDATE SET
        category = excluded.category, place = excluded.place";

pub(crate) const FORGOTTEN: &str = "DELETE FROM lessons WHERE ledger_id = ?1 AND words = ?2";

pub(crate) const MEMBER: &str =
    "INSERT INTO members (ledger_id, member, who, name) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (ledger_id, member) DO UPDATE SET who = excluded.who, name = excluded.name";

pub(crate) const MEMBER_GONE: &str = "DELETE FROM members WHERE ledger_id = ?1 AND member = ?2";

pub(crate) const PERSON: &str =
    "INSERT INTO people (who, role, name, since) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (who) DO UPDATE SET
        role = excluded.role, name = excluded.name, since = excluded.since";

pub(crate) const OUTCOME: &str =
    "INSERT INTO outcomes (ledger_id, key, at, orphaned, outcome) VALUES (?1, ?2, ?3, ?4, ?5)";

pub(crate) const EXPENSE: &str =
    "INSERT INTO expenses (ledger_id, number, id, revision, change, removed, day, minor, currency,
        category, description, merchant, search, message, line, said, sent_on, draft, paid_by,
        entered_by, recorded_at, converted, converted_into, rate, rate_source, rate_day, rate_due)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
        ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27)
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
        rate_due = excluded.rate_due";

/// An expense that was changed is other work.
pub(crate) const NO_RATE_CLAIM: &str =
    "DELETE FROM claims WHERE ledger_id = ?1 AND kind = 'rate' AND item = ?2";

pub(crate) const UNTAG: &str = "DELETE FROM tags WHERE ledger_id = ?1 AND number = ?2";

pub(crate) const TAG: &str = "INSERT INTO tags (ledger_id, number, tag) VALUES (?1, ?2, ?3)";

pub(crate) const TOTAL: &str =
    "INSERT INTO totals (ledger_id, day, category, currency, converted_into, high, low,
        converted_high, converted_low, count)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
     ON CONFLICT (ledger_id, day, category, currency, converted_into) DO UPDATE SET
        high = high + excluded.high, low = low + excluded.low,
        converted_high = converted_high + excluded.converted_high,
        converted_low = converted_low + excluded.converted_low,
        count = count + excluded.count";

/// In another currency, ?2, other expenses lack a rate: from ?3 on it may be looked for.
pub(crate) const RECOUNTED: &str = "UPDATE expenses SET rate_due = CASE
        WHEN removed = 0 AND currency <> ?2 AND converted_into IS NOT ?2 THEN ?3 END
     WHERE ledger_id = ?1 AND (rate_due IS NOT NULL
        OR (removed = 0 AND currency <> ?2 AND converted_into IS NOT ?2))";

pub(crate) const NO_RATE_CLAIMS: &str = "DELETE FROM claims WHERE ledger_id = ?1 AND kind = 'rate'";

/// A draft whose state changed is other work.
pub(crate) const NO_CLAIM: &str =
    "DELETE FROM claims WHERE ledger_id = ?1 AND kind = 'reading' AND item = ?2 AND EXISTS (
        SELECT 1 FROM drafts
        WHERE ledger_id = ?1 AND id = ?2 AND (state, read_from) IS NOT (?3, ?4))";

pub(crate) const DRAFT: &str =
    "INSERT INTO drafts (ledger_id, id, revision, place, state, read_from, expires_at, opened_by,
        paid_by, expense, message, line, said, sent_on, album, content)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
     ON CONFLICT (ledger_id, id) DO UPDATE SET
        revision = excluded.revision, state = excluded.state, read_from = excluded.read_from,
        expires_at = excluded.expires_at, opened_by = excluded.opened_by,
        paid_by = excluded.paid_by, expense = excluded.expense, message = excluded.message, line = excluded.line,
        said = excluded.said, sent_on = excluded.sent_on, album = excluded.album,
        content = excluded.content";

pub(crate) const NO_IMAGES: &str = "DELETE FROM images WHERE ledger_id = ?1 AND draft = ?2";

pub(crate) const IMAGE: &str =
    "INSERT OR IGNORE INTO images (ledger_id, draft, fingerprint) VALUES (?1, ?2, ?3)";

pub(crate) const WANTED: &str =
    "INSERT INTO suggestions (ledger_id, expense, since) VALUES (?1, ?2, ?3)
     ON CONFLICT (ledger_id, expense) DO NOTHING";

pub(crate) const CHANGE: &str =
    "INSERT INTO changes (ledger_id, id, place, by, at, undone, effects)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
     ON CONFLICT (ledger_id, id) DO UPDATE SET
        by = excluded.by, at = excluded.at, undone = excluded.undone, effects = excluded.effects";

pub(crate) const UNDONE: &str = "UPDATE changes SET undone = 1 WHERE ledger_id = ?1 AND id = ?2";

/// What belongs to the ledger ?1 goes with it by its foreign key; its keys are those of ?2, which
/// its chat begins next.
pub(crate) const ERASE: [&str; 4] = [
    "UPDATE outcomes SET outcome = NULL, orphaned = 1, ledger_id = ?2 WHERE ledger_id = ?1",
    "DELETE FROM parked WHERE ledger_id = ?1",
    "DELETE FROM claims WHERE ledger_id = ?1",
    "DELETE FROM ledgers WHERE ledger_id = ?1",
];

/// The claims of a sweep and of drafts that expire until ?2.
pub(crate) const SWEPT_CLAIMS: &str =
    "DELETE FROM claims WHERE ledger_id = ?1 AND (kind = 'sweep' OR (kind = 'reading' AND item IN
        (SELECT id FROM drafts
         WHERE ledger_id = ?1 AND state IN ('waiting', 'open') AND expires_at <= ?2)))";

pub(crate) const SWEPT_DRAFTS: &str =
    "UPDATE drafts SET state = 'expired', read_from = NULL, revision = revision + 1
     WHERE ledger_id = ?1 AND state IN ('waiting', 'open') AND expires_at <= ?2";

/// All until ?2 but that of the sweep itself, ?3.
pub(crate) const SWEPT_OUTCOMES: &str =
    "DELETE FROM outcomes WHERE ledger_id = ?1 AND at <= ?2 AND key <> ?3";

pub(crate) const NEXT_SWEEP: &str = "UPDATE ledgers SET sweep_at = min(
        coalesce((SELECT min(at) FROM outcomes WHERE ledger_id = ?1 AND key <> ?2)
            + 604800000000, 9223372036854775807),
        coalesce((SELECT min(expires_at) FROM drafts
            WHERE ledger_id = ?1 AND state IN ('waiting', 'open')), 9223372036854775807))
     WHERE ledger_id = ?1";
