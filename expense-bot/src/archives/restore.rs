//! `restore`: what a backup holds in the database's place.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use expense_archive::{Reader, verify};
use expense_core::memory::clock::SystemClock;
use expense_core::ports::clock::Clock;
use tempfile::TempDir;

use super::{database, told};
use crate::config::Config;
use crate::error::Failure;

/// What to restore.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What `backup` wrote, or a SQLite file of ledgers
    file: PathBuf,
    /// Give up what the database holds; a SQLite file is kept under another name
    #[arg(long)]
    replace: bool,
}

/// Verifies the whole backup, then puts it in the database's place in one step.
pub(crate) async fn run(config: &Config, args: &Args) -> Result<(), Failure> {
    let scratch = match is_sqlite(&args.file) {
        true => Some(archived(&args.file).await?),
        false => None,
    };
    let file = scratch
        .as_ref()
        .map_or(args.file.as_path(), |(_, file)| file);
    let manifest = verify(file)?;
    let at = SystemClock.now();
    // Copies that processes and caches have of what was there are over: see decision 9.
    let records = Reader::open(file)?.map(|record| Ok(record?.renewed(at)));
    let kept_aside = database::fill(config, at, args.replace, records).await?;
    let mut out = io::stdout().lock();
    let (name, from, told) = (database::name(config), args.file.display(), told(&manifest));
    let moment = manifest.header.made_at.format("%Y-%m-%d %H:%M:%S UTC");
    writeln!(
        out,
        "{name} is restored from {from}, as it was at {moment}: {told}."
    )?;
    if let Some(kept) = kept_aside {
        writeln!(out, "What was there before is kept as {}.", kept.display())?;
    }
    Ok(())
}

/// Whether it is a file of SQLite instead of an archive.
fn is_sqlite(file: &Path) -> bool {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    let mut head = Vec::with_capacity(MAGIC.len());
    let opened = File::open(file).map(|file| file.take(MAGIC.len() as u64));
    let read = opened.and_then(|mut begin| begin.read_to_end(&mut head));
    read.is_ok() && head == MAGIC
}

/// An archive of a SQLite file, in a folder that goes with it. The file is not changed: what an
/// earlier version wrote is brought up to date in a copy.
#[cfg(feature = "sqlite")]
async fn archived(file: &Path) -> Result<(TempDir, PathBuf), Failure> {
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("copy.sqlite");
    let archive = folder.path().join("copy.jsonl.gz");
    expense_store_sqlite::snapshot(file, &copy).await?;
    database::archive_file(&copy, &archive, SystemClock.now()).await?;
    Ok((folder, archive))
}

#[cfg(not(feature = "sqlite"))]
async fn archived(_: &Path) -> Result<(TempDir, PathBuf), Failure> {
    Err(Failure::lacks("sqlite"))
}
