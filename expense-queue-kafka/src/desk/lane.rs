//! The updates of one chat.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use expense_core::conversation::event::Envelope;
use expense_core::memory::later;
use expense_core::ports::queue::DeliveryId;

use super::Held;
use crate::message::Notes;

/// A chat that waits no longer than this keeps what it sent since where it is: moving it aside
/// takes about as long.
const SHORT: Duration = Duration::from_millis(500);

/// One chat.
pub(super) struct Lane {
    pub(super) partition: i32,
    /// In the order of their offsets.
    pub(super) items: VecDeque<Item>,
    pub(super) out: Option<Out>,
    /// When its first may go out.
    pub(super) due: Option<DateTime<Utc>>,
    /// Whether it stands among the ready.
    pub(super) queued: bool,
    /// Until when it stands among the resting.
    pub(super) rests_until: Option<DateTime<Utc>>,
}

/// One update.
pub(super) struct Item {
    pub(super) envelope: Arc<Envelope>,
    pub(super) offset: i64,
    pub(super) attempt: u32,
    pub(super) losses: u32,
    pub(super) aside: Aside,
}

/// Whether there is a copy of an update aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aside {
    /// There is none.
    No,
    /// It is on its way.
    Sent,
    /// Nobody knows whether it arrived.
    Doubtful,
    /// It is safe.
    Safe,
}

/// A delivery that is not settled.
pub(super) struct Out {
    pub(super) id: DeliveryId,
    pub(super) offset: i64,
    /// Which time of holding the partition it belongs to.
    pub(super) epoch: u64,
}

impl Item {
    pub(super) fn new(offset: i64, envelope: Envelope, notes: &Notes, aside: Aside) -> Self {
        Self {
            envelope: Arc::new(envelope),
            offset,
            attempt: notes.attempt,
            losses: notes.losses,
            aside,
        }
    }

    pub(super) fn held(&self, partition: i32) -> Held {
        Held {
            partition,
            offset: self.offset,
            envelope: Arc::clone(&self.envelope),
            notes: Notes {
                attempt: self.attempt,
                losses: self.losses,
                ..Notes::default()
            },
            has_copy: self.aside != Aside::No,
        }
    }

    /// Whether it holds up its partition.
    fn is_in_the_way(&self) -> bool {
        matches!(self.aside, Aside::No | Aside::Doubtful)
    }
}

impl Lane {
    pub(super) fn new(partition: i32) -> Self {
        Self {
            partition,
            items: VecDeque::new(),
            out: None,
            due: None,
            queued: false,
            rests_until: None,
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.items.is_empty() && self.out.is_none()
    }

    pub(super) fn is_ready(&self, now: DateTime<Utc>) -> bool {
        self.out.is_none() && self.due.is_none_or(|due| due <= now) && !self.items.is_empty()
    }

    pub(super) fn item(&mut self, offset: i64) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| item.offset == offset)
    }

    /// Takes in an update at its place; behind what is out, whatever its place.
    pub(super) fn settle_in(&mut self, item: Item) {
        let before = |other: &Item| other.offset < item.offset;
        let place = self.items.iter().rposition(before).map_or(0, |at| at + 1);
        let first = usize::from(self.out.is_some()).min(self.items.len());
        self.items.insert(place.max(first), item);
    }

    /// Whether something of it is to be moved aside, where it holds up nobody.
    pub(super) fn wants_aside(&self, now: DateTime<Utc>) -> bool {
        let waits = self.due.is_some_and(|due| due > later(now, SHORT));
        waits && self.out.is_none() && self.items.iter().any(Item::is_in_the_way)
    }

    /// What is to be moved aside.
    pub(super) fn in_the_way(&mut self) -> impl Iterator<Item = &mut Item> {
        self.items.iter_mut().filter(|item| item.is_in_the_way())
    }
}
