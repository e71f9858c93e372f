//! The units.

use std::collections::BTreeMap;
use std::process::Command;

use rstest::rstest;

use super::checkers::succeed;
use super::program::{Told, understands};
use super::{deploy, read};

const PROGRAM: &str = "/usr/local/bin/expense-bot";
const SECRETS: &str = "%d/";
/// What `systemd-analyze security` calls OK, in tenths: the lower, the less a broken program can do.
const EXPOSURE: &str = "20";

#[rstest]
#[case::all_in_one(&["expense-bot.service"], "expense-bot.service")]
#[case::a_door(&["expense-bot.service", "door.conf"], "expense-bot.service")]
#[case::a_worker(&["expense-bot-worker@.service"], "expense-bot-worker@42.service")]
fn a_unit_is_well_written_and_fits_the_program(#[case] files: &[&str], #[case] unit: &str) {
    let texts = files.iter().map(|file| read(deploy("systemd").join(file)));
    let text = texts.collect::<Vec<_>>().join("\n");
    let lines: Vec<(&str, &str)> = text
        .lines()
        .filter_map(|line| line.split_once('='))
        .collect();
    let all = |key: &'static str| lines.iter().filter(move |(name, _)| *name == key);
    let environment: BTreeMap<_, _> = all("Environment")
        .flat_map(|(_, settings)| settings.split(' '))
        .filter_map(|setting| setting.split_once('='))
        .map(|(name, value)| {
            (
                name.to_owned(),
                value.replace("%i", "42").replace("%t", "/run"),
            )
        })
        .collect();
    let mut start = all("ExecStart").filter_map(|(_, line)| line.strip_prefix(PROGRAM));
    let start = start.next_back().expect("it starts the program");
    // What stands in a worker's own file, if anything.
    let arguments = start.trim().split(' ').filter(|word| *word != "$ONLY");
    let told = Told {
        environment,
        arguments: arguments.map(str::to_owned).collect(),
    };
    understands(&told, SECRETS, super::secrets().path());
    let stop = all("TimeoutStopSec").find_map(|(_, seconds)| seconds.parse::<u64>().ok());
    assert!(stop.is_some_and(|stop| stop > super::ending()), "{stop:?}");
    is_taken(&text, unit);
}

/// By systemd's own checks, with another program in the place of ours.
fn is_taken(text: &str, unit: &str) {
    if Command::new("systemd-analyze")
        .arg("--version")
        .output()
        .is_err()
    {
        eprintln!("NOT RUN: systemd-analyze is not here; `cargo xtask test` installs it");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(unit);
    std::fs::write(&file, text.replace(PROGRAM, "/bin/true")).expect("room on the disk");
    let verify = ["verify", "--man=no"];
    succeed(Command::new("systemd-analyze").args(verify).arg(&file), "");
    let threshold = ["--threshold", EXPOSURE];
    let security = ["security", "--offline=true", "--no-pager"];
    let mut judged = Command::new("systemd-analyze");
    succeed(judged.args(security).args(threshold).arg(&file), "");
}

/// A shell has neither the settings nor the secrets of a unit.
#[test]
fn doctor_sees_what_the_units_see() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |file: &str, text: &str| {
        std::fs::write(folder.path().join(file), text).expect("room on the disk");
    };
    write(
        "settings",
        "# LOG=loud\n\nOWNER_IDS=\"4711\"\nLEASE_TTL=soon\n",
    );
    write("database_url", "oracle://db.internal\n");
    write("bot.pem", "no variable");
    let mut doctor = Command::new("sh");
    doctor.arg(deploy("systemd/doctor.sh")).arg(folder.path());
    let said = doctor.env("EXPENSE_BOT", expense_tests::bot()).output();
    let said = said.expect("sh is here");
    let told = String::from_utf8_lossy(&said.stdout);
    assert!(!said.status.success(), "{told}");
    let problems = told.lines().filter(|line| line.starts_with("PROBLEM"));
    let problems: Vec<&str> = problems.collect();
    for name in ["DATABASE_URL", "LEASE_TTL"] {
        assert!(
            problems.iter().any(|problem| problem.contains(name)),
            "{told}"
        );
    }
    assert_eq!(problems.len(), 2, "{told}");
}
