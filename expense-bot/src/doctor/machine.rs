//! This machine.

use crate::config::{Config, Database};

/// Free space below which recording in a file may soon fail, in bytes.
const ROOM: u64 = 100 * 1024 * 1024;
/// The same where a server has the ledgers: what is kept beside it is small.
const ROOM_BESIDE: u64 = 5 * 1024 * 1024;

/// Whether files can be kept.
pub(super) fn data_directory(config: &Config) -> Result<String, String> {
    let named = config.data.display();
    let writable = crate::run::make_private(&config.data).and_then(|()| {
        let probe = config.data.join(format!(".doctor-{}", std::process::id()));
        std::fs::write(&probe, b"")?;
        std::fs::remove_file(&probe)
    });
    match writable {
        Ok(()) => Ok(named.to_string()),
        Err(error) => Err(format!(
            "{named} can't be written ({error}): give yourself the right to, or set XDG_DATA_HOME"
        )),
    }
}

/// Whether there is space for more.
pub(super) fn room(config: &Config) -> Result<String, String> {
    let (beside, needed) = match &config.database {
        Database::Sqlite(file) => (file.parent(), ROOM),
        Database::Postgres(_) => (None, ROOM_BESIDE),
    };
    let folder = beside.filter(|folder| folder.is_dir());
    let folder = folder.unwrap_or(&config.data);
    let about = rustix::fs::statvfs(folder)
        .map_err(|error| format!("the disk of {} can't be asked ({error})", folder.display()))?;
    let free = about.f_bavail.saturating_mul(about.f_frsize);
    let told = format!("{} MB", free / 1024 / 1024);
    if free < needed {
        return Err(format!(
            "{told} are left at {}: free some",
            folder.display()
        ));
    }
    Ok(told)
}
