//! `verify`: what a backup holds, and that it is whole.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::PathBuf;

use expense_core::memory::clock::SystemClock;
use expense_core::memory::record::KINDS;
use expense_core::ports::clock::Clock;

use super::trial;
use crate::error::Failure;

/// What to verify, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What `backup` wrote
    file: PathBuf,
    /// Also restore it into a SQLite file that is thrown away, in the machine's directory for
    /// temporary files, and compare
    #[arg(long)]
    restore: bool,
}

/// Reads all of a backup. It needs no configuration.
pub(crate) async fn run(args: &Args) -> Result<(), Failure> {
    let manifest = expense_archive::verify(&args.file)?;
    if args.restore {
        trial::restore(&args.file, &std::env::temp_dir(), SystemClock.now()).await?;
    }
    let (header, holds) = (&manifest.header, &manifest.holds);
    let mut out = io::stdout().lock();
    let restored = if args.restore {
        " and can be restored"
    } else {
        ""
    };
    writeln!(out, "{} is whole{restored}.", args.file.display())?;
    let moment = header.made_at.format("%Y-%m-%d %H:%M:%S UTC");
    let mut line = |name: &str, value: &dyn Display| writeln!(out, "{name:10} {value}");
    line("made", &moment)?;
    line("by", &format_args!("version {}", header.program))?;
    line(
        "from",
        &format_args!("{}, schema {}", header.database, header.schema),
    )?;
    for kind in KINDS {
        line(kind.name(), &holds.count(kind))?;
    }
    line("sha256", &holds.sha256)?;
    Ok(())
}
