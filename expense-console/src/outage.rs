//! What a pipe hears of a service that takes too long.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use expense_core::conversation::event::Envelope;
use expense_core::domain::keys::UpdateKey;
use expense_core::memory::in_process::in_process;
use expense_core::memory::store::MemoryStore;
use expense_core::ports::error::{Fault, Result};
use expense_core::ports::queue::{Buried, Delivery, DeliveryId, Settle, UpdateQueue};
use expense_core::ports::store::ExpenseStore;
use expense_core::service::{Options, Ports, Service};
use expense_core::testing::faulty::{Faulty, Mishap, Plan, Planned};
use expense_core::testing::fixtures::noon;
use expense_core::testing::simulation::SimulatedClock;
use rstest::rstest;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::delivery::PATIENCE;
use crate::input::{Heard, What};
use crate::{ChatError, Console, Files, Input, Setup, Unrecorded};

const SECOND: Duration = Duration::from_secs(1);
/// How long a chat may take, on simulated time.
const BOUND: Duration = PATIENCE.saturating_mul(40);

/// Lines that were written before anybody saw an answer; with `open` there may be more.
struct Pipe {
    input: Input,
    open: Option<mpsc::Sender<Heard>>,
}

fn pipe(lines: &[&str]) -> Pipe {
    let (says, lines_read) = mpsc::channel(lines.len());
    for line in lines {
        let what = What::Line((*line).to_owned());
        let answered = None;
        says.try_send(Heard { what, answered })
            .expect("there is room");
    }
    Pipe {
        input: Input { lines: lines_read },
        open: Some(says),
    }
}

fn ended(lines: &[&str]) -> Input {
    pipe(lines).input
}

/// What was said in a chat, and how it ended.
struct Chat {
    said: String,
    ended: std::result::Result<(), ChatError>,
}

impl Chat {
    fn unrecorded(&self) -> Option<Unrecorded> {
        match &self.ended {
            Ok(()) => None,
            Err(ChatError::Unrecorded(lost)) => Some(*lost),
            Err(other) => panic!("{other}"),
        }
    }
}

/// A chat over these ports, on simulated time.
async fn chat(input: Input, change: impl FnOnce(Arc<MemoryStore>, Ports) -> Ports) -> Chat {
    let desk = tempfile::tempdir().expect("a directory");
    let clock = Arc::new(SimulatedClock::beginning(noon()));
    let said = Arc::new(Mutex::new(String::new()));
    let screen = Arc::clone(&said);
    let show = Box::new(move |text: &str| {
        screen.lock().expect("nobody panicked").push_str(text);
        Ok(())
    });
    let console = Arc::new(Console::new(Setup::at(desk.path()), clock.clone(), show));
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let ports = in_process(store.clone(), console.clone(), Arc::new(Files), clock);
    let service = Service::new(change(store, ports), Options::default());
    let shutdown = CancellationToken::new();
    let talk = async {
        let ended = console.run(input, &service, &shutdown).await;
        shutdown.cancel();
        ended
    };
    let all = async { tokio::join!(talk, service.run(shutdown.clone())) };
    let (ended, ()) = tokio::time::timeout(BOUND, all).await.expect("it ends");
    let said = said.lock().expect("nobody panicked").clone();
    Chat { said, ended }
}

/// A queue that takes its time with every update.
struct Slow(Duration);

#[async_trait]
impl UpdateQueue for Slow {
    async fn publish(&self, _: Envelope) -> Result<()> {
        tokio::time::sleep(self.0).await;
        Ok(())
    }

    async fn claim(&self, _: usize, wait: Duration) -> Result<Vec<Delivery>> {
        tokio::time::sleep(wait).await;
        Ok(Vec::new())
    }

    async fn settle(&self, _: DeliveryId, _: Settle) -> Result<()> {
        Ok(())
    }

    async fn buried(&self, _: usize) -> Result<Vec<Buried>> {
        Ok(Vec::new())
    }

    async fn revive(&self, _: &UpdateKey) -> Result<bool> {
        Ok(false)
    }
}

async fn slowly(input: Input, pace: Duration) -> Chat {
    chat(input, |_, ports| Ports {
        queue: Arc::new(Slow(pace)),
        ..ports
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn what_takes_minutes_is_waited_for() {
    let chat = slowly(ended(&["12.50 lunch", "3 tea"]), PATIENCE - SECOND).await;
    assert_eq!(chat.unrecorded(), None);
}

#[rstest]
#[case::that_ends(false, "3 lines were not recorded, the first of them line 1:")]
#[case::that_goes_on(true, "at least 3 lines were not recorded, the first of them line 1:")]
#[tokio::test(start_paused = true)]
async fn a_pipe_is_told_what_was_not_recorded(#[case] open: bool, #[case] told: &str) {
    let Pipe { input, open: says } = pipe(&["12.50 lunch", "", "help", "3 tea", "photo", "4 milk"]);
    let _says = says.filter(|_| open);
    let chat = slowly(input, PATIENCE * 2).await;
    let lost = chat.unrecorded().expect("lines that were not recorded");
    assert_eq!((lost.first, lost.lines, lost.more), (1, 3, open));
    assert!(lost.to_string().starts_with(told), "{lost}");
    assert_eq!(chat.said, "", "nothing is claimed");
}

/// The message of two lines that came to nothing is the third one's.
#[tokio::test(start_paused = true)]
async fn a_message_is_named_by_its_first_line() {
    let lines = ["help", "/list\\", "3 tea\\", "4 milk", "quit", "5 bread"];
    let chat = slowly(ended(&lines), PATIENCE * 2).await;
    let lost = chat.unrecorded().expect("a line that was not recorded");
    assert_eq!((lost.first, lost.lines, lost.more), (2, 1, false));
    let told = "line 2 was not recorded: expense-bot doctor";
    assert!(lost.to_string().starts_with(told), "{lost}");
}

/// The service that was told to end still tries what it has in hand.
#[rstest]
#[case::alone(&["12.50 lunch"], None)]
#[case::before_others(&["12.50 lunch", "3 tea"], Some((2, 1)))]
#[tokio::test(start_paused = true)]
async fn what_is_recorded_at_the_last_moment_is_recorded(
    #[case] lines: &[&str],
    #[case] lost: Option<(u64, u64)>,
) {
    let chat = slowly(ended(lines), PATIENCE + 10 * SECOND).await;
    let unrecorded = chat.unrecorded().map(|lost| (lost.first, lost.lines));
    assert_eq!(unrecorded, lost);
}

/// A person sees that it takes long, and leaves when they like.
#[tokio::test(start_paused = true)]
async fn a_person_at_a_terminal_waits_as_long_as_it_takes() {
    let (says, lines) = mpsc::channel(1);
    let (answered, answer) = oneshot::channel();
    let what = What::Line("12.50 lunch".to_owned());
    let answered = Some(answered);
    says.try_send(Heard { what, answered })
        .expect("there is room");
    drop(says);
    let chat = slowly(Input { lines }, PATIENCE * 20).await;
    assert_eq!(chat.unrecorded(), None);
    assert!(answer.await.is_err(), "the line had its turn");
}

/// A store that fails from this call on, as often as is told.
fn failing(from: usize, times: usize, fault: Fault) -> Arc<Plan> {
    let planned = |call| Planned {
        call,
        mishap: Mishap::Before(fault),
    };
    Plan::new((from..from + times).map(planned).collect())
}

async fn over(plan: &Arc<Plan>, lines: &[&str]) -> (Chat, u64) {
    let mut kept = None;
    let chat = chat(ended(lines), |store, ports| {
        kept = Some(store.clone());
        Ports {
            store: Faulty::new(store, plan),
            ..ports
        }
    });
    let chat = chat.await;
    let census = kept.expect("the store").census().await;
    (chat, census.expect("a census").expenses)
}

const LINES: [&str; 3] = ["12.50 lunch", "3 tea", "4 milk"];
const FOR_EVER: usize = 1_000;

/// The call that records the first line.
async fn first_commit() -> usize {
    let healthy = failing(0, 0, Fault::Full);
    over(&healthy, &LINES[..1]).await;
    let calls = healthy.calls();
    let commit = calls.iter().position(|call| *call == "store.commit");
    commit.expect("it was recorded")
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_ends_a_pipe() {
    let plan = failing(first_commit().await, FOR_EVER, Fault::Full);
    let (chat, recorded) = over(&plan, &LINES).await;
    let lost = chat.unrecorded().expect("lines that were not recorded");
    assert_eq!((lost.first, lost.lines), (1, 3));
    assert_eq!(recorded, 0);
    let told = "The disk that I write on is full";
    assert!(chat.said.starts_with(told), "{}", chat.said);
    assert!(!chat.said.contains("#1"), "{}", chat.said);
}

/// Also where it is not even known who may write.
#[tokio::test(start_paused = true)]
async fn a_database_that_is_gone_ends_a_pipe() {
    let (chat, recorded) = over(&failing(0, FOR_EVER, Fault::Unavailable), &LINES).await;
    let lost = chat.unrecorded().expect("lines that were not recorded");
    assert_eq!((lost.first, lost.lines), (1, 3));
    assert_eq!(recorded, 0);
    assert!(!chat.said.contains("#1"), "{}", chat.said);
}

#[tokio::test(start_paused = true)]
async fn what_was_recorded_before_the_disk_was_full_is_not_counted() {
    let plan = failing(first_commit().await + 1, FOR_EVER, Fault::Full);
    let (chat, recorded) = over(&plan, &LINES).await;
    let lost = chat.unrecorded().expect("lines that were not recorded");
    assert_eq!((lost.first, lost.lines), (2, 2));
    assert_eq!(recorded, 1);
    assert!(chat.said.contains("#1 · lunch"), "{}", chat.said);
    assert!(!chat.said.contains("#2"), "{}", chat.said);
}

/// Whether it is brought again or tried again.
#[tokio::test(start_paused = true)]
async fn what_is_mended_in_time_costs_nothing() {
    for from in [0, first_commit().await] {
        let (chat, recorded) = over(&failing(from, 4, Fault::Full), &LINES).await;
        assert_eq!(chat.unrecorded(), None);
        assert_eq!(recorded, 3);
    }
}

/// A pipe that is told to end before it was read says what it did not read.
#[tokio::test(start_paused = true)]
async fn a_pipe_that_is_told_to_end_names_what_is_left() {
    let clock = Arc::new(SimulatedClock::beginning(noon()));
    let desk = tempfile::tempdir().expect("a directory");
    let shutdown = CancellationToken::new();
    let end = shutdown.clone();
    // The first answer is the last that somebody waits for.
    let show = Box::new(move |_: &str| {
        end.cancel();
        Ok(())
    });
    let console = Arc::new(Console::new(Setup::at(desk.path()), clock.clone(), show));
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let ports = in_process(store, console.clone(), Arc::new(Files), clock);
    let service = Service::new(ports, Options::default());
    let talk = console.run(ended(&LINES), &service, &shutdown);
    let (ended, ()) = tokio::join!(talk, service.run(shutdown.clone()));
    let Err(ChatError::Unrecorded(lost)) = ended else {
        panic!("it names no lines: {ended:?}");
    };
    assert_eq!((lost.first, lost.lines, lost.more), (2, 2, false));
}

/// Whoever looks at the exit code learns of it, and the others are recorded.
#[tokio::test(start_paused = true)]
async fn a_line_that_is_refused_for_good_is_counted() {
    let (chat, recorded) = over(&failing(0, 1, Fault::Corrupt), &LINES).await;
    let lost = chat.unrecorded().expect("a line that was not recorded");
    assert_eq!((lost.first, lost.lines, lost.more), (1, 1, false));
    assert_eq!(recorded, 2);
    assert!(chat.said.contains("went wrong on my side"), "{}", chat.said);
}
