//! A connection that is made when it is needed, and again when it was lost.

use std::sync::Arc;
use std::time::Duration;

use lapin::{Channel, Connection};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::config::{Config, MOST_PARTITIONS, PREFIX};
use crate::error::{Failure, OpenError};
use crate::node::Node;
use crate::topology::{self, Names};

/// The first and the longest pause after a failed try to connect. Within it, nobody waits.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// An answer of the broker. Where a connection breaks in the middle, some never come.
pub(crate) async fn answer<T>(
    patience: Duration,
    asked: impl Future<Output = lapin::Result<T>>,
) -> Result<T, Failure> {
    let answered = timeout(patience, asked).await;
    Ok(answered.map_err(|_| Failure::Silent)??)
}

/// A connection to the broker, shared by whoever needs channels of it.
pub(crate) struct Link {
    /// At least one.
    nodes: Vec<Node>,
    /// What it is for, for whoever looks at the broker's list of connections.
    purpose: &'static str,
    names: Names,
    patience: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connection: Option<Arc<Connection>>,
    /// The node that is tried first.
    next: usize,
    failed: Option<(Instant, Duration, Failure)>,
}

impl Link {
    /// Looks at the settings alone.
    pub(crate) fn open(config: &Config, purpose: &'static str) -> Result<Self, OpenError> {
        let name = &config.prefix;
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if !(1..=PREFIX).contains(&name.len())
            || !name.bytes().all(fits)
            || !(1..=MOST_PARTITIONS).contains(&config.partitions)
        {
            return Err(OpenError::Settings);
        }
        let nodes: Result<_, OpenError> = config.urls().iter().map(|url| Node::read(url)).collect();
        Ok(Self {
            nodes: nodes?,
            purpose,
            names: Names::new(config),
            patience: config.patience,
            state: Mutex::default(),
        })
    }

    /// The connection, made if need be, with all queues there.
    pub(crate) async fn connection(&self) -> Result<Arc<Connection>, Failure> {
        let mut state = self.state.lock().await;
        if let Some(connection) = &state.connection
            && connection.status().connected()
        {
            return Ok(Arc::clone(connection));
        }
        if let Some((since, pause, failure)) = &state.failed
            && since.elapsed() < *pause
        {
            return Err(failure.clone());
        }
        // The node of a connection that was lost is the last to be asked.
        if state.connection.take().is_some() {
            state.next += 1;
        }
        match self.connect(state.next).await {
            Ok((connection, node)) => {
                let connection = Arc::new(connection);
                *state = State {
                    connection: Some(Arc::clone(&connection)),
                    next: node,
                    failed: None,
                };
                Ok(connection)
            }
            Err(failure) => {
                let pause = state
                    .failed
                    .as_ref()
                    .map_or(FIRST_PAUSE, |(_, pause, _)| (*pause * 2).min(LONGEST_PAUSE));
                tracing::warn!(error = %failure, purpose = self.purpose, "no connection to RabbitMQ");
                state.failed = Some((Instant::now(), pause, failure.clone()));
                Err(failure)
            }
        }
    }

    /// A channel of its own.
    pub(crate) async fn channel(&self) -> Result<Channel, Failure> {
        let connection = self.connection().await?;
        answer(self.patience, connection.create_channel()).await
    }

    /// Makes all queues again: somebody deleted one.
    pub(crate) async fn repair(&self) -> Result<(), Failure> {
        let connection = self.connection().await?;
        topology::make(&connection, &self.names, self.patience).await
    }

    /// Ends the connection, if there is one.
    pub(crate) async fn close(&self) {
        let connection = self.state.lock().await.connection.take();
        if let Some(connection) = connection {
            let closing = connection.close(200, "done".into());
            // Who does not answer is left.
            let _ = timeout(self.patience, closing).await;
        }
    }

    /// A connection to the first node from this one on that has time for us, and which it is.
    async fn connect(&self, first: usize) -> Result<(Connection, usize), Failure> {
        let mut failed = Failure::Unreachable;
        for tried in 0..self.nodes.len() {
            let node = (first + tried) % self.nodes.len();
            // Where all are slow, the last one is waited for as long as one alone would be.
            let share = match tried + 1 == self.nodes.len() {
                true => self.patience,
                false => self.patience / u32::try_from(self.nodes.len()).unwrap_or(u32::MAX),
            };
            match self.connect_to(&self.nodes[node], share).await {
                Ok(connection) => return Ok((connection, node)),
                // Another node may be there, and let in whom this one does not know yet.
                Err(failure) => failed = failure,
            }
        }
        Err(failed)
    }

    async fn connect_to(&self, node: &Node, share: Duration) -> Result<Connection, Failure> {
        let connecting = timeout(share, node.connect(self.purpose)).await;
        let connection = connecting.map_err(|_| Failure::Silent)??;
        topology::ensure(&connection, &self.names, self.patience).await?;
        Ok(connection)
    }
}
