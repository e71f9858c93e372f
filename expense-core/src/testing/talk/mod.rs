//! Talks: conversations as scripts, run over the reference books without a runtime.
//!
//! A script is lines of `what: text`; lines that are indented go on with the text before them,
//! `#` at the start of a line begins a comment.
//!
//! | line | what it does |
//! | --- | --- |
//! | `now:` `currency:` `locale:` `zone:` | where the talk begins, before anything is said |
//! | `user:` | somebody writes |
//! | `reply:` | somebody writes in reply to the newest message with buttons; `reply on #1:` to the newest that says so |
//! | `edit:` | somebody changes the newest message that a person wrote |
//! | `caption:` | somebody changes what stands below the image or the voice note of this name |
//! | `press:` | presses the button of that name on the newest message that has it; `Undo on #1` on the newest that says so |
//! | `again:` | taps the same button once more, as if the chat had not changed yet |
//! | `photo:` | sends an image by its name, with a caption after it; `photo of ALBUM:` as a part of an album |
//! | `voice:` | sends a voice note by its name, with a caption after it; `voice of 90s:` tells how long it is |
//! | `read:` | the reader comes back to the newest draft: `receipt merchant=REWE; total=12.50; date=2026-05-05; currency=EUR; item=milk 1.20; tax=0.10; category=…; sure=90`, `not_a_receipt`, `illegible`, `failed`, `busy`, `used_up 18000` (for so many seconds) or `no_reader`; of a voice note `expense amount=12.50; description=lunch; said=…`, `talk said=…` or `silence`; `read round 1:` with the outcome of that round |
//! | `categorizer:` | `on` where somebody can be asked for categories |
//! | `suggested:` | a category comes for the newest expense for which one was wanted |
//! | `waits:` | the newest draft waits at this place, for so many seconds: `4 120`; `own 40` behind others of its person |
//! | `limited:` | somebody was too quick and may write again in so many seconds |
//! | `wait:` | time goes on: `11m`, `3h`, `2d` |
//! | `late:` | the next update is handled so much later than it was sent |
//! | `rates: on` | a source of exchange rates is at hand |
//! | `rate of 1:` | the rate of #1 is found, with its day: `0.8868 2026-05-05` |
//! | `sweep:` | what is due by time is done |
//! | `as:` | another person goes on |
//! | `in:` | from here on it is said in `private`, in a `group`, or in a topic of one: `group 7` |
//! | `aside:` | somebody writes to the others of the group |
//! | `owner:` | this person decides about others |
//! | `denied:` | somebody is not let in, and from here on nobody is; `asked` where an owner was asked |
//! | `code:` | somebody sends the first owner's code, `right` or `wrong` |
//! | `arrived:` | the bot was added |
//! | `redeliver:` | the last update comes again: nothing may happen twice |
//! | `restart:` | everything but the books is forgotten |
//! | `bot:` | what is said then; `bot edits:` where a message was changed |
//!
//! Buttons stand in brackets at the end, files as `<csv all>`.

mod keeping;
mod receipt;
mod render;
mod script;
mod stage;
mod wall;

use stage::Stage;

pub use receipt::result as reading;
pub use script::{Line, lines, written};

/// Runs a script; gives it back with what was really said.
///
/// # Errors
///
/// A line that is not understood, or a promise that was broken: an update that counted twice, a
/// button that carries too much, a decision that the books refused, kept sums that differ from
/// those of the expenses.
pub fn run(script: &str) -> Result<String, String> {
    let mut stage = Stage::default();
    let mut said = String::new();
    for line in script::lines(script)? {
        match line {
            Line::Remark(remark) => said.push_str(&format!("{remark}\n")),
            Line::Said => {}
            Line::Does { what, text } => {
                said.push_str(&script::written(&what, &text));
                let replies = stage
                    .act(&what, &text)
                    .and_then(|replies| stage.recount().map(|()| replies))
                    .map_err(|error| format!("{what}: {text}\n{error}"))?;
                for reply in replies {
                    said.push_str(&reply);
                }
            }
        }
    }
    Ok(said)
}

/// Runs lines that nobody wrote by hand: those that press or answer what was never shown are
/// left out.
///
/// # Errors
///
/// As for [`run`].
pub fn endure(script: &str) -> Result<(), String> {
    let mut stage = Stage::default();
    for line in script::lines(script)? {
        let Line::Does { what, text } = line else {
            continue;
        };
        match stage.act(&what, &text) {
            Err(error) if error != stage::NOT_SHOWN => {
                return Err(format!("{what}: {text}\n{error}"));
            }
            _ => stage
                .recount()
                .map_err(|error| format!("{what}: {text}\n{error}"))?,
        }
    }
    Ok(())
}

/// Checks that a script says what really was said.
///
/// # Errors
///
/// The whole transcript, with `-` before what was expected and `+` before what was said.
pub fn check(script: &str) -> Result<(), String> {
    compare(script, &run(script)?)
}

/// Compares a script with what was said; spaces at the ends of words and lines don't count.
///
/// # Errors
///
/// The whole transcript, with `-` before what was expected and `+` before what was said.
pub fn compare(script: &str, said: &str) -> Result<(), String> {
    let (expected, actual) = (script::plain(script), script::plain(said));
    if expected == actual {
        return Ok(());
    }
    Err(script::difference(&expected, &actual))
}
