//! The updates of one chat.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use expense_core::conversation::event::Envelope;
use expense_core::domain::keys::UpdateKey;
use expense_core::memory::later;
use expense_core::ports::queue::DeliveryId;

use super::Corpse;
use crate::message::Notes;

/// A chat that waits no longer than this keeps its updates where they are: moving them aside takes
/// about as long.
const SHORT: Duration = Duration::from_millis(500);

/// One chat.
pub(super) struct Lane<T> {
    pub(super) partition: u16,
    /// In order; those that are aside come first.
    pub(super) items: VecDeque<Item<T>>,
    pub(super) out: Option<Out>,
    /// When its first may go out.
    pub(super) due: Option<DateTime<Utc>>,
    /// Whether it stands among the ready.
    pub(super) queued: bool,
    /// Whether one of its updates is being moved aside.
    pub(super) moving: bool,
    /// Until when it stands among the resting.
    pub(super) rests_until: Option<DateTime<Utc>>,
}

/// One update.
pub(super) struct Item<T> {
    pub(super) envelope: Arc<Envelope>,
    pub(super) attempt: u32,
    pub(super) losses: u32,
    /// Its place among those that are aside; none while it is where it was published.
    pub(super) sequence: Option<u64>,
    /// Whether what the broker has says the same.
    pub(super) noted: bool,
    /// What acknowledges it; none while its copy comes back from aside.
    pub(super) token: Option<T>,
}

/// A delivery that is not settled.
pub(super) struct Out {
    pub(super) id: DeliveryId,
    pub(super) key: UpdateKey,
}

/// What became of an update that came from aside.
pub(super) enum Found<T> {
    /// Nothing was known of it.
    New,
    /// It was waited for.
    Expected,
    /// It takes the place of the one that was published, which may go.
    Replaced(T),
    /// There was another copy: this one may go.
    Double(T),
}

impl<T> Item<T> {
    /// Whether it holds up others where it is, or whoever takes over would not know its attempts.
    fn is_unsafe(&self) -> bool {
        self.sequence.is_none() || !self.noted
    }

    pub(super) fn fresh(envelope: Envelope, notes: &Notes, token: T) -> Self {
        Self {
            envelope: Arc::new(envelope),
            attempt: notes.attempt,
            losses: notes.losses,
            sequence: notes.sequence,
            noted: true,
            token: Some(token),
        }
    }

    pub(super) fn corpse(&self, id: DeliveryId) -> Corpse {
        Corpse {
            id,
            envelope: Arc::clone(&self.envelope),
            notes: self.notes(),
        }
    }

    pub(super) fn notes(&self) -> Notes {
        Notes {
            attempt: self.attempt,
            losses: self.losses,
            sequence: self.sequence,
            ..Notes::default()
        }
    }
}

impl<T> Lane<T> {
    pub(super) fn new(partition: u16) -> Self {
        Self {
            partition,
            items: VecDeque::new(),
            out: None,
            due: None,
            queued: false,
            moving: false,
            rests_until: None,
        }
    }

    pub(super) fn clear(&mut self) {
        self.items.clear();
        self.due = None;
        self.moving = false;
    }

    pub(super) fn is_idle(&self) -> bool {
        self.items.is_empty() && self.out.is_none() && !self.moving
    }

    pub(super) fn is_ready(&self, now: DateTime<Utc>) -> bool {
        let first = self.items.front();
        self.out.is_none()
            && !self.moving
            && self.due.is_none_or(|due| due <= now)
            && first.is_some_and(|item| item.token.is_some())
    }

    pub(super) fn holds(&self, key: &UpdateKey) -> bool {
        self.items.iter().any(|item| item.envelope.key == *key)
    }

    /// Takes in what came from aside, at its place. Tells what became of it.
    pub(super) fn settle_in(
        &mut self,
        sequence: u64,
        envelope: Envelope,
        notes: &Notes,
        token: T,
    ) -> Found<T> {
        // By its key alone: a copy that a predecessor wrote late may bear a number that was given
        // anew.
        let same = |item: &&mut Item<T>| item.envelope.key == envelope.key;
        let Some(item) = self.items.iter_mut().find(same) else {
            let before = |item: &&Item<T>| item.sequence.is_some_and(|other| other < sequence);
            let place = self.items.iter().take_while(before).count();
            self.items
                .insert(place, Item::fresh(envelope, notes, token));
            return Found::New;
        };
        if item.token.is_some() && item.sequence.is_some() && notes.attempt < item.attempt {
            return Found::Double(token);
        }
        let was_aside = item.sequence.replace(sequence).is_some();
        item.attempt = item.attempt.max(notes.attempt);
        item.losses = item.losses.max(notes.losses);
        match item.token.replace(token) {
            Some(older) if was_aside => Found::Double(older),
            Some(original) => Found::Replaced(original),
            None => Found::Expected,
        }
    }

    /// Whether something of it is to be moved aside, where it holds up nobody and survives.
    pub(super) fn wants_aside(&self, now: DateTime<Utc>) -> bool {
        let waits = self.due.is_some_and(|due| due > later(now, SHORT));
        let first = self.items.iter().find(|item| item.is_unsafe());
        let movable = first.is_some_and(|item| item.token.is_some());
        waits && movable && self.out.is_none() && !self.moving
    }

    /// The first update that is to be moved aside, or written anew there.
    pub(super) fn movable(&mut self) -> Option<(usize, &mut Item<T>)> {
        let mut items = self.items.iter_mut().enumerate();
        let found = items.find(|(_, item)| item.is_unsafe())?;
        found.1.token.is_some().then_some(found)
    }
}
