//! A directory of archives, each named by its time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::error::ArchiveError;
use crate::keep::Keep;
use crate::part::{self, sync_folder};

/// Names begin and end so, with the time between.
const BEGIN: &str = "expense-bot-";
const TIME: &str = "%Y%m%dT%H%M%SZ";
const END: &str = ".jsonl.gz";
/// Who writes into the directory holds this file.
const LOCK: &str = ".expense-bot-backup.lock";

/// A directory of archives. While this lives nobody else writes into it.
#[derive(Debug)]
pub struct Shelf {
    folder: PathBuf,
    _lock: File,
}

/// An archive of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelved {
    /// The moment that its name tells.
    pub made_at: DateTime<Utc>,
    /// Where it is.
    pub path: PathBuf,
}

impl Shelf {
    /// What the names of folders begin with in which archives are tried out.
    pub const SCRATCH: &str = ".expense-bot-verify-";

    /// Takes a directory for itself; where there is none it is made, for its owner alone. What an
    /// interrupted backup left behind is removed.
    ///
    /// # Errors
    ///
    /// [`ArchiveError::Busy`] while another one has it, or why it can't be used.
    pub fn open(folder: &Path) -> Result<Self, ArchiveError> {
        let failed = |error: &std::io::Error| ArchiveError::writing(folder, error);
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(|error| failed(&error))?;
        let lock = File::create(folder.join(LOCK)).map_err(|error| failed(&error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ArchiveError::Busy(folder.to_owned())),
            Err(TryLockError::Error(error)) => return Err(failed(&error)),
        }
        let shelf = Self {
            folder: folder.to_owned(),
            _lock: lock,
        };
        shelf.clear()?;
        Ok(shelf)
    }

    /// Where an archive of this moment goes.
    #[must_use]
    pub fn place(&self, at: DateTime<Utc>) -> PathBuf {
        self.folder.join(format!("{BEGIN}{}{END}", at.format(TIME)))
    }

    /// The archives, the oldest first. Files of other names are none.
    ///
    /// # Errors
    ///
    /// Why the directory can't be read.
    pub fn archives(&self) -> Result<Vec<Shelved>, ArchiveError> {
        let found = self.names()?.into_iter().filter_map(|name| {
            let time = name.strip_prefix(BEGIN)?.strip_suffix(END)?;
            let made_at = NaiveDateTime::parse_from_str(time, TIME).ok()?.and_utc();
            let path = self.folder.join(&name);
            Some((made_at, Shelved { made_at, path }))
        });
        let found: BTreeMap<_, _> = found.collect();
        Ok(found.into_values().collect())
    }

    /// Removes what a rule lets go, and says what that was. `good` was verified just now: it and
    /// whatever is newer stay, whatever the rule says.
    ///
    /// # Errors
    ///
    /// Why an archive can't be removed.
    pub fn let_go(&self, keep: &Keep, good: &Path) -> Result<Vec<Shelved>, ArchiveError> {
        let archives = self.archives()?;
        let newest_good = archives.iter().find(|archive| archive.path == good);
        let Some(newest_good) = newest_good.map(|archive| archive.made_at) else {
            return Ok(Vec::new());
        };
        // One from the future says nothing about how many good ones there are.
        let times: BTreeSet<_> = archives.iter().map(|archive| archive.made_at).collect();
        let times = times.range(..=newest_good).copied().collect();
        let gone = keep.lets_go(&times);
        let gone: Vec<_> = archives
            .into_iter()
            .filter(|archive| gone.contains(&archive.made_at))
            .collect();
        for archive in &gone {
            let removed = fs::remove_file(&archive.path);
            removed.map_err(|error| ArchiveError::writing(&archive.path, &error))?;
        }
        sync_folder(good)?;
        Ok(gone)
    }

    fn names(&self) -> Result<Vec<String>, ArchiveError> {
        let read = fs::read_dir(&self.folder);
        let entries = read.map_err(|error| ArchiveError::reading(&self.folder, &error))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names.collect())
    }

    fn clear(&self) -> Result<(), ArchiveError> {
        for name in self.names()? {
            if name.starts_with(BEGIN) && name.ends_with(part::SUFFIX) {
                let _ = fs::remove_file(self.folder.join(name));
            } else if name.starts_with(Self::SCRATCH) {
                let _ = fs::remove_dir_all(self.folder.join(name));
            }
        }
        Ok(())
    }
}
