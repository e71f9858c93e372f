//! Values that go after their time, and the first to go when there are too many.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

/// A bounded map whose entries expire.
#[derive(Debug)]
pub(super) struct Expiring<V> {
    capacity: usize,
    entries: HashMap<String, (DateTime<Utc>, V)>,
    by_end: BTreeSet<(DateTime<Utc>, String)>,
}

impl<V> Expiring<V> {
    /// Holds at most `capacity` entries; beyond that the one next to expire goes.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            entries: HashMap::new(),
            by_end: BTreeSet::new(),
        }
    }

    pub(super) fn get(&self, now: DateTime<Utc>, key: &str) -> Option<&V> {
        let (until, value) = self.entries.get(key)?;
        (*until > now).then_some(value)
    }

    pub(super) fn put(&mut self, now: DateTime<Utc>, key: &str, value: V, until: DateTime<Utc>) {
        self.remove(key);
        while let Some((end, _)) = self.by_end.first()
            && (*end <= now || self.entries.len() >= self.capacity)
        {
            self.drop_first();
        }
        self.entries.insert(key.to_owned(), (until, value));
        self.by_end.insert((until, key.to_owned()));
    }

    pub(super) fn remove(&mut self, key: &str) {
        if let Some((key, (until, _))) = self.entries.remove_entry(key) {
            self.by_end.remove(&(until, key));
        }
    }

    fn drop_first(&mut self) {
        if let Some((_, key)) = self.by_end.pop_first() {
            self.entries.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_to_expire_goes_first_when_it_is_full() {
        let at = |s: i64| DateTime::from_timestamp(s, 0).unwrap();
        let mut map = Expiring::new(2);
        map.put(at(0), "long", 1, at(30));
        map.put(at(0), "short", 2, at(10));
        map.put(at(0), "middle", 3, at(20));
        let held = ["long", "short", "middle"].map(|key| map.get(at(0), key).copied());
        assert_eq!(held, [Some(1), None, Some(3)]);
        assert_eq!((map.entries.len(), map.by_end.len()), (2, 2));
    }
}
