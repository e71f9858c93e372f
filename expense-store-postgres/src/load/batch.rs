//! Records as rows, each table's by one statement.

use expense_core::domain::draft::ReceiptDraft;
use expense_core::memory::column::narrow;
use expense_core::memory::record::{LedgerRecord, OutcomeRecord, ParkedRecord, Record};
use sqlx::postgres::PgArguments;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::columns::{
    Changes, ChatRow, Chats, Columns, CounterRow, Counters, DraftTurnRow, DraftTurns, Drafts,
    Expenses, Images, Ledgers, LessonRow, Lessons, OutcomeRow, Outcomes, ParkedReplies, ParkedRow,
    People, SessionRow, Sessions, SuggestionRow, Suggestions, Tags,
};
use crate::error::Failure;
use crate::writes::row;

/// Rows that are written together.
#[derive(Default)]
pub(super) struct Batch<'a> {
    people: People,
    ledgers: Ledgers<'a>,
    counters: Counters,
    sessions: Sessions,
    lessons: Lessons<'a>,
    chats: Chats<'a>,
    expenses: Expenses<'a>,
    tags: Tags<'a>,
    suggestions: Suggestions,
    drafts: Drafts<'a>,
    turns: DraftTurns,
    images: Images<'a>,
    changes: Changes<'a>,
    outcomes: Outcomes,
    parked: ParkedReplies<'a>,
}

impl<'a> Batch<'a> {
    pub(super) fn add(&mut self, record: &'a Record) -> Result<(), Failure> {
        match record {
            Record::Person(person) => self.people.push(row::person(person)?),
            Record::Ledger(kept) => self.ledger(kept)?,
            Record::Expense(kept) => {
                let (ledger, expense) = (kept.ledger.as_i64(), &kept.expense);
                let number = expense.number.ok_or(Failure::Unknown("number"))?;
                let number = narrow(number.0)?;
                let expense = row::expense(ledger, number, expense, kept.rate_due)?;
                self.expenses.push(expense);
                for tag in row::tags(ledger, number, &kept.expense) {
                    self.tags.push(tag);
                }
            }
            Record::Suggestion(kept) => self.suggestions.push(SuggestionRow {
                ledger_id: kept.ledger.as_i64(),
                since: kept.since,
                expense: *kept.expense.as_uuid(),
            }),
            Record::Draft(kept) => {
                let (ledger, draft) = (kept.ledger.as_i64(), &kept.draft);
                self.drafts.push(row::draft(ledger, kept.place, draft)?);
                self.turns.push(DraftTurnRow {
                    ledger_id: ledger,
                    id: *draft.id.as_uuid(),
                    turn: kept.turn,
                });
                let prints = draft.receipt().into_iter().flat_map(ReceiptDraft::prints);
                for print in prints {
                    self.images.push(row::image(ledger, draft, print));
                }
            }
            Record::Change(kept) => {
                let ledger = kept.ledger.as_i64();
                self.changes
                    .push(row::change(ledger, kept.place, &kept.change)?);
            }
            Record::Outcome(kept) => self.outcomes.push(outcome(kept)),
            Record::Parked(kept) => self.parked.push(parked(kept)?),
        }
        Ok(())
    }

    fn ledger(&mut self, kept: &'a LedgerRecord) -> Result<(), Failure> {
        let (ledger, id) = (&kept.ledger, kept.ledger.id.as_i64());
        let revision: i64 = narrow(ledger.revision.0)?;
        let session_version: i64 = narrow(kept.session_version)?;
        self.ledgers.push(row::ledger(ledger, &ledger.chat)?);
        self.counters.push(CounterRow {
            ledger_id: id,
            // It goes on with the time, as they do.
            stamp: revision.max(session_version).max(1),
            revision,
            session_version,
            last_place: kept.last_place,
            sweep_at: kept.sweep_at,
            last_number: narrow(kept.last_number)?,
        });
        if let Some(session) = &kept.session {
            self.sessions.push(SessionRow {
                ledger_id: id,
                session: session.clone(),
            });
        }
        for (place, lesson) in (1..).zip(&ledger.lessons) {
            self.lessons.push(LessonRow {
                ledger_id: id,
                place,
                category: narrow(lesson.category.0)?,
                words: &lesson.words,
            });
        }
        for chat in std::iter::once(&ledger.chat).chain(&kept.moved_from) {
            self.chats.push(ChatRow {
                ledger_id: id,
                chat: chat.as_str(),
            });
        }
        Ok(())
    }

    pub(super) async fn write(self, db: &mut PgConnection) -> Result<(), Failure> {
        put(db, self.people, "").await?;
        put(db, self.ledgers, "").await?;
        put(db, self.counters, "").await?;
        put(db, self.sessions, "").await?;
        put(db, self.lessons, "").await?;
        put(db, self.chats, "").await?;
        put(db, self.expenses, "").await?;
        put(db, self.tags, "").await?;
        put(db, self.suggestions, "").await?;
        put(db, self.drafts, "").await?;
        turn(db, self.turns).await?;
        // A photo may be in an album twice.
        put(db, self.images, " ON CONFLICT DO NOTHING").await?;
        put(db, self.changes, "").await?;
        put(db, self.outcomes, "").await?;
        put(db, self.parked, "").await
    }
}

fn outcome(kept: &OutcomeRecord) -> OutcomeRow {
    OutcomeRow {
        ledger_id: kept.ledger.as_i64(),
        at: kept.at,
        key: kept.key,
        orphaned: kept.orphaned,
        outcome: kept.outcome.clone(),
    }
}

/// Their places follow the order in which they come.
fn parked(kept: &ParkedRecord) -> Result<ParkedRow<'_>, Failure> {
    Ok(ParkedRow {
        ledger_id: kept.ledger.as_i64(),
        first: narrow(kept.first)?,
        chat: kept.chat.as_str(),
        key: kept.key.as_str(),
        replies: &kept.replies,
    })
}

async fn put<C: Columns>(db: &mut PgConnection, rows: C, besides: &str) -> Result<(), Failure> {
    if rows.is_empty() {
        return Ok(());
    }
    let statement = format!("{}{besides}", C::insert(1));
    execute(db, statement, rows).await
}

async fn turn(db: &mut PgConnection, turns: DraftTurns) -> Result<(), Failure> {
    if turns.is_empty() {
        return Ok(());
    }
    let statement = format!(
        "UPDATE drafts AS d SET turn = r.turn FROM {}
         WHERE d.ledger_id = r.ledger_id AND d.id = r.id AND d.turn <> r.turn",
        DraftTurns::rows(1)
    );
    execute(db, statement, turns).await
}

async fn execute(
    db: &mut PgConnection,
    statement: String,
    rows: impl Columns,
) -> Result<(), Failure> {
    let mut arguments = PgArguments::default();
    rows.bind(&mut arguments)?;
    sqlx::query_with(AssertSqlSafe(statement), arguments)
        .execute(db)
        .await?;
    Ok(())
}
