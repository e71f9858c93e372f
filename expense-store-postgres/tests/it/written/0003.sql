-- Two lunches of Anna's, written with the schema 3.
INSERT INTO counters (ledger_id, stamp, revision, session_version, last_place, sweep_at, last_number)
VALUES (7116642635789184036, 1777809600000001, 1777809600000000, 0, 0, '2026-05-10 12:00:00+00', 2);
INSERT INTO expenses (ledger_id, recorded_at, id, change, number, revision, day, category, removed, amount, currency, description, merchant, search, paid_by, entered_by, message, line, sent_on, said, draft, converted, converted_into, rate, rate_source, rate_day, rate_due)
VALUES (7116642635789184036, '2026-05-03 12:00:00+00', '9c5c929e-2c92-578f-ba69-cde72fcb05d6', 'a3babdb2-7bff-5cb7-af8d-46f3b1e4d9ea', 1, 1, '2026-05-03', 12, false, 12.5000, 'EUR', 'lunch', NULL, NULL, 'test:anna', 'test:anna', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO expenses (ledger_id, recorded_at, id, change, number, revision, day, category, removed, amount, currency, description, merchant, search, paid_by, entered_by, message, line, sent_on, said, draft, converted, converted_into, rate, rate_source, rate_day, rate_due)
VALUES (7116642635789184036, '2026-05-03 12:00:00+00', 'acbc6688-8746-592d-831d-7fd18542e3aa', '5bcbc047-0531-5f09-92ab-c14372c6498c', 2, 1, '2026-05-03', 12, false, 12.5000, 'EUR', 'lunch', NULL, NULL, 'test:anna', 'test:anna', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO ledgers (ledger_id, chat, currency, zone, locale, language, categories, members)
VALUES (7116642635789184036, 'test:anna', 'EUR', 'UTC', 'en', 'en', '[[1,"Food - Dining Out",null],[2,"Food - Grocery",null],[3,"Transportation",null],[4,"Communication",null],[5,"Housing - Mortgage",null],[6,"Housing - Others",null],[7,"Personal Care",null],[8,"Health and Wellness",null],[9,"Education",null],[10,"Entertainment",null],[11,"Credit/Debt Payments",null],[12,"Others",null],[13,"Utilities",null],[14,"Travel & Vacation",null],[15,"Subscriptions",null],[16,"Donations",null]]', '[]');
INSERT INTO outcomes (ledger_id, at, key, orphaned, outcome)
VALUES (7116642635789184036, '2026-05-03 12:00:00+00', '5f547b58-65a4-5b56-80e4-f2154e15f9b5', false, '{"replies":[]}');
INSERT INTO outcomes (ledger_id, at, key, orphaned, outcome)
VALUES (7116642635789184036, '2026-05-03 12:00:00+00', 'ffe7e482-9ff8-57f2-ae6c-d3519e539893', false, '{"replies":[]}');
INSERT INTO totals (ledger_id, count, day, category, currency, converted_into, amount, converted)
VALUES (7116642635789184036, 2, '2026-05-03', 12, 'EUR', '', 25.0000, 0.0000);
INSERT INTO chats (ledger_id, chat) VALUES (7116642635789184036, 'test:anna');
