//! A person at a terminal: line editing, history, answers that come while they type.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::OnceLock;

use rustix::termios::{OptionalActions, Termios};
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{
    Cmd, ConditionalEventHandler, Config, Editor, Event, EventContext, EventHandler,
    ExternalPrinter, KeyEvent, Movement, RepeatCount,
};
use tokio::sync::{mpsc, oneshot};

use crate::input::{Heard, Input, What};
use crate::outbound::Screen;

const PROMPT: &str = "> ";
const GREETING: &str = "Tell me what you spent, for example 12.50 lunch, or show me a receipt: photo FILE.\n\
    help explains this console, /help all commands. Ctrl-D leaves.\n";
const LEAVING: &str = "Ctrl-C once more, or Ctrl-D, leaves.\n";
/// Lines that are remembered.
const HISTORY: usize = 1_000;

type Lines = Editor<(), DefaultHistory>;

/// The terminal as it was found.
static FOUND: OnceLock<Termios> = OnceLock::new();

/// Ctrl-C clears what is typed; where nothing is, it asks to leave.
struct ClearOrLeave;

impl ConditionalEventHandler for ClearOrLeave {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, ctx: &EventContext<'_>) -> Option<Cmd> {
        match ctx.line() {
            "" => Some(Cmd::Interrupt),
            _ => Some(Cmd::Kill(Movement::WholeLine)),
        }
    }
}

/// Puts the terminal back to how it was found. For the moment before the process ends while
/// somebody types; anywhere else it does nothing that is seen.
pub fn restore_terminal() {
    if let Some(found) = FOUND.get() {
        // Nothing is left to do about a terminal that has gone.
        let _ = rustix::termios::tcsetattr(io::stdin(), OptionalActions::Now, found);
        let _ = io::stdout().write_all(b"\x1b[?2004l\r\n");
    }
}

/// The lines that are typed, and a screen that leaves a half typed one alone.
pub(crate) fn open(history: PathBuf) -> io::Result<(Input, Screen)> {
    if let Ok(found) = rustix::termios::tcgetattr(io::stdin()) {
        FOUND.get_or_init(|| found);
    }
    let config = Config::builder()
        .max_history_size(HISTORY)
        .and_then(|config| config.history_ignore_dups(true))
        .map_err(io::Error::other)?
        .auto_add_history(false)
        .build();
    let mut lines = Lines::with_config(config).map_err(io::Error::other)?;
    let clear = EventHandler::Conditional(Box::new(ClearOrLeave));
    lines.bind_sequence(KeyEvent::ctrl('C'), clear);
    // Without a file the history begins anew.
    let _ = lines.load_history(&history);
    let mut screen: Screen = match lines.create_external_printer() {
        Ok(mut printer) => {
            Box::new(move |text| printer.print(text.to_owned()).map_err(io::Error::other))
        }
        Err(_) => Box::new(crate::console::print),
    };
    screen(GREETING)?;
    Ok((
        Input::reading(move |heard| read(lines, history, &heard)),
        screen,
    ))
}

/// Reads until the person leaves. The next prompt comes after the answer.
fn read(mut lines: Lines, history: PathBuf, heard: &mpsc::Sender<Heard>) {
    let mut interrupted = false;
    loop {
        let what = match lines.readline(PROMPT) {
            Ok(line) => What::Line(line),
            Err(ReadlineError::Interrupted) if interrupted => return,
            Err(ReadlineError::Interrupted) => {
                interrupted = true;
                let _ = crate::console::print(LEAVING);
                continue;
            }
            Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
                What::NotText
            }
            Err(_) => return,
        };
        interrupted = false;
        if let What::Line(line) = &what
            && lines.add_history_entry(line).unwrap_or(false)
        {
            // A history that can't be kept is no reason to stop a person.
            let _ = lines.append_history(&history);
        }
        let (answered, answer) = oneshot::channel();
        let answered = Some(answered);
        if heard.blocking_send(Heard { what, answered }).is_err() {
            return;
        }
        let _ = answer.blocking_recv();
    }
}
