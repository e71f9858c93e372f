//! `cargo xtask bench`: the figures that are promised, measured on release builds.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde::Serialize;
use serde_json::Value;

use crate::postgres;
use crate::shell::{self, Result, TaskError, cargo, output, root};

/// Starts that are measured; the middle one counts.
const STARTS: usize = 11;
/// How long a process is left alone before its memory is read.
const IDLE: Duration = Duration::from_secs(2);

/// All figures.
#[derive(Serialize)]
struct Figures {
    /// What the example of the SQLite store prints.
    recording: Value,
    /// What the example of the PostgreSQL store prints.
    recording_postgres: Value,
    /// What lists cost a ledger of a million expenses and one of a thousand, on PostgreSQL.
    large: Value,
    /// From the start of the program to its prompt, the middle of several, in milliseconds.
    start_to_prompt_ms: u128,
    /// Memory of the waiting program (VmRSS), in kilobytes.
    idle_kb: u64,
}

/// Measures and prints a table, then one JSON object.
pub(crate) fn run() -> Result {
    let recording = example("expense-store-sqlite", "recording")?;
    postgres::found()?;
    let recording_postgres = example("expense-store-postgres", "recording")?;
    let large = example("expense-store-postgres", "large")?;
    shell::run(&mut cargo(&["build", "--release", "-p", "expense-bot"]))?;
    let bot = target().join("release/expense-bot");
    let (start, idle_kb) = start_and_idle(&bot)?;
    let figures = Figures {
        recording,
        recording_postgres,
        large,
        start_to_prompt_ms: start.as_millis(),
        idle_kb,
    };
    println!(
        "start to prompt   {} ms (middle of {STARTS})",
        figures.start_to_prompt_ms
    );
    println!("idle memory       {} MB", figures.idle_kb / 1024);
    for (of, printed) in [
        ("SQLite", &figures.recording),
        ("PostgreSQL", &figures.recording_postgres),
        ("ten million", &figures.large),
    ] {
        for (name, value) in printed.as_object().into_iter().flatten() {
            println!("{of}: {:<30}{value}", name.replace('_', " "));
        }
    }
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}

/// What a release build of this example prints.
fn example(package: &str, name: &str) -> Result<Value> {
    let run = [
        "run",
        "--quiet",
        "--release",
        "--all-features",
        "-p",
        package,
    ];
    let printed = output(cargo(&run).args(["--example", name, "--", "--json"]))?;
    Ok(serde_json::from_str(printed.trim())?)
}

fn target() -> std::path::PathBuf {
    let set = std::env::var_os("CARGO_TARGET_DIR");
    set.map_or_else(|| root().join("target"), Into::into)
}

fn start_and_idle(bot: &Path) -> Result<(Duration, u64)> {
    let data = root().join("target/bench");
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
    Ok((starts.get(STARTS / 2).copied().unwrap_or_default(), idle_kb))
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

fn resident_kb(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kb = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kb.ok_or_else(|| TaskError::Wrong("no VmRSS in /proc".to_owned()))
}
