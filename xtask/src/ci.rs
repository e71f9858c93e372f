//! `cargo xtask ci`: what a change must pass.

use std::process::Command;
use std::time::Instant;

use crate::shell::{self, Result, TaskError, cargo, root};
use crate::suite::{self, ALL};
use crate::{deny, small};

/// The commands that the README promises to a newcomer.
const PROMISED: [&str; 2] = ["cargo run", "cargo xtask test"];

/// What is checked, and how.
type Step = (&'static str, fn() -> Result);

/// The quick checks first, then the tests, which are the README's own command.
pub(crate) fn run() -> Result {
    let steps: [Step; 7] = [
        ("README", readme),
        ("formatting", || {
            shell::run(&mut cargo(&["fmt", "--all", "--check"]))
        }),
        ("clippy", clippy),
        ("small builds", small::check),
        ("documentation", documentation),
        ("dependencies", deny::run),
        ("tests", suite::run),
    ];
    for (name, step) in steps {
        let started = Instant::now();
        let ended = step();
        let state = if ended.is_ok() { "ok" } else { "failed" };
        let (seconds, room) = (started.elapsed().as_secs(), room()?);
        eprintln!("{state}: {name} ({seconds} s); free on the disk: {room}");
        ended?;
    }
    Ok(())
}

/// A full disk shows as a linker that is killed and as a program that can't print.
fn room() -> Result<String> {
    let free = shell::output(
        Command::new("df")
            .args(["-h", "--output=avail"])
            .arg(root()),
    )?;
    Ok(free.lines().last().unwrap_or_default().trim().to_owned())
}

fn readme() -> Result {
    let readme = std::fs::read_to_string(root().join("README.md"))?;
    let promised = |command: &&str| readme.lines().any(|line| line.trim() == *command);
    match PROMISED.iter().find(|command| !promised(command)) {
        None => Ok(()),
        Some(command) => {
            let wrong = format!("README.md has no line `{command}`");
            Err(TaskError::Wrong(wrong))
        }
    }
}

fn clippy() -> Result {
    let clippy = [
        &["clippy"],
        &ALL[..],
        &["--all-targets", "--", "-D", "warnings"],
    ]
    .concat();
    shell::run(&mut cargo(&clippy))
}

fn documentation() -> Result {
    let doc = [&["doc", "--no-deps"], &ALL[..]].concat();
    shell::run(cargo(&doc).env("RUSTDOCFLAGS", "-D warnings"))
}
