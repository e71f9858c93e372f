//! How far a partition is settled.

use std::collections::BTreeSet;

/// The offsets of a partition: it may be committed up to the first that is neither settled nor
/// safe elsewhere.
#[derive(Debug, Default)]
pub(super) struct Offsets {
    held: BTreeSet<i64>,
    /// Behind the last that arrived.
    next: Option<i64>,
    committed: Option<i64>,
}

impl Offsets {
    pub(super) fn arrive(&mut self, offset: i64) {
        self.held.insert(offset);
        self.next = self.next.max(Some(offset + 1));
    }

    pub(super) fn release(&mut self, offset: i64) {
        self.held.remove(&offset);
    }

    /// How many hold the partition.
    pub(super) fn held(&self) -> usize {
        self.held.len()
    }

    /// How far it goes beyond what is settled without a gap.
    pub(super) fn span(&self) -> i64 {
        match (self.held.first(), self.next) {
            (Some(first), Some(next)) => next - first,
            _ => 0,
        }
    }

    /// What is to be committed, where that has changed. It counts as committed from now on.
    pub(super) fn take_commit(&mut self) -> Option<i64> {
        let first = self.held.first().copied().or(self.next);
        if first <= self.committed {
            return None;
        }
        self.committed = first;
        first
    }

    /// What was taken was not committed.
    pub(super) fn not_committed(&mut self) {
        self.committed = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_settled_out_of_order_waits_for_what_came_before() {
        let mut offsets = Offsets::default();
        assert_eq!(offsets.take_commit(), None);
        for offset in [10, 11, 13] {
            offsets.arrive(offset);
        }
        // Kafka keeps some numbers to itself.
        assert_eq!(offsets.take_commit(), Some(10));
        offsets.release(11);
        offsets.release(13);
        assert_eq!((offsets.take_commit(), offsets.held()), (None, 1));
        assert_eq!(offsets.span(), 4);
        offsets.release(10);
        assert_eq!(offsets.take_commit(), Some(14));
        assert_eq!((offsets.take_commit(), offsets.span()), (None, 0));
        offsets.not_committed();
        assert_eq!(offsets.take_commit(), Some(14));
    }
}
