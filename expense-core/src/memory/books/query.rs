//! Answering questions.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use chrono::NaiveDate;

use super::{Account, Books, Sum};
use crate::conversation::question::{
    Answer, ChangeQuery, Cursor, DraftQuery, ExpenseFilter, Group, Page, PageRequest, Question,
    Total, TotalsQuery,
};
use crate::domain::attachment::Fingerprint;
use crate::domain::calendar::Period;
use crate::domain::category::CategoryId;
use crate::domain::change::Change;
use crate::domain::currency::Currency;
use crate::domain::draft::{Draft, DraftState};
use crate::domain::expense::Expense;
use crate::domain::keys::{LedgerId, MessageKey, Number};
use crate::domain::limits;
use crate::domain::text::{Tag, fold};
use crate::domain::totals::TotalKey;

impl Books {
    /// What the ledger knows about it; nothing where there is no such ledger.
    #[must_use]
    pub fn answer(&self, ledger: LedgerId, question: &Question) -> Answer {
        match question {
            Question::Expenses(filter, page) => Answer::Expenses(self.page(ledger, filter, *page)),
            Question::Totals(query) => Answer::Totals(self.totals(ledger, query)),
            Question::Tags => Answer::Tags(self.tags(ledger)),
            Question::Draft(query) => Answer::Draft(self.draft(ledger, query).map(Box::new)),
            Question::Change(query) => Answer::Change(self.change(ledger, query).map(Box::new)),
            Question::People => Answer::People(self.people()),
            // Whoever is at the door knows them.
            Question::Stranger(_) => Answer::Stranger(None),
            Question::Census => Answer::Census(self.census()),
        }
    }

    /// Expenses that meet the filter, the newest first.
    #[must_use]
    pub fn page(&self, ledger: LedgerId, filter: &ExpenseFilter, page: PageRequest) -> Page {
        let Some(account) = self.accounts.get(&ledger) else {
            return Page::default();
        };
        let words: Vec<String> = filter.words.iter().map(|word| fold(word)).collect();
        let expenses = account
            .places(filter.period, page.after)
            .filter(|expense| meets(expense, filter, &words))
            .take(page.size() + 1)
            .cloned();
        Page::cut(expenses.collect(), page.size())
    }

    /// Sums per group and currency, ordered by category, day, currency.
    #[must_use]
    pub fn totals(&self, ledger: LedgerId, query: &TotalsQuery) -> Vec<Total> {
        let Some(account) = self.accounts.get(&ledger) else {
            return Vec::new();
        };
        let mut groups: BTreeMap<_, Total> = BTreeMap::new();
        for (key, sum) in &account.totals {
            let in_period = query.period.is_none_or(|period| period.contains(key.day));
            if !in_period || !among(query.categories.as_deref(), key.category) {
                continue;
            }
            let (category, day) = match query.group {
                Group::None => (None, None),
                Group::Category => (Some(key.category), None),
                Group::Day => (None, Some(key.day)),
            };
            let group = groups
                .entry((category, day, key.currency))
                .or_insert(Total {
                    category,
                    day,
                    currency: key.currency,
                    minor: 0,
                    count: 0,
                    converted: 0,
                    unconverted: 0,
                });
            add(group, key, sum, query.into);
        }
        groups.into_values().collect()
    }

    /// Tags of expenses that are not removed, the most used first.
    #[must_use]
    pub fn tags(&self, ledger: LedgerId) -> Vec<(Tag, u64)> {
        let mut counts: HashMap<&Tag, u64> = HashMap::new();
        let expenses = self.accounts.get(&ledger).into_iter();
        let expenses = expenses.flat_map(|account| account.expenses.values());
        for tag in expenses
            .filter_map(Expense::visible)
            .flat_map(|details| &details.tags)
        {
            *counts.entry(tag).or_default() += 1;
        }
        let mut tags: Vec<(Tag, u64)> = counts
            .into_iter()
            .map(|(tag, n)| (tag.clone(), n))
            .collect();
        tags.sort_by(|(a, many), (b, more)| more.cmp(many).then_with(|| a.cmp(b)));
        tags.truncate(limits::MAX_PAGE);
        tags
    }

    /// A draft.
    #[must_use]
    pub fn draft(&self, ledger: LedgerId, query: &DraftQuery) -> Option<Draft> {
        let drafts = &self.accounts.get(&ledger)?.drafts;
        let found = match query {
            DraftQuery::Id(id) => drafts.get(id),
            DraftQuery::Album(album) => drafts.newest(|draft| is_of_album(draft, album)),
            DraftQuery::NewestOpen(user) => {
                drafts.newest(|draft| draft.state == DraftState::Open && draft.opened_by == *user)
            }
            DraftQuery::Image(prints) => {
                let shows = |draft: &Draft, state| draft.state == state && shows(draft, prints);
                drafts
                    .newest(|draft| shows(draft, DraftState::Saved))
                    .or_else(|| drafts.newest(|draft| shows(draft, DraftState::Open)))
            }
        };
        found.cloned()
    }

    /// A change.
    #[must_use]
    pub fn change(&self, ledger: LedgerId, query: &ChangeQuery) -> Option<Change> {
        let changes = &self.accounts.get(&ledger)?.changes;
        let found = match query {
            ChangeQuery::Id(id) => changes.get(id),
            ChangeQuery::NewestBy(user) => {
                changes.newest(|change| !change.undone && change.by == *user)
            }
        };
        found.cloned()
    }
}

fn add(total: &mut Total, key: &TotalKey, sum: &Sum, into: Currency) {
    let count = sum.count.unsigned_abs();
    total.minor += sum.minor;
    total.count += count;
    if key.currency == into {
        total.converted += sum.minor;
    } else if key.into == Some(into) {
        total.converted += sum.converted;
    } else {
        total.unconverted += count;
    }
}

impl Account {
    /// The expenses of the days that come after the place, the newest first.
    fn places(
        &self,
        period: Option<Period>,
        after: Option<Cursor>,
    ) -> impl Iterator<Item = &Expense> {
        let start = |date: NaiveDate| Cursor {
            date,
            number: Number(0),
        };
        let from = period.map_or(Bound::Unbounded, |p| Bound::Included(start(p.from())));
        let until = period.map(|p| start(p.until()));
        let until = match (until, after) {
            (Some(until), Some(after)) => Some(until.min(after)),
            (until, after) => until.or(after),
        };
        // A page can begin before its period, and a range with its ends crossed would panic.
        let empty = matches!((from, until), (Bound::Included(from), Some(until)) if until <= from);
        let range = (!empty).then(|| {
            let until = until.map_or(Bound::Unbounded, Bound::Excluded);
            self.order.range((from, until)).rev()
        });
        range
            .into_iter()
            .flatten()
            .filter_map(|(_, id)| self.expenses.get(id))
    }
}

fn meets(expense: &Expense, filter: &ExpenseFilter, folded_words: &[String]) -> bool {
    let ExpenseFilter {
        period: _, // by the order
        categories,
        tag,
        words: _, // folded
        number,
        ids,
        message,
        removed,
    } = filter;
    let details = &expense.details;
    let origin = expense.origin.as_ref().map(|origin| &origin.message);
    (*removed || !expense.removed)
        && ids.as_ref().is_none_or(|ids| ids.contains(&expense.id))
        && number.is_none_or(|number| Some(number) == expense.number)
        && among(categories.as_deref(), details.category)
        && tag.as_ref().is_none_or(|tag| details.tags.contains(tag))
        && message
            .as_ref()
            .is_none_or(|message| Some(message) == origin)
        && (folded_words.is_empty() || holds(&details.search_text(), folded_words))
}

fn holds(text: &str, words: &[String]) -> bool {
    words.iter().all(|word| text.contains(word.as_str()))
}

fn among(categories: Option<&[CategoryId]>, category: CategoryId) -> bool {
    categories.is_none_or(|wanted| wanted.contains(&category))
}

fn is_of_album(draft: &Draft, album: &MessageKey) -> bool {
    let receipt = draft.receipt();
    receipt.is_some_and(|receipt| receipt.album.as_ref() == Some(album))
}

fn shows(draft: &Draft, prints: &[Fingerprint]) -> bool {
    let receipt = draft.receipt();
    receipt.is_some_and(|receipt| receipt.prints().any(|print| prints.contains(print)))
}
