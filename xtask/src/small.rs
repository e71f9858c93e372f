//! Builds of the program without some of its adapters.

use serde::Deserialize;

use crate::shell::{self, Result, TaskError, cargo, output};

const PROGRAM: &str = "expense-bot";

/// Adapters that somebody may well want alone, or together.
const SMALL: [&str; 7] = [
    "sqlite",
    "sqlite,telegram",
    "sqlite,gemini",
    "sqlite,ocr-local",
    "postgres,telegram,fx",
    "postgres,telegram,rabbitmq",
    "postgres,telegram,kafka",
];

/// They are clean, too, and name what they lack.
pub(crate) fn check() -> Result {
    for features in SMALL {
        let alone = ["--package", PROGRAM, "--no-default-features"];
        let wanted = ["--features", features, "--", "-D", "warnings"];
        shell::run(&mut cargo(&[&["clippy"], &alone[..], &wanted].concat()))?;
    }
    // Everything but the program is built as all tests need it: once.
    let others = features_of_others()?;
    for store in ["sqlite", "postgres"] {
        let features = format!("{others},{PROGRAM}/{store}");
        shell::run(&mut cargo(&[
            "test",
            "--workspace",
            "--no-default-features",
            "--features",
            &features,
            "--bin",
            PROGRAM,
            "lacking",
        ]))?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    features: std::collections::BTreeMap<String, Vec<String>>,
}

/// All features of all members but the program.
fn features_of_others() -> Result<String> {
    let told = output(&mut cargo(&[
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
    ]))?;
    let told: Metadata = serde_json::from_str(&told)
        .map_err(|error| TaskError::Wrong(format!("cargo's metadata can't be read: {error}")))?;
    let others = told.packages.iter().filter(|other| other.name != PROGRAM);
    let features = others.flat_map(|other| {
        let names = other.features.keys();
        names.map(move |feature| format!("{}/{feature}", other.name))
    });
    Ok(features.collect::<Vec<_>>().join(","))
}
