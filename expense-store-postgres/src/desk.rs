//! The desk where commits wait: what waits at one moment is written together.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use expense_core::domain::keys::LedgerId;
use expense_core::ports::store::{Commit, Committed};
use sqlx::pool::PoolConnection;
use sqlx::{Connection, PgPool, Postgres};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{Id, JoinSet};

use crate::commit::{Member, record};
use crate::config::{BATCH, FEW, WAITING};
use crate::error::Failure;
use crate::heads::Heads;
use crate::look::{Care, Head};
use crate::writes::is_common;

/// A connection that rested longer is asked whether it still lives.
const FRESH: Duration = Duration::from_secs(1);

/// What the desk is told.
pub(crate) enum Message {
    /// Record this.
    Commit(Box<Request>),
    /// Finish what waits and end.
    Close,
}

/// A commit with whom to tell. Whoever asked may be gone by then: it is recorded all the same.
pub(crate) struct Request {
    pub(crate) commit: Arc<Commit>,
    pub(crate) done: oneshot::Sender<Result<Committed, Failure>>,
}

/// A connection that writes batches, kept between them, and when it was last used.
type Writer = Option<(PoolConnection<Postgres>, Instant)>;

/// What a batch leaves: its connection, and what is known of its ledgers now.
struct Written {
    writer: Writer,
    heads: Vec<(LedgerId, Option<Head>)>,
    /// Whether all that was remembered still stood; nothing where nothing was.
    stood: Option<bool>,
    answers: Vec<Answer>,
}

/// What is on its way.
struct Batch {
    ledgers: Vec<LedgerId>,
    common: bool,
}

/// What became of a commit, for whoever asked.
struct Answer {
    done: oneshot::Sender<Result<Committed, Failure>>,
    result: Result<Committed, Failure>,
}

impl Answer {
    fn tell(self) {
        // Where nobody waits any more the outcome is kept under its key.
        let _ = self.done.send(self.result);
    }
}

/// Commits that wait, and batches on their way: at most one of a ledger at a time.
pub(crate) struct Desk {
    pool: PgPool,
    patience: Duration,
    waiting: VecDeque<Request>,
    writers: usize,
    resting: Vec<Writer>,
    running: JoinSet<Written>,
    batches: HashMap<Id, Batch>,
    busy: HashSet<LedgerId>,
    heads: Heads,
}

impl Desk {
    pub(crate) fn new(pool: PgPool, writers: usize, patience: Duration) -> Self {
        Self {
            pool,
            patience,
            waiting: VecDeque::new(),
            writers: writers.max(1),
            resting: (0..writers.max(1)).map(|_| None).collect(),
            running: JoinSet::new(),
            batches: HashMap::new(),
            busy: HashSet::new(),
            heads: Heads::new(),
        }
    }

    /// Writes what comes in until it is closed. Alone, a commit goes at once.
    pub(crate) async fn run(mut self, mut inbox: mpsc::Receiver<Message>) {
        loop {
            let room = self.waiting.len() < WAITING;
            tokio::select! {
                message = inbox.recv(), if room && !(inbox.is_closed() && inbox.is_empty()) => {
                    self.take(message, &mut inbox);
                }
                Some(done) = self.running.join_next_with_id() => {
                    let answers = self.finish(done);
                    // The next are on their way before those who hear of the last go on.
                    while !self.resting.is_empty() && self.start() {}
                    tokio::task::yield_now().await;
                    answers.into_iter().for_each(Answer::tell);
                }
                else => return,
            }
            // Whoever is about to commit does it first, and is written with the rest.
            tokio::task::yield_now().await;
            while self.waiting.len() < WAITING {
                let Ok(message) = inbox.try_recv() else { break };
                self.take(Some(message), &mut inbox);
            }
            while !self.resting.is_empty() && self.start() {}
        }
    }

    fn take(&mut self, message: Option<Message>, inbox: &mut mpsc::Receiver<Message>) {
        match message {
            Some(Message::Commit(request)) => self.waiting.push_back(*request),
            Some(Message::Close) => inbox.close(),
            None => {}
        }
    }

    /// Sends the next batch on its way, if there is one.
    fn start(&mut self) -> bool {
        if self.gathers() {
            return false;
        }
        let batch = self.batch();
        if batch.is_empty() {
            return false;
        }
        let Some(writer) = self.resting.pop() else {
            return false;
        };
        let common = batch.iter().all(|request| is_common(&request.commit));
        let ledgers: Vec<LedgerId> = batch.iter().map(|r| r.commit.ledger.id).collect();
        let heads = ledgers.iter().map(|ledger| self.heads.take(*ledger));
        let heads: Vec<Option<Head>> = heads.collect();
        self.busy.extend(&ledgers);
        let pen = Pen {
            pool: self.pool.clone(),
            patience: self.patience,
            writer,
            care: match self.heads.are_trusted() {
                true => Care::Trusting,
                false => Care::Usual,
            },
        };
        let writing = write(pen, batch, heads);
        let task = self.running.spawn(writing);
        self.batches.insert(task.id(), Batch { ledgers, common });
        true
    }

    /// Whether a few wait for the many on their way, to go together with those that come
    /// meanwhile: each transaction costs the server as much as ten commits in it.
    fn gathers(&self) -> bool {
        self.waiting.len() < FEW
            && self.batches.values().any(|batch| batch.common)
            && self
                .waiting
                .iter()
                .all(|request| is_common(&request.commit))
    }

    /// The oldest that waits and what can go with it, in the order of ledgers: at most one of a
    /// ledger, since the next is decided by what this one leaves, and only of its kind, so that
    /// the many don't wait for the few that take several statements. Some are left for the other
    /// writers, so that one part is written while another is decided or answered.
    fn batch(&mut self) -> Vec<Request> {
        let most = (self.waiting.len() / (self.writers + 1)).clamp(FEW, BATCH);
        let mut kind = None;
        let mut ledgers = HashSet::new();
        let mut batch = Vec::new();
        let mut later = VecDeque::new();
        for request in self.waiting.drain(..) {
            let ledger = request.commit.ledger.id;
            // A later commit of a ledger never overtakes an earlier one.
            let is_next = ledgers.insert(ledger) && !self.busy.contains(&ledger);
            let fits = batch.len() < most && is_next;
            if fits && *kind.get_or_insert(is_common(&request.commit)) == is_common(&request.commit)
            {
                batch.push(request);
            } else {
                later.push_back(request);
            }
        }
        self.waiting = later;
        batch.sort_by_key(|request| request.commit.ledger.id);
        batch
    }

    /// Takes back what a batch held, and gives the answers that are to be told.
    fn finish(&mut self, done: Result<(Id, Written), tokio::task::JoinError>) -> Vec<Answer> {
        let (id, written) = match done {
            Ok((id, written)) => (id, Some(written)),
            // A panic: nobody waits for an answer any more, and the connection is gone.
            Err(error) => (error.id(), None),
        };
        if let Some(batch) = self.batches.remove(&id) {
            for ledger in batch.ledgers {
                self.busy.remove(&ledger);
            }
        }
        let written = written.unwrap_or(Written {
            writer: None,
            heads: Vec::new(),
            stood: None,
            answers: Vec::new(),
        });
        self.resting.push(written.writer);
        if let Some(stood) = written.stood {
            self.heads.learn(stood);
        }
        for (ledger, head) in written.heads {
            if let Some(head) = head {
                self.heads.put(ledger, head);
            }
        }
        written.answers
    }
}

/// Writes a batch. Where one commit may be to blame, each is tried alone.
async fn write(mut pen: Pen, batch: Vec<Request>, heads: Vec<Option<Head>>) -> Written {
    let (commits, waiters): (Vec<Arc<Commit>>, Vec<_>) = batch
        .into_iter()
        .map(|request| (request.commit, request.done))
        .unzip();
    let remembers = heads.iter().any(Option::is_some);
    let members = commits.into_iter().zip(heads);
    let mut members: Vec<Member> = members
        .map(|(commit, head)| Member::new(commit, head))
        .collect();
    let mut failures = vec![None; members.len()];
    if let Err(failure) = pen.write(&mut members).await {
        let alone = failure.may_be_one_members();
        pen.care = Care::Thorough;
        for (member, failed) in members.chunks_mut(1).zip(&mut failures) {
            forget(member);
            *failed = if alone {
                pen.write(member).await.err()
            } else {
                Some(failure.clone())
            };
        }
    }
    let stood = members.iter().all(|member| !member.overtaken);
    let mut heads = Vec::with_capacity(members.len());
    let mut answers = Vec::with_capacity(members.len());
    for ((member, failure), done) in members.into_iter().zip(failures).zip(waiters) {
        heads.push((member.commit.ledger.id, member.head));
        let result = match (member.result, failure) {
            (Some(committed), _) => Ok(committed),
            (None, Some(failure)) => Err(failure),
            (None, None) => Err(Failure::Busy("other instances write to the same ledger")),
        };
        answers.push(Answer { done, result });
    }
    Written {
        writer: pen.writer,
        heads,
        stood: remembers.then_some(stood),
        answers,
    }
}

/// After a failure it is unknown what was written.
fn forget(members: &mut [Member]) {
    for member in members {
        member.head = None;
    }
}

/// A connection, opened when it is needed.
struct Pen {
    pool: PgPool,
    patience: Duration,
    writer: Writer,
    care: Care,
}

impl Pen {
    async fn write(&mut self, members: &mut [Member]) -> Result<(), Failure> {
        let mut connection = self.connection().await?;
        let recording = record(&mut connection, members, self.care);
        let recorded = tokio::time::timeout(self.patience, recording).await;
        let recorded = recorded.unwrap_or(Err(Failure::Silent));
        match &recorded {
            Err(failure) if failure.ends_connection() => connection.close_on_drop(),
            _ => self.writer = Some((connection, Instant::now())),
        }
        recorded
    }

    async fn connection(&mut self) -> Result<PoolConnection<Postgres>, Failure> {
        if let Some((mut connection, since)) = self.writer.take() {
            if since.elapsed() < FRESH {
                return Ok(connection);
            }
            let alive = tokio::time::timeout(FRESH, connection.ping()).await;
            if matches!(alive, Ok(Ok(()))) {
                return Ok(connection);
            }
            connection.close_on_drop();
        }
        Ok(self.pool.acquire().await?)
    }
}
