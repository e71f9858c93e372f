//! Every bound of the product that is not a format's own, in one place.

use std::time::Duration;

/// The longest message that is read, in characters; a longer one is refused with a sentence.
pub const MESSAGE_CHARS: usize = 4_096;
/// The most expenses that one message may hold, one a line.
pub const LINES_PER_MESSAGE: usize = 50;
/// The most tags on one expense.
pub const TAGS_PER_EXPENSE: usize = 10;
/// The longest category name, in characters.
pub const CATEGORY_CHARS: usize = 50;
/// The most categories of one ledger.
pub const CATEGORIES: usize = 100;
/// The most lessons that one ledger keeps; the oldest goes when another comes.
pub const LESSONS: usize = 500;
/// Expenses on one page of a list.
pub const PAGE: usize = 10;
/// Expenses read at a time where all are wanted.
pub const BULK_PAGE: usize = 500;
/// The most rows that one query may ask for.
pub const MAX_PAGE: usize = 1_000;
/// The most questions that one step may ask before it counts as a bug.
pub const QUESTIONS_PER_UPDATE: usize = 16;
/// How often one update is stepped again because its session or ledger was stale.
pub const STALE_RETRIES: usize = 8;
/// How long a dialogue waits for the next message.
pub const DIALOGUE: Duration = Duration::from_secs(10 * 60);
/// How long a draft can be saved unless configured.
pub const DRAFT_TTL: Duration = Duration::from_secs(24 * 60 * 60);
/// The most parts of one draft: an album has ten.
pub const PARTS_PER_DRAFT: usize = 10;
/// The most rounds in which one draft is read.
pub const READING_ROUNDS: u32 = 3;
/// How long reading starts after the last part of an album.
pub const ALBUM_PAUSE: Duration = Duration::from_secs(2);
/// How long one reading may take before the draft asks for the amount instead.
pub const READING: Duration = Duration::from_secs(90);
/// How long sending may take before the reply is parked.
pub const SENDING: Duration = Duration::from_secs(5);
/// How long an outcome is kept, so that a redelivery finds it.
pub const OUTCOMES: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long it is remembered which message a reply became.
pub const ANCHORS: Duration = Duration::from_secs(48 * 60 * 60);
/// How often a failing update is tried before it is buried.
pub const ATTEMPTS: u32 = 8;
/// Updates that wait in one process before another is refused.
pub const QUEUE_DEPTH: usize = 10_000;
/// The largest photo or document that is fetched, in bytes.
pub const ATTACHMENT_BYTES: usize = 20 * 1024 * 1024;
