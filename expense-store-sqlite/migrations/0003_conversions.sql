-- What expenses are worth in another currency, and sums of that. Expenses in another currency than
-- their ledger's have lacked a rate since they were recorded.

PRAGMA user_version = 3;

ALTER TABLE expenses ADD COLUMN converted INTEGER;
ALTER TABLE expenses ADD COLUMN converted_into TEXT;
-- How many units of that currency one unit of the expense's is worth, as a decimal number.
ALTER TABLE expenses ADD COLUMN rate TEXT;
ALTER TABLE expenses ADD COLUMN rate_source TEXT;
ALTER TABLE expenses ADD COLUMN rate_day INTEGER;
-- When its rate may be looked for; nothing where it needs none.
ALTER TABLE expenses ADD COLUMN rate_due INTEGER;
CREATE INDEX expenses_rate_due ON expenses (rate_due) WHERE rate_due IS NOT NULL;

UPDATE expenses SET rate_due = recorded_at
WHERE removed = 0
  AND currency <> (SELECT l.currency FROM ledgers AS l WHERE l.ledger_id = expenses.ledger_id);

-- Sums by what was spent and by what that was converted into: empty where it was not.
CREATE TABLE sums (
    ledger_id      INTEGER NOT NULL REFERENCES ledgers ON DELETE CASCADE,
    day            INTEGER NOT NULL,
    category       INTEGER NOT NULL,
    currency       TEXT    NOT NULL,
    converted_into TEXT    NOT NULL,
    high           INTEGER NOT NULL,
    low            INTEGER NOT NULL,
    converted_high INTEGER NOT NULL,
    converted_low  INTEGER NOT NULL,
    count          INTEGER NOT NULL,
    PRIMARY KEY (ledger_id, day, category, currency, converted_into)
) STRICT, WITHOUT ROWID;
INSERT INTO sums SELECT ledger_id, day, category, currency, '', high, low, 0, 0, count FROM totals;
DROP TABLE totals;
ALTER TABLE sums RENAME TO totals;
