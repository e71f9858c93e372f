//! `doctor`: looks at every configured part and says what is wrong and how to mend it.

mod database;
mod machine;
mod queue;
#[cfg(feature = "fx")]
mod rates;
mod readers;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "telegram")]
mod telegram;

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::config::{Config, ConfigError};
use crate::error::Failure;

/// One part and how it is: a fact, or what is wrong and how to mend it.
struct Finding {
    part: &'static str,
    state: Result<String, String>,
}

/// Looks at everything; exit code 1 where something is wrong.
pub(crate) async fn run(config: Result<Config, ConfigError>) -> Result<ExitCode, Failure> {
    let findings = match config {
        Ok(config) => examine_all(&config).await,
        Err(ConfigError(mistakes)) => mistakes
            .into_iter()
            .map(|mistake| finding("configuration", Err::<&str, _>(mistake)))
            .collect(),
    };
    let mut out = io::stdout().lock();
    let mut problems = 0;
    for Finding { part, state } in findings {
        match state {
            Ok(fact) => writeln!(out, "ok       {part:<15}{fact}")?,
            Err(wrong) => {
                problems += 1;
                writeln!(out, "PROBLEM  {part:<15}{wrong}")?;
            }
        }
    }
    match problems {
        0 => writeln!(out, "Everything is well.")?,
        1 => writeln!(out, "1 problem.")?,
        _ => writeln!(out, "{problems} problems.")?,
    }
    Ok(ExitCode::from(u8::from(problems > 0)))
}

async fn examine_all(config: &Config) -> Vec<Finding> {
    let mut findings = vec![
        finding("configuration", Ok::<_, String>("no mistakes")),
        finding("data directory", machine::data_directory(config)),
        finding("free space", machine::room(config)),
        finding("database", database::examine(config).await),
    ];
    #[cfg(feature = "redis")]
    if let Some(examined) = redis::examine(config).await {
        findings.push(finding("redis", examined));
    }
    #[cfg(feature = "postgres")]
    for replica in database::examine_replicas(config).await {
        findings.push(finding("replica", replica));
    }
    if let Some(state) = queue::examine(config).await {
        findings.push(finding("queue", state));
    }
    findings.extend(readers::examine(config).await);
    #[cfg(feature = "fx")]
    if let Some(address) = &config.rates {
        findings.push(finding("rates", rates::examine(address).await));
    }
    #[cfg(feature = "telegram")]
    findings.extend(telegram::examine(config).await);
    findings
}

fn finding(part: &'static str, state: Result<impl Display, impl Display>) -> Finding {
    let state = match state {
        Ok(fact) => Ok(fact.to_string()),
        Err(wrong) => Err(wrong.to_string()),
    };
    Finding { part, state }
}
