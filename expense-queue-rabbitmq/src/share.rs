//! How many partitions one of many workers holds.

use std::hash::{BuildHasher, RandomState};

/// Whether it is this one that leaves something to those who have less: by chance as many do as there
/// are of them, more or less.
pub(crate) fn is_asked_to_share(hungry: u32, live: u32) -> bool {
    let others = live.saturating_sub(hungry).max(1);
    RandomState::new().hash_one(live) % u64::from(others) < u64::from(hungry)
}

/// What one of so many holds at least, and at most.
pub(crate) fn shares(partitions: u16, live: u32) -> (usize, usize) {
    let (all, live) = (
        usize::from(partitions),
        usize::try_from(live).unwrap_or(usize::MAX).max(1),
    );
    (all / live, all.div_ceil(live))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::alone(128, 1, (128, 128))]
    #[case::evenly(128, 4, (32, 32))]
    #[case::nothing_stays_behind(128, 3, (42, 43))]
    #[case::nobody_is_idle(128, 100, (1, 2))]
    #[case::more_than_there_are(128, 200, (0, 1))]
    #[case::nobody_is_counted(128, 0, (128, 128))]
    fn everybody_has_a_share(
        #[case] partitions: u16,
        #[case] live: u32,
        #[case] expected: (usize, usize),
    ) {
        assert_eq!(shares(partitions, live), expected);
    }
}
