//! People who write expenses, and what they know.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use expense_core::conversation::question::{ExpenseFilter, PageRequest};
use expense_core::domain::keys::{ChatKey, LedgerId};
use expense_core::domain::limits;
use expense_core::ports::store::ExpenseStore;
use telegram_fake::{Fake, Person, load};

/// How long all of them wait for an answer: a reply that was being sent when the program was
/// killed is claimed for [`limits::REPLY_CLAIM`], and then sent by the next life.
const PATIENCE: Duration = limits::REPLY_CLAIM.saturating_add(Duration::from_secs(120));

/// People in their private chats. Every message is an expense with words of its own.
pub(super) struct Crowd<'a> {
    fake: &'a Fake,
    people: Vec<Person>,
    /// Who sent which message: its number is its place.
    sent: Vec<i64>,
}

impl<'a> Crowd<'a> {
    pub(super) fn new(fake: &'a Fake, people: i64) -> Self {
        let people = (1..=people).map(|id| fake.user(id)).collect();
        Self {
            fake,
            people,
            sent: Vec::new(),
        }
    }

    pub(super) fn sent(&self) -> usize {
        self.sent.len()
    }

    /// Each of them writes once more.
    pub(super) fn write(&mut self) {
        for person in &self.people {
            person.say(&load::words(self.sent.len()));
            self.sent.push(person.id());
        }
    }

    /// The messages that were answered, with the number that the answers name. An answer may come
    /// twice, but it says the same.
    pub(super) fn acknowledged(&self) -> BTreeMap<usize, u32> {
        let mut known = BTreeMap::new();
        for person in &self.people {
            for reply in self.fake.chat(person.id()).replies() {
                let Some(index) = load::index(reply.words()) else {
                    continue;
                };
                assert_eq!(self.sent.get(index), Some(&person.id()), "told to another");
                let number = number(reply.words());
                let before = known.insert(index, number);
                assert!(before.is_none_or(|before| before == number), "two numbers");
            }
        }
        known
    }

    /// Until every message is answered.
    pub(super) async fn answered(&self) {
        let all = async {
            while self.acknowledged().len() < self.sent.len() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, all).await;
        let answered = self.acknowledged().len();
        let sent = self.sent.len();
        waited.unwrap_or_else(|_| panic!("{answered} of {sent} messages were answered"));
    }

    /// What is kept is what was sent, each once, under the number that was told.
    pub(super) async fn check(&self, store: &Arc<dyn ExpenseStore>) {
        let known = self.acknowledged();
        let mut kept = BTreeMap::new();
        for person in &self.people {
            let mut numbers = BTreeSet::new();
            for (number, words) in expenses(store, person.id()).await {
                let index = load::index(&words).expect("words that were sent");
                assert_eq!(
                    self.sent.get(index),
                    Some(&person.id()),
                    "in another's ledger"
                );
                assert!(numbers.insert(number), "#{number} was given twice");
                assert!(
                    kept.insert(index, number).is_none(),
                    "{words} is there twice"
                );
            }
        }
        assert_eq!(kept.len(), self.sent.len(), "some are missing");
        assert_eq!(kept, known, "kept otherwise than told");
    }
}

/// `#3` of `#3 · loadbbbbbb · €1.25 · …`.
fn number(words: &str) -> u32 {
    let number = words
        .split_whitespace()
        .next()
        .and_then(|word| word.strip_prefix('#'));
    let number = number.and_then(|number| number.parse().ok());
    number.unwrap_or_else(|| panic!("no confirmation: {words}"))
}

/// All that a person's ledger has: numbers and descriptions.
async fn expenses(store: &Arc<dyn ExpenseStore>, id: i64) -> Vec<(u32, String)> {
    let chat = ChatKey::new(format!("telegram:{id}")).expect("a key");
    let (ledger, filter) = (LedgerId::of(&chat), ExpenseFilter::default());
    let mut found = Vec::new();
    let mut page = PageRequest {
        after: None,
        limit: limits::MAX_PAGE,
    };
    loop {
        let part = store.expenses(ledger, &filter, page).await;
        let part = part.expect("the store answers");
        found.extend(part.expenses.iter().map(|expense| {
            let number = expense.number.map_or(0, |number| number.0);
            (number, expense.details.description.as_str().to_owned())
        }));
        page.after = part.next;
        if page.after.is_none() {
            return found;
        }
    }
}
