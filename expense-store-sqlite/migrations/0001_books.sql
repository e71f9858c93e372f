-- Instants are microseconds and days are days since 1970-01-01; ids are UUIDs of 16 bytes; money
-- is in minor units of its currency. Tables with wide rows keep a rowid, so that what is written
-- together lies together; what goes with its ledger names it as its parent.

PRAGMA application_id = 1163415627; -- "EXPK"
PRAGMA user_version = 1;

CREATE TABLE ledgers (
    ledger_id       INTEGER PRIMARY KEY,
    chat            TEXT    NOT NULL UNIQUE,
    revision        INTEGER NOT NULL,
    currency        TEXT    NOT NULL,
    zone            TEXT    NOT NULL,
    locale          TEXT    NOT NULL,
    language        TEXT    NOT NULL,
    -- The number of the newest expense.
    last_number     INTEGER NOT NULL DEFAULT 0,
    -- Counts drafts, changes and lessons: the newest has the highest place.
    last_place      INTEGER NOT NULL DEFAULT 0,
    session_version INTEGER NOT NULL DEFAULT 0,
    session         TEXT,
    -- When the first draft expires or the first outcome may go.
    sweep_at        INTEGER
) STRICT;
CREATE INDEX ledgers_sweep ON ledgers (sweep_at) WHERE sweep_at IS NOT NULL;

CREATE TABLE categories (
    ledger_id   INTEGER NOT NULL REFERENCES ledgers ON DELETE CASCADE,
    category    INTEGER NOT NULL,
    name        TEXT    NOT NULL,
    merged_into INTEGER,
    PRIMARY KEY (ledger_id, category)
) STRICT, WITHOUT ROWID;

CREATE TABLE lessons (
    ledger_id INTEGER NOT NULL REFERENCES ledgers ON DELETE CASCADE,
    words     TEXT    NOT NULL,
    category  INTEGER NOT NULL,
    place     INTEGER NOT NULL,
    PRIMARY KEY (ledger_id, words)
) STRICT, WITHOUT ROWID;

-- What every update did, by the hash of its key. After its ledger was erased it stays for a
-- while, orphaned and without replies.
CREATE TABLE outcomes (
    ledger_id INTEGER NOT NULL,
    key       BLOB    NOT NULL,
    at        INTEGER NOT NULL,
    orphaned  INTEGER NOT NULL DEFAULT 0 CHECK (orphaned IN (0, 1)),
    outcome   TEXT,
    PRIMARY KEY (ledger_id, key)
) STRICT;
CREATE INDEX outcomes_orphaned ON outcomes (at) WHERE orphaned = 1;

CREATE TABLE expenses (
    ledger_id   INTEGER NOT NULL REFERENCES ledgers ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    id          BLOB    NOT NULL,
    revision    INTEGER NOT NULL,
    change      BLOB    NOT NULL,
    removed     INTEGER NOT NULL CHECK (removed IN (0, 1)),
    day         INTEGER NOT NULL,
    minor       INTEGER NOT NULL CHECK (minor <> 0),
    currency    TEXT    NOT NULL,
    category    INTEGER NOT NULL,
    description TEXT    NOT NULL,
    merchant    TEXT,
    -- Description, merchant and tags, folded.
    search      TEXT    NOT NULL,
    message     TEXT,
    line        INTEGER,
    said        BLOB,
    sent_on     INTEGER,
    draft       BLOB,
    paid_by     TEXT    NOT NULL,
    entered_by  TEXT    NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (ledger_id, number)
) STRICT;
CREATE UNIQUE INDEX expenses_id ON expenses (ledger_id, id);
CREATE INDEX expenses_day ON expenses (ledger_id, day, number);
CREATE INDEX expenses_message ON expenses (ledger_id, message) WHERE message IS NOT NULL;

CREATE TABLE tags (
    ledger_id INTEGER NOT NULL REFERENCES ledgers ON DELETE CASCADE,
    number    INTEGER NOT NULL,
    tag       TEXT    NOT NULL,
    PRIMARY KEY (ledger_id, number, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_tag ON tags (ledger_id, tag, number);

-- Sums of the expenses that are not removed, in minor units: high * 2^32 + low, since a sum may
-- leave the 64 bits of a column.
CREATE TABLE totals (
    ledger_id INTEGER NOT NULL REFERENCES ledgers ON DELETE CASCADE,
    day       INTEGER NOT NULL,
    category  INTEGER NOT NULL,
    currency  TEXT    NOT NULL,
    high      INTEGER NOT NULL,
    low       INTEGER NOT NULL,
    count     INTEGER NOT NULL,
    PRIMARY KEY (ledger_id, day, category, currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE drafts (
    ledger_id  INTEGER NOT NULL REFERENCES ledgers ON DELETE CASCADE,
    id         BLOB    NOT NULL,
    revision   INTEGER NOT NULL,
    place      INTEGER NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('waiting', 'open', 'saved', 'discarded', 'expired')),
    read_from  INTEGER,
    expires_at INTEGER NOT NULL,
    opened_by  TEXT    NOT NULL,
    expense    BLOB    NOT NULL,
    message    TEXT,
    line       INTEGER,
    said       BLOB,
    sent_on    INTEGER,
    album      TEXT,
    content    TEXT    NOT NULL,
    PRIMARY KEY (ledger_id, id)
) STRICT;
CREATE INDEX drafts_waiting ON drafts (read_from) WHERE state = 'waiting';
CREATE INDEX drafts_unanswered ON drafts (ledger_id, expires_at) WHERE state IN ('waiting', 'open');
CREATE INDEX drafts_open ON drafts (ledger_id, opened_by, place) WHERE state = 'open';
CREATE INDEX drafts_album ON drafts (ledger_id, album) WHERE album IS NOT NULL;

CREATE TABLE images (
    ledger_id   INTEGER NOT NULL REFERENCES ledgers ON DELETE CASCADE,
    draft       BLOB    NOT NULL,
    fingerprint TEXT    NOT NULL,
    PRIMARY KEY (ledger_id, draft, fingerprint)
) STRICT, WITHOUT ROWID;
CREATE INDEX images_fingerprint ON images (ledger_id, fingerprint);

CREATE TABLE changes (
    ledger_id INTEGER NOT NULL REFERENCES ledgers ON DELETE CASCADE,
    id        BLOB    NOT NULL,
    place     INTEGER NOT NULL,
    by        TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    undone    INTEGER NOT NULL CHECK (undone IN (0, 1)),
    effects   TEXT    NOT NULL,
    PRIMARY KEY (ledger_id, id)
) STRICT;
CREATE INDEX changes_standing ON changes (ledger_id, by, place) WHERE undone = 0;

-- Replies that could not be sent. They may outlive their ledger: "everything is erased".
CREATE TABLE parked (
    ledger_id INTEGER NOT NULL,
    place     INTEGER NOT NULL,
    chat      TEXT    NOT NULL,
    key       TEXT    NOT NULL,
    first     INTEGER NOT NULL,
    replies   TEXT    NOT NULL,
    PRIMARY KEY (ledger_id, place),
    UNIQUE (ledger_id, key, first)
) STRICT, WITHOUT ROWID;

-- Who works on what until when: the item is a draft's id, the place of parked replies, or empty
-- for a sweep.
CREATE TABLE claims (
    ledger_id INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    item      BLOB    NOT NULL,
    claim     BLOB,
    until     INTEGER NOT NULL,
    attempt   INTEGER NOT NULL,
    PRIMARY KEY (ledger_id, kind, item)
) STRICT, WITHOUT ROWID;

CREATE TABLE state (
    key        TEXT    PRIMARY KEY,
    version    INTEGER NOT NULL,
    value      BLOB    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX state_expiry ON state (expires_at);

-- The newest version of all, so that none is used twice.
CREATE TABLE state_version (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    newest INTEGER NOT NULL
) STRICT;
INSERT INTO state_version VALUES (1, 0);
