//! `backup`, `restore` and `verify`: the database as a whole.

pub(crate) mod backup;
mod database;
pub(crate) mod restore;
mod trial;
pub(crate) mod verify;

use expense_archive::Manifest;
use expense_core::memory::record::Kind;

/// What an archive holds, for a sentence.
fn told(manifest: &Manifest) -> String {
    let count = |kind, one: &str, more: &str| match manifest.holds.count(kind) {
        1 => format!("1 {one}"),
        count => format!("{count} {more}"),
    };
    let ledgers = count(Kind::Ledger, "ledger", "ledgers");
    let expenses = count(Kind::Expense, "expense", "expenses");
    format!("{ledgers}, {expenses}")
}
