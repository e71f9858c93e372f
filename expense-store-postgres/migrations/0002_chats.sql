-- Every chat that leads to a ledger, the one that it has among them: a table of its own for all
-- ledgers. So no table of ledgers has a key without their id, and each can be distributed by it.
ALTER TABLE moved RENAME TO chats;
ALTER TABLE chats RENAME CONSTRAINT moved_pkey TO chats_pkey;
ALTER INDEX moved_ledger RENAME TO chats_ledger;
INSERT INTO chats (chat, ledger_id) SELECT chat, ledger_id FROM ledgers
ON CONFLICT (chat) DO UPDATE SET ledger_id = excluded.ledger_id;
ALTER TABLE ledgers DROP CONSTRAINT ledgers_chat;
