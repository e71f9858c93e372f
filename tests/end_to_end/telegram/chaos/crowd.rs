//! People who write on, a few messages ahead of the answers, and what they were told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use telegram_fake::{Arrival, Fake, Person, load};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::super::books::{Kept, Meant};

/// People who write at the same time.
pub(super) const PEOPLE: i64 = 32;
/// Messages of one person that may wait for their answer.
const AHEAD: usize = 3;
/// How often somebody writes.
const PACE: Duration = Duration::from_millis(25);
/// Every so many messages somebody looks at their week, which is read from a standby.
const LOOKS: usize = 16;
const AMOUNT: &str = "1.25";

/// The crowd, which writes until it is told to stop.
pub(super) struct Crowd {
    books: Arc<Mutex<Vec<Meant>>>,
    over: CancellationToken,
    writing: JoinHandle<()>,
}

impl Crowd {
    pub(super) fn of(fake: &Fake) -> Self {
        let (books, over) = (
            Arc::<Mutex<Vec<Meant>>>::default(),
            CancellationToken::new(),
        );
        let people = (1..=PEOPLE).map(|id| fake.user(id)).collect();
        let writing = write(people, fake.arrivals(), Arc::clone(&books), over.clone());
        Self {
            books,
            over,
            writing: tokio::spawn(writing),
        }
    }

    /// How many messages were written.
    pub(super) fn written(&self) -> usize {
        locked(&self.books).len()
    }

    /// Whether all of the first so many were answered.
    pub(super) fn answered(&self, first: usize) -> bool {
        let books = locked(&self.books);
        books.iter().take(first).all(|meant| meant.waits.is_none())
    }

    /// How far they are, and the chat of whoever waits longest.
    pub(super) fn progress(&self, fake: &Fake) -> String {
        let books = locked(&self.books);
        let waiting: Vec<&Meant> = books.iter().filter(|meant| meant.waits.is_some()).collect();
        let longest = waiting.first().map_or_else(String::new, |meant| {
            let chat = fake.chat(meant.owner).transcript();
            let lines: Vec<&str> = chat.lines().collect();
            let words = meant.waits.as_deref().unwrap_or_default();
            let at = lines.iter().position(|line| line.contains(words));
            let around = at.map_or(&lines[..], |at| {
                &lines[at.saturating_sub(4)..lines.len().min(at + 12)]
            });
            format!(
                "{words:?} (message {}) waits:\n{}",
                meant.index,
                around.join("\n")
            )
        });
        let (waits, all) = (waiting.len(), books.len());
        format!("{waits} of {all} messages wait for an answer; {longest}")
    }

    /// Nobody writes any more; answers are still heard.
    pub(super) fn hush(&self) {
        self.over.cancel();
    }

    /// Whether nobody writes any more.
    pub(super) fn is_silent(&self) -> bool {
        self.over.is_cancelled()
    }

    /// What everybody meant and was told.
    pub(super) fn meant(self) -> Vec<Meant> {
        self.writing.abort();
        locked(&self.books).clone()
    }
}

async fn write(
    people: Vec<Person>,
    mut arrivals: UnboundedReceiver<Arrival>,
    books: Arc<Mutex<Vec<Meant>>>,
    over: CancellationToken,
) {
    let mut pace = tokio::time::interval(PACE);
    let mut waiting: BTreeMap<i64, usize> = BTreeMap::new();
    let mut turn = 0;
    loop {
        tokio::select! {
            arrival = arrivals.recv() => {
                let Some(arrival) = arrival else { return };
                if hear(&books, &arrival.words) {
                    *waiting.entry(arrival.chat).or_default() -= 1;
                }
            }
            _ = pace.tick(), if !over.is_cancelled() => {
                turn += 1;
                let person = &people[turn % people.len()];
                let ahead = waiting.entry(person.id()).or_default();
                if *ahead < AHEAD {
                    *ahead += 1;
                    say(&books, person);
                }
            }
        }
    }
}

fn say(books: &Mutex<Vec<Meant>>, person: &Person) {
    let mut books = locked(books);
    let index = books.len();
    let words = load::words(index);
    person.say(&words);
    if index.is_multiple_of(LOOKS) {
        person.say("/week");
    }
    books.push(Meant {
        index,
        owner: person.id(),
        amount: Some(AMOUNT),
        told: None,
        waits: Some(words),
    });
}

/// Takes what a chat was told; whether somebody waited for it.
fn hear(books: &Mutex<Vec<Meant>>, words: &str) -> bool {
    let number = words
        .strip_prefix('#')
        .and_then(|rest| rest.split(' ').next());
    let (Some(index), Some(number)) = (load::index(words), number) else {
        return false;
    };
    let mut books = locked(books);
    let Some(meant) = books.get_mut(index) else {
        return false;
    };
    meant.told = number.parse().ok();
    meant.waits.take().is_some()
}

/// Where a later message of a person has a smaller number than an earlier one.
pub(super) fn overtaken(kept: &[&Kept]) -> Vec<String> {
    let mut ledgers: BTreeMap<i64, BTreeMap<usize, u32>> = BTreeMap::new();
    for one in kept {
        let ledger = ledgers.entry(one.owner).or_default();
        ledger.insert(one.index, one.number);
    }
    let mut wrong = Vec::new();
    for (owner, ledger) in ledgers {
        if !ledger.values().is_sorted() {
            wrong.push(format!("out of order: person {owner}: {ledger:?}"));
        }
    }
    wrong
}

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().expect("nobody panicked")
}

#[test]
fn overtaking_is_seen() {
    let kept = |index, number| Kept {
        index,
        owner: 1,
        number,
        amount: AMOUNT.to_owned(),
    };
    assert_eq!(overtaken(&[&kept(0, 1), &kept(5, 2)]), Vec::<String>::new());
    assert_eq!(overtaken(&[&kept(0, 2), &kept(5, 1)]).len(), 1);
}
