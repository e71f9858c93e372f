//! The console: one chat with one person.

mod listen;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use expense_core::domain::keys::MessageKey;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::Result;
use expense_core::ports::messenger::{Messenger, Outgoing};
use expense_core::service::Service;
use tokio_util::sync::CancellationToken;

use crate::book::Book;
use crate::delivery::ChatError;
use crate::input::Input;
use crate::models::Models;
use crate::outbound::{Form, Outbox, Screen};
use crate::render::Style;
use crate::setup::Setup;
use crate::terminal;

/// One chat with one person: shows what is sent to it and brings in what is said.
pub struct Console {
    run: String,
    home: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    models: Option<Arc<dyn Models>>,
    chat: Mutex<Chat>,
    /// Cancelled when nobody sees the screen any more.
    unseen: CancellationToken,
}

struct Chat {
    book: Book,
    outbox: Outbox,
    /// Whether fetching the models was offered in this run.
    offered: bool,
}

impl Console {
    /// A console on this process's own input and output: line editing where both are a terminal.
    ///
    /// # Errors
    ///
    /// Where the terminal can't be set up.
    pub fn open(setup: Setup, clock: Arc<dyn Clock>) -> io::Result<(Self, Input)> {
        let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        let (input, screen) = if terminal && !setup.json {
            terminal::open(setup.history.clone())?
        } else {
            (Input::pipe(io::stdin()), Box::new(print) as Screen)
        };
        Ok((Self::new(setup, clock, screen), input))
    }

    pub(crate) fn new(setup: Setup, clock: Arc<dyn Clock>, screen: Screen) -> Self {
        let started = clock.now().timestamp_micros();
        let run = format!("{started:x}-{:x}", std::process::id());
        let form = match setup.json {
            true => Form::Json,
            false => Form::Text(Style { colors: colors() }),
        };
        let outbox = Outbox {
            form,
            files: setup.files,
            screen,
            lost: None,
        };
        let book = Book::open(setup.messages, &run);
        Self {
            run,
            home: setup.home,
            clock,
            models: setup.models,
            chat: Mutex::new(Chat {
                book,
                outbox,
                offered: false,
            }),
            unseen: CancellationToken::new(),
        }
    }

    /// Brings every line to the service, in order, until the input ends, the person quits,
    /// nobody sees the answers any more, or `shutdown` says so. A pipe ends as well where one of
    /// its lines is not recorded for minutes, and tells the service to end by `shutdown`.
    ///
    /// # Errors
    ///
    /// Why the answers can't be shown, or which lines of a pipe were not recorded.
    pub async fn run(
        &self,
        input: Input,
        service: &Service,
        shutdown: &CancellationToken,
    ) -> std::result::Result<(), ChatError> {
        let tally = self.listen(input, service, shutdown).await;
        match self.chat().outbox.lost.take() {
            Some(lost) => Err(ChatError::Screen(lost)),
            None => tally.ended(),
        }
    }

    /// Tells once, after the first photo that nobody could read, what reading takes.
    fn offer_models(&self) {
        let Some(models) = self.models.as_ref().filter(|models| models.missing()) else {
            return;
        };
        // The lock ends here: saying something takes it again.
        let offered = std::mem::replace(&mut self.chat().offered, true);
        if !offered {
            let effort = models.effort();
            self.say(&format!(
                "I can read receipts on this machine once I have the models for it ({effort}). \
                 Type models to fetch them now, then press Read again."
            ));
        }
    }

    /// Fetches the models while the person waits; the end of the chat ends that, too.
    async fn fetch_models(&self, shutdown: &CancellationToken) {
        let Some(models) = &self.models else {
            return self
                .say("No photos are read on this machine, so there are no models to fetch.");
        };
        if models.missing() {
            self.say(&format!("Fetching the models ({})…", models.effort()));
        }
        let fetched = tokio::select! {
            biased;
            () = shutdown.cancelled() => return,
            () = self.unseen.cancelled() => return,
            fetched = models.fetch() => fetched,
        };
        match fetched {
            Ok(()) => self.say(
                "The models are here: I can read photos now. Read again, on a photo that waits for \
                 its amount, has that one read.",
            ),
            Err(reason) => self.say(&format!("{reason}. Nothing is lost.")),
        }
    }

    fn say(&self, text: &str) {
        // What fails here ends the chat, and is told then.
        let _ = self.show(|book, outbox| outbox.say(book, text));
    }

    /// Whoever can't be shown anything any more is not listened to.
    fn show<T>(&self, show: impl FnOnce(&mut Book, &mut Outbox) -> T) -> T {
        let Chat { book, outbox, .. } = &mut *self.chat();
        let shown = show(book, outbox);
        if outbox.lost.is_some() {
            self.unseen.cancel();
        }
        shown
    }

    fn chat(&self) -> MutexGuard<'_, Chat> {
        self.chat.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Messenger for Console {
    async fn send(&self, outgoing: &Outgoing) -> Result<MessageKey> {
        self.show(|book, outbox| outbox.send(book, outgoing))
    }
}

/// Shows text on standard output at once.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Colors belong on a terminal, where nobody said otherwise (see no-color.org).
fn colors() -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    io::stdout().is_terminal() && !unwanted && !dumb
}
