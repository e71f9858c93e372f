//! Waking other instances: a short stream that each reads on from where it is, on a connection of
//! its own that waits for the next entry.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use expense_core::memory::wake::{spelled, understood};
use expense_core::ports::jobs::JobKind;
use expense_core::ports::wake::Wake;

use crate::client::{Redis, Server};
use crate::config::{Config, millis};
use crate::error::{Failure, OpenError};

/// Entries that are kept for whoever reads slowly; beyond that the oldest go.
const KEPT: usize = 1_000;
/// How long they are kept where nobody rings any more.
const LIFE: Duration = Duration::from_secs(60 * 60);
/// How long one question waits for an entry.
const WAIT: Duration = Duration::from_secs(5);
/// The pause before somebody who can't listen tries again.
const PAUSE: Duration = Duration::from_secs(2);

/// An entry: its id, and its fields, of which there is one.
type Entry = (String, Vec<String>);

/// Who listens, once they do.
pub(crate) struct Ear {
    server: Arc<Server>,
    /// The entry that was read last.
    last: Option<String>,
    heard: VecDeque<(JobKind, DateTime<Utc>)>,
}

impl Ear {
    /// The connection is made when it is needed.
    pub(crate) fn open(config: &Config) -> Result<Self, OpenError> {
        let mut patient = config.clone();
        patient.response_timeout += WAIT;
        Ok(Self {
            server: Arc::new(Server::open(&patient)?),
            last: None,
            heard: VecDeque::new(),
        })
    }

    /// Waits for what comes next, for a while.
    async fn listen(&mut self, stream: &str) -> Result<(), Failure> {
        let last = match &self.last {
            Some(last) => last.clone(),
            None => self.newest(stream).await?,
        };
        // Whoever loses the connection reads on from here.
        self.last = Some(last.clone());
        let mut next = redis::cmd("XREAD");
        next.arg("BLOCK").arg(millis(WAIT));
        next.arg("STREAMS").arg(stream).arg(&last);
        let read: Option<Vec<(String, Vec<Entry>)>> = self.server.ask(&next).await?;
        let entries = read.into_iter().flatten().flat_map(|(_, entries)| entries);
        for (id, fields) in entries {
            self.heard
                .extend(fields.get(1).and_then(|rung| understood(rung)));
            self.last = Some(id);
        }
        Ok(())
    }

    /// What was rung before somebody listened is not heard.
    async fn newest(&self, stream: &str) -> Result<String, Failure> {
        let mut newest = redis::cmd("XREVRANGE");
        newest.arg(stream).arg("+").arg("-").arg("COUNT").arg(1);
        let newest: Vec<Entry> = self.server.ask(&newest).await?;
        let id = newest.into_iter().next().map(|(id, _)| id);
        Ok(id.unwrap_or_else(|| "0-0".to_owned()))
    }
}

#[async_trait]
impl Wake for Redis {
    fn ring(&self, kind: JobKind, from: DateTime<Utc>) {
        let Some(rung) = spelled(kind, from) else {
            return;
        };
        let mut ring = redis::cmd("XADD");
        ring.arg(self.rings()).arg("MAXLEN").arg("~").arg(KEPT);
        ring.arg("*").arg("rung").arg(rung);
        self.mention(ring);
        let mut live = redis::cmd("EXPIRE");
        live.arg(self.rings()).arg(LIFE.as_secs());
        self.mention(live);
    }

    async fn heard(&self) -> (JobKind, DateTime<Utc>) {
        let mut ear = self.ear().await;
        loop {
            if let Some(rung) = ear.heard.pop_front() {
                return rung;
            }
            if let Err(failure) = ear.listen(&self.rings()).await {
                tracing::debug!(error = %failure, "nothing can be heard");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
