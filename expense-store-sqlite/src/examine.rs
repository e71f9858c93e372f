//! Looking at the file without changing it.

use std::path::Path;
use std::time::Duration;

use sqlx::{ConnectOptions, Connection};

use crate::error::{Failure, OpenError};
use crate::open::{Kind, check, is_sound, plain};

/// How long another program's transaction is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// The schema of a sound store at this path; `None` where nothing is there yet. Reads the whole
/// file, also while it is in use, and changes nothing.
///
/// # Errors
///
/// An [`OpenError`] that says what is wrong and what to do.
pub async fn examine(path: &Path) -> Result<Option<i64>, OpenError> {
    if path.is_dir() {
        return Err(OpenError::NotAFile(path.to_owned()));
    }
    if !path.exists() {
        return Ok(None);
    }
    let Kind::Ours(schema) = check(path, PATIENCE).await? else {
        return Ok(None);
    };
    match sound(path).await {
        Ok(true) => Ok(Some(schema)),
        Ok(false) => Err(OpenError::Corrupt(path.to_owned())),
        Err(failure) => Err(failure.opening(path.to_owned())),
    }
}

async fn sound(path: &Path) -> Result<bool, Failure> {
    let mut connection = plain(path, PATIENCE).connect().await?;
    let sound = is_sound(&mut connection).await;
    connection.close().await?;
    sound
}
