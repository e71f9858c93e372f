-- Every table of a ledger has its id first in its key. There are no foreign keys: a trigger a row
-- would cost more than the row, and one statement that erases knows all tables. What changes with
-- every message stands apart from what hardly ever does, in rows that are replaced in place.

CREATE TABLE ledgers (
    ledger_id  bigint PRIMARY KEY,
    chat       text   NOT NULL,
    currency   text   NOT NULL,
    zone       text   NOT NULL,
    locale     text   NOT NULL,
    language   text   NOT NULL,
    -- As [id, name, merged into], by id.
    categories text   NOT NULL,
    -- As [id, who, name], by id.
    members    text   NOT NULL,
    CONSTRAINT ledgers_chat UNIQUE (chat)
);

-- Chats that a ledger had before the one that it has: they lead to it still.
CREATE TABLE moved (
    ledger_id bigint NOT NULL,
    chat      text   PRIMARY KEY
);
CREATE INDEX moved_ledger ON moved (ledger_id);

-- What was decided about people. It belongs to no ledger.
CREATE TABLE people (
    since timestamptz NOT NULL,
    who   text        COLLATE "C" PRIMARY KEY,
    role  text        NOT NULL CHECK (role IN ('owner', 'admitted', 'expelled')),
    name  text
);

-- What each commit moves. Its stamp is another after every one, so that what was read under a
-- stamp is still true where the stamp still stands.
CREATE TABLE counters (
    ledger_id       bigint  PRIMARY KEY,
    stamp           bigint  NOT NULL,
    revision        bigint  NOT NULL,
    session_version bigint  NOT NULL,
    -- Counts drafts, changes and lessons: the newest has the highest place.
    last_place      bigint  NOT NULL,
    -- When the first draft expires or the first outcome may go.
    sweep_at        timestamptz,
    -- The number of the newest expense.
    last_number     integer NOT NULL
) WITH (fillfactor = 60);
CREATE INDEX counters_sweep ON counters (sweep_at) WHERE sweep_at IS NOT NULL;

CREATE TABLE sessions (
    ledger_id bigint PRIMARY KEY,
    session   text   NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE lessons (
    ledger_id bigint  NOT NULL,
    place     bigint  NOT NULL,
    category  integer NOT NULL,
    words     text    NOT NULL,
    PRIMARY KEY (ledger_id, words)
);

-- What every update did, by the hash of its key. After its ledger was erased it stays for a
-- while, orphaned and without replies.
CREATE TABLE outcomes (
    ledger_id bigint      NOT NULL,
    at        timestamptz NOT NULL,
    key       uuid        NOT NULL,
    orphaned  boolean     NOT NULL DEFAULT false,
    outcome   text,
    PRIMARY KEY (ledger_id, key)
);
CREATE INDEX outcomes_orphaned ON outcomes (at) WHERE orphaned;

CREATE TABLE expenses (
    ledger_id   bigint        NOT NULL,
    recorded_at timestamptz   NOT NULL,
    id          uuid          NOT NULL,
    change      uuid          NOT NULL,
    number      integer       NOT NULL,
    revision    integer       NOT NULL,
    day         date          NOT NULL,
    category    integer       NOT NULL,
    removed     boolean       NOT NULL,
    amount      numeric(20,4) NOT NULL CHECK (amount <> 0 AND abs(amount) <= 999999999999),
    currency    text          NOT NULL,
    description text          NOT NULL,
    merchant    text,
    -- Description, merchant and tags, folded; nothing where that is the description itself.
    search      text,
    paid_by     text          NOT NULL,
    entered_by  text          NOT NULL,
    message     text,
    line        integer,
    sent_on     date,
    said        uuid,
    draft       uuid,
    -- What it is worth in another currency, and by which rate.
    converted      numeric(20,4),
    converted_into text,
    rate           numeric,
    rate_source    text,
    rate_day       date,
    -- When its rate may be looked for; nothing where it needs none.
    rate_due       timestamptz,
    PRIMARY KEY (ledger_id, number),
    CONSTRAINT expenses_id UNIQUE (ledger_id, id)
) WITH (fillfactor = 95);
CREATE INDEX expenses_day ON expenses (ledger_id, day, number);
CREATE INDEX expenses_message ON expenses (ledger_id, message) WHERE message IS NOT NULL;

CREATE INDEX expenses_rate_due ON expenses (rate_due) WHERE rate_due IS NOT NULL;

-- Expenses for which a category is wanted.
CREATE TABLE suggestions (
    ledger_id bigint      NOT NULL,
    since     timestamptz NOT NULL,
    expense   uuid        NOT NULL,
    PRIMARY KEY (ledger_id, expense)
);
CREATE INDEX suggestions_since ON suggestions (since);

CREATE TABLE tags (
    ledger_id bigint  NOT NULL,
    number    integer NOT NULL,
    day       date    NOT NULL,
    tag       text    NOT NULL,
    PRIMARY KEY (ledger_id, tag, day, number)
);
CREATE INDEX tags_number ON tags (ledger_id, number);

-- Sums of the expenses that are not removed, by what was spent and by what that was converted
-- into: empty where it was not.
CREATE TABLE totals (
    ledger_id      bigint        NOT NULL,
    count          bigint        NOT NULL,
    day            date          NOT NULL,
    category       integer       NOT NULL,
    currency       text          NOT NULL,
    converted_into text          NOT NULL,
    amount         numeric(40,4) NOT NULL,
    converted      numeric(40,4) NOT NULL,
    PRIMARY KEY (ledger_id, day, category, currency, converted_into)
) WITH (fillfactor = 70);

CREATE TABLE drafts (
    ledger_id  bigint      NOT NULL,
    place      bigint      NOT NULL,
    expires_at timestamptz NOT NULL,
    read_from  timestamptz,
    -- When the last turn of whoever opened it ended: it is read after all who came before that.
    turn       timestamptz NOT NULL DEFAULT '1970-01-01 00:00:00+00',
    id         uuid        NOT NULL,
    expense    uuid        NOT NULL,
    revision   integer     NOT NULL,
    state      text        NOT NULL CHECK (state IN ('waiting', 'open', 'saved', 'discarded', 'expired')),
    opened_by  text        NOT NULL,
    paid_by    text        NOT NULL,
    message    text,
    line       integer,
    sent_on    date,
    said       uuid,
    album      text,
    content    text        NOT NULL,
    PRIMARY KEY (ledger_id, id)
);
CREATE INDEX drafts_waiting ON drafts (read_from) WHERE state = 'waiting';
CREATE INDEX drafts_waiting_by ON drafts (opened_by) WHERE state = 'waiting';
CREATE INDEX drafts_unanswered ON drafts (ledger_id, expires_at) WHERE state IN ('waiting', 'open');
CREATE INDEX drafts_open ON drafts (ledger_id, opened_by, place) WHERE state = 'open';
CREATE INDEX drafts_album ON drafts (ledger_id, album, place) WHERE album IS NOT NULL;

CREATE TABLE images (
    ledger_id   bigint NOT NULL,
    draft       uuid   NOT NULL,
    fingerprint text   NOT NULL,
    PRIMARY KEY (ledger_id, draft, fingerprint)
);
CREATE INDEX images_fingerprint ON images (ledger_id, fingerprint);

CREATE TABLE changes (
    ledger_id bigint      NOT NULL,
    place     bigint      NOT NULL,
    at        timestamptz NOT NULL,
    id        uuid        NOT NULL,
    undone    boolean     NOT NULL,
    by        text        NOT NULL,
    effects   text        NOT NULL,
    PRIMARY KEY (ledger_id, id)
);
CREATE INDEX changes_standing ON changes (ledger_id, by, place) WHERE NOT undone;

-- Replies that could not be sent. They may outlive their ledger: "everything is erased".
CREATE TABLE parked (
    ledger_id bigint NOT NULL,
    place     bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    first     bigint NOT NULL,
    chat      text   NOT NULL,
    key       text   NOT NULL,
    replies   text   NOT NULL,
    PRIMARY KEY (ledger_id, place),
    UNIQUE (ledger_id, key, first)
);

-- Who works on what until when: the item is the id of a draft or an expense, the place of
-- parked replies as a uuid, or nil for a sweep.
CREATE TABLE claims (
    ledger_id bigint      NOT NULL,
    until     timestamptz NOT NULL,
    item      uuid        NOT NULL,
    claim     uuid,
    attempt   integer     NOT NULL,
    kind      text        NOT NULL,
    PRIMARY KEY (ledger_id, kind, item)
);

-- Copies, which may be gone after a crash. Their versions may not come again: the sequence stays.
CREATE UNLOGGED TABLE state (
    version    bigint      NOT NULL,
    expires_at timestamptz NOT NULL,
    key        text        PRIMARY KEY,
    value      bytea       NOT NULL
);
CREATE INDEX state_expiry ON state (expires_at);
CREATE SEQUENCE state_versions;
