//! Bringing updates to the service, and giving up where nobody is there who could.

use std::fmt;
use std::io;
use std::time::Duration;

use expense_core::conversation::event::Envelope;
use expense_core::domain::limits;
use expense_core::ports::error::PortError;
use expense_core::service::Service;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::input::{Input, What};
use crate::line::{self, Line};

/// How often an update of a person who waits is brought, with the same key: then they are told.
const TRIES: u32 = 3;
/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(500);
/// How long what one line of a pipe says may take to be recorded. Servers that restart and files
/// that are locked are back by then. A full disk waits for somebody to make room, and whoever
/// started the pipe has to hear of it: a person at a terminal does, and waits as long as they like.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// How long a pipe may take to give what it holds where its lines are only counted.
const MOMENT: Duration = Duration::from_millis(250);
/// How long it is waited, once the service was told to end, for what it may still record: a little
/// longer than that takes.
const LAST_WORD: Duration = limits::SHUTDOWN.saturating_add(Duration::from_millis(500));

/// Why a chat ended that was not over.
#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    /// The answers can't be shown: [`io::ErrorKind::BrokenPipe`] where whoever read them has left.
    /// What was recorded by then is recorded, and its answers wait in the store.
    #[error("the answers can't be written ({0}): what was recorded is kept, see /last")]
    Screen(#[source] io::Error),
    /// Lines of a pipe were not recorded.
    #[error("{0}")]
    Unrecorded(Unrecorded),
}

/// Lines of a pipe that were not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unrecorded {
    /// The number of the first of them, from 1.
    pub first: u64,
    /// How many they are.
    pub lines: u64,
    /// Whether the input went on when it was given up.
    pub more: bool,
}

impl fmt::Display for Unrecorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, lines, more } = self;
        match (lines, more) {
            (1, false) => write!(f, "line {first} was not recorded")?,
            (1, true) => write!(f, "line {first} was not recorded, nor what came after it")?,
            (_, false) => write!(
                f,
                "{lines} lines were not recorded, the first of them line {first}"
            )?,
            (_, true) => write!(
                f,
                "at least {lines} lines were not recorded, the first of them line {first}"
            )?,
        }
        f.write_str(
            ": expense-bot doctor looks for the cause; then see /last, and send what is missing again",
        )
    }
}

/// Counts the lines of a pipe that were not recorded.
#[derive(Debug, Default)]
pub(crate) struct Tally(Option<Unrecorded>);

impl Tally {
    /// This line was not.
    pub(crate) fn lost(&mut self, line: u64) {
        self.entry(line).lines += 1;
    }

    /// Nor were those that come after this one.
    pub(crate) fn lost_after(&mut self, line: u64, rest: Rest) {
        if rest.lines > 0 || !rest.ended {
            let unrecorded = self.entry(line + 1);
            unrecorded.lines += rest.lines;
            unrecorded.more = !rest.ended;
        }
    }

    fn entry(&mut self, first: u64) -> &mut Unrecorded {
        self.0.get_or_insert(Unrecorded {
            first,
            lines: 0,
            more: false,
        })
    }

    pub(crate) fn ended(self) -> Result<(), ChatError> {
        self.0
            .map_or(Ok(()), |lost| Err(ChatError::Unrecorded(lost)))
    }
}

/// What a pipe still holds.
#[derive(Debug)]
pub(crate) struct Rest {
    /// Lines that say something.
    lines: u64,
    /// Whether these are all.
    ended: bool,
}

impl Rest {
    /// What is there when the chat is told to end. Whoever still writes is not waited for, and
    /// whoever writes nothing has lost nothing.
    pub(crate) async fn at_the_end(input: &mut Input) -> Self {
        let rest = Self::within(MOMENT, input).await;
        let ended = rest.ended || rest.lines == 0;
        Self { ended, ..rest }
    }

    /// Reads on to the end, for so long at most.
    async fn within(time: Duration, input: &mut Input) -> Self {
        let mut lines = 0;
        let all = async {
            while let Some(heard) = input.lines.recv().await {
                match &heard.what {
                    What::Line(line) => match line::parse(line) {
                        Ok(Line::Quit) => return,
                        Ok(Line::Nothing | Line::Help | Line::Models) | Err(_) => {}
                        Ok(_) => lines += 1,
                    },
                    What::TooLong | What::NotText => {}
                }
            }
        };
        let ended = timeout(time, all).await.is_ok();
        Self { lines, ended }
    }
}

/// What became of an update.
pub(crate) enum Brought {
    /// It is recorded.
    Taken,
    /// It is not, and bringing it again changes nothing.
    Refused(PortError),
    /// It was not in time, and the service was told to end.
    Late {
        /// Whether it was recorded meanwhile after all.
        taken: bool,
        rest: Rest,
    },
}

/// Brings an update in, however long that takes: somebody sees that it does.
pub(crate) async fn bring(service: &Service, envelope: Envelope) -> Brought {
    let may_help = |tries| tries < TRIES;
    deliver(service, envelope, may_help).await.into()
}

/// Brings an update in within [`PATIENCE`], else tells the service to end by `shutdown`: what it
/// tries until then is known to be recorded or not once it has ended.
pub(crate) async fn bring_in_time(
    service: &Service,
    envelope: Envelope,
    input: &mut Input,
    shutdown: &CancellationToken,
) -> Brought {
    let may_help = |_| !shutdown.is_cancelled();
    let mut delivered = std::pin::pin!(deliver(service, envelope, may_help));
    if let Ok(delivered) = timeout(PATIENCE, delivered.as_mut()).await {
        return delivered.into();
    }
    shutdown.cancel();
    let (taken, rest) = tokio::join!(
        timeout(LAST_WORD, delivered),
        Rest::within(limits::SHUTDOWN, input)
    );
    let taken = matches!(taken, Ok(Ok(())));
    Brought::Late { taken, rest }
}

/// Brings an update in; again, with the same key, while that may help after so many tries.
async fn deliver(
    service: &Service,
    envelope: Envelope,
    may_help: impl Fn(u32) -> bool,
) -> Result<(), PortError> {
    let mut tries = 1;
    loop {
        match service.accept(envelope.clone()).await {
            Err(error) if error.is_transient() && may_help(tries) => {
                tries += 1;
                tokio::time::sleep(PAUSE).await;
            }
            ended => return ended,
        }
    }
}

impl From<Result<(), PortError>> for Brought {
    fn from(delivered: Result<(), PortError>) -> Self {
        delivered.map_or_else(Self::Refused, |()| Self::Taken)
    }
}

/// What a person is told whose update was refused.
pub(crate) fn apology(error: &PortError) -> String {
    if error.is_transient() {
        format!(
            "I can't get at your expenses just now ({error}). Try again in a moment; /last shows what was recorded."
        )
    } else {
        format!(
            "That went wrong on my side ({error}). /last shows what was recorded; expense-bot doctor looks for the cause."
        )
    }
}
