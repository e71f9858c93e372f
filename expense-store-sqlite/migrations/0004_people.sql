-- People: who may use the bot, who shares a ledger, who paid; and chats that became others.

PRAGMA user_version = 4;

-- What was decided about people. It belongs to no ledger.
CREATE TABLE people (
    who   TEXT    NOT NULL PRIMARY KEY,
    role  TEXT    NOT NULL CHECK (role IN ('owner', 'admitted', 'expelled')),
    name  TEXT,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
    ledger_id INTEGER NOT NULL REFERENCES ledgers ON DELETE CASCADE,
    member    INTEGER NOT NULL,
    who       TEXT    NOT NULL,
    name      TEXT    NOT NULL,
    PRIMARY KEY (ledger_id, member)
) STRICT, WITHOUT ROWID;

-- Chats that a ledger had before the one that it has: they lead to it still.
CREATE TABLE moved (
    chat      TEXT    NOT NULL PRIMARY KEY,
    ledger_id INTEGER NOT NULL REFERENCES ledgers ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX moved_ledger ON moved (ledger_id);

-- Who paid; whoever opened it where this is missing.
ALTER TABLE drafts ADD COLUMN paid_by TEXT;
