//! What an archive says about itself: at its beginning, and again with all that it holds at its end.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use expense_core::memory::record::{KINDS, Kind, Record};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The newest format that this version writes and reads. An archive of an earlier one is read.
pub const FORMAT: u32 = 1;

/// By what an archive of ours is known.
pub(crate) const NAME: &str = "expense-bot";

/// The first line of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Always `expense-bot`.
    pub archive: String,
    /// The format of what follows.
    pub format: u32,
    /// The version of the program that wrote it.
    pub program: String,
    /// The moment that it shows.
    pub made_at: DateTime<Utc>,
    /// The kind of database that it comes from.
    pub database: String,
    /// The schema of that database.
    pub schema: i64,
}

impl Header {
    /// What an archive begins with that this program makes at this moment.
    #[must_use]
    pub fn new(program: &str, made_at: DateTime<Utc>, database: &str, schema: i64) -> Self {
        Self {
            archive: NAME.to_owned(),
            format: FORMAT,
            program: program.to_owned(),
            made_at,
            database: database.to_owned(),
            schema,
        }
    }
}

/// What an archive holds: two of the same summary hold the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// How many records of each kind.
    pub records: BTreeMap<String, u64>,
    /// What the expenses come to that are not removed, by currency, in minor units.
    pub sums: BTreeMap<String, i128>,
    /// The SHA-256 of all records, line by line, in hexadecimal digits.
    pub sha256: String,
}

impl Summary {
    /// How many records there are of this kind.
    #[must_use]
    pub fn count(&self, kind: Kind) -> u64 {
        self.records.get(kind.name()).copied().unwrap_or(0)
    }
}

/// The last line of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Its first line.
    pub header: Header,
    /// What is between the two.
    pub holds: Summary,
}

/// The last line, as it is written: no record has this name.
#[derive(Serialize, Deserialize)]
pub(crate) struct End {
    pub(crate) end: Manifest,
}

/// Adds up what passes by, record by record.
#[derive(Default)]
pub struct Tally {
    counts: BTreeMap<Kind, u64>,
    sums: BTreeMap<String, i128>,
    sha256: Sha256,
}

impl Tally {
    /// Adds a record.
    pub fn count(&mut self, record: &Record) {
        let mut line = serde_json::to_vec(record).unwrap_or_default();
        line.push(b'\n');
        self.add(record, &line);
    }

    /// Adds a record with its line, the line break included.
    pub(crate) fn add(&mut self, record: &Record, line: &[u8]) {
        *self.counts.entry(record.kind()).or_default() += 1;
        self.sha256.update(line);
        if let Record::Expense(kept) = record
            && let Some(details) = kept.expense.visible()
        {
            let sum = details.money.currency().code();
            let sum = match self.sums.get_mut(sum) {
                Some(sum) => sum,
                None => self.sums.entry(sum.to_owned()).or_default(),
            };
            *sum += i128::from(details.money.minor());
        }
    }

    /// What passed by.
    #[must_use]
    pub fn summary(self) -> Summary {
        let count = |kind| self.counts.get(&kind).copied().unwrap_or(0);
        let records = KINDS.map(|kind| (kind.name().to_owned(), count(kind)));
        let digest = self.sha256.finalize();
        Summary {
            records: records.into(),
            sums: self.sums,
            sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}
