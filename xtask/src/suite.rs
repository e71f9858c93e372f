//! `cargo xtask test`: everything.

use crate::count::{self, Count};
use crate::shell::{Result, TaskError, cargo, works};
use crate::{kafka, models, postgres, prometheus, proxies, python, rabbitmq, redis};

/// Features and members of every build here: one set, so that each crate is compiled once.
pub(crate) const ALL: [&str; 2] = ["--workspace", "--all-features"];

/// Runs every test and counts them.
pub(crate) fn run() -> Result {
    let models = models::ensure();
    let python = python::ensure();
    let postgres = postgres::ensure()?;
    let (primary, standby) = postgres::ensure_pair()?;
    let pair = format!("{} {}", primary.address(), standby.address());
    let kafka = kafka::ensure()?;
    let rabbitmq = rabbitmq::ensure()?;
    let redis = redis::ensure()?;
    prometheus::ensure()?;
    proxies::ensure()?;
    let mut total = Count::default();
    let mut failed = Vec::new();
    for mut runner in runners() {
        runner.env(postgres::VARIABLE, postgres.address());
        runner.env(postgres::PAIR, &pair);
        runner.env(kafka::VARIABLE, kafka.address());
        runner.env(rabbitmq::VARIABLE, rabbitmq.url());
        runner.env(redis::VARIABLE, redis.url());
        if let Ok(directory) = &models {
            runner.env("OCR_MODEL_DIR", directory);
        }
        if let Ok(python) = &python {
            runner.env("JUDGES_PYTHON", python);
        }
        let (count, ended_well) = count::run(&mut runner)?;
        total += count;
        if !ended_well {
            failed.push(crate::shell::line(&runner));
        }
    }
    if let Err(error) = &models {
        println!("\nNot run: the tests that read receipts with the local models ({error}).");
    }
    if let Err(error) = &python {
        println!(
            "\nNot run: the tests in which other teams' clients judge our fakes, and checkers the \
             files of deploy/ ({error})."
        );
    }
    // A runner takes a test that did not run for one that passed.
    let passed = total.passed.saturating_sub(total.not_run);
    println!(
        "\n{passed} passed, {} failed, {} skipped, {} not run for want of what they need",
        total.failed, total.skipped, total.not_run
    );
    let all_is_here = std::env::var_os("CI").is_some();
    match failed.first() {
        None if all_is_here && total.not_run > 0 => {
            let wrong = "where changes are taken every test has to run: look for NOT RUN above";
            Err(TaskError::Wrong(wrong.to_owned()))
        }
        None if passed > 0 => Ok(()),
        None => Err(TaskError::Wrong("no test was run".to_owned())),
        Some(first) => Err(TaskError::Failed(first.clone())),
    }
}

/// Nextest where it is installed, since it runs the tests of all crates at once. It knows no
/// tests in documentation. Both show what tests print that pass, so that those are counted that
/// say they did not run.
fn runners() -> Vec<std::process::Command> {
    let with = |args: &[&str]| cargo(&[args, &ALL].concat());
    if works(&mut cargo(&["nextest", "--version"])) {
        // Many tests wait for servers or for time to pass: two a processor.
        let threads = 2 * std::thread::available_parallelism().map_or(1, usize::from);
        vec![
            shown(with(&["test", "--doc", "--no-fail-fast"])),
            with(&[
                "nextest",
                "run",
                "--no-fail-fast",
                "--success-output=immediate",
                // Thousands of lines pass by: what failed is said once more at the very end.
                "--failure-output=immediate-final",
                "--test-threads",
                &threads.to_string(),
            ]),
        ]
    } else {
        vec![shown(with(&["test", "--no-fail-fast"]))]
    }
}

fn shown(mut runner: std::process::Command) -> std::process::Command {
    runner.args(["--", "--show-output"]);
    runner
}
