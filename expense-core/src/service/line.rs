//! Telling people how long their photo will wait.
//!
//! A process tells those whose photos it took in, as well as it knows: what it forgets when it
//! dies is a courtesy. What is said walks the line like any update, so that it never comes after
//! the result.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Inner;
use super::readings::Person;
use crate::conversation::event::{Event, ReadResult};
use crate::domain::draft::{Draft, DraftContent};
use crate::domain::keys::{ChatKey, DraftId};
use crate::domain::limits;
use crate::domain::trace::TraceParent;

/// What a reading is supposed to take before one was measured.
const USUAL: Duration = Duration::from_secs(5);

/// Tells those who wait until `stop`.
pub(super) async fn work(inner: &Inner, stop: &CancellationToken) {
    loop {
        let pause = tokio::time::sleep(limits::WAIT_LOOK);
        if stop.run_until_cancelled(pause).await.is_none() {
            return;
        }
        if !inner.line.is_empty() {
            inner.look_at_line().await;
        }
    }
}

/// The drafts of this process that wait for a reader.
#[derive(Debug)]
pub(super) struct Line {
    waiting: Mutex<HashMap<DraftId, Waiting>>,
    takes: Mutex<Duration>,
}

#[derive(Debug, Clone)]
struct Waiting {
    person: Person,
    round: u32,
    from: Duration,
    trace: Option<TraceParent>,
    /// Which place it was told last, and when.
    told: Option<(usize, Duration)>,
}

/// What a person is to be told.
#[derive(Debug)]
struct News {
    draft: DraftId,
    person: Person,
    round: u32,
    /// The place from 1; `None` where too many are before it.
    place: Option<usize>,
}

impl Line {
    pub(super) fn new() -> Self {
        Self {
            waiting: Mutex::default(),
            takes: Mutex::new(USUAL),
        }
    }

    /// A draft waits, from then on, by what has passed.
    pub(super) fn enter(
        &self,
        chat: &ChatKey,
        draft: &Draft,
        from: Duration,
        trace: Option<TraceParent>,
    ) {
        let DraftContent::Receipt(receipt) = &draft.content else {
            return;
        };
        let mut waiting = self.waiting();
        if waiting.len() < limits::WAITS_KNOWN {
            let entry = Waiting {
                person: Person::of(chat, draft),
                round: receipt.round,
                from,
                trace,
                told: None,
            };
            waiting.insert(draft.id, entry);
        }
    }

    /// The trace of the photo that it is, as far as it is known here.
    pub(super) fn trace(&self, draft: DraftId) -> Option<TraceParent> {
        self.waiting().get(&draft)?.trace
    }

    /// Somebody reads it.
    pub(super) fn leave(&self, draft: DraftId) {
        self.waiting().remove(&draft);
    }

    /// So long took one reading, its wait for a model included.
    pub(super) fn took(&self, time: Duration) {
        let mut takes = self.takes.lock().unwrap_or_else(PoisonError::into_inner);
        *takes = (*takes * 7 + time) / 8;
    }

    /// How long the draft at this place waits, where so many are read at a time.
    fn wait(&self, place: usize, readers: usize) -> Duration {
        let takes = *self.takes.lock().unwrap_or_else(PoisonError::into_inner);
        let rounds = place.div_ceil(readers.max(1));
        takes.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX))
    }

    fn is_empty(&self) -> bool {
        self.waiting().is_empty()
    }

    /// What there is to tell, given all drafts that wait, in their order. Nobody is told twice
    /// within a short time, nor that nothing has changed.
    fn news(&self, order: &[DraftId], now: Duration) -> Vec<News> {
        let places: HashMap<&DraftId, usize> = order.iter().zip(1..).collect();
        let is_long = order.len() > limits::WAITING;
        let mut waiting = self.waiting();
        waiting.retain(|id, one| one.from > now || places.contains_key(id) || is_long);
        let mut news = Vec::new();
        for (id, one) in waiting.iter_mut() {
            let place = places.get(id).copied();
            let place = place.filter(|place| *place <= limits::WAITING);
            if one.is_to_be_told(place, now) && news.len() < limits::WAITS_TOLD {
                one.told = Some((place.unwrap_or(usize::MAX), now));
                news.push(News {
                    draft: *id,
                    person: one.person.clone(),
                    round: one.round,
                    place,
                });
            }
        }
        news
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<DraftId, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn is_to_be_told(&self, place: Option<usize>, now: Duration) -> bool {
        let since = |then: Duration| now.saturating_sub(then);
        match self.told {
            None => since(self.from) >= limits::WAIT_UNTOLD,
            Some((told, at)) => {
                since(at) >= limits::WAIT_TOLD && place.is_some_and(|place| place < told)
            }
        }
    }
}

impl Inner {
    async fn look_at_line(&self) {
        let order = match self.ports.jobs.waiting(limits::WAITING + 1).await {
            Ok(order) => order,
            Err(error) => {
                super::counts::error(&error);
                tracing::warn!(%error, "it can't be told who waits for a reader");
                return;
            }
        };
        for news in self.line.news(&order, self.ports.clock.steady()) {
            match news.place {
                Some(place) => {
                    let wait = self.line.wait(place, self.options.readers);
                    let place = u32::try_from(place).ok();
                    self.tell_wait(&news.person, news.draft, place, wait).await;
                }
                None => self.turn_away(&news).await,
            }
        }
    }

    /// Tells a person that their draft waits; a courtesy, which may fail.
    pub(super) async fn tell_wait(
        &self,
        person: &Person,
        draft: DraftId,
        place: Option<u32>,
        wait: Duration,
    ) {
        let event = Event::Waits {
            draft,
            place,
            seconds: wait.as_secs(),
        };
        let (id, now) = (draft.as_uuid().simple(), self.ports.clock.now());
        let key = format!("waits:{id}:{}", now.timestamp_micros());
        self.publish_courtesy(key, person, event).await;
    }

    /// Opens a draft that would wait too long, without a reading.
    async fn turn_away(&self, news: &News) {
        let event = Event::Read {
            draft: news.draft,
            round: news.round,
            content: Vec::new(),
            place: String::new(),
            result: ReadResult::Busy,
        };
        let id = news.draft.as_uuid().simple();
        let key = format!("reading:{id}:{}", news.round);
        self.publish_courtesy(key, &news.person, event).await;
    }

    async fn publish_courtesy(&self, key: String, person: &Person, event: Event) {
        let published = match self.own_update(key, person, event) {
            Ok(update) => self.publish(update).await,
            Err(error) => Err(error),
        };
        if let Err(error) = published {
            super::counts::error(&error);
            tracing::warn!(%error, "a person was not told how long their photo waits");
        }
    }
}
