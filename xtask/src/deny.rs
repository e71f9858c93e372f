//! Dependencies: licences, sources, banned crates, and what the core stays free of.

use std::path::PathBuf;
use std::process::Command;

use crate::shell::{self, Result, TaskError, cargo, output, root, works};

/// The version that reads `deny.toml`.
const VERSION: &str = "0.20.2";
/// What must not be in the core's tree, whatever its features.
const FOREIGN: [&str; 5] = ["sqlx", "reqwest", "teloxide", "redis", "lapin"];

/// Checks all of it. The list of advisories is left out: it is not in a package registry.
pub(crate) fn run() -> Result {
    let tool = installed()?;
    shell::run(Command::new(tool).current_dir(root()).args([
        "--all-features",
        "check",
        "bans",
        "licenses",
        "sources",
    ]))?;
    core_is_free()
}

/// cargo-deny, compiled once below `target/`.
fn installed() -> Result<PathBuf> {
    let tools = root().join("target/tools");
    let tool = tools.join("bin/cargo-deny");
    if !works(Command::new(&tool).arg("--version")) {
        let package = format!("cargo-deny@{VERSION}");
        // Unoptimised: it is built for one check.
        let mut install = cargo(&["install", &package, "--debug", "--locked", "--root"]);
        run_in_tools(install.arg(&tools))?;
    }
    Ok(tool)
}

fn run_in_tools(install: &mut Command) -> Result {
    shell::run(install.env("CARGO_TARGET_DIR", root().join("target/tools/build")))
}

fn core_is_free() -> Result {
    let args = [
        "tree",
        "-p",
        "expense-core",
        "--all-features",
        "--edges",
        "normal,build",
    ];
    let tree = output(cargo(&args).args(["--prefix", "none", "--format", "{p}"]))?;
    let named = |line: &str| {
        line.split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let foreign = |name: &String| {
        let of = |foreign: &str| name == foreign || name.starts_with(&format!("{foreign}-"));
        FOREIGN.iter().any(|foreign| of(foreign))
    };
    match tree.lines().map(named).find(foreign) {
        None => Ok(()),
        Some(name) => Err(TaskError::Wrong(format!("expense-core depends on {name}"))),
    }
}
