//! What this process holds of its partitions: one lane a chat, its updates in order.
//!
//! Kafka brings the updates of a partition one after the other, whoever they are from; here they
//! part by chats. Nothing of it is the truth: whatever is lost with the process is still in Kafka.

mod lane;
mod offsets;
mod partition;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use expense_core::conversation::event::Envelope;
use expense_core::domain::keys::ChatKey;
use expense_core::domain::limits;
use expense_core::memory::later;
use expense_core::ports::queue::{Delivery, DeliveryId};

use crate::message::Notes;
use lane::{Aside, Item, Lane, Out};
use partition::Partition;

pub(crate) use partition::Parked;

/// All lanes of this process.
pub(crate) struct Desk {
    lanes: HashMap<ChatKey, Lane>,
    ready: VecDeque<ChatKey>,
    resting: BinaryHeap<Reverse<(DateTime<Utc>, ChatKey)>>,
    /// With the time at which each counts as lost.
    out: BTreeMap<DeliveryId, (DateTime<Utc>, ChatKey)>,
    /// Chats with something to be moved aside.
    asking: BTreeSet<ChatKey>,
    partitions: HashMap<i32, Partition>,
    most_held: usize,
    most_aside: usize,
    last_id: u64,
    epoch: u64,
}

/// An update that is out, or on its way aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) envelope: Arc<Envelope>,
    pub(crate) notes: Notes,
    /// Whether there may be a copy of it aside.
    pub(crate) has_copy: bool,
}

/// What is claimed: what to hand out, and what was lost too often.
pub(crate) type Claimed = (Vec<Delivery>, Vec<(DeliveryId, Held)>);

impl Desk {
    pub(crate) fn new(most_held: usize, most_aside: usize) -> Self {
        Self {
            lanes: HashMap::new(),
            ready: VecDeque::new(),
            resting: BinaryHeap::new(),
            out: BTreeMap::new(),
            asking: BTreeSet::new(),
            partitions: HashMap::new(),
            most_held,
            most_aside,
            last_id: 0,
            epoch: 0,
        }
    }

    /// How many are out.
    pub(crate) fn count_out(&self) -> usize {
        self.out.len()
    }

    /// Takes in what Kafka brought.
    pub(crate) fn arrive(
        &mut self,
        partition: i32,
        offset: i64,
        envelope: Envelope,
        now: DateTime<Utc>,
    ) {
        let chat = envelope.chat.clone();
        if self.hold(partition, offset) {
            let lane = self.lane(partition, &chat);
            if lane.item(offset).is_some() {
                // It stands aside already.
                self.release(partition, offset);
            } else {
                lane.settle_in(Item::new(offset, envelope, &Notes::default(), Aside::No));
            }
            self.consider(&chat, now);
        }
    }

    /// The first updates of at most so many chats, and no chat's next one before they are settled;
    /// beside them those that were lost too often.
    pub(crate) fn claim(&mut self, limit: usize, now: DateTime<Utc>) -> Claimed {
        self.wake(now);
        let (mut deliveries, mut lost) = (Vec::new(), Vec::new());
        while deliveries.len() < limit {
            let Some(chat) = self.ready.pop_front() else {
                break;
            };
            let Some(lane) = self.lanes.get_mut(&chat) else {
                continue;
            };
            lane.queued = false;
            let open = self.partitions.get(&lane.partition);
            let Some(epoch) = open.filter(|held| !held.closed).map(|held| held.epoch) else {
                continue;
            };
            if !lane.is_ready(now) {
                continue;
            }
            let Some(item) = lane.items.front() else {
                continue;
            };
            self.last_id += 1;
            let id = DeliveryId(self.last_id);
            lane.due = None;
            lane.out = Some(Out {
                id,
                offset: item.offset,
                epoch,
            });
            if item.losses >= limits::LOSSES {
                lost.push((id, item.held(lane.partition)));
            } else {
                deliveries.push(Delivery {
                    id,
                    attempt: item.attempt,
                    envelope: Envelope::clone(&item.envelope),
                });
            }
            self.out.insert(id, (later(now, limits::DELIVERY), chat));
        }
        (deliveries, lost)
    }

    /// Whether something may be claimed now.
    pub(crate) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// When something may become ready by time alone.
    pub(crate) fn next_due(&self) -> Option<DateTime<Utc>> {
        let rested = self.resting.peek().map(|Reverse((due, _))| *due);
        let lost = self.out.first_key_value().map(|(_, (until, _))| *until);
        rested.into_iter().chain(lost).min()
    }

    /// What a delivery holds, while it is out.
    pub(crate) fn held(&self, id: DeliveryId) -> Option<Held> {
        let (_, chat) = self.out.get(&id)?;
        let lane = self.lanes.get(chat)?;
        let item = lane.items.front()?;
        let current = lane.out.as_ref().is_some_and(|out| out.id == id);
        let same = current && self.is_same(lane);
        same.then(|| item.held(lane.partition))
    }

    /// Ends a delivery for good.
    pub(crate) fn finish(&mut self, id: DeliveryId, now: DateTime<Utc>) {
        let Some((chat, same)) = self.come_back(id) else {
            return;
        };
        if same
            && let Some(lane) = self.lanes.get_mut(&chat)
            && let Some(item) = lane.items.pop_front()
            && let Some(held) = self.partitions.get_mut(&lane.partition)
        {
            held.offsets.release(item.offset);
            if item.aside != Aside::No {
                held.aside = held.aside.saturating_sub(1);
            }
        }
        self.consider(&chat, now);
    }

    /// Lets the chat of a delivery wait until then and try it again; it stands aside by now.
    pub(crate) fn rest(&mut self, id: DeliveryId, due: DateTime<Utc>, now: DateTime<Utc>) {
        let Some((chat, same)) = self.come_back(id) else {
            return;
        };
        if same
            && let Some(lane) = self.lanes.get_mut(&chat)
            && let Some(item) = lane.items.front_mut()
            && let Some(held) = self.partitions.get_mut(&lane.partition)
        {
            item.attempt += 1;
            held.offsets.release(item.offset);
            if std::mem::replace(&mut item.aside, Aside::Safe) == Aside::No {
                held.aside += 1;
            }
            lane.due = Some(due);
        }
        self.consider(&chat, now);
    }

    /// A copy of what is out may stand aside, although that failed.
    pub(crate) fn doubt(&mut self, id: DeliveryId) {
        if let Some((_, chat)) = self.out.get(&id)
            && let Some(lane) = self.lanes.get_mut(chat)
            && let Some(item) = lane.items.front_mut()
            && item.aside == Aside::No
            && let Some(held) = self.partitions.get_mut(&lane.partition)
        {
            item.aside = Aside::Doubtful;
            held.aside += 1;
        }
    }

    /// What is to be moved aside now: it counts as on its way. Each with when its chat may go on,
    /// where it is the chat's first.
    pub(crate) fn take_moves(&mut self, now: DateTime<Utc>) -> Vec<Held> {
        let mut moves = Vec::new();
        for chat in std::mem::take(&mut self.asking) {
            let Some(lane) = self.lanes.get_mut(&chat) else {
                continue;
            };
            let partition = lane.partition;
            let Some(held) = self.partitions.get_mut(&partition) else {
                continue;
            };
            if held.closed || !lane.wants_aside(now) {
                continue;
            }
            let (due, first) = (lane.due, lane.items.front().map(|item| item.offset));
            for item in lane.in_the_way() {
                if item.aside == Aside::No {
                    if held.aside >= self.most_aside {
                        break;
                    }
                    held.aside += 1;
                }
                item.aside = Aside::Sent;
                let mut moved = item.held(partition);
                moved.notes.due = due.filter(|_| first == Some(item.offset));
                moves.push(moved);
            }
        }
        moves
    }

    /// What was on its way aside is safe there, or is not.
    pub(crate) fn moved(&mut self, moved: &Held, safe: bool, now: DateTime<Utc>) {
        let chat = &moved.envelope.chat;
        let Some(lane) = self.lanes.get_mut(chat) else {
            return;
        };
        let Some(item) = lane.item(moved.offset) else {
            return;
        };
        if item.aside == Aside::Sent {
            item.aside = if safe { Aside::Safe } else { Aside::Doubtful };
        }
        if safe {
            self.release(moved.partition, moved.offset);
        }
        self.consider(chat, now);
    }

    fn lane(&mut self, partition: i32, chat: &ChatKey) -> &mut Lane {
        let lane = self.lanes.entry(chat.clone());
        lane.or_insert_with(|| Lane::new(partition))
    }

    /// Whether the first of this lane is what is out, and its partition was not lost meanwhile.
    fn is_same(&self, lane: &Lane) -> bool {
        let epoch = self.partitions.get(&lane.partition).map(|held| held.epoch);
        let first = lane.items.front().map(|item| item.offset);
        let same = |out: &Out| Some(out.offset) == first && Some(out.epoch) == epoch;
        lane.out.as_ref().is_some_and(same)
    }

    /// Takes a delivery back, and tells whether the first of its lane is still the same update.
    fn come_back(&mut self, id: DeliveryId) -> Option<(ChatKey, bool)> {
        let (_, chat) = self.out.remove(&id)?;
        let same = self.is_same(self.lanes.get(&chat)?);
        let lane = self.lanes.get_mut(&chat)?;
        lane.out.take_if(|out| out.id == id)?;
        Some((chat, same))
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
            self.resting.push(Reverse((due, chat.clone())));
        }
        if lane.wants_aside(now) {
            self.asking.insert(chat.clone());
        }
    }

    /// Brings back what has rested, and what was lost with its worker.
    fn wake(&mut self, now: DateTime<Utc>) {
        while let Some(Reverse((due, _))) = self.resting.peek()
            && *due <= now
        {
            let Some(Reverse((due, chat))) = self.resting.pop() else {
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
                continue;
            };
            let lane = self.lanes.get_mut(&chat).filter(|_| same);
            if let Some(item) = lane.and_then(|lane| lane.items.front_mut()) {
                item.losses += 1;
            }
            self.consider(&chat, now);
        }
    }
}
