//! Which updates are on their way, and how far they may be confirmed.

use std::collections::{BTreeMap, BTreeSet};

/// Updates that were fetched and not confirmed yet. `getUpdates` confirms everything below its
/// offset and repeats the rest, so the offset stops at the first that is not settled.
#[derive(Debug, Default)]
pub(crate) struct Window {
    settled: BTreeMap<i64, bool>,
    unsettled: usize,
    /// Those that come yet and were settled by an earlier process.
    earlier: BTreeSet<i64>,
}

impl Window {
    /// An earlier process settled these and could not confirm them.
    pub(crate) fn after(earlier: BTreeSet<i64>) -> Self {
        Self {
            earlier,
            ..Self::default()
        }
    }

    /// Takes an update in; false where it is known already.
    pub(crate) fn admit(&mut self, update: i64) -> bool {
        if self.settled.contains_key(&update) {
            return false;
        }
        let settled = self.earlier.remove(&update);
        self.settled.insert(update, settled);
        self.unsettled += usize::from(!settled);
        !settled
    }

    /// Those that are settled and can't be confirmed.
    pub(crate) fn stranded(&self) -> BTreeSet<i64> {
        let behind = self.settled.iter().skip(self.confirmable());
        let settled = behind.filter(|(_, settled)| **settled);
        let settled = settled.map(|(update, _)| *update);
        settled.chain(self.earlier.iter().copied()).collect()
    }

    /// The update is safe.
    pub(crate) fn settle(&mut self, update: i64) {
        if let Some(settled @ false) = self.settled.get_mut(&update) {
            *settled = true;
            self.unsettled -= 1;
        }
    }

    /// How many are on their way.
    pub(crate) fn unsettled(&self) -> usize {
        self.unsettled
    }

    /// Whether most were settled, and a few keep it from moving.
    pub(crate) fn is_held_up(&self) -> bool {
        self.unsettled > 0 && self.unsettled * 2 <= self.settled.len()
    }

    /// How many a fetch would confirm.
    pub(crate) fn confirmable(&self) -> usize {
        self.settled
            .values()
            .take_while(|settled| **settled)
            .count()
    }

    /// Up to where everything is settled: the offset of the next fetch. None where nothing is
    /// left to confirm: then Telegram begins with its first, whatever number that has, since
    /// numbers begin anew after a quiet week.
    pub(crate) fn offset(&self) -> Option<i64> {
        let first = self.settled.iter().find(|(_, settled)| !**settled);
        match first {
            Some((update, _)) => Some(*update),
            None => self.settled.last_key_value().map(|(last, _)| last + 1),
        }
    }

    /// Everything below the offset is confirmed: it does not come again.
    pub(crate) fn confirm(&mut self, offset: i64) {
        self.settled = self.settled.split_off(&offset);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_stops_at_the_first_that_is_not_settled() {
        let mut window = Window::default();
        assert_eq!(window.offset(), None);
        assert!((7..=9).all(|update| window.admit(update)));
        assert!(!window.admit(8));
        window.settle(8);
        assert_eq!((window.offset(), window.confirmable()), (Some(7), 0));
        window.settle(7);
        assert_eq!((window.offset(), window.confirmable()), (Some(9), 2));
        window.confirm(9);
        window.settle(9);
        window.settle(9);
        assert_eq!((window.offset(), window.unsettled()), (Some(10), 0));
        window.confirm(10);
        assert_eq!(window.offset(), None);
    }

    #[test]
    fn few_of_many_hold_it_up() {
        let mut window = Window::default();
        assert!(!window.is_held_up());
        assert!((1..=4).all(|update| window.admit(update)));
        window.settle(4);
        assert!(!window.is_held_up(), "most are on their way");
        window.settle(3);
        assert!(window.is_held_up());
        window.settle(2);
        window.settle(1);
        assert!(!window.is_held_up(), "it moves");
    }

    #[test]
    fn what_is_stranded_is_known_to_the_next() {
        let mut window = Window::default();
        assert!((5..=9).all(|update| window.admit(update)));
        for update in [5, 7, 9] {
            window.settle(update);
        }
        let mut next = Window::after(window.stranded());
        assert_eq!(next.stranded(), BTreeSet::from([7, 9]));
        let admitted: Vec<i64> = (6..=10).filter(|update| next.admit(*update)).collect();
        assert_eq!((admitted, next.unsettled()), (vec![6, 8, 10], 3));
        next.settle(6);
        assert_eq!((next.offset(), next.stranded()), (Some(8), [9].into()));
    }

    #[test]
    fn numbers_may_begin_anew() {
        let mut window = Window::default();
        window.admit(900);
        window.settle(900);
        window.confirm(901);
        assert!(window.admit(3));
        assert_eq!(window.offset(), Some(3));
    }
}
