//! Doing: the only room that drives the ports.
//!
//! One update walks a straight line: [`ingress`] → queue → [`worker`] → [`update`] (step,
//! [`answer`], commit) → [`sending`] → settled. What is slow or late ([`readings`],
//! [`suggestions`], [`rates`], parked replies in [`outbox`], what falls due in [`schedule`]) comes
//! back to the same line as an update.

mod access;
mod active;
mod activity;
mod alias;
mod answer;
mod backoff;
mod behind;
mod bell;
mod copies;
mod counts;
mod handover;
mod ingress;
mod ledgers;
mod limited;
mod line;
mod measure;
mod notes;
mod outage;
mod outbox;
mod owner_code;
mod part;
mod pool;
mod rates;
mod reading;
mod readings;
mod render;
mod resting;
mod run;
mod schedule;
mod sending;
mod shared_ledgers;
mod suggestions;
mod tenure;
pub mod trace;
mod update;
mod waking;
mod warm;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::conversation::decision::{Input, Policy, Step, Turn};
use crate::conversation::event::Envelope;
use crate::conversation::session::Session;
use crate::conversation::step::step;
use crate::domain::access::Access;
use crate::domain::keys::{ChatKey, UserKey};
use crate::domain::ledger::Settings;
use crate::domain::limits;
use crate::ports::attachments::Attachments;
use crate::ports::cache::Cache;
use crate::ports::categorizer::Categorizer;
use crate::ports::clock::Clock;
use crate::ports::error::Result;
use crate::ports::fx::FxRates;
use crate::ports::jobs::{Jobs, Served};
use crate::ports::lease::Lease;
use crate::ports::messenger::Messenger;
use crate::ports::ocr::ReceiptOcr;
use crate::ports::queue::UpdateQueue;
use crate::ports::rate::{Quota, RateLimiter};
use crate::ports::speech::SpeechReader;
use crate::ports::state::StateStore;
use crate::ports::store::ExpenseStore;
use crate::ports::wake::Wake;

use access::Directory;
use activity::Activity;
use behind::Behind;
use bell::Bell;
use counts::Counts;
use ledgers::Ledgers;
use line::Line;
use notes::Notes;
use outage::Outage;
use resting::Resting;
use trace::Tracing;

pub use alias::Salt;
pub use owner_code::OwnerCode;
pub use part::Part;
pub use tenure::Tenure;

/// Everything outside that the service works with.
#[derive(Clone)]
pub struct Ports {
    /// The source of truth.
    pub store: Arc<dyn ExpenseStore>,
    /// Work that waits in the store.
    pub jobs: Arc<dyn Jobs>,
    /// Copies of sessions, and what instances tell each other with a message.
    pub states: Arc<dyn StateStore>,
    /// What all instances have to know and seldom ask for: the code of the first owner, which
    /// ledgers are in use. Of a database if nothing else is shared.
    pub common: Arc<dyn StateStore>,
    /// Which message a reply became, and copies of ledgers where instances share it.
    pub cache: Arc<dyn Cache>,
    /// Updates on their way.
    pub queue: Arc<dyn UpdateQueue>,
    /// Wakes other processes; without it each looks into the store by itself.
    pub wake: Option<Arc<dyn Wake>>,
    /// How much a person may send.
    pub limiter: Arc<dyn RateLimiter>,
    /// Who keeps the schedule.
    pub lease: Arc<dyn Lease>,
    /// What people sent.
    pub attachments: Arc<dyn Attachments>,
    /// Reads receipts; without it a photo's draft asks for the amount.
    pub ocr: Option<Arc<dyn ReceiptOcr>>,
    /// Understands voice notes; without it a voice note's draft asks for the amount.
    pub speech: Option<Arc<dyn SpeechReader>>,
    /// Suggests categories where neither the text nor what was learned decides.
    pub categorizer: Option<Arc<dyn Categorizer>>,
    /// Knows what one currency is worth in another; without it sums stay apart by currency.
    pub fx: Option<Arc<dyn FxRates>>,
    /// Where replies go.
    pub messenger: Arc<dyn Messenger>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// What an operator decides.
#[derive(Debug, Clone)]
pub struct Options {
    /// What a new ledger begins with.
    pub defaults: Settings,
    /// Whether a person's own ledger begins with what is usual in the language of their
    /// application, where the transport knows it.
    pub by_language: bool,
    /// How conversations go.
    pub policy: Policy,
    /// Who may use the bot.
    pub access: Access,
    /// Where a person is alone with the bot, by the transport's rule.
    pub private_chat: fn(&UserKey) -> Option<ChatKey>,
    /// How many messages a person may send; no limit when `None`.
    pub quota: Option<Quota>,
    /// How many requests to a model a person may cause; no limit when `None`, as where no model
    /// is asked. What exceeds it waits.
    pub model_quota: Option<Quota>,
    /// How many receipts and voice notes are read at a time, at least 1.
    pub readers: usize,
    /// How ledgers are copied.
    pub ledgers: LedgerCopies,
    /// Tasks that handle updates, each many at a time; at least 1, one a core is enough.
    pub workers: usize,
    /// The name of this process among those that share a store: it holds the schedule's lease.
    pub instance: String,
    /// What people and chats are called by in logs and traces.
    pub salt: Salt,
    /// Whether somebody reads the metrics: what costs a query is measured only then.
    pub measured: bool,
    /// How spans are tied to those of other processes.
    pub tracing: Tracing,
    /// Within which time the holder of a lease that died is replaced, at least a second.
    pub lease: Duration,
    /// Which part of the work this process does; with a queue in one process, everything.
    pub part: Part,
    /// Whose drafts are read here and whose replies are sent: of all chats, unless frontends of
    /// several kinds work on one store.
    pub served: Served,
    /// Whether other processes may send what is parked in the store: then what a chat is told later
    /// waits for theirs, too.
    pub others_send: bool,
}

/// How ledgers, which are read with every message and seldom change, are copied.
///
/// A copy that is behind is found out when something is decided by it: it costs another try,
/// never a wrong answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerCopies {
    /// How long a copy is used; zero: there are none, every message reads the store.
    pub ttl: Duration,
    /// Whether [`Ports::cache`] and [`Ports::states`] are shared with other instances. Then a
    /// ledger is read from the store once for all of them.
    pub shared: bool,
}

impl LedgerCopies {
    /// Whether there are copies that other instances see.
    fn are_shared(self) -> bool {
        self.shared && !self.ttl.is_zero()
    }
}

impl Default for LedgerCopies {
    /// For `limits::LEDGER_TTL`, in this process alone.
    fn default() -> Self {
        Self {
            ttl: limits::LEDGER_TTL,
            shared: false,
        }
    }
}

impl Default for Options {
    /// One person's own bot: open to all, no limit, one receipt at a time. A person's own chat has
    /// the person's key.
    fn default() -> Self {
        Self {
            defaults: Settings::default(),
            by_language: false,
            policy: Policy::default(),
            access: Access::default(),
            private_chat: access::same_key,
            quota: None,
            model_quota: None,
            readers: 1,
            ledgers: LedgerCopies::default(),
            workers: 2,
            instance: "alone".to_owned(),
            salt: Salt::default(),
            measured: false,
            tracing: Tracing::default(),
            lease: limits::LEASE,
            part: Part::Everything,
            served: Served::default(),
            others_send: false,
        }
    }
}

/// The product at work: takes updates in, records, answers.
///
/// Clones are the same service.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

impl Service {
    /// A service over these ports. Nothing happens before [`run`](Self::run).
    #[must_use]
    pub fn new(ports: Ports, options: Options) -> Self {
        Self::deciding_by(ports, options, step)
    }

    /// The same with another way to decide.
    fn deciding_by(ports: Ports, options: Options, step: Decide) -> Self {
        let inner = Inner {
            access: Arc::new(options.access.clone()),
            ledgers: Ledgers::new(&options.ledgers),
            resting: Resting::new(&options.ledgers),
            notes: Notes::new(Arc::clone(&ports.cache)),
            ports,
            options,
            step,
            counts: Counts::new(),
            directory: Directory::default(),
            accepted: Activity::new(),
            later: Activity::new(),
            behind: Behind::new(),
            outage: Outage::default(),
            readings: Bell::new(),
            line: Line::new(),
            suggestions: Bell::new(),
            replies: Bell::new(),
            rates: Bell::new(),
            served: AtomicU64::new(0),
            held_up: AtomicBool::new(false),
            closing: AtomicBool::new(false),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Takes an update in: checks that its sender is let in, counts it against their allowance and
    /// publishes it. What a stranger sends beyond their one answer, and what a group says among
    /// itself, ends here. `Ok` means
    /// that it is safe, with a queue in one process even that it is settled: only then may a
    /// transport acknowledge it.
    ///
    /// # Errors
    ///
    /// Those of [`UpdateQueue::publish`], those of looking up who is let in, and `Fault::Busy` once the service is shutting down.
    /// The transport delivers it again, with the same key.
    pub async fn accept(&self, envelope: Envelope) -> Result<()> {
        self.inner.accept(envelope).await
    }

    /// A transport says whether others can't come in before updates of a few chats are settled,
    /// while most of what came with those was handled: who they are can't be told by who is served
    /// any more. As long as the store answers, what fails is then tried sooner, and given up after
    /// `limits::ATTEMPTS`.
    pub fn held_up(&self, others: bool) {
        self.inner.held_up.store(others, Ordering::Relaxed);
    }

    /// The code that makes whoever sends `/start CODE` first, alone with the bot, its owner: the
    /// one that all instances share, or `fresh` where there is none yet. Show it to the operator.
    /// `None` where an owner is configured or known: then no code counts any more.
    ///
    /// # Errors
    ///
    /// Those of the store and of the shared state.
    pub async fn owner_code(&self, fresh: OwnerCode) -> Result<Option<OwnerCode>> {
        self.inner.owner_code(fresh).await
    }

    /// Those who decide about others: configured, or made so by the first owner's code.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn owners(&self) -> Result<Vec<UserKey>> {
        self.inner.owners().await
    }

    /// Handles updates, reads receipts, sends what was parked and keeps the schedule until
    /// `shutdown`; returns when what was accepted is finished, at the latest
    /// `limits::SHUTDOWN` later. What is cut off then comes back from the transport or the store.
    pub async fn run(&self, shutdown: CancellationToken) {
        run::run(&self.inner, shutdown).await;
    }

    /// Waits until nothing that this process knows of is under way: no update, no reading, no
    /// parked reply. A transport that ends with its input shuts down after this.
    pub async fn idle(&self) {
        loop {
            self.inner.accepted.quiet().await;
            self.inner.later.quiet().await;
            self.inner.notes.quiet().await;
            let inner = &self.inner;
            if inner.accepted.is_quiet() && inner.later.is_quiet() && inner.notes.is_quiet() {
                return;
            }
        }
    }
}

/// How the service decides: `conversation::step`.
type Decide = fn(&Turn, Session, Input) -> Step;

struct Inner {
    ports: Ports,
    options: Options,
    step: Decide,
    ledgers: Ledgers,
    resting: Resting,
    notes: Notes,
    counts: Counts,
    /// The configured access, to be passed on.
    access: Arc<Access>,
    directory: Directory,
    /// Updates that were taken in and are not settled.
    accepted: Activity,
    /// Readings and parked replies that this process knows of.
    later: Activity,
    /// Chats with parked replies.
    behind: Behind,
    /// Whether anything can be said at the moment.
    outage: Outage,
    /// Rings when a draft waits to be read.
    readings: Bell,
    /// Drafts that wait to be read, and who is to be told.
    line: Line,
    /// Rings when a category is wanted.
    suggestions: Bell,
    /// Rings when a reply was parked.
    replies: Bell,
    /// Rings when an expense lacks a rate.
    rates: Bell,
    /// When the latest update began that was handled, in milliseconds of what has passed.
    served: AtomicU64,
    /// Whether others wait outside for what fails here.
    held_up: AtomicBool,
    closing: AtomicBool,
}
