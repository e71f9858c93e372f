//! A bot, a crowd that writes to it, and what the crowd saw.

use std::io::{BufRead, BufReader, Lines};
use std::path::PathBuf;
use std::process::{ChildStdout, Command, Stdio};

use serde::Deserialize;

use super::process::Running;
use super::target;
use crate::shell::{self, Result, TaskError, cargo};

/// The first of the crowd; the others follow.
const FIRST: u64 = 1_000_000;
/// People who fit into an environment variable.
const LISTED: usize = 10_000;

/// Builds what lets people write.
pub(super) fn build() -> Result {
    let mut build = cargo(&["build", "--release", "-p", "telegram-fake"]);
    shell::run(build.args(["--example", "load"]))
}

/// How many people write how.
#[derive(Clone, Copy)]
pub(super) struct Crowd {
    /// Those who write.
    pub(super) chats: usize,
    /// For so long.
    pub(super) seconds: u64,
    /// So many messages a second, answered or not; without it each writes as soon as answered.
    pub(super) rate: Option<u64>,
    /// Words of the example that change it.
    pub(super) habits: &'static [&'static str],
}

/// What a load found, as far as it is looked at here.
#[derive(Deserialize)]
pub(super) struct Report {
    pub(super) sent: u64,
    pub(super) answered: u64,
    pub(super) per_second: f64,
    pub(super) latency_ms: Latency,
}

impl Report {
    /// The same, where everybody was answered.
    pub(super) fn complete(self) -> Result<Self> {
        if self.answered < self.sent {
            let (answered, sent) = (self.answered, self.sent);
            return Err(TaskError::Wrong(format!(
                "{answered} of {sent} messages were answered"
            )));
        }
        Ok(self)
    }
}

#[derive(Deserialize)]
pub(super) struct Latency {
    pub(super) p50: f64,
    pub(super) p99: f64,
}

/// A Bot API server with a crowd that waits for a bot.
pub(super) struct Server {
    crowd: Crowd,
    load: Running,
    lines: Lines<BufReader<ChildStdout>>,
    /// Where it is.
    pub(super) url: String,
    /// The token that it takes.
    pub(super) token: String,
}

impl Server {
    pub(super) fn start(crowd: Crowd) -> Result<Self> {
        let mut load = Command::new(example("load"));
        let shape = if crowd.rate.is_some() {
            "open"
        } else {
            "closed"
        };
        load.args([shape, &crowd.chats.to_string(), &crowd.seconds.to_string()]);
        load.args(crowd.rate.map(|rate| rate.to_string()));
        load.args(crowd.habits);
        let mut load = Running(load.stdout(Stdio::piped()).spawn()?);
        let stdout = load.0.stdout.take();
        let stdout = stdout.ok_or_else(|| TaskError::Wrong("a load without output".to_owned()))?;
        let mut lines = BufReader::new(stdout).lines();
        let url = told(&mut lines, "TELEGRAM_API_URL=")?;
        let token = told(&mut lines, "TELEGRAM_BOT_TOKEN=")?;
        Ok(Self {
            crowd,
            load,
            lines,
            url,
            token,
        })
    }

    /// Their ids and those of as many others, as a list of those who are let in; nothing where
    /// that were too long.
    pub(super) fn people(&self) -> Option<String> {
        let count = 2 * self.crowd.chats;
        let ids = (FIRST..).take(count).map(|id| id.to_string());
        (count <= LISTED).then(|| ids.collect::<Vec<_>>().join(","))
    }

    /// Until the bot has asked for updates, or has set its webhook.
    pub(super) fn connected(&mut self) -> Result {
        told(&mut self.lines, "connected").map(drop)
    }

    /// Until everybody is acquainted, and writes from now on.
    pub(super) fn begun(&mut self) -> Result {
        told(&mut self.lines, "begun").map(drop)
    }

    /// Until everybody has written and was answered.
    pub(super) fn report(mut self) -> Result<Report> {
        let report = told(&mut self.lines, "report ")?;
        self.load.stop()?;
        Ok(serde_json::from_str(&report)?)
    }
}

/// What follows these words on the next line that begins with them.
fn told(lines: &mut Lines<BufReader<ChildStdout>>, words: &str) -> Result<String> {
    for line in lines {
        if let Some(rest) = line?.strip_prefix(words) {
            return Ok(rest.to_owned());
        }
    }
    Err(TaskError::Wrong(format!(
        "the load ended before it told `{words}`"
    )))
}

/// A release build of one of the examples of the Bot API server.
pub(super) fn example(name: &str) -> PathBuf {
    target().join("release/examples").join(name)
}
