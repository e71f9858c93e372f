//! The file as a whole: copied while it is in use, and replaced while it is not.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::config::Config;
use crate::error::{Failure, OpenError};
use crate::open::{Kind, check, is_sound, plain};
use crate::store::SqliteStore;

/// How long another program's transaction is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// One of the files can't be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is nothing to copy.
    #[error("{0} is not there: check the path")]
    Missing(PathBuf),
    /// There is something already.
    #[error("{0} holds ledgers already: name another file, or say --replace to put them aside")]
    NotEmpty(PathBuf),
    /// An earlier version of this program wrote the file.
    #[error("{0} was written by an earlier version: run `expense-bot migrate` first")]
    Outdated(PathBuf),
    /// The copy failed its check.
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

/// Copies a store to a new file, consistently, while others use it, and brings the copy's schema
/// up to date.
///
/// # Errors
///
/// A [`CopyError`] that says what to do, also where the store or the copy is not sound.
pub async fn snapshot(store: &Path, to: &Path) -> Result<(), CopyError> {
    if !store.is_file() {
        return Err(CopyError::Missing(store.to_owned()));
    }
    if check(store, PATIENCE).await? == Kind::Empty {
        return Err(OpenError::Foreign(store.to_owned()).into());
    }
    let name = to.to_str().ok_or_else(|| CopyError::File {
        path: to.to_owned(),
        reason: "its name is not UTF-8".to_owned(),
    })?;
    let copied = vacuum(store, name).await;
    copied.map_err(|failure| match failure {
        // Of the two files it is the new one that needs room and a folder.
        Failure::Full | Failure::ReadOnly | Failure::Unreachable(_) => {
            failure.opening(to.to_owned())
        }
        other => other.opening(store.to_owned()),
    })?;
    private(to)?;
    // A copy makes its indexes anew and would hide that those of the store are damaged.
    sound(store).await?;
    SqliteStore::open(Config::new(to)).await?.close().await;
    sound(to).await
}

pub(crate) async fn sound(path: &Path) -> Result<(), CopyError> {
    let checked = async {
        let mut file = plain(path, PATIENCE).read_only(true).connect().await?;
        let sound = is_sound(&mut file).await;
        file.close().await?;
        sound
    };
    match checked.await {
        Ok(true) => Ok(()),
        Ok(false) | Err(Failure::Damaged) => Err(CopyError::Damaged(path.to_owned())),
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
pub(crate) async fn swap(draft: &Path, store: &Path) -> Result<PathBuf, CopyError> {
    leave_wal(store).await?;
    let aside = (1..)
        .map(|n: u32| beside(store, &format!("before-restore-{n}")))
        .find(|path| !path.exists())
        .unwrap_or_else(|| beside(store, "before-restore"));
    fs::hard_link(store, &aside).map_err(|error| file_error(&aside, &error))?;
    fs::rename(draft, store).map_err(|error| file_error(store, &error))?;
    Ok(aside)
}

/// Brings all of the store into its one file. SQLite refuses while anybody else has it open.
async fn leave_wal(store: &Path) -> Result<(), CopyError> {
    let left = async {
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
    };
    left.await.map_err(|failure| match failure {
        Failure::Locked => CopyError::InUse(store.to_owned()),
        other => other.opening(store.to_owned()).into(),
    })
}

pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

fn private(path: &Path) -> Result<(), CopyError> {
    #[cfg(unix)]
    {
        let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(path, owner_only).map_err(|error| file_error(path, &error))?;
    }
    Ok(())
}

/// Makes the file and its name survive a loss of power.
pub(crate) fn settle(path: &Path) -> Result<(), CopyError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let synced = fs::File::open(path)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all());
    synced.map_err(|error| file_error(path, &error))
}

pub(crate) fn file_error(path: &Path, error: &std::io::Error) -> CopyError {
    CopyError::File {
        path: path.to_owned(),
        reason: error.kind().to_string(),
    }
}
