//! What every store computes the same: whether a commit stands, and what it comes to.
//!
//! A store looks up what [`named`] says, gives it to [`plan`] as [`Found`], and writes the
//! [`Plan`] together with the commit's own rows.

use std::collections::HashMap;

use uuid::Uuid;

use crate::conversation::reply::Reply;
use crate::conversation::session::SessionVersion;
use crate::conversation::write::Write;
use crate::domain::keys::{ChatKey, DraftId, ExpenseId, LedgerId, Number, UpdateKey};
use crate::domain::ledger::{Ledger, Lesson, Revision};
use crate::domain::limits;
use crate::domain::person::Member;
use crate::domain::totals::{TotalDelta, deltas};
use crate::ports::store::{Commit, Outcome, Refusal};

/// What a store found of that which a commit touches.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The version of the chat's session.
    pub session: SessionVersion,
    /// The ledger and its revision: the commit's own where it exists, else the one that its chat
    /// leads to by now.
    pub ledger: Option<(LedgerId, Revision)>,
    /// The last number that the ledger allotted; 0 before the first.
    pub last_number: u32,
    /// The revisions of those of the named expenses that exist.
    pub expenses: HashMap<ExpenseId, u32>,
    /// The revisions of those of the named drafts that exist.
    pub drafts: HashMap<DraftId, u32>,
}

/// What a commit that stands comes to, beside the rows of its own writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What the key did, to be kept and answered.
    pub outcome: Outcome,
    /// The version of the session now; 0 after erasing.
    pub session: SessionVersion,
    /// The revision of the ledger now; 0 after erasing.
    pub revision: Revision,
    /// The ledger to be kept; `None` when it stays as it is.
    pub ledger: Option<Ledger>,
    /// The numbers of the added expenses, in the order of the writes.
    pub numbers: Vec<(ExpenseId, Number)>,
    /// What the kept totals gain and lose, in the order of the writes.
    pub totals: Vec<TotalDelta>,
    /// Whether the ledger goes with everything in it, the commit's own rows included. What stays
    /// is this commit's outcome, and the hashed keys of all earlier ones without their replies.
    pub erase: bool,
}

/// The expenses and drafts whose revisions decide about a commit.
#[must_use]
pub fn named(commit: &Commit) -> (Vec<ExpenseId>, Vec<DraftId>) {
    let mut expenses = Vec::new();
    let mut drafts = Vec::new();
    for write in &commit.writes {
        match write {
            Write::AddExpense(expense) => expenses.push(expense.id),
            Write::AmendExpense { before, after: _ } => expenses.push(before.id),
            Write::PutDraft(draft) => drafts.push(draft.id),
            Write::PutSettings(_)
            | Write::PutCategory(_)
            | Write::PutLesson(_)
            | Write::DropLesson(_)
            | Write::PutMember(_)
            | Write::PutChange(_)
            | Write::MarkUndone(_)
            | Write::WantCategory { .. }
            | Write::Move { .. }
            | Write::PutPerson(_)
            | Write::Sweep { .. }
            | Write::Erase => {}
        }
    }
    (expenses, drafts)
}

/// What the commit comes to. Its key is new: a known one is answered before.
///
/// # Errors
///
/// The [`Refusal`], looked for in this order: the session, the ledger, then the writes in turn.
pub fn plan(commit: &Commit, found: Found) -> Result<Plan, Refusal> {
    if commit.session_seen != found.session {
        return Err(Refusal::StaleSession);
    }
    let seen = (commit.ledger.id, commit.ledger.revision);
    let fresh = found.ledger.is_none() && commit.ledger.revision == Revision(0);
    if !fresh && found.ledger != Some(seen) {
        return Err(Refusal::StaleLedger);
    }
    let tally = tally(&commit.writes, found)?;
    let outcome = filled(&commit.replies, &tally);
    if commit.writes.contains(&Write::Erase) {
        return Ok(erased(outcome));
    }
    let moves = fresh || commit.writes.iter().any(Write::moves_revision);
    let revision = Revision(counted(commit.ledger.revision.0, moves, commit));
    let session = counted(commit.session_seen.0, commit.session.is_some(), commit);
    Ok(Plan {
        outcome,
        session: SessionVersion(session),
        revision,
        ledger: moves.then(|| next_ledger(commit, revision)),
        numbers: tally.allotted,
        totals: tally.totals,
        erase: false,
    })
}

/// The count after this commit. It begins with the commit's time in microseconds: an erased
/// ledger leaves no count behind, and a copy of it, in whatever process, must not pass for one
/// of the ledger that follows.
fn counted(seen: u64, moves: bool, commit: &Commit) -> u64 {
    match (moves, seen) {
        (false, _) => seen,
        (true, 0) => u64::try_from(commit.at.timestamp_micros())
            .unwrap_or(0)
            .max(1),
        (true, _) => seen + 1,
    }
}

/// Nothing else of the commit matters.
fn erased(outcome: Outcome) -> Plan {
    Plan {
        outcome,
        session: SessionVersion(0),
        revision: Revision(0),
        ledger: None,
        numbers: Vec::new(),
        totals: Vec::new(),
        erase: true,
    }
}

/// What the writes come to, beside the ledger's settings.
#[derive(Default)]
struct Tally {
    allotted: Vec<(ExpenseId, Number)>,
    read: Vec<(ExpenseId, Number)>,
    totals: Vec<TotalDelta>,
}

/// Checks the writes in turn, each against what those before it left.
fn tally(writes: &[Write], mut found: Found) -> Result<Tally, Refusal> {
    let mut tally = Tally::default();
    for write in writes {
        match write {
            Write::AddExpense(expense) => {
                if found
                    .expenses
                    .insert(expense.id, expense.revision)
                    .is_some()
                {
                    return Err(Refusal::ExpenseExists(expense.id));
                }
                found.last_number = found.last_number.saturating_add(1);
                tally.allotted.push((expense.id, Number(found.last_number)));
                tally.totals.extend(deltas(None, Some(expense)));
            }
            Write::AmendExpense { before, after } => {
                let follows = before.id == after.id && after.revision == before.revision + 1;
                let stored = found.expenses.insert(before.id, after.revision);
                if !follows || stored != Some(before.revision) {
                    return Err(Refusal::StaleRevision);
                }
                tally
                    .read
                    .extend(before.number.map(|number| (before.id, number)));
                tally.totals.extend(deltas(Some(before), Some(after)));
            }
            Write::PutDraft(draft) => {
                let stored = found.drafts.insert(draft.id, draft.revision).unwrap_or(0);
                if draft.revision != stored + 1 {
                    return Err(Refusal::StaleRevision);
                }
            }
            Write::PutSettings(_)
            | Write::PutCategory(_)
            | Write::PutLesson(_)
            | Write::DropLesson(_)
            | Write::PutMember(_)
            | Write::PutChange(_)
            | Write::MarkUndone(_)
            | Write::WantCategory { .. }
            | Write::Move { .. }
            | Write::PutPerson(_)
            | Write::Sweep { .. }
            | Write::Erase => {}
        }
    }
    Ok(tally)
}

/// The replies with every slot filled whose number this commit allots or has read.
fn filled(replies: &[Reply], tally: &Tally) -> Outcome {
    let number = |id| {
        let mut numbers = tally.allotted.iter().chain(&tally.read);
        Some(numbers.find(|(known, _)| *known == id)?.1)
    };
    let fill = |reply: &Reply| {
        let mut reply = reply.clone();
        reply.text.fill(number);
        reply
    };
    Outcome {
        replies: replies.iter().map(fill).collect(),
    }
}

fn next_ledger(commit: &Commit, revision: Revision) -> Ledger {
    let mut ledger = Ledger::clone(&commit.ledger);
    ledger.revision = revision;
    for write in &commit.writes {
        apply(&mut ledger, write);
    }
    ledger
}

/// Brings a write into the ledger; those that touch other rows leave it as it is.
pub fn apply(ledger: &mut Ledger, write: &Write) {
    match write {
        Write::PutSettings(settings) => ledger.settings = Box::as_ref(settings).clone(),
        Write::PutCategory(category) => ledger.categories.put(category),
        Write::PutLesson(lesson) => put_lesson(&mut ledger.lessons, lesson),
        Write::DropLesson(words) => ledger.lessons.retain(|lesson| lesson.words != *words),
        Write::PutMember(member) => put_member(&mut ledger.members, member),
        Write::Move { to } => ledger.chat = to.clone(),
        Write::AddExpense(_)
        | Write::AmendExpense { .. }
        | Write::PutDraft(_)
        | Write::PutChange(_)
        | Write::MarkUndone(_)
        | Write::WantCategory { .. }
        | Write::PutPerson(_)
        | Write::Sweep { .. }
        | Write::Erase => {}
    }
}

/// The latest stands last; beyond the bound the oldest goes.
fn put_lesson(lessons: &mut Vec<Lesson>, lesson: &Lesson) {
    lessons.retain(|known| known.words != lesson.words);
    lessons.push(lesson.clone());
    let surplus = lessons.len().saturating_sub(limits::LESSONS);
    lessons.drain(..surplus);
}

/// By id; beyond the bound the earliest goes.
fn put_member(members: &mut Vec<Member>, member: &Member) {
    members.retain(|known| known.who != member.who && known.id != member.id);
    members.push(member.clone());
    members.sort_by_key(|known| known.id);
    let surplus = members.len().saturating_sub(limits::MEMBERS);
    members.drain(..surplus);
}

/// By what the outcome of an update is kept: it names nobody, so that it may outlive its ledger.
#[must_use]
pub fn hashed(chat: &ChatKey, key: &UpdateKey) -> Uuid {
    let name = format!("outcome/{}/{}", chat.as_str(), key.as_str());
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
}
