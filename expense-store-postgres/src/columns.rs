//! The rows that are written, column by column: a statement takes each column as one array.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::Arguments;
use sqlx::postgres::PgArguments;
use sqlx::types::Uuid;

use crate::error::Failure;

/// Rows of one table as arrays, in the order of its columns.
pub(crate) trait Columns {
    /// The table.
    const TABLE: &'static str;
    /// The columns with their types.
    const COLUMNS: &'static [(&'static str, &'static str)];

    /// Whether there is no row.
    fn is_empty(&self) -> bool;

    /// Appends the arrays to the parameters of a statement.
    fn bind(self, arguments: &mut PgArguments) -> Result<(), Failure>;

    /// The columns' names as a list.
    fn names() -> String {
        let names = Self::COLUMNS.iter().map(|(name, _)| *name);
        names.collect::<Vec<_>>().join(", ")
    }

    /// The rows as a table named `r`, from the parameters that begin with this one. The arrays are
    /// taken apart side by side in the list of columns: `unnest` of several in `FROM` would store
    /// each column in a table of its own first.
    fn rows(first: usize) -> String {
        let arrays = (first..).zip(Self::COLUMNS);
        let arrays =
            arrays.map(|(place, (name, kind))| format!("unnest(${place}::{kind}[]) AS {name}"));
        let arrays = arrays.collect::<Vec<_>>().join(", ");
        format!("(SELECT {arrays}) AS r")
    }

    /// The statement that inserts them, up to its conditions.
    fn insert(first: usize) -> String {
        let (table, names, rows) = (Self::TABLE, Self::names(), Self::rows(first));
        format!("INSERT INTO {table} ({names}) SELECT {names} FROM {rows}")
    }
}

/// Defines the rows of a table: a struct of one row, and its columns as one array each.
macro_rules! columns {
    ($($table:literal: $columns:ident of $row:ident $(<$life:lifetime>)? {
        $($column:ident: $kind:ty = $sql:literal),* $(,)?
    })*) => {$(
        pub(crate) struct $row $(<$life>)? {
            $(pub(crate) $column: $kind),*
        }

        #[derive(Clone, Default)]
        pub(crate) struct $columns $(<$life>)? {
            $($column: Vec<$kind>),*
        }

        impl $(<$life>)? $columns $(<$life>)? {
            pub(crate) fn push(&mut self, row: $row $(<$life>)?) {
                $(self.$column.push(row.$column);)*
            }
        }

        impl $(<$life>)? Columns for $columns $(<$life>)? {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [(&'static str, &'static str)] =
                &[$((stringify!($column), $sql)),*];

            fn is_empty(&self) -> bool {
                // All are of one length.
                [$(self.$column.is_empty()),*].contains(&true)
            }

            fn bind(self, arguments: &mut PgArguments) -> Result<(), Failure> {
                $(arguments.add(self.$column).map_err(|_| Failure::Unknown("value"))?;)*
                Ok(())
            }
        }
    )*};
}

columns! {
    // One a commit: what it was computed from, and what it leaves.
    "counters": Members of Member {
        ledger_id: i64 = "bigint",
        seen: i64 = "bigint",
        stamp: i64 = "bigint",
        revision: i64 = "bigint",
        session_version: i64 = "bigint",
        last_place: i64 = "bigint",
        sweep_at: Option<DateTime<Utc>> = "timestamptz",
        last_number: i32 = "integer",
        at: DateTime<Utc> = "timestamptz",
        key: Uuid = "uuid",
        outcome: String = "text",
    }
    "ledgers": Ledgers of LedgerRow<'a> {
        ledger_id: i64 = "bigint",
        chat: &'a str = "text",
        currency: &'a str = "text",
        zone: &'a str = "text",
        locale: &'a str = "text",
        language: String = "text",
        categories: String = "text",
        members: String = "text",
    }
    "sessions": Sessions of SessionRow {
        ledger_id: i64 = "bigint",
        session: String = "text",
    }
    "expenses": Expenses of ExpenseRow<'a> {
        ledger_id: i64 = "bigint",
        recorded_at: DateTime<Utc> = "timestamptz",
        id: Uuid = "uuid",
        change: Uuid = "uuid",
        number: i32 = "integer",
        revision: i32 = "integer",
        day: NaiveDate = "date",
        category: i32 = "integer",
        removed: bool = "boolean",
        amount: Decimal = "numeric",
        currency: &'a str = "text",
        description: &'a str = "text",
        merchant: Option<&'a str> = "text",
        search: Option<String> = "text",
        paid_by: &'a str = "text",
        entered_by: &'a str = "text",
        message: Option<&'a str> = "text",
        line: Option<i32> = "integer",
        sent_on: Option<NaiveDate> = "date",
        said: Option<Uuid> = "uuid",
        draft: Option<Uuid> = "uuid",
        converted: Option<Decimal> = "numeric",
        converted_into: Option<&'a str> = "text",
        rate: Option<Decimal> = "numeric",
        rate_source: Option<&'a str> = "text",
        rate_day: Option<NaiveDate> = "date",
        rate_due: Option<DateTime<Utc>> = "timestamptz",
    }
    "suggestions": Suggestions of SuggestionRow {
        ledger_id: i64 = "bigint",
        since: DateTime<Utc> = "timestamptz",
        expense: Uuid = "uuid",
    }
    "tags": Tags of TagRow<'a> {
        ledger_id: i64 = "bigint",
        number: i32 = "integer",
        day: NaiveDate = "date",
        removed: bool = "boolean",
        tag: &'a str = "text",
    }
    "totals": Totals of TotalRow<'a> {
        ledger_id: i64 = "bigint",
        count: i64 = "bigint",
        day: NaiveDate = "date",
        category: i32 = "integer",
        currency: &'a str = "text",
        converted_into: &'a str = "text",
        amount: Decimal = "numeric",
        converted: Decimal = "numeric",
    }
    "changes": Changes of ChangeRow<'a> {
        ledger_id: i64 = "bigint",
        place: i64 = "bigint",
        at: DateTime<Utc> = "timestamptz",
        id: Uuid = "uuid",
        undone: bool = "boolean",
        by: &'a str = "text",
        effects: String = "text",
    }
    "lessons": Lessons of LessonRow<'a> {
        ledger_id: i64 = "bigint",
        place: i64 = "bigint",
        category: i32 = "integer",
        words: &'a str = "text",
    }
    "drafts": Drafts of DraftRow<'a> {
        ledger_id: i64 = "bigint",
        place: i64 = "bigint",
        expires_at: DateTime<Utc> = "timestamptz",
        read_from: Option<DateTime<Utc>> = "timestamptz",
        id: Uuid = "uuid",
        expense: Uuid = "uuid",
        revision: i32 = "integer",
        state: &'a str = "text",
        opened_by: &'a str = "text",
        paid_by: &'a str = "text",
        message: Option<&'a str> = "text",
        line: Option<i32> = "integer",
        sent_on: Option<NaiveDate> = "date",
        said: Option<Uuid> = "uuid",
        album: Option<&'a str> = "text",
        content: String = "text",
    }
    "images": Images of ImageRow<'a> {
        ledger_id: i64 = "bigint",
        draft: Uuid = "uuid",
        fingerprint: &'a str = "text",
    }

    // Only written as a whole: a commit writes them in other ways.
    "counters": Counters of CounterRow {
        ledger_id: i64 = "bigint",
        stamp: i64 = "bigint",
        revision: i64 = "bigint",
        session_version: i64 = "bigint",
        last_place: i64 = "bigint",
        sweep_at: Option<DateTime<Utc>> = "timestamptz",
        last_number: i32 = "integer",
    }
    "chats": Chats of ChatRow<'a> {
        ledger_id: i64 = "bigint",
        chat: &'a str = "text",
    }
    "people": People of PersonRow {
        since: DateTime<Utc> = "timestamptz",
        who: String = "text",
        role: String = "text",
        name: Option<String> = "text",
    }
    "drafts": DraftTurns of DraftTurnRow {
        ledger_id: i64 = "bigint",
        id: Uuid = "uuid",
        turn: DateTime<Utc> = "timestamptz",
    }
    "outcomes": Outcomes of OutcomeRow {
        ledger_id: i64 = "bigint",
        at: DateTime<Utc> = "timestamptz",
        key: Uuid = "uuid",
        orphaned: bool = "boolean",
        outcome: Option<String> = "text",
    }
    "parked": ParkedReplies of ParkedRow<'a> {
        ledger_id: i64 = "bigint",
        first: i64 = "bigint",
        chat: &'a str = "text",
        key: &'a str = "text",
        replies: &'a str = "text",
    }
}

impl Members {
    /// Whether one of them is the first commit of its ledger.
    pub(crate) fn any_opens(&self) -> bool {
        self.seen.contains(&0)
    }
}
