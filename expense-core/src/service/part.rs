//! Which part of the work a process does, where a queue stands between the door and the workers.

/// A part of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    /// All of it.
    #[default]
    Everything,
    /// Takes updates in, and nothing else.
    Door,
    /// Handles updates and sends what was parked, reads nothing: models may be as slow as they like.
    Text,
    /// Reads receipts and voice notes and seeks categories, handles no update.
    Receipts,
}

impl Part {
    /// Whether it handles updates.
    #[must_use]
    pub fn handles(self) -> bool {
        matches!(self, Self::Everything | Self::Text)
    }

    /// Whether it asks models.
    #[must_use]
    pub fn reads(self) -> bool {
        matches!(self, Self::Everything | Self::Receipts)
    }
}
