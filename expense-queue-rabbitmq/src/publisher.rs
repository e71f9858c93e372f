//! Publishing: many wait for their confirms at the same time, in the order of their publishing.

use std::sync::Arc;
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt};
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{BasicProperties, Channel, Confirmation, Connection};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::error::Failure;
use crate::link::{Link, answer};
use crate::message;

/// Messages whose confirms are waited for at the same time.
const WINDOW: usize = 1_024;
/// Messages that wait for a place among them.
const WAITING: usize = 4_096;
/// How often it is looked whether the broker takes anything, while confirms are due.
const LOOK: Duration = Duration::from_millis(250);

/// A message on its way.
pub(crate) struct Message {
    /// The exchange; the queue itself where it is empty.
    pub(crate) exchange: String,
    /// The chat, or the queue.
    pub(crate) key: String,
    pub(crate) body: Vec<u8>,
    pub(crate) properties: BasicProperties,
    /// Whether it matters that some queue takes it.
    pub(crate) mandatory: bool,
}

struct Job {
    message: Message,
    /// Whether it was met by a lost connection before.
    again: bool,
    done: oneshot::Sender<Result<(), Failure>>,
}

/// Publishes for all tasks of this process, through one channel.
#[derive(Clone)]
pub(crate) struct Publisher {
    jobs: mpsc::Sender<Job>,
    patience: Duration,
}

impl Publisher {
    /// A publisher that works until `stop`.
    pub(crate) fn start(link: Arc<Link>, patience: Duration, stop: CancellationToken) -> Self {
        let (jobs, waiting) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            stop.run_until_cancelled(work(&link, waiting, patience))
                .await;
        });
        Self { jobs, patience }
    }

    /// Publishes it where there is room for it now; nobody learns what became of it.
    pub(crate) fn mention(&self, message: Message) {
        let (done, _) = oneshot::channel();
        let job = Job {
            message,
            again: true,
            done,
        };
        let _ = self.jobs.try_send(job);
    }

    /// Returns once the broker has confirmed that it keeps the message. Those who call one after the
    /// other publish one after the other.
    pub(crate) async fn publish(&self, message: Message) -> Result<(), Failure> {
        let (done, confirmed) = oneshot::channel();
        let publishing = async {
            let job = Job {
                message,
                again: false,
                done,
            };
            self.jobs
                .send(job)
                .await
                .map_err(|_| Failure::Unreachable)?;
            confirmed.await.map_err(|_| Failure::Silent)?
        };
        let published = tokio::time::timeout(self.patience, publishing).await;
        published.map_err(|_| Failure::Silent)?
    }
}

async fn work(link: &Link, mut waiting: mpsc::Receiver<Job>, patience: Duration) {
    let mut left = None;
    loop {
        let first = match left.take() {
            Some(job) => Some(job),
            None => waiting.recv().await,
        };
        let Some(first) = first else {
            return;
        };
        match open(link, patience).await {
            Ok((connection, channel)) => {
                let served = serve(&connection, &channel, first, &mut waiting, patience).await;
                if matches!(served, Served::NoRoute) {
                    // What fails is told to whoever publishes next.
                    let _ = link.repair().await;
                } else if let Served::Unsent(job) = served {
                    left = Some(*job);
                }
            }
            Err(failure) => {
                // All of them waited for the same.
                refuse(first, &failure);
                while let Ok(job) = waiting.try_recv() {
                    refuse(job, &failure);
                }
            }
        }
    }
}

/// Why a channel is of no use any more.
enum Served {
    Ended,
    /// A queue is missing.
    NoRoute,
    /// It was lost before this could be sent.
    Unsent(Box<Job>),
}

fn refuse(job: Job, failure: &Failure) {
    // Whoever stopped waiting needs no answer.
    let _ = job.done.send(Err(failure.clone()));
}

async fn open(link: &Link, patience: Duration) -> Result<(Arc<Connection>, Channel), Failure> {
    let connection = link.connection().await?;
    if connection.status().blocked() {
        return Err(Failure::Blocked);
    }
    let channel = link.channel().await?;
    let confirming = channel.confirm_select(ConfirmSelectOptions::default());
    answer(patience, confirming).await?;
    Ok((connection, channel))
}

/// Publishes until the channel is of no use any more.
async fn serve(
    connection: &Connection,
    channel: &Channel,
    first: Job,
    waiting: &mut mpsc::Receiver<Job>,
    patience: Duration,
) -> Served {
    let mut due = FuturesUnordered::new();
    let mut next = Some(first);
    loop {
        if let Some(job) = next.take() {
            if connection.status().blocked() {
                refuse(job, &Failure::Blocked);
            } else {
                match send(channel, job, patience).await {
                    Ok(confirm) => due.push(confirm),
                    Err(job) if job.again => {
                        refuse(job, &Failure::Unreachable);
                        return Served::Ended;
                    }
                    Err(job) => {
                        return Served::Unsent(Box::new(Job { again: true, ..job }));
                    }
                }
            }
        }
        tokio::select! {
            biased;
            Some(ended) = due.next(), if !due.is_empty() => match ended {
                Ending::Confirmed => {}
                Ending::NoRoute => return Served::NoRoute,
                Ending::Broken => return Served::Ended,
            },
            job = waiting.recv(), if due.len() < WINDOW => match job {
                Some(job) => next = Some(job),
                None => return Served::Ended,
            },
            () = tokio::time::sleep(LOOK), if !due.is_empty() => {
                if connection.status().blocked() || !channel.status().connected() {
                    // Those who wait learn that it takes longer; their messages come all the same
                    // when the broker takes them, and are known by their keys.
                    return Served::Ended;
                }
            }
        }
    }
}

/// How a message ended.
enum Ending {
    Confirmed,
    NoRoute,
    Broken,
}

/// Sends a message; what it gives back waits for the confirm and tells whoever published it.
async fn send(
    channel: &Channel,
    job: Job,
    patience: Duration,
) -> Result<impl Future<Output = Ending> + use<>, Job> {
    let Job {
        message,
        again,
        done,
    } = job;
    let options = BasicPublishOptions {
        mandatory: message.mandatory,
        ..BasicPublishOptions::default()
    };
    let (exchange, key) = (
        message.exchange.as_str().into(),
        message.key.as_str().into(),
    );
    let properties = message.properties.clone();
    let sent = channel.basic_publish(exchange, key, options, &message.body, properties);
    let sent = answer(patience, sent).await;
    let Ok(confirm) = sent else {
        return Err(Job {
            message,
            again,
            done,
        });
    };
    Ok(async move {
        let (answer, ending) = match confirm.await {
            Ok(Confirmation::Ack(None)) => (Ok(()), Ending::Confirmed),
            Ok(Confirmation::Ack(Some(_))) => (Err(Failure::NoRoute), Ending::NoRoute),
            Ok(_) => (Err(Failure::Full), Ending::Confirmed),
            Err(error) => match Failure::from(error) {
                Failure::NoRoute => (Err(Failure::NoRoute), Ending::NoRoute),
                failure => (Err(failure), Ending::Broken),
            },
        };
        let _ = done.send(answer);
        ending
    })
}

impl Message {
    /// One that goes into this queue.
    pub(crate) fn to_queue(queue: String, body: Vec<u8>, properties: BasicProperties) -> Self {
        Self {
            exchange: String::new(),
            key: queue,
            body,
            properties,
            mandatory: true,
        }
    }

    /// A mark in this queue.
    pub(crate) fn mark(queue: &str, name: &str) -> Self {
        Self::to_queue(queue.to_owned(), Vec::new(), message::mark(name))
    }
}
