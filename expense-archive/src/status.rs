//! What monitoring learns of backups: a file that Prometheus' node exporter reads.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::error::ArchiveError;
use crate::part::sync_folder;

/// The newest backup that worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The moment that it shows.
    pub made_at: DateTime<Utc>,
    /// How long it took, with its verification.
    pub took: Duration,
    /// Its size.
    pub bytes: u64,
    /// The expenses in it.
    pub expenses: u64,
    /// The ledgers in it.
    pub ledgers: u64,
    /// How many archives are kept where it is; `None` where only it was asked for.
    pub kept: Option<u64>,
}

impl Status {
    /// The metrics in the text format of Prometheus. None of them tells whose data it is about.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let seconds = self.made_at.timestamp().to_string();
        let took = format!("{}.{:03}", self.took.as_secs(), self.took.subsec_millis());
        let gauges = [
            (
                "backup_last_success_timestamp_seconds",
                "The moment that the newest good backup shows.",
                Some(seconds),
            ),
            (
                "backup_duration_seconds",
                "How long it took, with its verification.",
                Some(took),
            ),
            (
                "backup_bytes",
                "The size of the newest good backup.",
                Some(self.bytes.to_string()),
            ),
            (
                "backup_expenses",
                "The expenses in it.",
                Some(self.expenses.to_string()),
            ),
            (
                "backup_ledgers",
                "The ledgers in it.",
                Some(self.ledgers.to_string()),
            ),
            (
                "backup_archives",
                "How many archives are kept.",
                self.kept.map(|kept| kept.to_string()),
            ),
        ];
        for (name, help, value) in gauges {
            let Some(value) = value else { continue };
            let _ = writeln!(text, "# HELP {name} {help}");
            let _ = writeln!(text, "# TYPE {name} gauge");
            let _ = writeln!(text, "{name} {value}");
        }
        text
    }

    /// Writes them to a file, in one step: whoever reads it sees the old ones or the new ones.
    ///
    /// # Errors
    ///
    /// Why it can't be written.
    pub fn write(&self, path: &Path) -> Result<(), ArchiveError> {
        // The exporter reads every file whose name ends with `.prom`.
        let mut aside = path.as_os_str().to_owned();
        aside.push(".part");
        let aside = Path::new(&aside);
        let written = fs::write(aside, self.text())
            .and_then(|()| readable(aside))
            .and_then(|()| fs::rename(aside, path));
        written.map_err(|error| {
            let _ = fs::remove_file(aside);
            ArchiveError::writing(path, &error)
        })?;
        sync_folder(path)
    }
}

/// The exporter is another user, and nothing in it is a secret.
fn readable(file: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let by_all = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        fs::set_permissions(file, by_all)?;
    }
    let _ = file;
    Ok(())
}
