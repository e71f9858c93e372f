//! Moving the updates of a chat that waits out of everybody's way.
//!
//! Aside, they wait in a queue of their own for each partition, which is read whole: whoever takes
//! the partition over knows at once which chats wait, and in what order. A copy is written and
//! confirmed there before the original goes, so that a crash in between leaves two of it, which
//! are known by their place or their key.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use expense_core::conversation::event::Envelope;
use expense_core::domain::keys::ChatKey;

use super::Desk;
use super::lane::Item;
use crate::message::Notes;

/// What of one partition is aside.
#[derive(Default)]
pub(super) struct Aside {
    count: usize,
    last_sequence: u64,
    asking: VecDeque<ChatKey>,
}

/// An update to be written aside.
pub(crate) struct Move<T> {
    pub(crate) envelope: Arc<Envelope>,
    pub(crate) notes: Notes,
    chat: ChatKey,
    place: usize,
    /// Whether it was aside before.
    again: bool,
    original: T,
}

impl Aside {
    /// One came in that a predecessor has put there.
    pub(super) fn find(&mut self, sequence: u64) {
        self.count += 1;
        self.last_sequence = self.last_sequence.max(sequence);
    }

    pub(super) fn leave(&mut self) {
        self.count = self.count.saturating_sub(1);
    }

    pub(super) fn ask(&mut self, chat: &ChatKey) {
        self.asking.push_back(chat.clone());
    }
}

impl<T> Desk<T> {
    /// The next update of this partition that is to be moved; its chat stands still until that is
    /// [done](Self::moved) or [given up](Self::unmoved).
    pub(crate) fn next_move(&mut self, partition: u16, now: DateTime<Utc>) -> Option<Move<T>> {
        let held = self.partitions.get_mut(&partition)?;
        while let Some(chat) = held.aside.asking.pop_front() {
            let lane = self.lanes.get_mut(&chat);
            let Some(lane) = lane.filter(|lane| lane.wants_aside(now)) else {
                continue;
            };
            let due = lane.due;
            let Some((place, item)) = lane.movable() else {
                continue;
            };
            // The first always goes; who waits behind it stays where it is when there are too many.
            if place > 0 && held.aside.count >= self.most_aside {
                continue;
            }
            let Some(original) = item.token.take() else {
                continue;
            };
            let again = item.sequence.is_some();
            if !again {
                held.aside.count += 1;
                held.aside.last_sequence += 1;
                item.sequence = Some(held.aside.last_sequence);
            }
            item.noted = true;
            let notes = Notes {
                due: due.filter(|_| place == 0),
                ..item.notes()
            };
            let envelope = Arc::clone(&item.envelope);
            lane.moving = true;
            return Some(Move {
                envelope,
                notes,
                chat,
                place,
                again,
                original,
            });
        }
        None
    }

    /// It is safe aside: gives back what acknowledges the original, which may go.
    pub(crate) fn moved(&mut self, moved: Move<T>, now: DateTime<Utc>) -> T {
        if let Some(lane) = self.lanes.get_mut(&moved.chat) {
            lane.moving = false;
        }
        self.consider(&moved.chat, now);
        moved.original
    }

    /// Nobody knows whether it was moved: the original stays, and a copy is known when it comes.
    pub(crate) fn unmoved(&mut self, partition: u16, moved: Move<T>, now: DateTime<Utc>) {
        let Some(lane) = self.lanes.get_mut(&moved.chat) else {
            return;
        };
        lane.moving = false;
        let item = lane.items.get_mut(moved.place);
        let same = |item: &&mut Item<T>| item.sequence == moved.notes.sequence;
        if let Some(item) = item.filter(same)
            && item.token.is_none()
        {
            item.token = Some(moved.original);
            item.noted = false;
            if !moved.again {
                item.sequence = None;
                if let Some(held) = self.partitions.get_mut(&partition) {
                    held.aside.leave();
                }
            }
        }
        self.consider(&moved.chat, now);
    }
}
