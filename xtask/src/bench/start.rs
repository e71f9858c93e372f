//! How soon the console asks, and what the waiting program takes.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde::Serialize;

use super::process::resident_kb;
use super::target;
use crate::shell::{Result, TaskError};

/// Starts that are measured; the middle one counts.
const STARTS: usize = 11;
/// How long a process is left alone before its memory is read.
const IDLE: Duration = Duration::from_secs(2);

/// On SQLite, with nothing configured.
#[derive(Serialize)]
pub(super) struct Console {
    /// From the start of the program to its prompt, the middle of several, in milliseconds.
    start_to_prompt_ms: u128,
    /// Memory of the waiting program (VmRSS), in kilobytes.
    idle_kb: u64,
}

/// Starts the console on a terminal of its own, again and again.
pub(super) fn measure(bot: &Path) -> Result<Console> {
    let data = target().join("bench-data");
    std::fs::create_dir_all(&data)?;
    // The first start makes the database and is not measured.
    let mut starts = Vec::new();
    let mut idle_kb = 0;
    for round in 0..=STARTS {
        let begun = Instant::now();
        let (mut child, _terminal) = prompted(bot, &data)?;
        let took = begun.elapsed();
        if round > 0 {
            starts.push(took);
        }
        if round == STARTS {
            std::thread::sleep(IDLE);
            idle_kb = resident_kb(child.id())?;
        }
        child.kill()?;
        child.wait()?;
    }
    starts.sort();
    let middle = starts.get(STARTS / 2).copied().unwrap_or_default();
    Ok(Console {
        start_to_prompt_ms: middle.as_millis(),
        idle_kb,
    })
}

/// The program on a terminal of its own, once it has shown its prompt.
fn prompted(bot: &Path, data: &Path) -> Result<(Child, File)> {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).map_err(std::io::Error::from)?;
    grantpt(&terminal).map_err(std::io::Error::from)?;
    unlockpt(&terminal).map_err(std::io::Error::from)?;
    let name = ptsname(&terminal, Vec::new()).map_err(std::io::Error::from)?;
    let name = name
        .into_string()
        .map_err(|_| TaskError::Wrong("a terminal without a name".to_owned()))?;
    let side = || File::options().read(true).write(true).open(&name);
    let child = Command::new(bot)
        .env("XDG_DATA_HOME", data)
        .env("TERM", "xterm")
        .env_remove("DATABASE_URL")
        .stdin(Stdio::from(side()?))
        .stdout(Stdio::from(side()?))
        .stderr(Stdio::null())
        .spawn()?;
    let mut terminal = File::from(terminal);
    let mut shown = Vec::new();
    let mut piece = [0; 1024];
    while !shown.windows(2).any(|pair| pair == b"> ") {
        let read = terminal.read(&mut piece)?;
        shown.extend_from_slice(piece.get(..read).unwrap_or_default());
    }
    Ok((child, terminal))
}
