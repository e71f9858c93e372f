//! Recording a batch: looked at, decided, and written if it still stands.

use std::collections::HashSet;
use std::sync::Arc;

use expense_core::domain::keys::LedgerId;
use expense_core::memory::plan::{Plan, plan};
use expense_core::ports::store::{Commit, Committed};
use sqlx::{Connection, PgConnection};

use crate::error::Failure;
use crate::look::{Care, Head, Seen, look, stamps};
use crate::writes::{self, Common, Seldom, is_common};

/// How often a commit is decided anew because another instance was quicker each time.
const ROUNDS: usize = 8;

/// A commit on its way, with what is remembered of its ledger's counters.
pub(crate) struct Member {
    pub(crate) commit: Arc<Commit>,
    pub(crate) head: Option<Head>,
    pub(crate) result: Option<Committed>,
    /// Whether another instance was quicker since those counters were remembered.
    pub(crate) overtaken: bool,
}

impl Member {
    pub(crate) fn new(commit: Arc<Commit>, head: Option<Head>) -> Self {
        Self {
            commit,
            head,
            result: None,
            overtaken: false,
        }
    }

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
pub(crate) async fn record(
    db: &mut PgConnection,
    members: &mut [Member],
    care: Care,
) -> Result<(), Failure> {
    for _ in 0..ROUNDS {
        let mut open: Vec<&mut Member> = members
            .iter_mut()
            .filter(|member| member.result.is_none())
            .collect();
        if open.is_empty() {
            return Ok(());
        }
        let decided = decide(db, &mut open, care).await?;
        write(db, &mut open, decided).await?;
    }
    Ok(())
}

/// What a commit that stands comes to, and the counters that this was decided by.
type Decision = (Plan, Head);

/// Decides by what is remembered where that is enough, else by what the database says. Those that
/// do not stand have their answer.
async fn decide(
    db: &mut PgConnection,
    open: &mut [&mut Member],
    care: Care,
) -> Result<Vec<Option<Decision>>, Failure> {
    let trusting = care == Care::Trusting;
    let remembered = open
        .iter()
        .map(|member| trusting.then(|| remember(member)).flatten());
    let mut decided: Vec<Option<Decision>> = remembered.collect();
    let unknown = || decided.iter().map(Option::is_none);
    let commits = open.iter().zip(unknown()).filter(|(_, unknown)| *unknown);
    let commits: Vec<&Commit> = commits.map(|(member, _)| &*member.commit).collect();
    if commits.is_empty() {
        return Ok(decided);
    }
    let seen = look(db, &commits, care).await?;
    let members = open.iter_mut().zip(&mut decided);
    let unknown = members.filter(|(_, decision)| decision.is_none());
    let mut refused = Vec::new();
    for ((member, decision), seen) in unknown.zip(seen) {
        let stamp = seen.head.stamp;
        member.overtaken |= member.head.is_some_and(|head| head.stamp != stamp);
        match judge(&member.commit, seen) {
            Ok(standing) => *decision = Some(standing),
            Err(Committed::Refused(refusal)) => refused.push((member, stamp, refusal)),
            Err(answer) => member.answer(answer),
        }
    }
    if !refused.is_empty() {
        let ledgers = refused.iter().map(|(member, ..)| member.ledger().as_i64());
        let now = stamps(db, ledgers.collect()).await?;
        for (member, stamp, refusal) in refused {
            member.head = None;
            // It was looked at in several statements: another commit between them proves nothing.
            if now.get(&member.ledger().as_i64()).copied().unwrap_or(0) == stamp {
                member.answer(Committed::Refused(refusal));
            }
        }
    }
    Ok(decided)
}

/// A commit that names nothing that exists needs no look. A refusal needs the truth.
fn remember(member: &Member) -> Option<Decision> {
    let head = member.head.filter(|_| is_common(&member.commit))?;
    let found = Seen::remembered(head).found(&member.commit);
    Some((plan(&member.commit, found).ok()?, head))
}

fn judge(commit: &Commit, mut seen: Seen) -> Result<Decision, Committed> {
    if let Some(outcome) = seen.outcome.take() {
        return Err(Committed::Already(outcome));
    }
    match plan(commit, seen.found(commit)) {
        Ok(plan) => Ok((plan, seen.head)),
        Err(refusal) => Err(Committed::Refused(refusal)),
    }
}

/// Writes what stands, all or nothing. Members that another instance overtook stay without a
/// result and without a memory.
async fn write(
    db: &mut PgConnection,
    open: &mut [&mut Member],
    decided: Vec<Option<Decision>>,
) -> Result<(), Failure> {
    let (heads, passed) = store(db, open, &decided).await?;
    let standing = open.iter_mut().zip(decided);
    let standing = standing.filter_map(|(member, decided)| Some((member, decided?)));
    for ((member, (plan, _)), head) in standing.zip(heads) {
        let has_passed = passed.contains(&member.ledger().as_i64());
        // Sweeping, moving and erasing leave counters that only the database knows.
        let lasting = has_passed && is_common(&member.commit);
        member.overtaken |= member.head.is_some() && !has_passed;
        member.head = lasting.then_some(head);
        member.result = has_passed.then_some(Committed::Recorded {
            outcome: plan.outcome,
            session: plan.session,
            revision: plan.revision,
        });
    }
    Ok(())
}

/// The counters of those that stand, and whose stamps still stood.
async fn store(
    db: &mut PgConnection,
    open: &[&mut Member],
    decided: &[Option<Decision>],
) -> Result<(Vec<Head>, HashSet<i64>), Failure> {
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
        return Ok((heads, HashSet::new()));
    }
    if simple {
        let passed = common.write(db).await?;
        return Ok((heads, passed));
    }
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
    Ok((heads, passed))
}
