//! The line of one update, without a runtime: step, answers, commit.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::stage::Told;
use crate::conversation::decision::{Decision, Input, Policy, Step, Turn};
use crate::conversation::event::Envelope;
use crate::conversation::question::{
    Answer, ExpenseFilter, Group, PageRequest, Question, TotalsQuery,
};
use crate::conversation::reply::Reply;
use crate::conversation::session::Session;
use crate::conversation::step::step;
use crate::conversation::write::Write;
use crate::domain::access::Access;
use crate::domain::currency::Currency;
use crate::domain::expense::Expense;
use crate::domain::keys::{ChatKey, UserKey};
use crate::domain::ledger::{Ledger, Settings};
use crate::domain::limits;
use crate::domain::person::PersonName;
use crate::memory::books::Books;
use crate::ports::store::{Commit, Committed, StoredSession};

const ALL: PageRequest = PageRequest {
    after: None,
    limit: limits::MAX_PAGE,
};

const TOTALS: TotalsQuery = TotalsQuery {
    period: None,
    categories: None,
    group: Group::None,
    into: Currency::EUR,
};

/// The books of one chat.
pub(super) struct Keeping {
    books: Books,
    chat: ChatKey,
    /// Whether somebody can be asked for categories.
    pub(super) suggests: bool,
    /// The newest expense for which a category was wanted, as it was recorded.
    pub(super) wanted: Option<Expense>,
    /// What the chat's ledger begins with.
    pub(super) settings: Settings,
    /// Who may use the bot: everybody, unless the talk says so.
    pub(super) access: Access,
    /// What those are called who were not let in.
    pub(super) strangers: BTreeMap<UserKey, PersonName>,
    /// Whether rates are promised.
    pub(super) converts: bool,
}

impl Keeping {
    pub(super) fn new(chat: ChatKey, settings: Settings) -> Self {
        Self {
            books: Books::default(),
            chat,
            suggests: false,
            wanted: None,
            settings,
            access: Access::default(),
            strangers: BTreeMap::new(),
            converts: false,
        }
    }

    /// What the ledger counts in now.
    pub(super) fn currency(&self) -> Currency {
        self.ledger().settings.currency
    }

    pub(super) fn chat(&self) -> ChatKey {
        self.chat.clone()
    }

    fn ledger(&self) -> Ledger {
        self.books
            .ledger(&self.chat)
            .cloned()
            .unwrap_or_else(|| Ledger::new(self.chat.clone(), self.settings.clone()))
    }

    pub(super) fn answer(&self, question: &Question) -> Answer {
        match question {
            Question::Stranger(who) => Answer::Stranger(self.strangers.get(who).cloned()),
            _ => self.books.answer(self.ledger().id, question),
        }
    }

    /// What is said to an update, now or when it came first.
    pub(super) fn handle(&mut self, envelope: &Envelope, now: DateTime<Utc>) -> Told<Vec<Reply>> {
        if let Some(outcome) = self.books.recorded(&envelope.chat, &envelope.key) {
            return Ok(outcome.replies);
        }
        let stored = self.books.session(&self.chat);
        let turn = Turn {
            now,
            sent_at: envelope.sent_at,
            update: envelope.key.clone(),
            chat: envelope.chat.clone(),
            who: envelope.who.clone(),
            message: envelope.message.clone(),
            ledger: Arc::new(self.ledger()),
            policy: Policy {
                draft_ttl: limits::DRAFT_TTL,
            },
            scene: envelope.scene.clone(),
            name: envelope.name.clone(),
            owner: self.access.owners.contains(&envelope.who),
            access: Arc::new(self.access.clone()),
            converts: self.converts,
            suggests: self.suggests,
        };
        let mut input = Input::Event(envelope.event.clone());
        let mut session = stored.session.clone();
        for _ in 0..=limits::QUESTIONS_PER_UPDATE {
            match step(&turn, session, input) {
                Step::Done(decision) => return self.commit(&turn, &stored, decision),
                Step::Ask {
                    question,
                    session: asked,
                } => {
                    input = Input::Answer(self.answer(&question));
                    session = asked;
                }
            }
        }
        Err("this asks more than an update may".to_owned())
    }

    fn commit(
        &mut self,
        turn: &Turn,
        stored: &StoredSession,
        decision: Decision,
    ) -> Told<Vec<Reply>> {
        let changed = decision.session != stored.session;
        if !changed && decision.writes.is_empty() {
            return Ok(decision.replies);
        }
        let commit = Commit {
            key: turn.update.clone(),
            chat: turn.chat.clone(),
            ledger: Arc::clone(&turn.ledger),
            session_seen: stored.version,
            session: changed.then_some(decision.session),
            writes: decision.writes,
            replies: decision.replies,
            at: turn.now,
        };
        match self.books.commit(&commit) {
            Committed::Recorded { outcome, .. } => {
                self.wanted = newest_wanted(&commit.writes).or_else(|| self.wanted.take());
                Ok(outcome.replies)
            }
            other => Err(format!("the books refused: {other:?}")),
        }
    }

    /// The kept sums are those of the expenses, and a session survives being kept.
    pub(super) fn recount(&self) -> Told<()> {
        let ledger = self.ledger().id;
        let page = self.books.page(ledger, &ExpenseFilter::default(), ALL);
        let into = self.currency();
        let mut sums = BTreeMap::<Currency, (i128, u64, i128, u64)>::new();
        for expense in &page.expenses {
            let sum = sums.entry(expense.details.money.currency()).or_default();
            sum.0 += i128::from(expense.details.money.minor());
            sum.1 += 1;
            match expense.worth_in(into) {
                Some(worth) => sum.2 += i128::from(worth.minor()),
                None => sum.3 += 1,
            }
        }
        let query = TotalsQuery { into, ..TOTALS };
        let kept = self.books.totals(ledger, &query).into_iter();
        let kept = kept.map(|total| {
            let sums = (total.minor, total.count, total.converted, total.unconverted);
            (total.currency, sums)
        });
        if sums != kept.collect() {
            return Err("the kept sums are not those of the expenses".to_owned());
        }
        let session = self.books.session(&self.chat).session;
        let text = serde_json::to_string(&session).map_err(|error| error.to_string())?;
        let again: Session = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        if again == session {
            Ok(())
        } else {
            Err("a session came back from its text as another".to_owned())
        }
    }

    /// All that can be seen.
    pub(super) fn everything(&self) -> Vec<Answer> {
        let questions = [
            Question::Expenses(ExpenseFilter::default(), ALL),
            Question::Totals(TOTALS),
            Question::Tags,
        ];
        questions.iter().map(|asked| self.answer(asked)).collect()
    }
}

/// The last of these expenses for which these writes want a category.
fn newest_wanted(writes: &[Write]) -> Option<Expense> {
    let wanted = |id| {
        writes
            .iter()
            .any(|write| matches!(write, Write::WantCategory { expense, .. } if *expense == id))
    };
    let mut recorded = writes.iter().rev().filter_map(|write| match write {
        Write::AddExpense(expense) => Some(expense),
        _ => None,
    });
    recorded
        .find(|expense| wanted(expense.id))
        .map(|expense| Expense::clone(expense))
}
