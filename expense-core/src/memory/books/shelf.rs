//! Values by id, in the order in which they came.

use std::collections::HashMap;
use std::hash::Hash;

/// Keeps what is put, the first to the newest; a replaced value keeps its place.
#[derive(Debug, Clone)]
pub(super) struct Shelf<K, V> {
    places: HashMap<K, usize>,
    values: Vec<V>,
}

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self {
            places: HashMap::new(),
            values: Vec::new(),
        }
    }
}

impl<K: Eq + Hash, V> Shelf<K, V> {
    pub(super) fn put(&mut self, id: K, value: V) {
        let place = *self.places.entry(id).or_insert(self.values.len());
        match self.values.get_mut(place) {
            Some(known) => *known = value,
            None => self.values.push(value),
        }
    }

    pub(super) fn get(&self, id: &K) -> Option<&V> {
        self.values.get(*self.places.get(id)?)
    }

    pub(super) fn get_mut(&mut self, id: &K) -> Option<&mut V> {
        self.values.get_mut(*self.places.get(id)?)
    }

    /// Puts all of the other's behind its own, in their order.
    pub(super) fn append(&mut self, other: Self) {
        let mut ids: Vec<(K, usize)> = other.places.into_iter().collect();
        ids.sort_unstable_by_key(|(_, place)| *place);
        for ((id, _), value) in ids.into_iter().zip(other.values) {
            self.put(id, value);
        }
    }

    /// The newest that meets the condition.
    pub(super) fn newest(&self, meets: impl Fn(&V) -> bool) -> Option<&V> {
        self.values.iter().rev().find(|value| meets(value))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &V> {
        self.values.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.values.iter_mut()
    }
}
