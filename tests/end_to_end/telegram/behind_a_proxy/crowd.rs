//! People who write, each as soon as they were answered.

use telegram_fake::{Fake, Person, load};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::super::books::Meant;
use super::{AMOUNT, CHATS, PATIENCE};

/// How many messages were answered.
pub(super) struct Progress(pub(super) watch::Receiver<usize>);

impl Progress {
    /// Until so many more were answered.
    pub(super) async fn of(&mut self, more: usize) {
        let aim = *self.0.borrow() + more;
        let reached = timeout(PATIENCE, self.0.wait_for(|answered| *answered >= aim)).await;
        assert!(reached.is_ok_and(|open| open.is_ok()), "nobody is answered");
    }
}

/// People in their private chats, and what they were told.
pub(super) struct Crowd {
    people: Vec<Person>,
    arrivals: tokio::sync::mpsc::UnboundedReceiver<telegram_fake::Arrival>,
    pub(super) meant: Vec<Meant>,
    /// Answers that came once more.
    pub(super) repeated: usize,
}

impl Crowd {
    pub(super) fn of(fake: &Fake) -> Self {
        Self {
            people: (1..=CHATS).map(|id| fake.user(id)).collect(),
            arrivals: fake.arrivals(),
            meant: Vec::new(),
            repeated: 0,
        }
    }

    fn write(&mut self, owner: i64) {
        let index = self.meant.len();
        let words = load::words(index);
        if let Some(person) = self.people.iter().find(|person| person.id() == owner) {
            person.say(&words);
        }
        self.meant.push(Meant {
            index,
            owner,
            amount: Some(AMOUNT),
            told: None,
            waits: Some(words),
        });
    }

    /// Takes what a chat was told; whether somebody waited for it.
    fn hear(&mut self, words: &str) -> bool {
        let meant = load::index(words).and_then(|index| self.meant.get_mut(index));
        let Some(meant) = meant else { return false };
        let number = words
            .strip_prefix('#')
            .and_then(|rest| rest.split(' ').next());
        meant.told = number.and_then(|number| number.parse().ok());
        let waited = meant.waits.take().is_some();
        self.repeated += usize::from(!waited);
        waited
    }

    fn waiting(&self) -> bool {
        self.meant.iter().any(|meant| meant.waits.is_some())
    }
}

/// Everybody writes until it is over, and waits for the last answer.
pub(super) async fn write(
    mut crowd: Crowd,
    answered: watch::Sender<usize>,
    over: CancellationToken,
) -> Crowd {
    for owner in 1..=CHATS {
        crowd.write(owner);
    }
    while !over.is_cancelled() || crowd.waiting() {
        let Ok(Some(arrival)) = timeout(PATIENCE, crowd.arrivals.recv()).await else {
            break;
        };
        if crowd.hear(&arrival.words) {
            answered.send_modify(|answered| *answered += 1);
            if !over.is_cancelled() {
                crowd.write(arrival.chat);
            }
        }
    }
    crowd
}
