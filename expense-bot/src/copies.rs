//! `migrate`, `backup` and `restore`: the database as a file.

use std::path::Path;

use expense_store_sqlite::{backup as copy, restore as put_back};

use crate::config::Config;
use crate::error::Failure;
use crate::wire;

/// Brings the schema up to date.
pub(crate) async fn migrate(config: &Config) -> Result<(), Failure> {
    let store = wire::store(config).await?;
    store.close().await;
    println!("{} is up to date.", config.database.display());
    Ok(())
}

/// Copies the database, also while it is in use. An existing file is never replaced.
pub(crate) async fn backup(config: &Config, to: &Path) -> Result<(), Failure> {
    copy(&config.database, to).await?;
    println!(
        "{} is a whole copy of {}.",
        to.display(),
        config.database.display()
    );
    Ok(())
}

/// Puts a copy in the database's place and says where the one that was there is now.
pub(crate) async fn restore(config: &Config, from: &Path) -> Result<(), Failure> {
    if let Some(folder) = config.database.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let replaced = put_back(from, &config.database, true).await?;
    println!(
        "{} is restored from {}.",
        config.database.display(),
        from.display()
    );
    if let Some(kept) = replaced.kept_aside {
        println!("What was there before is kept as {}.", kept.display());
    }
    Ok(())
}
