-- When the last turn of whoever opened it ended: the draft is read after all who came before that.
ALTER TABLE drafts ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
CREATE INDEX drafts_waiting_by ON drafts (opened_by) WHERE state = 'waiting';

-- Expenses for which a category is wanted.
CREATE TABLE suggestions (
    ledger_id INTEGER NOT NULL REFERENCES ledgers ON DELETE CASCADE,
    expense   BLOB    NOT NULL,
    since     INTEGER NOT NULL,
    PRIMARY KEY (ledger_id, expense)
) STRICT, WITHOUT ROWID;
CREATE INDEX suggestions_since ON suggestions (since);

PRAGMA user_version = 2;
