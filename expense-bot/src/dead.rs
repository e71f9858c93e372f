//! `dead`: the updates that were given up, to be looked at and replayed.

use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::Arc;

use clap::Subcommand;
use expense_core::domain::keys::UpdateKey;
use expense_core::memory::clock::SystemClock;
use expense_core::ports::queue::{Buried, UpdateQueue};
use serde_json::json;

use crate::config::Config;
use crate::error::Failure;
use crate::wire::queue::Queue;

/// The most that are listed, and that are replayed at a time.
const MOST: usize = 1_000;
/// The most among which one is looked for: no queue keeps more.
const ALL: usize = 100_000;

/// What is to be done with buried updates.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print one JSON object an update
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Prints one update whole, with what the person wrote
    Show {
        /// Its key, as the list shows it
        key: String,
    },
    /// Puts updates back into the queue, once what failed was mended
    Replay {
        /// The key of one of them
        #[arg(required_unless_present = "all")]
        key: Option<String>,
        /// All of them, the oldest first
        #[arg(long, conflicts_with = "key")]
        all: bool,
    },
}

/// Does it.
pub(crate) async fn run(config: &Config, args: &Args) -> Result<(), Failure> {
    let queue = Queue::needed(config, Arc::new(SystemClock), "dead")?;
    let done = act(&*queue.port(), args).await;
    queue.close().await;
    done
}

async fn act(queue: &dyn UpdateQueue, args: &Args) -> Result<(), Failure> {
    match &args.what {
        None => list(&buried(queue).await?, args.json),
        Some(What::Show { key }) => {
            let key = parse(key)?;
            let buried = queue.buried(ALL).await.map_err(Failure::Buried)?;
            match buried.iter().find(|buried| buried.envelope.key == key) {
                Some(buried) => show(buried),
                None => Err(not_there(&key)),
            }
        }
        Some(What::Replay { key: Some(key), .. }) => {
            let key = parse(key)?;
            if !queue.revive(&key).await.map_err(Failure::Buried)? {
                return Err(not_there(&key));
            }
            Ok(writeln!(
                io::stdout(),
                "{} is in the queue again.",
                key.as_str()
            )?)
        }
        Some(What::Replay { key: None, .. }) => replay_all(queue).await,
    }
}

async fn buried(queue: &dyn UpdateQueue) -> Result<Vec<Buried>, Failure> {
    queue.buried(MOST).await.map_err(Failure::Buried)
}

fn parse(key: &str) -> Result<UpdateKey, Failure> {
    let wrong = |_| Failure::Refused("no update has such a key: see `expense-bot dead`".to_owned());
    UpdateKey::new(key).map_err(wrong)
}

fn not_there(key: &UpdateKey) -> Failure {
    let key = key.as_str();
    Failure::Refused(format!(
        "{key} is not among the buried: see `expense-bot dead`"
    ))
}

fn list(buried: &[Buried], json: bool) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    if buried.is_empty() && !json {
        writeln!(out, "No update was given up.")?;
    }
    for Buried { envelope, reason } in buried {
        let (key, sent_at) = (envelope.key.as_str(), envelope.sent_at.to_rfc3339());
        let kind = format!("{:?}", envelope.event);
        if json {
            let object = json!({"key": key, "sent_at": sent_at, "kind": kind, "reason": reason});
            writeln!(out, "{object}")?;
        } else {
            writeln!(out, "{key}  {sent_at}  {kind}  {reason}")?;
        }
    }
    if buried.len() >= MOST {
        eprintln!("These are the {MOST} oldest; there may be more.");
    }
    Ok(())
}

fn show(buried: &Buried) -> Result<(), Failure> {
    let object = json!({"reason": buried.reason, "update": buried.envelope});
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &object).map_err(io::Error::from)?;
    Ok(writeln!(out)?)
}

async fn replay_all(queue: &dyn UpdateQueue) -> Result<(), Failure> {
    // What fails at once is buried again, behind the others: it is not replayed twice.
    let mut tried = HashSet::new();
    let mut count = 0_u64;
    loop {
        let buried = buried(queue).await?;
        let mut keys: Vec<UpdateKey> = buried.into_iter().map(|b| b.envelope.key).collect();
        keys.retain(|key| !tried.contains(key));
        if keys.is_empty() {
            break;
        }
        for key in keys {
            count += u64::from(queue.revive(&key).await.map_err(Failure::Buried)?);
            tried.insert(key);
        }
    }
    Ok(writeln!(
        io::stdout(),
        "{count} updates are in the queue again."
    )?)
}

#[cfg(test)]
mod tests {
    use expense_core::ports::queue::MockUpdateQueue;
    use expense_core::testing::fixtures;

    use super::*;

    fn buried(name: &str) -> Buried {
        let chat = fixtures::chat("anna");
        Buried {
            envelope: fixtures::envelope(&chat, fixtures::key(name), "12.50 lunch"),
            reason: "it failed".to_owned(),
        }
    }

    /// Those behind the first ones are replayed, too, and one that was buried again is left.
    #[tokio::test]
    async fn all_are_replayed_and_none_twice() {
        let mut queue = MockUpdateQueue::new();
        let mut looks = vec![vec!["c", "a"], vec!["a", "b", "c"], vec!["a", "b"]];
        queue.expect_buried().times(3).returning(move |_| {
            let names = looks.pop().unwrap_or_default();
            Ok(names.into_iter().map(buried).collect())
        });
        queue.expect_revive().times(3).returning(|_| Ok(true));
        replay_all(&queue).await.unwrap();
    }
}
