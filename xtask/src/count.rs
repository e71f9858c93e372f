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
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
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
    let mut count = Count::default();
    for line in BufReader::new(output)
        .lines()
        .map_while(std::result::Result::ok)
    {
        println!("{line}");
        count += summary(&line).unwrap_or_default();
    }
    count
}

/// What a closing line says: `test result: ok. 5 passed; 0 failed; 1 ignored; …` of cargo test,
/// `Summary [ 0.5s] 6 tests run: 5 passed, 1 failed, 1 skipped` of nextest.
fn summary(line: &str) -> Option<Count> {
    let line = line.trim_start();
    let told = line.strip_prefix("test result: ").or_else(|| {
        let rest = line.strip_prefix("Summary [")?;
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
}
