//! The mockall mocks of all ports, in one place.
//!
//! ```
//! use expense_core::testing::mocks::MockClock;
//! use expense_core::testing::fixtures::noon;
//! use expense_core::ports::clock::Clock;
//!
//! let mut clock = MockClock::new();
//! clock.expect_now().return_const(noon());
//! assert_eq!(clock.now(), noon());
//! ```

pub use crate::ports::attachments::MockAttachments;
pub use crate::ports::cache::MockCache;
pub use crate::ports::categorizer::MockCategorizer;
pub use crate::ports::clock::MockClock;
pub use crate::ports::fx::MockFxRates;
pub use crate::ports::jobs::MockJobs;
pub use crate::ports::lease::MockLease;
pub use crate::ports::messenger::MockMessenger;
pub use crate::ports::ocr::MockReceiptOcr;
pub use crate::ports::queue::MockUpdateQueue;
pub use crate::ports::rate::MockRateLimiter;
pub use crate::ports::replica::{MockPrimary, MockReadReplica};
pub use crate::ports::speech::MockSpeechReader;
pub use crate::ports::state::MockStateStore;
pub use crate::ports::store::MockExpenseStore;
pub use crate::ports::wake::MockWake;
