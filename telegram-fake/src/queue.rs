//! Updates that the bot has not confirmed yet.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ops::RangeInclusive;

use bytes::Bytes;
use serde::Serialize;

use crate::dice::Dice;

/// What a bot gets that never said what it wants: all but these.
const NOT_BY_DEFAULT: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

/// One update, ready to be sent.
#[derive(Clone, Debug)]
struct Stored {
    chat: i64,
    bytes: Bytes,
    /// Deliveries that are still to come.
    left: u32,
}

/// The updates of one chat on their way to a webhook.
#[derive(Debug, Default)]
struct Lane {
    waiting: VecDeque<i64>,
    /// Whether its first one is out.
    busy: bool,
    /// How often that one was refused.
    refused: u32,
}

/// An update on its way to a webhook.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) chat: i64,
    pub(crate) id: i64,
    pub(crate) bytes: Bytes,
}

/// The queue of one bot, for both ways of delivery.
#[derive(Debug)]
pub(crate) struct Queue {
    next: i64,
    updates: BTreeMap<i64, Stored>,
    /// Confirmed updates that come again all the same.
    echoes: VecDeque<Stored>,
    lanes: HashMap<i64, Lane>,
    ready: VecDeque<i64>,
    hooked: bool,
    allowed: Vec<String>,
    deliveries: RangeInclusive<u32>,
    shuffle: bool,
    dice: Dice,
}

impl Queue {
    pub(crate) fn new(deliveries: RangeInclusive<u32>, shuffle: bool, seed: u64) -> Self {
        Self {
            next: 500_000_001,
            updates: BTreeMap::new(),
            echoes: VecDeque::new(),
            lanes: HashMap::new(),
            ready: VecDeque::new(),
            hooked: false,
            allowed: Vec::new(),
            deliveries,
            shuffle,
            dice: Dice::new(seed),
        }
    }

    /// Which kinds of update are made from now on; an empty list stands for the default.
    pub(crate) fn allow(&mut self, kinds: Vec<String>) {
        self.allowed = kinds;
    }

    /// How often each update that is made from now on is delivered.
    pub(crate) fn deliver(&mut self, times: RangeInclusive<u32>) {
        self.deliveries = times;
    }

    pub(crate) fn allowed(&self) -> &[String] {
        &self.allowed
    }

    pub(crate) fn wants(&self, kind: &str) -> bool {
        match self.allowed.as_slice() {
            [] => !NOT_BY_DEFAULT.contains(&kind),
            some => some.iter().any(|allowed| allowed == kind),
        }
    }

    /// Adds an update of a kind that is wanted and gives its bytes.
    pub(crate) fn push(&mut self, chat: i64, kind: &str, payload: &impl Serialize) -> Bytes {
        let id = self.next;
        self.next += 1;
        let mut bytes = format!("{{\"update_id\":{id},\"{kind}\":").into_bytes();
        // Writing our own types to memory can't fail.
        let _ = serde_json::to_writer(&mut bytes, payload);
        bytes.push(b'}');
        let bytes = Bytes::from(bytes);
        let (least, most) = (*self.deliveries.start(), *self.deliveries.end());
        let more = usize::try_from(most.saturating_sub(least)).unwrap_or(0) + 1;
        let drawn = u32::try_from(self.dice.below(more)).unwrap_or(0);
        let stored = Stored {
            chat,
            bytes: bytes.clone(),
            left: (least + drawn).max(1),
        };
        self.updates.insert(id, stored);
        if self.hooked {
            self.line_up(chat, id);
        }
        bytes
    }

    /// How many are not confirmed.
    pub(crate) fn len(&self) -> usize {
        self.updates.len() + self.echoes.len()
    }

    pub(crate) fn clear(&mut self) {
        self.updates.clear();
        self.echoes.clear();
        self.lanes.clear();
        self.ready.clear();
    }

    // Polling.

    /// Confirms all before this id; a negative offset keeps only so many from the end.
    pub(crate) fn confirm(&mut self, offset: i64) {
        let first = if offset >= 0 {
            offset
        } else {
            let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            let from_end = self.updates.keys().rev().nth(keep.saturating_sub(1));
            from_end.copied().unwrap_or(0)
        };
        while let Some(entry) = self.updates.first_entry() {
            if *entry.key() >= first {
                break;
            }
            let mut stored = entry.remove();
            stored.left -= 1;
            if stored.left > 0 && offset >= 0 {
                self.echoes.push_back(stored);
            }
        }
    }

    /// The next updates as a JSON list, `None` if there are none.
    pub(crate) fn batch(&mut self, limit: usize) -> Option<Vec<u8>> {
        let mut batch: Vec<Bytes> = Vec::new();
        let echoes = self.echoes.len().min(limit / 2 + 1);
        for mut stored in self.echoes.drain(..echoes).collect::<Vec<_>>() {
            batch.push(stored.bytes.clone());
            stored.left -= 1;
            if stored.left > 0 {
                self.echoes.push_back(stored);
            }
        }
        let mut fresh: Vec<(i64, Bytes)> = self
            .updates
            .values()
            .take(limit.saturating_sub(batch.len()))
            .map(|stored| (stored.chat, stored.bytes.clone()))
            .collect();
        if self.shuffle {
            self.reorder(&mut fresh);
        }
        batch.extend(fresh.into_iter().map(|(_, bytes)| bytes));
        if batch.is_empty() {
            return None;
        }
        let mut list = Vec::with_capacity(batch.iter().map(|one| one.len() + 1).sum::<usize>() + 1);
        list.push(b'[');
        for (index, bytes) in batch.iter().enumerate() {
            if index > 0 {
                list.push(b',');
            }
            list.extend_from_slice(bytes);
        }
        list.push(b']');
        Some(list)
    }

    /// Mixes chats, and keeps the order within each.
    fn reorder(&mut self, batch: &mut [(i64, Bytes)]) {
        for _ in 0..batch.len() * 2 {
            let at = self.dice.below(batch.len().saturating_sub(1));
            if let Some([one, other]) = batch.get_mut(at..at + 2)
                && one.0 != other.0
            {
                std::mem::swap(one, other);
            }
        }
    }

    // The webhook.

    /// Begins to line chats up for a webhook, or ends it.
    pub(crate) fn hook(&mut self, hooked: bool) {
        self.hooked = hooked;
        self.lanes.clear();
        self.ready.clear();
        if hooked {
            let waiting: Vec<_> = self
                .updates
                .iter()
                .map(|(id, one)| (one.chat, *id))
                .collect();
            for (chat, id) in waiting {
                self.line_up(chat, id);
            }
        }
    }

    fn line_up(&mut self, chat: i64, id: i64) {
        let lane = self.lanes.entry(chat).or_default();
        lane.waiting.push_back(id);
        if !lane.busy && lane.waiting.len() == 1 {
            self.ready.push_back(chat);
        }
    }

    /// The next update of a chat that has none out.
    pub(crate) fn take(&mut self) -> Option<Parcel> {
        loop {
            let at = match self.shuffle {
                true => self.dice.below(self.ready.len()),
                false => 0,
            };
            let chat = self.ready.remove(at)?;
            let Some(lane) = self.lanes.get_mut(&chat) else {
                continue;
            };
            let Some(id) = lane.waiting.front().copied() else {
                continue;
            };
            let Some(stored) = self.updates.get(&id) else {
                continue;
            };
            lane.busy = true;
            let bytes = stored.bytes.clone();
            return Some(Parcel { chat, id, bytes });
        }
    }

    /// Whether another could be taken.
    pub(crate) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// It was refused: how often before. Its chat waits until it is released.
    pub(crate) fn failed(&mut self, parcel: &Parcel) -> u32 {
        let Some(lane) = self.lanes.get_mut(&parcel.chat) else {
            return 0;
        };
        lane.refused += 1;
        lane.refused - 1
    }

    /// It was delivered; it may still come again.
    pub(crate) fn delivered(&mut self, parcel: &Parcel) {
        if let Some(stored) = self.updates.get_mut(&parcel.id) {
            stored.left -= 1;
            if stored.left == 0 {
                self.updates.remove(&parcel.id);
                if let Some(lane) = self.lanes.get_mut(&parcel.chat) {
                    lane.waiting.pop_front();
                    lane.refused = 0;
                }
            }
        }
        self.release(parcel.chat);
    }

    /// The chat may go on.
    pub(crate) fn release(&mut self, chat: i64) {
        let Some(lane) = self.lanes.get_mut(&chat) else {
            return;
        };
        lane.busy = false;
        if lane.waiting.is_empty() {
            self.lanes.remove(&chat);
        } else {
            self.ready.push_back(chat);
        }
    }
}
