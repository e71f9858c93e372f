//! Recording: commits that wait are written together, each with its own outcome.

use std::sync::Arc;

use expense_core::memory::plan::plan;
use expense_core::ports::store::{Commit, Committed};
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::config::BATCH;
use crate::error::Failure;
use crate::look::look;
use crate::turn::Turn;
use crate::writes::write;

/// What the thread that records is told.
pub(crate) enum Message {
    /// Record this.
    Commit(Request),
    /// Finish what waits and end.
    Close,
}

/// A commit with whom to tell. Whoever asked may be gone by then: it is recorded all the same.
pub(crate) struct Request {
    pub(crate) commit: Arc<Commit>,
    pub(crate) done: oneshot::Sender<Result<Committed, Failure>>,
}

/// Writes what comes in, in batches of what waits at that moment: alone, a commit goes at once.
/// It keeps its thread for itself, since nothing that it waits for is asynchronous.
pub(crate) fn run(mut db: Connection, turn: &Turn, mut inbox: mpsc::Receiver<Message>) {
    let mut waiting = Vec::with_capacity(BATCH);
    let mut batch = Vec::with_capacity(BATCH);
    while inbox.blocking_recv_many(&mut waiting, BATCH) > 0 {
        for message in waiting.drain(..) {
            match message {
                Message::Commit(request) => batch.push(request),
                Message::Close => inbox.close(),
            }
        }
        // Neighbors in the file are written one after the other, those of one ledger in order.
        batch.sort_by_key(|request| request.commit.ledger.id);
        let _turn = turn.blocking_take();
        record(&mut db, &mut batch);
    }
}

/// Where one commit may be to blame for an error, each is tried alone.
fn record(db: &mut Connection, batch: &mut Vec<Request>) {
    let failure = match transact(db, batch) {
        Ok(results) => {
            for (request, result) in batch.drain(..).zip(results) {
                request.tell(Ok(result));
            }
            return;
        }
        Err(failure) => failure,
    };
    let alone = batch.len() > 1 && failure.may_be_one_members();
    for request in batch.drain(..) {
        let result = if alone {
            let result = transact(db, std::slice::from_ref(&request));
            result.and_then(|mut results| results.pop().ok_or(Failure::Closed))
        } else {
            Err(failure)
        };
        request.tell(result);
    }
}

impl Request {
    fn tell(self, result: Result<Committed, Failure>) {
        // Whoever made the commit takes it apart.
        drop(self.commit);
        // Nobody waits any more: the outcome is kept under its key.
        let _ = self.done.send(result);
    }
}

/// One transaction for all, one result each, decided in turn by what those before it left. It
/// takes the file for writing before it looks, so that other processes may write to it, too.
fn transact(db: &mut Connection, batch: &[Request]) -> Result<Vec<Committed>, Failure> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let results = batch
        .iter()
        .map(|request| apply(&transaction, &request.commit))
        .collect::<Result<_, _>>()?;
    transaction.commit()?;
    Ok(results)
}

fn apply(db: &Connection, commit: &Commit) -> Result<Committed, Failure> {
    let seen = look(db, commit)?;
    if let Some(outcome) = seen.outcome {
        return Ok(Committed::Already(outcome));
    }
    let plan = match plan(commit, seen.found) {
        Ok(plan) => plan,
        Err(refusal) => return Ok(Committed::Refused(refusal)),
    };
    write(db, commit, &plan, &seen.counters)?;
    Ok(Committed::Recorded {
        outcome: plan.outcome,
        session: plan.session,
        revision: plan.revision,
    })
}
