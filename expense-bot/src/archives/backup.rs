//! `backup`: all that the database holds, in a file that is verified before it gets its name.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use expense_archive::{Keep, Shelf, Status, Written};
use expense_core::memory::clock::SystemClock;
use expense_core::memory::record::Kind;
use expense_core::ports::clock::Clock;

use super::{database, told, trial};
use crate::config::Config;
use crate::error::Failure;

/// What to write, and what to do besides.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file; it must not exist
    #[arg(required_unless_present = "directory")]
    file: Option<PathBuf>,
    /// A directory instead, in which each backup is named by its time
    #[arg(long, value_name = "DIR", conflicts_with = "file")]
    directory: Option<PathBuf>,
    /// Which of those in the directory to keep, as in 7d,4w,12m: the newest of 7 days, 4 weeks and
    /// 12 months [default: all]
    #[arg(long, value_name = "RULE")]
    keep: Option<Keep>,
    /// Also restore it into a SQLite file that is thrown away, and compare
    #[arg(long)]
    verify_restore: bool,
    /// Where to tell Prometheus' node exporter that it worked, as in backup.prom
    #[arg(long, value_name = "FILE")]
    status: Option<PathBuf>,
}

/// Makes a backup and says what is in it. What retention lets go goes last, when there is a newer
/// one that is good.
pub(crate) async fn run(config: &Config, args: &Args) -> Result<(), Failure> {
    if args.keep.is_some() && args.directory.is_none() {
        let words = "--keep is for many backups: name their directory by --directory";
        return Err(Failure::Refused(words.to_owned()));
    }
    let (begun, at) = (Instant::now(), SystemClock.now());
    let shelf = args.directory.as_deref().map(Shelf::open).transpose()?;
    let place = shelf.as_ref().map(|shelf| shelf.place(at));
    let Some(to) = place.or_else(|| args.file.clone()) else {
        return Err(Failure::Refused("name a file or a directory".to_owned()));
    };
    let written = database::archive(config, &to, at).await?;
    if args.verify_restore {
        restorable(&to, at).await?;
    }
    let gone = match (&shelf, &args.keep) {
        (Some(shelf), Some(keep)) => shelf.let_go(keep, &to)?,
        _ => Vec::new(),
    };
    if let Some(file) = &args.status {
        let kept = shelf.as_ref().map(Shelf::archives).transpose()?;
        let kept = kept.map(|kept| u64::try_from(kept.len()).unwrap_or(u64::MAX));
        status(&written, begun.elapsed(), kept).write(file)?;
    }
    let mut out = io::stdout().lock();
    let (name, database) = (to.display(), database::name(config));
    let (told, bytes) = (told(&written.manifest), written.bytes);
    let restored = if args.verify_restore {
        ", restored once to see that it can be"
    } else {
        ""
    };
    writeln!(
        out,
        "{name} is a whole copy of {database}: {told}, {bytes} bytes{restored}."
    )?;
    for archive in gone {
        writeln!(
            out,
            "{} is gone: {} keeps newer ones.",
            archive.path.display(),
            rule(args)
        )?;
    }
    Ok(())
}

fn rule(args: &Args) -> String {
    args.keep.as_ref().map(Keep::to_string).unwrap_or_default()
}

/// One that can't be restored is no backup: it is put under another name, which no rule counts.
async fn restorable(archive: &Path, at: DateTime<Utc>) -> Result<(), Failure> {
    let folder = archive
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let tried = trial::restore(archive, folder.unwrap_or(Path::new(".")), at).await;
    if let Err(Failure::Unrestorable(_)) = tried {
        let mut aside = archive.as_os_str().to_owned();
        aside.push(".suspect");
        std::fs::rename(archive, &aside)?;
        return Err(Failure::Unrestorable(aside.into()));
    }
    tried
}

fn status(written: &Written, took: Duration, kept: Option<u64>) -> Status {
    let holds = &written.manifest.holds;
    Status {
        made_at: written.manifest.header.made_at,
        took,
        bytes: written.bytes,
        expenses: holds.count(Kind::Expense),
        ledgers: holds.count(Kind::Ledger),
        kept,
    }
}
