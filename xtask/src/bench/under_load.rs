//! A bot, a crowd that writes to it, and what the crowd saw.

use std::io::{BufRead, BufReader, Lines};
use std::path::PathBuf;
use std::process::{ChildStdout, Command, Stdio};

use serde::Deserialize;

use super::process::Running;
use super::target;
use crate::shell::{Result, TaskError};

/// The first of the crowd; the others follow.
const FIRST: u64 = 1_000_000;
/// People who fit into an environment variable.
const LISTED: usize = 10_000;

/// How people write.
#[derive(Clone, Copy)]
pub(super) enum Crowd {
    /// Each of so many chats writes as soon as it was answered.
    Closed { chats: usize, seconds: u64 },
    /// So many messages a second, answered or not, where `acquainted` by people who have written
    /// before.
    Open {
        chats: usize,
        seconds: u64,
        rate: u64,
        acquainted: bool,
    },
}

/// What a load found, as far as it is looked at here.
#[derive(Deserialize)]
pub(super) struct Report {
    pub(super) sent: u64,
    pub(super) answered: u64,
    pub(super) per_second: f64,
    pub(super) latency_ms: Latency,
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
        match crowd {
            Crowd::Closed { chats, seconds } => {
                load.args(["closed", &chats.to_string(), &seconds.to_string()]);
            }
            Crowd::Open {
                chats,
                seconds,
                rate,
                acquainted,
            } => {
                load.args(["open", &chats.to_string(), &seconds.to_string()]);
                load.arg(rate.to_string());
                load.args(acquainted.then_some("acquainted"));
            }
        }
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

    /// Their ids, as a list of those who are let in; nothing where that were too long.
    pub(super) fn people(&self) -> Option<String> {
        let (Crowd::Closed { chats, .. } | Crowd::Open { chats, .. }) = self.crowd;
        let ids = (FIRST..).take(chats).map(|id| id.to_string());
        (chats <= LISTED).then(|| ids.collect::<Vec<_>>().join(","))
    }

    /// Until the bot has asked for updates, or has set its webhook.
    pub(super) fn connected(&mut self) -> Result {
        told(&mut self.lines, "connected").map(drop)
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
