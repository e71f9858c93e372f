//! The console: one chat with one person.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use expense_core::conversation::event::{Envelope, Event};
use expense_core::domain::keys::MessageKey;
use expense_core::domain::limits;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::{PortError, Result};
use expense_core::ports::messenger::{Messenger, Outgoing};
use expense_core::service::Service;
use tokio_util::sync::CancellationToken;

use crate::book::Book;
use crate::inbound::{Inbound, Inbox};
use crate::input::{Heard, Input, LINE_BYTES, What};
use crate::models::Models;
use crate::outbound::{Form, Outbox, Screen};
use crate::render::Style;
use crate::setup::Setup;
use crate::terminal;

/// How often an update that was not taken is brought again, with the same key.
const TRIES: u32 = 3;
/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(500);

const HELP: &str = "\
Write an expense: 12.50 lunch. One line is one message; a \\ at its end goes on in the next.
photo FILE [caption]   sends a photo or a PDF of a receipt
press BUTTON           presses a button by its label or number: press Save, press 2, press Undo @12
reply TEXT             answers the newest message with buttons; reply @12 TEXT answers that one
rewrite TEXT           changes your last message; rewrite @11 TEXT changes that one
models                 fetches what reading photos takes, once, and checks it
quit                   leaves, and so does Ctrl-D
Messages are numbered as they come, yours and mine. A \\ before photo, press, reply, rewrite,
models, help or quit makes the line a plain message. /help explains what I can do.";

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
    /// nobody sees the answers any more, or `shutdown` says so.
    ///
    /// # Errors
    ///
    /// Why the answers can't be shown: [`io::ErrorKind::BrokenPipe`] where whoever read them has
    /// left. What was recorded by then is recorded, and its answers wait in the store.
    pub async fn run(
        &self,
        input: Input,
        service: &Service,
        shutdown: &CancellationToken,
    ) -> io::Result<()> {
        self.listen(input, service, shutdown).await;
        self.chat().outbox.lost.take().map_or(Ok(()), Err)
    }

    async fn listen(&self, mut input: Input, service: &Service, shutdown: &CancellationToken) {
        let mut message = String::new();
        let mut count = 0;
        loop {
            let heard = tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                () = self.unseen.cancelled() => return,
                heard = input.lines.recv() => heard,
            };
            let ended = heard.is_none();
            let mut photo_sent = false;
            let (complete, answered) = self.gather(&mut message, heard);
            if complete {
                count += 1;
                match self.read(&std::mem::take(&mut message), count) {
                    Some(Inbound::Update(envelope)) => {
                        photo_sent = matches!(envelope.event, Event::Photo { .. });
                        self.deliver(service, *envelope).await;
                    }
                    Some(Inbound::Models) => self.fetch_models(shutdown).await,
                    Some(Inbound::Quit) => return,
                    Some(Inbound::Nothing | Inbound::Help) | None => {}
                }
            }
            if answered.is_none() {
                self.late_answers(service, shutdown).await;
            }
            if photo_sent {
                self.offer_models();
            }
            if ended {
                return;
            }
        }
    }

    /// The lines of a pipe were written before anybody saw an answer: the next one, or the end,
    /// waits for a receipt that is being read. A person at a terminal does not.
    async fn late_answers(&self, service: &Service, shutdown: &CancellationToken) {
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = self.unseen.cancelled() => {}
            _ = tokio::time::timeout(limits::READING, service.idle()) => {}
        }
    }

    /// Adds a line to the message; true when it is complete.
    fn gather(
        &self,
        message: &mut String,
        heard: Option<Heard>,
    ) -> (bool, Option<tokio::sync::oneshot::Sender<()>>) {
        let Some(Heard { what, answered }) = heard else {
            return (!message.is_empty(), None);
        };
        let complaint = match what {
            What::Line(line) if message.len() + line.len() <= LINE_BYTES => {
                let goes_on = line.strip_suffix('\\');
                message.push_str(goes_on.unwrap_or(&line));
                if goes_on.is_some() {
                    message.push('\n');
                }
                return (goes_on.is_none(), answered);
            }
            What::Line(_) | What::TooLong => {
                "This line is too long for a message. Write a shorter one."
            }
            What::NotText => "This line is no UTF-8 text. Set your terminal or your file to UTF-8.",
        };
        message.clear();
        self.say(complaint);
        (false, answered)
    }

    /// What a message comes to; `None` when it was answered here.
    fn read(&self, message: &str, count: u64) -> Option<Inbound> {
        let inbox = Inbox {
            run: &self.run,
            clock: &*self.clock,
            home: self.home.as_deref(),
        };
        let read = inbox.read(message, count, &mut self.chat().book);
        match read {
            Ok(Inbound::Help) => self.say(HELP),
            Ok(inbound) => return Some(inbound),
            Err(error) => self.say(&error.to_string()),
        }
        None
    }

    /// Brings an update in; again, with the same key, while that may help.
    async fn deliver(&self, service: &Service, envelope: Envelope) {
        let mut tries = 1;
        loop {
            match service.accept(envelope.clone()).await {
                Ok(()) => return,
                Err(error) if error.is_transient() && tries < TRIES => {
                    tries += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return self.say(&apology(&error)),
            }
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

fn apology(error: &PortError) -> String {
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
