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
/// The most living categories of one ledger.
pub const CATEGORIES: usize = 100;
/// The most categories of one ledger, deleted ones included: their ids are never used again.
pub const CATEGORIES_EVER: usize = 1_000;
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
/// The most people of one chat of whom something may be asked at a time.
pub const DIALOGUES: usize = 100;
/// How long a draft can be saved unless configured.
pub const DRAFT_TTL: Duration = Duration::from_secs(24 * 60 * 60);
/// The most parts of one draft: an album has ten.
pub const PARTS_PER_DRAFT: usize = 10;
/// The most rounds in which one draft is read.
pub const READING_ROUNDS: u32 = 3;
/// How long reading starts after the last part of an album.
pub const ALBUM_PAUSE: Duration = Duration::from_secs(2);
/// How long one reading may take, the wait for a model's turn included, before the draft asks for
/// the amount instead.
pub const READING: Duration = Duration::from_secs(4 * 60);
/// How long sending may take before the reply is parked.
pub const SENDING: Duration = Duration::from_secs(5);
/// How long an outcome is kept at least, so that a redelivery finds it. It goes with the first
/// sweep of its ledger after that, up to [`SWEEP_PERIOD`] later: a ledger that is used all the time
/// is swept for an hour's outcomes at once, not for each.
pub const OUTCOMES: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long it is remembered which message a reply became.
pub const ANCHORS: Duration = Duration::from_secs(48 * 60 * 60);
/// The try of a failing update, some five seconds after the first, at which its person is told
/// that it takes longer.
pub const DELAY_TOLD: u32 = 3;
/// How often a failing update is tried before it is buried, while others are handled.
pub const ATTEMPTS: u32 = 8;
/// The longest wait between two tries of an update that holds up others, see
/// [`Service::held_up`](crate::service::Service::held_up).
pub const HELD_UP_RETRY: Duration = Duration::from_secs(15);
/// How often an update may ask a queue for another try before it is buried, whatever the reason:
/// more than three days of tries while the store is gone.
pub const TRIES: u32 = 1_000;
/// How often an update may be lost with its worker before it is buried: whoever kills workers, or
/// adds and removes them, buries nothing by it.
pub const LOSSES: u32 = 1_000;
/// How long an update may be out before it counts as lost with its worker and is delivered again.
pub const DELIVERY: Duration = Duration::from_secs(5 * 60);
/// The most buried updates that one process remembers; beyond that the oldest goes.
pub const BURIED: usize = 1_000;
/// Updates that wait in one process before another is refused.
pub const QUEUE_DEPTH: usize = 10_000;
/// The largest document that a reader is given, in bytes, all pages together.
pub const DOCUMENT_BYTES: usize = 20 * 1024 * 1024;
/// The largest recording that a reader is given, in bytes: written as base64 it fits into a
/// request of 20 MB. A voice note of two hours is smaller.
pub const RECORDING_BYTES: usize = 14 * 1024 * 1024;
/// The longest voice note that is listened to, in seconds.
pub const VOICE_SECONDS: u32 = 10 * 60;
/// The longest transcript of a voice note that is kept, in characters.
pub const TRANSCRIPT_CHARS: usize = 1_000;
/// The largest photo or document that is fetched, in bytes.
pub const ATTACHMENT_BYTES: usize = 20 * 1024 * 1024;
/// Updates that one worker handles at a time: they wait for each other's commits.
pub const IN_HAND: usize = 512;
/// How long one claim of updates waits for the first.
pub const CLAIM_WAIT: Duration = Duration::from_secs(5);
/// How often settling a delivery is tried before it is left to come again.
pub const SETTLE_ATTEMPTS: u32 = 3;
/// The wait before a failed update, reading or reply is tried again for the first time; each
/// later one is four times longer.
pub const FIRST_RETRY: Duration = Duration::from_millis(250);
/// The longest wait between two tries, unless the other side asks for more.
pub const LAST_RETRY: Duration = Duration::from_secs(5 * 60);
/// Expenses of a ledger up to which a list of all of them is summed up: beyond that lists of a time
/// are.
pub const SUMMED: u32 = 1_000;
/// Ledgers that one process keeps copies of.
pub const LEDGERS: u64 = 10_000;
/// How long a copy of a ledger is used unless configured.
pub const LEDGER_TTL: Duration = Duration::from_secs(5 * 60);
/// How long one instance may ask the store for a ledger that others wait for.
pub const LEDGER_CLAIM: Duration = Duration::from_secs(2);
/// How soon those others look for it again; each later look comes after twice the time.
pub const LEDGER_LOOK: Duration = Duration::from_millis(5);
/// How often they look, two thirds of a second in all, before they ask the store themselves.
pub const LEDGER_LOOKS: u32 = 7;
/// Ledgers in use that a process reads when it starts, in one query.
pub const LEDGERS_WARMED: usize = MAX_PAGE;
/// How often it is noted which ledgers are in use.
pub const IN_USE_NOTED: Duration = Duration::from_secs(60);
/// How long that note is kept.
pub const IN_USE_KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// Sessions, and notes of sent messages, that one process keeps; more are read from the store.
pub const COPIES: usize = 10_000;
/// How long the shared copy of a session is kept.
pub const SESSION_COPY: Duration = Duration::from_secs(60 * 60);
/// How long sending a parked reply, or making one of its files, may take.
pub const LATE_SENDING: Duration = Duration::from_secs(60);
/// How long a parked reply is claimed: longer than sending it takes.
pub const REPLY_CLAIM: Duration = Duration::from_secs(90);
/// How long others wait for whoever has claimed one, as sending it seldom takes longer. Then its
/// chat is told what is new: whoever claimed it may have died.
pub const REPLY_SENT: Duration = Duration::from_secs(9);
/// Chats whose parked replies one process sends at a time.
pub const PARKED_IN_HAND: usize = 64;
/// How often a parked reply is tried before it is given up: more than three days.
pub const REPLY_ATTEMPTS: u32 = 1_200;
/// The longest wait between its first tries, unless the other side asks for more: in an outage it
/// is what people wait for after the end.
pub const EARLY_REPLY_RETRY: Duration = Duration::from_secs(15);
/// How many of them are the first: an hour's.
pub const EARLY_REPLY_ATTEMPTS: u32 = 240;
/// Chats for which replies are parked that one process asks the store for.
pub const CHATS_BEHIND: usize = 10_000;
/// How often they are looked up at most, while there are any and something is done about them,
pub const BEHIND_LOOK: Duration = Duration::from_secs(1);
/// and how often when there were none, unless another process says that it has some.
pub const NOBODY_BEHIND_LOOK: Duration = Duration::from_secs(30);
/// The pause between two such looks that others asked for.
pub const BEHIND_PAUSE: Duration = Duration::from_millis(100);
/// So many failures to say something, in a row and to anybody, mean that nothing can be said.
pub const AWAY_AFTER: u64 = 16;
/// How many parked replies one process tries at a time then, to see whether it is over,
pub const PROBES: usize = 4;
/// and how long it waits between such tries.
pub const PROBE_PAUSE: Duration = Duration::from_secs(1);
/// How often it is looked for the outcome that a promised reply waits for, and holds up what else
/// its chat is told: for some nine seconds, since whoever promised it may have died before.
pub const PROMISE_ATTEMPTS: u32 = 8;
/// The waits between the looks of one such attempt, in milliseconds: whoever promised a reply is
/// about to record its update, and nobody is to wait for the next attempt because of that.
pub const PROMISE_LOOKS: [u64; 5] = [10, 20, 40, 80, 160];
/// What took longer to be recorded is promised once more.
pub const PROMISE_SURE: Duration = Duration::from_secs(2);
/// How long a draft is claimed for its reading: longer than reading and recording it take.
pub const READING_CLAIM: Duration = Duration::from_secs(5 * 60);
/// How often a reading that fails for the moment is tried in one round.
pub const READING_ATTEMPTS: u32 = 5;
/// Drafts that wait for a reader before another is told to come back: half an hour of them at the
/// usual pace of a model.
pub const WAITING: usize = 1_500;
/// How often it is looked whether somebody must be told that their photo waits.
pub const WAIT_LOOK: Duration = Duration::from_secs(5);
/// How long a draft waits before its person is told how long it will take.
pub const WAIT_UNTOLD: Duration = Duration::from_secs(3);
/// How long before the same person is told again.
pub const WAIT_TOLD: Duration = Duration::from_secs(30);
/// The most people who are told at one look.
pub const WAITS_TOLD: usize = 20;
/// Waiting drafts that one process remembers whom to tell of.
pub const WAITS_KNOWN: usize = 10_000;
/// How long a wish for a category is claimed: longer than a model takes to answer.
pub const SUGGESTION_CLAIM: Duration = Duration::from_secs(5 * 60);
/// How often a category is sought before the expense is left where it is.
pub const SUGGESTION_ATTEMPTS: u32 = 5;
/// A category that takes longer to come is of no use.
pub const SUGGESTION_PATIENCE: Duration = Duration::from_secs(10 * 60);
/// Categories that one process seeks at a time.
pub const SUGGESTIONS_AT_ONCE: usize = 4;
/// How long a process goes without looking into the store for drafts to read and replies to
/// send, when nothing woke it.
pub const LOOK: Duration = Duration::from_secs(10);
/// Wakings that one process remembers; beyond them the regular look finds the work.
pub const BELL: usize = 1_000;
/// How often it is looked what falls due.
pub const SCHEDULE_LOOK: Duration = Duration::from_secs(60);
/// Within which time another process takes over from one that held a lease and died, unless
/// configured.
pub const LEASE: Duration = Duration::from_secs(15);
/// How long a ledger's sweep is claimed: it is swept at most once an hour.
pub const SWEEP_PERIOD: Duration = Duration::from_secs(60 * 60);
/// Ledgers that are swept at a time.
pub const SWEEPS_AT_ONCE: usize = 16;
/// How long ago somebody used the bot who counts as active.
pub const ACTIVE: Duration = Duration::from_secs(24 * 60 * 60);
/// The most people of whom one process remembers that; more are estimated.
pub const ACTIVE_KNOWN: usize = 4_096;
/// How often it is measured how much waits in the store.
pub const MEASURE: Duration = Duration::from_secs(15);
/// How long shutting down waits for what was accepted.
pub const SHUTDOWN: Duration = Duration::from_secs(20);
/// The most days between a purchase and the day of its rate: the longest holidays are shorter.
pub const RATE_AGE_DAYS: u64 = 10;
/// Exchange rates that one process looks for at a time.
pub const RATES_AT_ONCE: usize = 4;
/// How long an expense is claimed for the search of its rate: longer than that takes.
pub const RATE_CLAIM: Duration = Duration::from_secs(5 * 60);
/// How long the search of one rate may take, further tries included.
pub const RATE_SEARCH: Duration = Duration::from_secs(60);
/// The wait before a rate that was not to be had is looked for again; each later one is four
/// times longer.
pub const FIRST_RATE_RETRY: Duration = Duration::from_secs(60);
/// The longest wait of these.
pub const LAST_RATE_RETRY: Duration = Duration::from_secs(24 * 60 * 60);
/// How often a rate is looked for, which takes more than a week, before it rests.
pub const RATE_ATTEMPTS: u32 = 13;
/// How long it rests before all of that begins again.
pub const RATE_REST: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// The size at which a part of an export is closed, in bytes. With the page that reached it, it
/// stays below the 50 MB that chat platforms take.
pub const EXPORT_BYTES: usize = 36 * 1024 * 1024;
/// The most members of one ledger whose names are kept; beyond that the earliest goes.
pub const MEMBERS: usize = 200;
/// The most people about whom owners decide one by one; beyond that, open the bot or a chat.
pub const PEOPLE: usize = 10_000;
/// The most owners who are asked about a stranger.
pub const OWNERS_ASKED: usize = 10;
/// How long a process goes by what it knows of people: another may have decided meanwhile.
pub const STANDING: Duration = Duration::from_secs(2);
/// The longest name of a person that is kept, in characters.
pub const PERSON_NAME: usize = 64;
