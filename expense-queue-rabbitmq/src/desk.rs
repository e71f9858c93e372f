//! What this process holds of its partitions: one lane a chat, its updates in order.
//!
//! The broker brings the updates of a partition one after the other, whoever they are from; here
//! they part by chats. Nothing of it is the truth: whatever is lost with the process is still in the
//! broker. `T` acknowledges a message there.

mod aside;
mod lane;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use expense_core::conversation::event::Envelope;
use expense_core::domain::keys::ChatKey;
use expense_core::domain::limits;
use expense_core::memory::later;
use expense_core::ports::queue::{Delivery, DeliveryId};

use crate::message::Notes;
use aside::Aside;
use lane::{Found, Item, Lane, Out};

/// All lanes of this process.
pub(crate) struct Desk<T> {
    lanes: HashMap<ChatKey, Lane<T>>,
    ready: VecDeque<ChatKey>,
    resting: BinaryHeap<Reverse<(DateTime<Utc>, u64, ChatKey)>>,
    /// With the time at which each counts as lost.
    out: BTreeMap<DeliveryId, (DateTime<Utc>, ChatKey)>,
    partitions: HashMap<u16, Partition>,
    most_aside: usize,
    /// Whether something is to be moved aside since it was last asked.
    asked: bool,
    last_id: u64,
}

/// A partition that this process holds.
#[derive(Default)]
struct Partition {
    /// Whether nothing of it is handed out any more.
    closed: bool,
    aside: Aside,
}

/// What came of an update that was settled.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Settled<T> {
    /// Nobody waits for that.
    Unknown,
    /// It comes again when its time has come.
    Rests,
    /// Its message is to be acknowledged.
    Done(T),
}

/// An update that is to be buried.
pub(crate) struct Corpse {
    pub(crate) id: DeliveryId,
    pub(crate) envelope: Arc<Envelope>,
    pub(crate) notes: Notes,
}

impl<T> Desk<T> {
    pub(crate) fn new(most_aside: usize) -> Self {
        Self {
            lanes: HashMap::new(),
            ready: VecDeque::new(),
            resting: BinaryHeap::new(),
            out: BTreeMap::new(),
            partitions: HashMap::new(),
            most_aside,
            asked: false,
            last_id: 0,
        }
    }

    /// A partition is this process's own from now on. It stays closed while what waits aside comes
    /// in: an update that was written there anew stands behind younger ones of its chat.
    pub(crate) fn take_over(&mut self, partition: u16) {
        let taken = Partition {
            closed: true,
            ..Partition::default()
        };
        self.partitions.insert(partition, taken);
    }

    /// Everything that waited aside is in: it may be handed out.
    pub(crate) fn open(&mut self, partition: u16, now: DateTime<Utc>) {
        if let Some(partition) = self.partitions.get_mut(&partition) {
            partition.closed = false;
        }
        let lanes = self.lanes.iter();
        let chats = lanes.filter(|(_, lane)| lane.partition == partition);
        let chats: Vec<ChatKey> = chats.map(|(chat, _)| chat.clone()).collect();
        for chat in chats {
            self.consider(&chat, now);
        }
    }

    /// Hands out nothing of this partition any more.
    pub(crate) fn close(&mut self, partition: u16) {
        if let Some(partition) = self.partitions.get_mut(&partition) {
            partition.closed = true;
        }
    }

    /// Whether nothing of this partition is out.
    pub(crate) fn is_drained(&self, partition: u16) -> bool {
        let of = |chat| {
            self.lanes
                .get(chat)
                .is_some_and(|lane| lane.partition == partition)
        };
        !self.out.values().any(|(_, chat)| of(chat))
    }

    /// Forgets what it held of a partition: the broker brings it again, here or elsewhere. What is
    /// out is remembered, so that nothing of its chat goes out here before it is settled.
    pub(crate) fn lose(&mut self, partition: u16) {
        self.partitions.remove(&partition);
        self.lanes.retain(|_, lane| {
            if lane.partition == partition {
                lane.clear();
            }
            lane.out.is_some() || lane.partition != partition
        });
    }

    /// How many are out.
    pub(crate) fn count_out(&self) -> usize {
        self.out.len()
    }

    /// Takes in what the broker brought. Gives back what acknowledges it where it is known here
    /// already.
    pub(crate) fn arrive(
        &mut self,
        partition: u16,
        envelope: Envelope,
        notes: Notes,
        token: T,
        now: DateTime<Utc>,
    ) -> Option<T> {
        let chat = envelope.chat.clone();
        let held = self.partitions.get_mut(&partition)?;
        let lane = self
            .lanes
            .entry(chat.clone())
            .or_insert_with(|| Lane::new(partition));
        let double = match notes.sequence {
            Some(sequence) => {
                let found = lane.settle_in(sequence, envelope, &notes, token);
                if matches!(found, Found::New) {
                    lane.due = notes.due.or(lane.due);
                }
                if matches!(found, Found::New | Found::Replaced(_)) {
                    held.aside.find(sequence);
                }
                match found {
                    Found::New | Found::Expected => None,
                    Found::Replaced(token) | Found::Double(token) => Some(token),
                }
            }
            None if lane.holds(&envelope.key) => Some(token),
            None => {
                lane.items.push_back(Item::fresh(envelope, &notes, token));
                None
            }
        };
        self.consider(&chat, now);
        double
    }

    /// The first updates of at most so many chats, and no chat's next one before they are settled;
    /// beside them those that were lost too often.
    pub(crate) fn claim(
        &mut self,
        limit: usize,
        now: DateTime<Utc>,
    ) -> (Vec<Delivery>, Vec<Corpse>) {
        self.wake(now);
        let (mut deliveries, mut corpses) = (Vec::new(), Vec::new());
        while deliveries.len() < limit {
            let Some(chat) = self.ready.pop_front() else {
                break;
            };
            let closed = self.is_closed(&chat);
            let Some(lane) = self.lanes.get_mut(&chat) else {
                continue;
            };
            lane.queued = false;
            if closed || !lane.is_ready(now) {
                continue;
            }
            let Some(item) = lane.items.front() else {
                continue;
            };
            self.last_id += 1;
            let id = DeliveryId(self.last_id);
            let until = later(now, limits::DELIVERY);
            lane.due = None;
            lane.out = Some(Out {
                id,
                key: item.envelope.key.clone(),
            });
            self.out.insert(id, (until, chat));
            if item.losses >= limits::LOSSES {
                corpses.push(item.corpse(id));
            } else {
                deliveries.push(Delivery {
                    id,
                    attempt: item.attempt,
                    envelope: Envelope::clone(&item.envelope),
                });
            }
        }
        (deliveries, corpses)
    }

    /// Whether something may be claimed now.
    pub(crate) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Whether something is to be moved aside since this was last asked.
    pub(crate) fn was_asked(&mut self) -> bool {
        std::mem::take(&mut self.asked)
    }

    /// When something may become ready by time alone.
    pub(crate) fn next_due(&self) -> Option<DateTime<Utc>> {
        let rested = self.resting.peek().map(|Reverse((due, _, _))| *due);
        let lost = self.out.first_key_value().map(|(_, (until, _))| *until);
        rested.into_iter().chain(lost).min()
    }

    /// Ends a delivery for good.
    pub(crate) fn finish(&mut self, id: DeliveryId, now: DateTime<Utc>) -> Settled<T> {
        let Some((chat, finished)) = self.come_back(id) else {
            return Settled::Unknown;
        };
        let token = finished.then(|| self.pop(&chat)).flatten();
        self.consider(&chat, now);
        token.map_or(Settled::Unknown, Settled::Done)
    }

    /// Lets the chat of a delivery wait until then and try it again.
    pub(crate) fn rest(
        &mut self,
        id: DeliveryId,
        due: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Settled<T> {
        let Some((chat, true)) = self.come_back(id) else {
            return Settled::Unknown;
        };
        let Some(lane) = self.lanes.get_mut(&chat) else {
            return Settled::Unknown;
        };
        lane.due = Some(due);
        if let Some(item) = lane.items.front_mut() {
            item.attempt += 1;
            item.noted = false;
        }
        self.consider(&chat, now);
        Settled::Rests
    }

    /// What a delivery holds, to bury it; it stays out until it is finished.
    pub(crate) fn corpse(&self, id: DeliveryId) -> Option<Corpse> {
        let (_, chat) = self.out.get(&id)?;
        let lane = self.lanes.get(chat)?;
        let item = lane.items.front()?;
        let same = lane
            .out
            .as_ref()
            .is_some_and(|out| out.key == item.envelope.key);
        same.then(|| item.corpse(id))
    }

    /// Takes a delivery back, and tells whether the first of its lane is still the same update.
    fn come_back(&mut self, id: DeliveryId) -> Option<(ChatKey, bool)> {
        let (_, chat) = self.out.remove(&id)?;
        let lane = self.lanes.get_mut(&chat)?;
        let out = lane.out.take_if(|out| out.id == id)?;
        let first = lane.items.front();
        let same = first.is_some_and(|item| item.envelope.key == out.key);
        Some((chat, same))
    }

    /// Takes the first update out of its lane.
    fn pop(&mut self, chat: &ChatKey) -> Option<T> {
        let lane = self.lanes.get_mut(chat)?;
        let item = lane.items.pop_front()?;
        if item.sequence.is_some()
            && let Some(partition) = self.partitions.get_mut(&lane.partition)
        {
            partition.aside.leave();
        }
        item.token
    }

    fn is_closed(&self, chat: &ChatKey) -> bool {
        let partition = self.lanes.get(chat).map(|lane| lane.partition);
        let held = partition.and_then(|number| self.partitions.get(&number));
        held.is_none_or(|held| held.closed)
    }

    /// Puts a lane where it belongs after something of it has changed.
    fn consider(&mut self, chat: &ChatKey, now: DateTime<Utc>) {
        let Some(lane) = self.lanes.get_mut(chat) else {
            return;
        };
        if lane.is_idle() {
            self.lanes.remove(chat);
            return;
        }
        if lane.is_ready(now) {
            if !std::mem::replace(&mut lane.queued, true) {
                self.ready.push_back(chat.clone());
            }
            return;
        }
        if let Some(due) = lane.due
            && due > now
            && lane.rests_until != Some(due)
        {
            lane.rests_until = Some(due);
            self.last_id += 1;
            self.resting
                .push(Reverse((due, self.last_id, chat.clone())));
        }
        if lane.wants_aside(now)
            && let Some(partition) = self.partitions.get_mut(&lane.partition)
        {
            partition.aside.ask(chat);
            self.asked = true;
        }
    }

    /// Brings back what has rested, and what was lost with its worker.
    fn wake(&mut self, now: DateTime<Utc>) {
        while let Some(Reverse((due, _, _))) = self.resting.peek()
            && *due <= now
        {
            let Some(Reverse((due, _, chat))) = self.resting.pop() else {
                break;
            };
            if let Some(lane) = self.lanes.get_mut(&chat) {
                lane.rests_until.take_if(|until| *until == due);
            }
            self.consider(&chat, now);
        }
        while let Some((id, (until, _))) = self.out.first_key_value()
            && *until <= now
        {
            let id = *id;
            let Some((chat, same)) = self.come_back(id) else {
                self.out.remove(&id);
                continue;
            };
            let first = self
                .lanes
                .get_mut(&chat)
                .and_then(|lane| lane.items.front_mut());
            if let Some(item) = first.filter(|_| same) {
                item.losses += 1;
            }
            self.consider(&chat, now);
        }
    }
}
