//! Many people at once, each writing expenses, and how long the bot lets them wait.

mod report;
mod token;

use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, timeout_at};

pub use report::{Latency, Report};

use crate::fake::Fake;
use crate::person::Person;
use crate::shared::Arrival;

/// People who are introduced at the same time.
const ACQUAINTED_AT_A_TIME: usize = 64;

/// How people write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Each of so many chats writes as soon as it was answered.
    Closed {
        /// Chats that write at the same time.
        chats: usize,
    },
    /// So many messages a second are written, whether others were answered or not; latency counts
    /// from the moment when a message was due.
    Open {
        /// Chats that take turns.
        chats: usize,
        /// Messages a second.
        rate: u32,
    },
}

/// A bounded load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// The id of the first person; others follow it.
    pub first: i64,
    /// How people write.
    pub shape: Shape,
    /// Whether everybody writes once before it begins, which is not measured: the first message
    /// of a chat opens its ledger.
    pub acquainted: bool,
    /// The most messages that are written, those of the acquaintance left out.
    pub messages: usize,
    /// The longest time in which messages are written.
    pub time: Duration,
    /// How long to wait for answers when nothing is written any more.
    pub patience: Duration,
}

/// The words of the nth message, an expense with a description that no other message has.
pub fn words(index: usize) -> String {
    format!("1.25 {}", token::of(index))
}

/// Which message these words belong to.
pub fn index(words: &str) -> Option<usize> {
    token::find(words)
}

/// The chat that writes the nth message of a load of this shape in open loop.
fn turn(index: usize, chats: usize) -> usize {
    index.checked_rem(chats).unwrap_or(0)
}

/// Writes as told, on a fake whose bot is connected, and tells what came back. It takes the
/// fake's [`Fake::arrivals`].
pub async fn run(fake: &Fake, load: &Load) -> Report {
    Crowd::gather(fake, load).await.write(load).await
}

/// The people of a load, and what they wait for.
pub struct Crowd {
    first: i64,
    people: Vec<Person>,
    arrivals: UnboundedReceiver<Arrival>,
    /// For each message when it was due, until it is answered.
    sent: Vec<Option<Instant>>,
    report: Report,
    /// When the last message was answered.
    last: Instant,
}

impl Crowd {
    /// The people of this load, introduced where it says so. It takes the fake's
    /// [`Fake::arrivals`].
    pub async fn gather(fake: &Fake, load: &Load) -> Self {
        let chats = match load.shape {
            Shape::Closed { chats } | Shape::Open { chats, .. } => chats.max(1),
        };
        let people = (load.first..).take(chats).map(|id| fake.user(id)).collect();
        let mut crowd = Self {
            first: load.first,
            people,
            arrivals: fake.arrivals(),
            sent: Vec::new(),
            report: Report::default(),
            last: Instant::now(),
        };
        if load.acquainted {
            crowd.introduce(load.patience).await;
        }
        crowd
    }

    /// Lets them write as the load says, and tells what came back.
    pub async fn write(mut self, load: &Load) -> Report {
        let introduced = self.sent.len();
        self.report = Report::default();
        let start = Instant::now();
        let end = start + load.time;
        match load.shape {
            Shape::Closed { .. } => self.closed(load.messages, end).await,
            Shape::Open { rate, .. } => self.open(load.messages, end, rate.max(1)).await,
        }
        self.rest(introduced, load.patience).await;
        let spent = self.last.duration_since(start);
        self.report.finish(self.sent.len() - introduced, spent)
    }

    fn say(&mut self, person: usize, due: Instant) {
        let words = words(self.sent.len());
        self.sent.push(Some(due));
        if let Some(person) = self.people.get(person) {
            person.say(&words);
        }
    }

    /// Takes an answer; whether it was one that somebody waited for.
    fn answered(&mut self, arrival: &Arrival) -> bool {
        let index = index(&arrival.words);
        let waiting = index.and_then(|index| self.sent.get_mut(index));
        match waiting {
            None => self.report.strange += 1,
            Some(waiting) => match waiting.take() {
                None => self.report.repeated += 1,
                Some(due) => {
                    self.report.took(arrival.at.duration_since(due));
                    self.last = arrival.at;
                    return true;
                }
            },
        }
        false
    }

    /// Everybody writes once, a few at a time.
    async fn introduce(&mut self, patience: Duration) {
        for person in 0..self.people.len() {
            self.say(person, Instant::now());
            if person % ACQUAINTED_AT_A_TIME == 0 {
                self.rest(0, patience).await;
            }
        }
        self.rest(0, patience).await;
    }

    async fn closed(&mut self, messages: usize, end: Instant) {
        let messages = messages.saturating_add(self.sent.len());
        for person in 0..self.people.len().min(messages) {
            self.say(person, Instant::now());
        }
        while self.sent.len() < messages {
            let Ok(Some(arrival)) = timeout_at(end, self.arrivals.recv()).await else {
                return;
            };
            if self.answered(&arrival) {
                let person = usize::try_from(arrival.chat - self.first).unwrap_or(0);
                self.say(person, Instant::now());
            }
        }
    }

    async fn open(&mut self, messages: usize, end: Instant, rate: u32) {
        let mut dues = dues(messages, end, rate);
        loop {
            tokio::select! {
                biased;
                due = dues.recv() => match due {
                    Some(due) => self.say(turn(self.sent.len(), self.people.len()), due),
                    None => return,
                },
                Some(arrival) = self.arrivals.recv() => { self.answered(&arrival); }
            }
        }
    }

    /// Waits for what is not answered yet, the introduced left out; each answer gives patience anew.
    async fn rest(&mut self, introduced: usize, patience: Duration) {
        while introduced + self.report.answered() < self.sent.len() {
            let end = Instant::now() + patience;
            let Ok(Some(arrival)) = timeout_at(end, self.arrivals.recv()).await else {
                return;
            };
            self.answered(&arrival);
        }
    }
}

/// Tells when each message of an open loop is due, at that moment. A thread of its own is up to
/// a millisecond more punctual than the timers of the runtime.
fn dues(messages: usize, end: Instant, rate: u32) -> UnboundedReceiver<Instant> {
    let (sender, receiver) = unbounded_channel();
    let start = Instant::now();
    std::thread::spawn(move || {
        for index in 0..messages {
            let nth = u64::try_from(index).unwrap_or(u64::MAX);
            let due =
                start + Duration::from_nanos(nth.saturating_mul(1_000_000_000) / u64::from(rate));
            if due >= end {
                return;
            }
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            if sender.send(due).is_err() {
                return;
            }
        }
    });
    receiver
}
