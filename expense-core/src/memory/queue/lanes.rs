//! One lane a chat: its updates in order, the first of them ready, out, or waiting for its time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};

use chrono::{DateTime, Utc};
use tokio::sync::oneshot;

use crate::conversation::event::Envelope;
use crate::domain::keys::{ChatKey, UpdateKey};
use crate::domain::limits;
use crate::memory::later;
use crate::ports::queue::{Buried, Delivery, DeliveryId, Settle};

/// What became of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Done,
    Buried,
}

/// All lanes. `depth` counts what waits or is out.
#[derive(Default)]
pub(super) struct Lanes {
    lanes: HashMap<ChatKey, VecDeque<Item>>,
    ready: VecDeque<ChatKey>,
    resting: BinaryHeap<Reverse<(DateTime<Utc>, u64, ChatKey)>>,
    /// With the time at which each counts as lost: the lower the id, the sooner.
    out: BTreeMap<DeliveryId, (DateTime<Utc>, ChatKey)>,
    buried: VecDeque<Buried>,
    depth: usize,
    last_id: u64,
}

struct Item {
    envelope: Envelope,
    /// The try that it is at.
    attempt: u32,
    /// How often it was lost with its worker.
    losses: u32,
    /// All who brought it.
    done: Vec<oneshot::Sender<Ending>>,
}

impl Lanes {
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Adds it, unless it is here already: a platform that waited for too long brings it again.
    pub(super) fn push(&mut self, envelope: Envelope, done: oneshot::Sender<Ending>) {
        let mut item = Item {
            envelope,
            attempt: 1,
            losses: 0,
            done: vec![done],
        };
        let chat = &item.envelope.chat;
        if let Some(lane) = self.lanes.get_mut(chat) {
            let mut here = lane.iter_mut();
            if let Some(same) = here.find(|other| other.envelope.key == item.envelope.key) {
                same.done.retain(|done| !done.is_closed());
                same.done.append(&mut item.done);
                return;
            }
            lane.push_back(item);
        } else {
            let chat = chat.clone();
            self.ready.push_back(chat.clone());
            self.lanes.insert(chat, VecDeque::from([item]));
        }
        self.depth += 1;
    }

    /// The first updates of at most so many lanes, and no lane's next one before they are settled.
    pub(super) fn claim(&mut self, limit: usize, now: DateTime<Utc>) -> Vec<Delivery> {
        self.wake(now);
        let count = limit.min(self.ready.len());
        let chats: Vec<ChatKey> = self.ready.drain(..count).collect();
        let until = later(now, limits::DELIVERY);
        let deliveries = chats.into_iter().filter_map(|chat| {
            let item = self.lanes.get(&chat)?.front()?;
            self.last_id += 1;
            let id = DeliveryId(self.last_id);
            self.out.insert(id, (until, chat));
            Some(Delivery {
                id,
                attempt: item.attempt,
                envelope: item.envelope.clone(),
            })
        });
        deliveries.collect()
    }

    pub(super) fn settle(&mut self, id: DeliveryId, settle: Settle, now: DateTime<Utc>) {
        let Some((_, chat)) = self.out.remove(&id) else {
            return;
        };
        match settle {
            Settle::Done => self.finish(chat, None),
            Settle::Dead { reason } => self.finish(chat, Some(reason)),
            Settle::Retry { after } => match self.first(&chat) {
                Some(item) if item.attempt >= limits::TRIES => {
                    self.finish(chat, Some("it failed too often".to_owned()));
                }
                Some(item) => {
                    item.attempt += 1;
                    self.last_id += 1;
                    let due = later(now, after);
                    self.resting.push(Reverse((due, self.last_id, chat)));
                }
                None => {}
            },
        }
    }

    /// When something may become ready by time alone.
    pub(super) fn next_due(&self) -> Option<DateTime<Utc>> {
        let rested = self.resting.peek().map(|Reverse((due, _, _))| *due);
        let lost = self.out.first_key_value().map(|(_, (until, _))| *until);
        rested.into_iter().chain(lost).min()
    }

    pub(super) fn buried(&self, limit: usize) -> Vec<Buried> {
        self.buried.iter().take(limit).cloned().collect()
    }

    /// Takes the update out of its grave.
    pub(super) fn unearth(&mut self, key: &UpdateKey) -> Option<Envelope> {
        let place = self.buried.iter().position(|b| b.envelope.key == *key)?;
        Some(self.buried.remove(place)?.envelope)
    }

    /// Brings back what has rested, and what was lost with its worker.
    fn wake(&mut self, now: DateTime<Utc>) {
        while let Some(Reverse((due, _, _))) = self.resting.peek()
            && *due <= now
        {
            self.ready
                .extend(self.resting.pop().map(|Reverse((_, _, chat))| chat));
        }
        while let Some(oldest) = self.out.first_entry()
            && oldest.get().0 <= now
        {
            let (_, chat) = oldest.remove();
            let Some(item) = self.first(&chat) else {
                continue;
            };
            item.losses += 1;
            if item.losses >= limits::LOSSES {
                self.finish(chat, Some("its workers never came back".to_owned()));
            } else {
                self.ready.push_back(chat);
            }
        }
    }

    fn first(&mut self, chat: &ChatKey) -> Option<&mut Item> {
        self.lanes.get_mut(chat)?.front_mut()
    }

    /// Takes the first update out of its lane, buried where there is a reason.
    fn finish(&mut self, chat: ChatKey, reason: Option<String>) {
        let Some(lane) = self.lanes.get_mut(&chat) else {
            return;
        };
        let finished = lane.pop_front();
        if lane.is_empty() {
            self.lanes.remove(&chat);
        } else {
            self.ready.push_back(chat);
        }
        let Some(Item { envelope, done, .. }) = finished else {
            return;
        };
        self.depth -= 1;
        let ending = match reason {
            None => Ending::Done,
            Some(reason) => {
                if self.buried.len() >= limits::BURIED {
                    self.buried.pop_front();
                }
                self.buried.push_back(Buried { envelope, reason });
                Ending::Buried
            }
        };
        for done in done {
            // A publisher that stopped waiting gets no answer.
            let _ = done.send(ending);
        }
    }
}
