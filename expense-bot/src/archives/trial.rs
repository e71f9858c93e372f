//! A restore that is thrown away: whether an archive gives back what was put into it.

use std::path::Path;

use chrono::{DateTime, Utc};

use crate::error::Failure;

/// Restores an archive into a new SQLite file in this folder and holds all that it then hands out,
/// and the sums that it keeps, against what the archive says.
#[cfg(feature = "sqlite")]
pub(super) async fn restore(
    archive: &Path,
    folder: &Path,
    at: DateTime<Utc>,
) -> Result<(), Failure> {
    use expense_archive::{Reader, Shelf, Tally, verify};
    use expense_core::memory::record::Record;

    let manifest = verify(archive)?;
    let scratch = tempfile::Builder::new()
        .prefix(Shelf::SCRATCH)
        .tempdir_in(folder)?;
    let file = scratch.path().join("expenses.sqlite");
    let records = Reader::open(archive)?.map(|record| Ok::<_, Failure>(record?));
    expense_store_sqlite::load(&file, at, false, records).await?;
    let (mut tally, mut ledgers) = (Tally::default(), Vec::new());
    let count = |record: Record| {
        if let Record::Ledger(kept) = &record {
            ledgers.push(kept.ledger.id);
        }
        tally.count(&record);
        Ok::<_, Failure>(())
    };
    expense_store_sqlite::dump(&file, count).await?;
    let same = tally.summary() == manifest.holds;
    if same && sums(&file, &ledgers).await? == manifest.holds.sums {
        Ok(())
    } else {
        Err(Failure::Unrestorable(archive.to_owned()))
    }
}

/// What the store itself says that the expenses of all ledgers come to, by currency.
#[cfg(feature = "sqlite")]
async fn sums(
    file: &Path,
    ledgers: &[expense_core::domain::keys::LedgerId],
) -> Result<std::collections::BTreeMap<String, i128>, Failure> {
    use expense_core::conversation::question::{Group, TotalsQuery};
    use expense_core::domain::currency::Currency;
    use expense_core::ports::store::ExpenseStore;
    use expense_store_sqlite::{Config, SqliteStore};

    let store = SqliteStore::open(Config::new(file)).await?;
    let query = TotalsQuery {
        period: None,
        categories: None,
        group: Group::None,
        into: Currency::EUR,
    };
    let mut sums = std::collections::BTreeMap::new();
    for ledger in ledgers {
        let totals = store.totals(*ledger, &query).await;
        for total in totals.unwrap_or_default() {
            *sums.entry(total.currency.code().to_owned()).or_default() += total.minor;
        }
    }
    store.close().await;
    Ok(sums)
}

#[cfg(not(feature = "sqlite"))]
pub(super) async fn restore(_: &Path, _: &Path, _: DateTime<Utc>) -> Result<(), Failure> {
    Err(Failure::lacks("sqlite"))
}
