//! A partition in the desk: taken, held, given up, and how far it is settled.

use chrono::{DateTime, Utc};
use expense_core::conversation::event::Envelope;

use super::Desk;
use super::lane::{Aside, Item};
use super::offsets::Offsets;
use crate::message::Notes;

/// How far a partition goes beyond an update that nobody settles, in updates.
const SPAN: i64 = 10_000;

/// A partition that this process holds.
#[derive(Default)]
pub(super) struct Partition {
    pub(super) epoch: u64,
    /// Whether nothing of it is handed out any more.
    pub(super) closed: bool,
    pub(super) offsets: Offsets,
    pub(super) aside: usize,
}

/// An update as it stands aside.
pub(crate) struct Parked {
    pub(crate) offset: i64,
    pub(crate) envelope: Envelope,
    pub(crate) notes: Notes,
}

impl Desk {
    /// A partition is this process's own from now on, with what waits aside of it.
    pub(crate) fn open(&mut self, partition: i32, mut parked: Vec<Parked>, now: DateTime<Utc>) {
        self.lose(partition);
        self.epoch += 1;
        let held = Partition {
            epoch: self.epoch,
            aside: parked.len(),
            ..Partition::default()
        };
        self.partitions.insert(partition, held);
        parked.sort_by_key(|parked| parked.offset);
        for Parked {
            offset,
            envelope,
            notes,
        } in parked
        {
            let chat = envelope.chat.clone();
            let lane = self.lane(partition, &chat);
            if lane.items.is_empty() {
                lane.due = notes.due;
            }
            lane.items
                .push_back(Item::new(offset, envelope, &notes, Aside::Safe));
            self.consider(&chat, now);
        }
    }

    /// Hands out nothing of this partition any more, and moves nothing of it.
    pub(crate) fn close(&mut self, partition: i32) {
        if let Some(partition) = self.partitions.get_mut(&partition) {
            partition.closed = true;
        }
    }

    /// Whether nothing of this partition is out or on its way aside.
    pub(crate) fn is_drained(&self, partition: i32) -> bool {
        let sent = |item: &Item| item.aside == Aside::Sent;
        let mut lanes = self.lanes.values();
        !lanes.any(|lane| {
            lane.partition == partition && (lane.out.is_some() || lane.items.iter().any(sent))
        })
    }

    /// Forgets what it held of a partition: Kafka brings it again, here or elsewhere. What is out is
    /// remembered, so that nothing of its chat goes out here before it is settled.
    pub(crate) fn lose(&mut self, partition: i32) {
        self.partitions.remove(&partition);
        self.lanes.retain(|_, lane| {
            if lane.partition == partition {
                lane.items.clear();
                lane.due = None;
            }
            !lane.is_idle()
        });
    }

    /// The partitions that it holds.
    pub(crate) fn partitions(&self) -> Vec<i32> {
        self.partitions.keys().copied().collect()
    }

    /// Takes in the place of something that is no update.
    pub(crate) fn hold(&mut self, partition: i32, offset: i64) -> bool {
        let held = self.partitions.get_mut(&partition);
        held.map(|held| held.offsets.arrive(offset)).is_some()
    }

    /// A place holds up its partition no more.
    pub(crate) fn release(&mut self, partition: i32, offset: i64) {
        if let Some(held) = self.partitions.get_mut(&partition) {
            held.offsets.release(offset);
        }
    }

    /// Whether it takes no more of this partition for now; `after` is whether it did not before.
    pub(crate) fn is_full(&self, partition: i32, after: bool) -> bool {
        let Some(held) = self.partitions.get(&partition) else {
            return false;
        };
        // Once full, it is taken from again when half of that is gone.
        let part = if after { 2 } else { 1 };
        held.offsets.held() >= (self.most_held / part).max(1)
            || held.aside >= (self.most_aside / part).max(1)
            || held.offsets.span() >= SPAN
    }

    /// What is to be committed of each partition, of one alone if it is named.
    pub(crate) fn take_commits(&mut self, of: Option<i32>) -> Vec<(i32, i64)> {
        let mut commits = Vec::new();
        for (number, held) in &mut self.partitions {
            if of.is_none_or(|of| of == *number)
                && let Some(offset) = held.offsets.take_commit()
            {
                commits.push((*number, offset));
            }
        }
        commits
    }

    /// Commits that were taken did not arrive.
    pub(crate) fn not_committed(&mut self) {
        for held in self.partitions.values_mut() {
            held.offsets.not_committed();
        }
    }
}
