//! Recording a batch: looked at, decided, and written if it still stands.

use std::sync::Arc;

use expense_core::domain::keys::LedgerId;
use expense_core::memory::plan::{Plan, plan};
use expense_core::ports::store::{Commit, Committed};
use sqlx::{Connection, PgConnection};

use crate::error::Failure;
use crate::look::{Head, Seen, look};
use crate::writes::{self, Common, Seldom, is_common};

/// How often a commit is decided anew because another instance was quicker each time.
const ROUNDS: usize = 4;

/// A commit on its way, with what is remembered of its ledger's counters.
pub(crate) struct Member {
    pub(crate) commit: Arc<Commit>,
    pub(crate) head: Option<Head>,
    pub(crate) result: Option<Committed>,
}

impl Member {
    fn ledger(&self) -> LedgerId {
        self.commit.ledger.id
    }

    /// Ends it without a write: what is remembered may be wrong.
    fn answer(&mut self, committed: Committed) {
        self.head = None;
        self.result = Some(committed);
    }
}

/// Records the members, which are of different ledgers and in the order of these. Each gets its
/// result; whatever failed before that leaves none, and nothing written of any.
pub(crate) async fn record(db: &mut PgConnection, members: &mut [Member]) -> Result<(), Failure> {
    for _ in 0..ROUNDS {
        let mut open: Vec<&mut Member> = members
            .iter_mut()
            .filter(|member| member.result.is_none())
            .collect();
        if open.is_empty() {
            return Ok(());
        }
        let seen = see(db, &open).await?;
        let decided = decide(&mut open, seen);
        write(db, &mut open, &decided).await?;
    }
    Ok(())
}

/// What each is decided by: what is remembered where that is enough, else what the database says.
async fn see(db: &mut PgConnection, open: &[&mut Member]) -> Result<Vec<Seen>, Failure> {
    let remembered = |member: &Member| {
        let head = member.head.filter(|_| is_common(&member.commit))?;
        // A refusal needs the truth.
        let mut seen = Seen::remembered(head);
        plan(&member.commit, seen.found(&member.commit)).ok()?;
        Some(Seen::remembered(head))
    };
    let mut known: Vec<Option<Seen>> = open.iter().map(|member| remembered(member)).collect();
    let unknown = open.iter().zip(&known).filter(|(_, known)| known.is_none());
    let unknown: Vec<&Commit> = unknown.map(|(member, _)| &*member.commit).collect();
    let mut looked = if unknown.is_empty() {
        Vec::new()
    } else {
        look(db, &unknown).await?
    }
    .into_iter();
    let seen = known
        .iter_mut()
        .map(|known| known.take().or_else(|| looked.next()));
    seen.collect::<Option<_>>().ok_or(Failure::Unknown("row"))
}

/// The plans of those that stand; the others have their answer.
fn decide(open: &mut [&mut Member], seen: Vec<Seen>) -> Vec<Option<(Plan, Head)>> {
    let mut decided = Vec::with_capacity(open.len());
    for (member, mut seen) in open.iter_mut().zip(seen) {
        if let Some(outcome) = seen.outcome.take() {
            member.answer(Committed::Already(outcome));
            decided.push(None);
            continue;
        }
        match plan(&member.commit, seen.found(&member.commit)) {
            Ok(plan) => decided.push(Some((plan, seen.head))),
            Err(refusal) => {
                member.answer(Committed::Refused(refusal));
                decided.push(None);
            }
        }
    }
    decided
}

/// Writes what stands, all or nothing. Members that another instance overtook stay without a
/// result and without a memory.
async fn write(
    db: &mut PgConnection,
    open: &mut [&mut Member],
    decided: &[Option<(Plan, Head)>],
) -> Result<(), Failure> {
    let standing = || {
        let pairs = open.iter().zip(decided);
        pairs.filter_map(|(member, decided)| Some((&*member.commit, decided.as_ref()?)))
    };
    let simple = standing().all(|(commit, _)| is_common(commit));
    let (mut common, mut seldom) = (Common::default(), Seldom::default());
    let mut heads = Vec::new();
    for (commit, (plan, head)) in standing() {
        heads.push(writes::add(&mut common, &mut seldom, commit, plan, *head)?);
    }
    if heads.is_empty() {
        return Ok(());
    }
    let passed = if simple {
        common.write(db).await?
    } else {
        let mut transaction = db.begin().await?;
        let passed = common.write(&mut transaction).await?;
        if passed.len() < heads.len() {
            // What was gathered holds rows of members that did not pass.
            seldom = Seldom::default();
            for (commit, (plan, head)) in standing() {
                if passed.contains(&commit.ledger.id.as_i64()) {
                    writes::add(&mut Common::default(), &mut seldom, commit, plan, *head)?;
                }
            }
        }
        seldom.write(&mut transaction).await?;
        transaction.commit().await?;
        passed
    };
    let standing = open.iter_mut().zip(decided);
    let standing = standing.filter_map(|(member, decided)| Some((member, decided.as_ref()?)));
    for ((member, (plan, _)), head) in standing.zip(heads) {
        let has_passed = passed.contains(&member.ledger().as_i64());
        // Sweeping and erasing leave counters that only the database knows.
        let lasting = has_passed && is_common(&member.commit);
        member.head = lasting.then_some(head);
        member.result = has_passed.then(|| Committed::Recorded {
            outcome: plan.outcome.clone(),
            session: plan.session,
            revision: plan.revision,
        });
    }
    Ok(())
}
