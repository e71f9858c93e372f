//! What happens to which part.

/// A part of the set-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// One of the doors that take updates in.
    Door,
    /// One of the workers.
    Worker,
    /// RabbitMQ.
    Broker,
    /// What the instances share.
    Redis,
    /// The database that is written to.
    Primary,
    /// The database that is read from.
    Standby,
    /// What stands before the doors.
    Proxy,
}

impl Part {
    pub(super) const ALL: [Self; 7] = [
        Self::Door,
        Self::Worker,
        Self::Broker,
        Self::Redis,
        Self::Primary,
        Self::Standby,
        Self::Proxy,
    ];
}

/// What happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Blow {
    /// It dies and is started again.
    Killed,
    /// It does nothing for a while, and then goes on as if nothing had been.
    Paused,
}

impl Blow {
    /// Killed first, then paused, and so on.
    pub(super) fn of(turn: u64) -> Self {
        match turn % 2 {
            0 => Self::Killed,
            _ => Self::Paused,
        }
    }
}
