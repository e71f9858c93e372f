//! What a flow decides from: the turn, the session, and the answers so far.
//!
//! A flow is a plain function that reads from top to bottom. Where it needs to know something it
//! asks the context with `?`, which has the answer or leaves with the question. In the same way
//! it leaves with a sentence where there is nothing more to do.

use chrono::NaiveDate;

use super::command::Audience;
use super::decision::{Decision, Turn};
use super::question::{
    Answer, Census, ChangeQuery, DraftQuery, ExpenseFilter, Page, PageRequest, Question, Total,
    TotalsQuery,
};
use super::reply::Reply;
use super::session::{Session, Topic};
use super::wording::{self, Wording};
use super::{entry, write::Write};
use crate::domain::access::Person;
use crate::domain::change::Change;
use crate::domain::currency::Currency;
use crate::domain::draft::Draft;
use crate::domain::expense::Expense;
use crate::domain::keys::{ExpenseId, Number, UserKey};
use crate::domain::ledger::Ledger;
use crate::domain::limits;
use crate::domain::person::PersonName;
use crate::domain::text::Tag;

/// Why a flow leaves early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It needs to know this first.
    Ask(Box<Question>),
    /// It is decided: there is something to say and nothing more to do.
    Done(Box<Decision>),
}

/// What a flow, or a part of one, comes to.
pub(crate) type Flow<T = Decision> = Result<T, Stop>;

/// What a flow decides from.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// All that is ambient.
    pub(crate) turn: &'a Turn,
    /// What the conversation remembers.
    pub(crate) session: &'a Session,
    /// What was asked and answered.
    pub(crate) answered: &'a [(Question, Answer)],
}

impl<'a> Context<'a> {
    /// The ledger of the chat.
    pub(crate) fn ledger(&self) -> &'a Ledger {
        &self.turn.ledger
    }

    /// Which commands there are for the sender.
    pub(crate) fn audience(&self) -> Audience {
        if self.turn.owner {
            Audience::Owners
        } else {
            Audience::Everyone
        }
    }

    /// The sender's day.
    pub(crate) fn today(&self) -> NaiveDate {
        self.ledger().settings.zone.civil_date(self.turn.sent_at)
    }

    /// How this ledger says things.
    pub(crate) fn wording(&self) -> Wording<'a> {
        Wording::new(self.ledger(), self.today())
    }

    /// Reads text as this ledger writes it: `read` gets the grammar's context.
    pub(crate) fn reading<T>(&self, read: impl FnOnce(&entry::Context<'_>) -> T) -> T {
        self.reading_in(self.ledger().settings.currency, self.today(), read)
    }

    /// The same with amounts in another currency and seen from another day.
    pub(crate) fn reading_in<T>(
        &self,
        currency: Currency,
        today: NaiveDate,
        read: impl FnOnce(&entry::Context<'_>) -> T,
    ) -> T {
        let categories: Vec<&str> = self
            .ledger()
            .living_categories()
            .map(|category| category.name.as_str())
            .collect();
        read(&entry::Context {
            currency,
            locale: &self.ledger().settings.locale,
            today,
            categories: &categories,
        })
    }

    /// Nothing happens.
    pub(crate) fn nothing(&self) -> Decision {
        self.decide(Vec::new(), Vec::new())
    }

    /// Says this and changes nothing.
    pub(crate) fn say(&self, reply: impl Into<Reply>) -> Decision {
        self.decide(Vec::new(), vec![reply.into()])
    }

    /// Leaves with these words.
    pub(crate) fn stop(&self, reply: impl Into<Reply>) -> Stop {
        Stop::Done(Box::new(self.say(reply)))
    }

    /// Changes this, says that, and remembers what was remembered.
    pub(crate) fn decide(&self, writes: Vec<Write>, replies: Vec<Reply>) -> Decision {
        Decision {
            session: self.session.clone(),
            writes,
            replies,
        }
    }

    /// Says this and takes the next message of this person as the answer about `topic`.
    pub(crate) fn expect(&self, topic: Topic, reply: Reply) -> Decision {
        let mut decision = self.say(reply);
        decision
            .session
            .expect(&self.turn.who, topic, self.turn.now, limits::DIALOGUE);
        decision
    }

    fn ask(&self, question: Question) -> Flow<&'a Answer> {
        self.answered
            .iter()
            .find(|(asked, _)| *asked == question)
            .map(|(_, answer)| answer)
            .ok_or_else(|| Stop::Ask(Box::new(question)))
    }

    /// One page of expenses, the newest first.
    pub(crate) fn expenses(&self, filter: ExpenseFilter, page: PageRequest) -> Flow<Page> {
        match self.ask(Question::Expenses(filter, page))? {
            Answer::Expenses(page) => Ok(page.clone()),
            _ => Ok(Page::default()),
        }
    }

    /// All expenses that meet the filter, of which there are few.
    pub(crate) fn few(&self, filter: ExpenseFilter) -> Flow<Vec<Expense>> {
        let page = PageRequest {
            after: None,
            limit: limits::MAX_PAGE,
        };
        Ok(self.expenses(filter, page)?.expenses)
    }

    /// The expense with this id, removed or not.
    pub(crate) fn expense(&self, id: ExpenseId) -> Flow<Option<Expense>> {
        let filter = ExpenseFilter {
            ids: Some(vec![id]),
            removed: true,
            ..ExpenseFilter::default()
        };
        Ok(self.few(filter)?.into_iter().next())
    }

    /// The expense with this id, unless there is none or it was removed: then that is said.
    pub(crate) fn living(&self, id: ExpenseId) -> Flow<Expense> {
        match self.expense(id)? {
            Some(expense) if !expense.removed => Ok(expense),
            Some(Expense {
                number: Some(number),
                ..
            }) => Err(self.stop(wording::change::deleted(number))),
            _ => Err(self.stop(wording::change::GONE)),
        }
    }

    /// The expense with this number, unless there is none or it was removed: then that is said.
    pub(crate) fn numbered(&self, number: Number) -> Flow<Expense> {
        let filter = ExpenseFilter {
            number: Some(number),
            removed: true,
            ..ExpenseFilter::default()
        };
        match self.few(filter)?.into_iter().next() {
            Some(expense) if expense.removed => Err(self.stop(wording::change::deleted(number))),
            Some(expense) => Ok(expense),
            None => Err(self.stop(wording::change::no_such(number))),
        }
    }

    /// Sums.
    pub(crate) fn totals(&self, query: TotalsQuery) -> Flow<Vec<Total>> {
        match self.ask(Question::Totals(query))? {
            Answer::Totals(totals) => Ok(totals.clone()),
            _ => Ok(Vec::new()),
        }
    }

    /// Tags with their numbers of expenses, the most used first.
    pub(crate) fn tags(&self) -> Flow<Vec<(Tag, u64)>> {
        match self.ask(Question::Tags)? {
            Answer::Tags(tags) => Ok(tags.clone()),
            _ => Ok(Vec::new()),
        }
    }

    /// A draft.
    pub(crate) fn draft(&self, query: DraftQuery) -> Flow<Option<Draft>> {
        match self.ask(Question::Draft(query))? {
            Answer::Draft(draft) => Ok(draft.as_deref().cloned()),
            _ => Ok(None),
        }
    }

    /// Everybody about whom something was decided.
    pub(crate) fn people(&self) -> Flow<Vec<Person>> {
        match self.ask(Question::People)? {
            Answer::People(people) => Ok(people.clone()),
            _ => Ok(Vec::new()),
        }
    }

    /// What somebody was called who wrote without being let in.
    pub(crate) fn stranger(&self, who: &UserKey) -> Flow<Option<PersonName>> {
        match self.ask(Question::Stranger(who.clone()))? {
            Answer::Stranger(name) => Ok(name.clone()),
            _ => Ok(None),
        }
    }

    /// How much is kept in all.
    pub(crate) fn census(&self) -> Flow<Census> {
        match self.ask(Question::Census)? {
            Answer::Census(census) => Ok(*census),
            _ => Ok(Census::default()),
        }
    }

    /// A change.
    pub(crate) fn change(&self, query: ChangeQuery) -> Flow<Option<Change>> {
        match self.ask(Question::Change(query))? {
            Answer::Change(change) => Ok(change.as_deref().cloned()),
            _ => Ok(None),
        }
    }
}
