//! Publishing: many wait for their confirms at the same time, in the order of their publishing.

use std::future::ready;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use futures::stream::{FuturesOrdered, StreamExt};
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{BasicProperties, Channel, Confirmation, Connection};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::error::Failure;
use crate::link::{Link, answer};
use crate::message;

/// Messages whose confirms are waited for at the same time.
const WINDOW: usize = 1_024;
/// Messages that wait for a place among them.
const WAITING: usize = 4_096;
/// How long a message waits for others, while confirms are due: the connection has a thread of its
/// own, and waking it costs more than a message.
const MOMENT: Duration = Duration::from_millis(1);
/// How often it is looked whether the broker takes anything, while confirms are due.
const LOOK: Duration = Duration::from_millis(250);

/// How long a channel serves at least before a refusal makes another take its place, and how long what
/// is on its way may take to be confirmed then: everybody waits for the next one.
const RENEWAL: Duration = Duration::from_secs(1);
const LAST: Duration = Duration::from_millis(500);

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

    /// Publishes it where there is room for it now: whether there was. Nobody learns what became of it.
    pub(crate) fn mention(&self, message: Message) -> bool {
        let (done, _) = oneshot::channel();
        let job = Job {
            message,
            again: true,
            done,
        };
        self.jobs.try_send(job).is_ok()
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
    let mut jobs = Vec::new();
    loop {
        if jobs.is_empty() {
            let Some(first) = waiting.recv().await else {
                return;
            };
            jobs.push(first);
        }
        match open(link, patience).await {
            Ok((connection, channel)) => {
                let session = Session {
                    connection: &connection,
                    channel: &channel,
                    patience,
                    opened: Instant::now(),
                };
                let served = session.serve(std::mem::take(&mut jobs), &mut waiting);
                match served.await {
                    // What fails is told to whoever publishes next.
                    Served::NoRoute => drop(link.repair().await),
                    Served::Ended(unsent) => jobs = unsent,
                }
            }
            Err(failure) => {
                // All of them waited for the same.
                jobs.drain(..).for_each(|job| refuse(job, &failure));
                while let Ok(job) = waiting.try_recv() {
                    refuse(job, &failure);
                }
            }
        }
    }
}

/// Why a channel is of no use any more.
enum Served {
    /// It was lost before these could be sent.
    Ended(Vec<Job>),
    /// A queue is missing.
    NoRoute,
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

/// A channel that publishes.
struct Session<'a> {
    connection: &'a Connection,
    channel: &'a Channel,
    patience: Duration,
    opened: Instant,
}

impl Session<'_> {
    /// Publishes until the channel is of no use any more.
    async fn serve(&self, mut jobs: Vec<Job>, waiting: &mut mpsc::Receiver<Job>) -> Served {
        let mut due = FuturesOrdered::new();
        let mut over: Option<Instant> = None;
        loop {
            if over.is_some() && due.is_empty() {
                return Served::Ended(jobs);
            }
            for job in jobs.drain(..) {
                if self.connection.status().blocked() {
                    refuse(job, &Failure::Blocked);
                    continue;
                }
                let mut sending = send(self.channel.clone(), job, self.patience).boxed();
                // It has its place as soon as it is looked at for the first time.
                due.push_back(match futures::poll!(&mut sending) {
                    Poll::Pending => sending,
                    Poll::Ready(ending) => ready(ending).boxed(),
                });
            }
            tokio::select! {
                biased;
                Some(ended) = due.next(), if !due.is_empty() => match ended {
                    Ending::Confirmed => {}
                    // The node may ask a dead leader for as long as this channel lasts. Where the
                    // queue is full, another changes nothing.
                    Ending::Refused if self.opened.elapsed() < RENEWAL => {}
                    Ending::Refused | Ending::Silent => {
                        over.get_or_insert_with(Instant::now);
                    }
                    Ending::NoRoute => return Served::NoRoute,
                    Ending::Broken => return Served::Ended(unsent(None, due)),
                    Ending::Unsent(job) => return Served::Ended(unsent(Some(*job), due)),
                },
                job = waiting.recv(), if due.len() < WINDOW && over.is_none() => match job {
                    Some(job) => jobs.push(job),
                    None => return Served::Ended(Vec::new()),
                },
                () = sleep_until(over.unwrap_or(self.opened) + LAST), if over.is_some() => {
                    return Served::Ended(unsent(None, due));
                }
                () = tokio::time::sleep(LOOK), if !due.is_empty() => {
                    if self.connection.status().blocked() || !self.channel.status().connected() {
                        // Those who wait learn that it takes longer; their messages come all the
                        // same when the broker takes them, and are known by their keys.
                        return Served::Ended(Vec::new());
                    }
                }
            }
            if jobs.is_empty() {
                continue;
            }
            if !due.is_empty() {
                tokio::time::sleep(MOMENT).await;
            }
            while due.len() + jobs.len() < WINDOW
                && let Ok(job) = waiting.try_recv()
            {
                jobs.push(job);
            }
        }
    }
}

/// Those that were not sent on a channel that is lost. A second time is enough.
fn unsent(first: Option<Job>, mut due: FuturesOrdered<BoxFuture<'static, Ending>>) -> Vec<Job> {
    let mut jobs: Vec<Job> = first.into_iter().collect();
    while let Some(Some(ending)) = due.next().now_or_never() {
        if let Ending::Unsent(job) = ending {
            jobs.push(*job);
        }
    }
    let mut again = Vec::new();
    for job in jobs {
        match job.again {
            true => refuse(job, &Failure::Unreachable),
            false => again.push(Job { again: true, ..job }),
        }
    }
    again
}

/// How a message ended.
enum Ending {
    Confirmed,
    Refused,
    Silent,
    NoRoute,
    Broken,
    /// The channel was lost before it was sent.
    Unsent(Box<Job>),
}

/// Sends a message, waits for its confirm and tells whoever published it.
async fn send(channel: Channel, job: Job, patience: Duration) -> Ending {
    let message = &job.message;
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
    let Ok(confirm) = answer(patience, sent).await else {
        return Ending::Unsent(Box::new(job));
    };
    // A node may wait for a queue's dead leader for good and say nothing, too.
    let (told, ending) = match answer(patience, confirm).await {
        Ok(Confirmation::Ack(None)) => (Ok(()), Ending::Confirmed),
        Ok(Confirmation::Ack(Some(_))) => (Err(Failure::NoRoute), Ending::NoRoute),
        Ok(_) => (Err(Failure::Full), Ending::Refused),
        Err(Failure::NoRoute) => (Err(Failure::NoRoute), Ending::NoRoute),
        // The others on this channel may well be confirmed.
        Err(Failure::Silent) => (Err(Failure::Silent), Ending::Silent),
        Err(failure) => (Err(failure), Ending::Broken),
    };
    // Whoever stopped waiting needs no answer.
    let _ = job.done.send(told);
    ending
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
