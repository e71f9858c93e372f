//! Line by line from the input to the service.

use expense_core::conversation::event::{Envelope, Event};
use expense_core::domain::limits;
use expense_core::service::Service;
use tokio_util::sync::CancellationToken;

use super::Console;
use crate::delivery::{Brought, Rest, Tally, apology, bring, bring_in_time};
use crate::inbound::{Inbound, Inbox};
use crate::input::{Heard, Input, LINE_BYTES, What};

const HELP: &str = "\
Write an expense: 12.50 lunch. One line is one message; a \\ at its end goes on in the next.
photo FILE [caption]   sends a photo or a PDF of a receipt; photo FILE FILE sends several as one
voice FILE [caption]   sends what you said aloud
press BUTTON           presses a button by its label or number: press Save, press 2, press Undo @12
reply TEXT             answers the newest message with buttons; reply @12 TEXT answers that one
rewrite TEXT           changes your last message; rewrite @11 TEXT changes that one
models                 fetches what reading photos takes, once, and checks it
quit                   leaves, and so does Ctrl-D
Messages are numbered as they come, yours and mine. A \\ before photo, press, reply, rewrite,
models, help or quit makes the line a plain message. /help explains what I can do.";

/// What a message says.
struct Said {
    /// The numbers of its first and its last line in the input.
    first: u64,
    last: u64,
    updates: Vec<Envelope>,
}

fn is_photo(update: &Envelope) -> bool {
    matches!(update.event, Event::Photo { .. })
}

impl Console {
    pub(super) async fn listen(
        &self,
        mut input: Input,
        service: &Service,
        shutdown: &CancellationToken,
    ) -> Tally {
        let mut message = String::new();
        let (mut line, mut begun, mut count) = (0, 0, 0);
        let mut tally = Tally::default();
        let mut is_pipe = false;
        loop {
            let heard = tokio::select! {
                biased;
                () = shutdown.cancelled() => {
                    if is_pipe {
                        tally.lost_after(line, Rest::at_the_end(&mut input).await);
                    }
                    return tally;
                }
                () = self.unseen.cancelled() => return tally,
                heard = input.lines.recv() => heard,
            };
            let ended = heard.is_none();
            line += u64::from(!ended);
            if message.is_empty() {
                begun = line;
            }
            let mut photo_sent = false;
            let (complete, answered) = self.gather(&mut message, heard);
            is_pipe = answered.is_none();
            if complete {
                count += 1;
                match self.read(&std::mem::take(&mut message), count) {
                    Some(Inbound::Updates(updates)) => {
                        photo_sent = updates.iter().any(is_photo);
                        let input = is_pipe.then_some(&mut input);
                        let said = Said {
                            first: begun,
                            last: line,
                            updates,
                        };
                        let goes_on = self.bring(service, said, input, &mut tally, shutdown);
                        if !goes_on.await {
                            return tally;
                        }
                    }
                    Some(Inbound::Models) => self.fetch_models(shutdown).await,
                    Some(Inbound::Quit) => return tally,
                    Some(Inbound::Nothing | Inbound::Help) | None => {}
                }
            }
            if is_pipe {
                self.late_answers(service, shutdown).await;
            }
            if photo_sent {
                self.offer_models();
            }
            if ended {
                return tally;
            }
        }
    }

    /// Brings all that a message says; false where it was not taken in time. `pipe` is what it came
    /// from, where nobody sees how long it takes.
    async fn bring(
        &self,
        service: &Service,
        said: Said,
        mut pipe: Option<&mut Input>,
        tally: &mut Tally,
        shutdown: &CancellationToken,
    ) -> bool {
        let mut updates = said.updates.into_iter();
        while let Some(update) = updates.next() {
            let brought = match &mut pipe {
                Some(input) => bring_in_time(service, update, input, shutdown).await,
                None => bring(service, update).await,
            };
            match brought {
                Brought::Taken => {}
                Brought::Refused(error) => {
                    self.say(&apology(&error));
                    if pipe.is_some() {
                        tally.lost(said.first);
                    }
                    return true;
                }
                Brought::Late { taken, rest } => {
                    if !taken || updates.len() > 0 {
                        tally.lost(said.first);
                    }
                    tally.lost_after(said.last, rest);
                    return false;
                }
            }
        }
        true
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
}
