//! Copies of the file while it is in use, and back.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::error::{Failure, OpenError};
use crate::open::{Kind, check, is_sound, plain};

/// How long another program's transaction is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// One of the two files can't be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is nothing to copy.
    #[error("{0} is not there: check the path")]
    Missing(PathBuf),
    /// There is a file already.
    #[error("{0} exists already: name another file")]
    Exists(PathBuf),
    /// The backup failed its check.
    #[error("{0} is damaged: check the disk, or use an older backup")]
    Damaged(PathBuf),
    /// The store to be replaced is in use.
    #[error("{0} is in use: stop every program that uses it, then try again")]
    InUse(PathBuf),
    /// The machine refused.
    #[error("{path} can't be written: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the machine said.
        reason: String,
    },
}

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Where the replaced file was put, if there was one.
    pub kept_aside: Option<PathBuf>,
}

/// Copies the store to a new file, consistently, while others use it. The copy is checked before
/// it gets its name, so that a file of that name is always a whole backup.
///
/// # Errors
///
/// A [`BackupError`] that says what to do; nothing is left behind then.
pub async fn backup(store: &Path, to: &Path) -> Result<(), BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let draft = beside(to, "part");
    let copied = copy(store, &draft).await;
    // A hard link does not replace a file that came in the meantime.
    let named =
        copied.and_then(|()| fs::hard_link(&draft, to).map_err(|error| file_error(to, &error)));
    let _ = fs::remove_file(&draft);
    named?;
    settle(to)
}

/// Puts a backup in the store's place. The file that was there is kept aside under a new name.
/// Where there is one, `replace` must say so.
///
/// # Errors
///
/// A [`BackupError`] that says what to do; the store is as it was then.
pub async fn restore(backup: &Path, store: &Path, replace: bool) -> Result<Restored, BackupError> {
    let old = store.exists();
    if old && !replace {
        return Err(BackupError::Exists(store.to_owned()));
    }
    let draft = beside(store, "part");
    // A copy makes its indexes anew and would hide that those of the backup are damaged.
    let copied = match copy(backup, &draft).await {
        Ok(()) => sound(backup).await,
        Err(error) => Err(error),
    };
    let placed = match copied {
        Ok(()) if old => swap(&draft, store).await.map(Some),
        Ok(()) => fs::hard_link(&draft, store)
            .map(|()| None)
            .map_err(|error| file_error(store, &error)),
        Err(error) => Err(error),
    };
    let _ = fs::remove_file(&draft);
    let kept_aside = placed?;
    settle(store)?;
    Ok(Restored { kept_aside })
}

/// A checked copy of a store of ours.
async fn copy(from: &Path, to: &Path) -> Result<(), BackupError> {
    if !from.is_file() {
        return Err(BackupError::Missing(from.to_owned()));
    }
    if check(from, PATIENCE).await? == Kind::Empty {
        return Err(OpenError::Foreign(from.to_owned()).into());
    }
    let _ = fs::remove_file(to);
    let name = to.to_str().ok_or_else(|| BackupError::File {
        path: to.to_owned(),
        reason: "its name is not UTF-8".to_owned(),
    })?;
    let copied = vacuum(from, name).await;
    copied.map_err(|failure| match failure {
        // Of the two files it is the new one that needs room and a folder.
        Failure::Full | Failure::ReadOnly | Failure::Unreachable(_) => unwritable(to, failure),
        other => other.opening(from.to_owned()).into(),
    })?;
    private(to)?;
    sound(to).await
}

/// Why a draft can't be written, by the name that it was to get.
fn unwritable(draft: &Path, failure: Failure) -> BackupError {
    let path = draft.with_extension("");
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => BackupError::File {
            path,
            reason: "its folder is not there".to_owned(),
        },
        _ => failure.opening(path).into(),
    }
}

async fn sound(path: &Path) -> Result<(), BackupError> {
    let checked = async {
        let mut file = plain(path, PATIENCE).read_only(true).connect().await?;
        let sound = is_sound(&mut file).await;
        file.close().await?;
        sound
    };
    match checked.await {
        Ok(true) => Ok(()),
        Ok(false) | Err(Failure::Damaged) => Err(BackupError::Damaged(path.to_owned())),
        Err(failure) => Err(failure.opening(path.to_owned()).into()),
    }
}

async fn vacuum(from: &Path, to: &str) -> Result<(), Failure> {
    let mut source = plain(from, PATIENCE).connect().await?;
    sqlx::query("VACUUM INTO ?1")
        .bind(to)
        .execute(&mut source)
        .await?;
    Ok(source.close().await?)
}

/// Replaces the store by the draft in one step and keeps the old one under another name.
async fn swap(draft: &Path, store: &Path) -> Result<PathBuf, BackupError> {
    check(store, PATIENCE).await?;
    leave_wal(store).await.map_err(|failure| match failure {
        Failure::Locked => BackupError::InUse(store.to_owned()),
        other => other.opening(store.to_owned()).into(),
    })?;
    let aside = (1..)
        .map(|n: u32| beside(store, &format!("before-restore-{n}")))
        .find(|path| !path.exists())
        .unwrap_or_else(|| beside(store, "before-restore"));
    fs::hard_link(store, &aside).map_err(|error| file_error(&aside, &error))?;
    fs::rename(draft, store).map_err(|error| file_error(store, &error))?;
    Ok(aside)
}

/// Brings all of the store into its one file. SQLite refuses while anybody else has it open.
async fn leave_wal(store: &Path) -> Result<(), Failure> {
    let mut connection: SqliteConnection =
        plain(store, Duration::from_millis(200)).connect().await?;
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode = DELETE")
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    if mode == "delete" {
        Ok(())
    } else {
        Err(Failure::Locked)
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

fn private(path: &Path) -> Result<(), BackupError> {
    #[cfg(unix)]
    {
        let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(path, owner_only).map_err(|error| file_error(path, &error))?;
    }
    Ok(())
}

/// Makes the file and its name survive a loss of power.
fn settle(path: &Path) -> Result<(), BackupError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let synced = fs::File::open(path)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all());
    synced.map_err(|error| file_error(path, &error))
}

fn file_error(path: &Path, error: &std::io::Error) -> BackupError {
    BackupError::File {
        path: path.to_owned(),
        reason: error.kind().to_string(),
    }
}
