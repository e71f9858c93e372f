//! Counting tests by what their runners print.

use std::io::{BufRead, BufReader, Read};
use std::ops::AddAssign;
use std::process::{Command, Stdio};

use crate::shell::{Result, TaskError, line};

/// How many tests did what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) skipped: u32,
    /// Ended well because what they need is not here: `NOT RUN: …` on their standard error.
    pub(crate) not_run: u32,
}

/// What a test prints that does not find what it needs.
const NOT_RUN: &str = "NOT RUN: ";

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.not_run += other.not_run;
    }
}

/// Runs a test runner, shows what it prints and counts. True when it ended well.
pub(crate) fn run(command: &mut Command) -> Result<(Count, bool)> {
    eprintln!("+ {}", line(command));
    let mut runner = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| TaskError::NotStarted(line(command), e))?;
    let errors = runner.stderr.take();
    let errors = std::thread::spawn(move || errors.map(watch).unwrap_or_default());
    let mut count = runner.stdout.take().map(watch).unwrap_or_default();
    count += errors.join().unwrap_or_default();
    Ok((count, runner.wait()?.success()))
}

fn watch(output: impl Read) -> Count {
    let lines = BufReader::new(output).lines().map_while(|line| line.ok());
    tally(lines.inspect(|line| println!("{line}")))
}

/// Counts by closing lines, and by what tests print between the lines that name them. The runners
/// take a test that did not run for one that passed.
fn tally(lines: impl Iterator<Item = String>) -> Count {
    let mut count = Count::default();
    let mut told = false;
    for line in lines {
        count += summary(&line).unwrap_or_default();
        if names_a_test(&line) {
            told = false;
        } else if !told && line.trim_start().starts_with(NOT_RUN) {
            told = true;
            count.not_run += 1;
        }
    }
    count
}

/// Whether the output of another test begins: `---- money::adds stdout ----` of cargo test,
/// `    PASS [   0.012s] (1/9) core money::adds` of nextest.
fn names_a_test(line: &str) -> bool {
    let line = line.trim_start();
    let states = [
        "PASS [",
        "FAIL [",
        "LEAK [",
        "TIMEOUT [",
        "SIGKILL [",
        "SIGABRT [",
    ];
    states.iter().any(|state| line.starts_with(state))
        || (line.starts_with("---- ") && line.ends_with(" stdout ----"))
}

/// What a closing line says: `test result: ok. 5 passed; 0 failed; 1 ignored; …` of cargo test,
/// `Summary [ 0.5s] 6 tests run: 5 passed, 1 failed, 1 skipped` of nextest. That one runs each
/// test by itself and shows, indented, what cargo test would have said of it alone.
fn summary(line: &str) -> Option<Count> {
    let told = line.strip_prefix("test result: ").or_else(|| {
        let rest = line.trim_start().strip_prefix("Summary [")?;
        rest.split_once(" run: ").map(|(_, told)| told)
    })?;
    let words: Vec<_> = told
        .split([' ', ';', ',', '('])
        .filter(|word| !word.is_empty())
        .collect();
    let before = |name: &str| {
        let at = words.iter().position(|word| *word == name)?;
        words.get(at.checked_sub(1)?)?.parse().ok()
    };
    Some(Count {
        passed: before("passed").unwrap_or(0),
        failed: before("failed").unwrap_or(0) + before("timed").unwrap_or(0),
        skipped: before("skipped").or_else(|| before("ignored")).unwrap_or(0),
        not_run: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_closing_lines_of_both_runners() {
        let counted = |line: &str| summary(line).map(|c| (c.passed, c.failed, c.skipped));
        let cargo =
            "test result: FAILED. 12 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out";
        assert_eq!(counted(cargo), Some((12, 1, 2)));
        let nextest =
            "     Summary [   1.031s] 14 tests run: 13 passed (1 slow), 1 failed, 3 skipped";
        assert_eq!(counted(nextest), Some((13, 1, 3)));
        assert_eq!(counted("test money::adds ... ok"), None);
    }

    /// What the runners print of two tests that did not run, one of which says so twice, and of
    /// one that did.
    const CARGO: &str = "\
        test a ... ok\ntest b ... ok\ntest c ... ok\n\nsuccesses:\n\n\
        ---- a stdout ----\nNOT RUN: x.json is not there\nNOT RUN: y.json is not there\n\n\
        ---- b stdout ----\nNOT RUN: x.json is not there\n\n\
        ---- c stdout ----\nit is NOT RUN: so it says\n\n\
        successes:\n    a\n    b\n    c\n\n\
        test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
    const NEXTEST: &str = "\
        \x20       PASS [   0.012s] (1/3) core::it a\n  stderr ───\n\
        \x20   NOT RUN: x.json is not there\n    NOT RUN: y.json is not there\n\
        \x20       PASS [   0.012s] (2/3) core::it b\n  stderr ───\n\
        \x20   NOT RUN: x.json is not there\n\
        \x20       PASS [   0.012s] (3/3) core::it c\n  stdout ───\n\
        \x20   test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 2 filtered out\n  stderr ───\n    it is NOT RUN: so it says\n\
        \x20    Summary [   0.100s] 3 tests run: 3 passed, 0 skipped";

    #[test]
    fn counts_each_test_that_did_not_run_once() {
        for printed in [CARGO, NEXTEST] {
            let count = tally(printed.lines().map(str::to_owned));
            assert_eq!((count.passed, count.not_run), (3, 2), "{printed}");
        }
    }
}
