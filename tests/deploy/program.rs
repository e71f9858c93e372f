//! What the program itself says about variables and subcommands.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output};

/// What it is that the program is told.
pub(super) struct Told {
    /// Its variables.
    pub(super) environment: BTreeMap<String, String>,
    /// Its arguments.
    pub(super) arguments: Vec<String>,
}

/// Asserts that the program understands it, with secrets out of this folder where those of a
/// container are: each variable is known, each that names a file is read, each value fits.
pub(super) fn understands(told: &Told, place: &str, secrets: &Path) {
    let names: BTreeSet<&str> = told
        .environment
        .keys()
        .map(String::as_str)
        .filter(|name| !OF_THE_SYSTEM.contains(name))
        .collect();
    let files = names.iter().filter_map(|name| name.strip_suffix("_FILE"));
    let files: BTreeSet<&str> = files.collect();
    let settings = names.iter().filter(|name| !name.ends_with("_FILE"));
    let unknown = unknown(settings.chain(&files).copied());
    assert!(unknown.is_empty(), "{told:?}: unknown: {unknown:?}");
    let plain = no_secrets(&files);
    assert!(plain.is_empty(), "{told:?}: read from no file: {plain:?}");

    let moved = told.environment.iter().map(|(name, value)| {
        let inside = value
            .strip_prefix(place)
            .filter(|_| name.ends_with("_FILE"));
        let value = inside.map(|file| secrets.join(file).display().to_string());
        let value = value.unwrap_or_else(|| told.environment[name].clone());
        (name.clone(), value)
    });
    let mistakes = mistakes(moved.collect());
    assert!(mistakes.is_empty(), "{told:?}: {mistakes:?}");
    takes(&told.arguments);
}

/// Read by more than this program.
const OF_THE_SYSTEM: &[&str] = &["HOME", "XDG_DATA_HOME"];
const MISTAKE: &str = "no_such_setting";

/// Which of these settings a file of settings may not hold.
fn unknown<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let settings = names.map(|name| format!("{} = \"?\"\n", name.to_lowercase()));
    let said = doctor(&settings.collect::<String>(), BTreeMap::new());
    let lines = said
        .lines()
        .filter(|line| line.contains("has no such setting"));
    let lines = lines.filter(|line| !line.contains(MISTAKE));
    lines.map(str::to_owned).collect()
}

/// Which of these are not read from files: the program does not miss theirs.
fn no_secrets<'a>(names: &BTreeSet<&'a str>) -> Vec<&'a str> {
    let missing = names
        .iter()
        .map(|name| (format!("{name}_FILE"), "/is/not/there".to_owned()));
    let said = doctor("", missing.collect());
    let missed = |name: &&str| said.contains(&format!("{name}_FILE: the file can't be read"));
    let names = names.iter().copied();
    names.filter(|name| !missed(name)).collect()
}

/// What is wrong with these values.
fn mistakes(environment: BTreeMap<String, String>) -> Vec<String> {
    let said = doctor("", environment);
    let lines = said.lines().filter(|line| line.starts_with("PROBLEM"));
    let lines = lines.filter(|line| !line.contains(MISTAKE));
    lines.map(str::to_owned).collect()
}

/// What `doctor` says. One mistake is always there, so that it looks at nothing but settings.
fn doctor(settings: &str, environment: BTreeMap<String, String>) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("settings.toml");
    std::fs::write(&file, format!("{MISTAKE} = \"\"\n{settings}")).expect("room on the disk");
    let mut doctor = Command::new(expense_tests::bot());
    doctor.env_clear().env("HOME", folder.path());
    doctor.envs(environment).arg("--config").arg(&file);
    let said = doctor.arg("doctor").output().expect("the program starts");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains(MISTAKE), "{said}");
    said
}

/// Asserts that there is such a subcommand with such options.
fn takes(arguments: &[String]) {
    let Some(command) = arguments.first().map(String::as_str) else {
        return;
    };
    let Output { status, stdout, .. } = Command::new(expense_tests::bot())
        .args([command, "--help"])
        .output()
        .expect("the program starts");
    assert!(status.success(), "there is no `{command}`");
    let help = String::from_utf8_lossy(&stdout);
    let options = arguments.iter().filter(|word| word.starts_with("--"));
    for option in options {
        assert!(help.contains(option.as_str()), "{command} has no {option}");
    }
}

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "expense-bot {}", self.arguments.join(" "))
    }
}
