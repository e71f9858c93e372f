//! One thing that a person wants of the bot, from the first word to the last answer.

use expense_core::testing::dice::Dice;
use expense_ocr_gemini::fake::FakeGemini;
use serde_json::json;
use telegram_fake::{Message, Person, load};

use super::super::books::Meant;

/// What a person is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Writes an expense with its category.
    Write,
    /// Writes one whose category a model has to find.
    Wonder,
    /// Writes one and changes the message, after the answer.
    Edit,
    /// Writes one and changes the message at once.
    EditAtOnce,
    /// Writes one and corrects the amount by a reply to the confirmation.
    Correct,
    /// Writes one and takes it back by its button, tapped once or twice.
    Undo,
    /// Writes one and `/undo` behind it.
    UndoByCommand,
    /// Sends a photo and saves what was read, or what had to be written instead.
    Photo,
    /// The same with a voice note.
    Voice,
    /// Sends a photo and discards it, whether it was read by then or not.
    Discard,
}

impl Plan {
    /// What is done while something slow goes on.
    pub(super) const QUICK: [Self; 7] = [
        Self::Write,
        Self::Wonder,
        Self::Edit,
        Self::EditAtOnce,
        Self::Correct,
        Self::Undo,
        Self::UndoByCommand,
    ];
    /// What a model has to look at.
    pub(super) const SLOW: [Self; 4] = [Self::Photo, Self::Photo, Self::Voice, Self::Discard];
}

/// The answer that a person waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaits {
    /// A confirmation with this amount.
    Confirmed(&'static str),
    /// It was undone.
    Removed,
    /// What was read, or the question for the amount.
    Draft,
    /// The draft became an expense of this amount.
    Saved(&'static str),
    /// The draft is gone.
    Discarded,
}

/// What the person wrote, changed it to, corrected it to; what stands on photos, and what is
/// written where they can't be read.
const WRITTEN: &str = "1.25";
const EDITED: &str = "2.50";
const CORRECTED: &str = "3.75";
const READ: &str = "7.25";
const SUPPLIED: &str = "5.50";

/// An errand under way, or over.
pub(super) struct Errand {
    plan: Plan,
    index: usize,
    words: String,
    owner: i64,
    amount: Option<&'static str>,
    /// The message that began it.
    message: i64,
    awaits: Option<Awaits>,
    /// What the button bears that discards its draft.
    draft: Option<String>,
    /// Whether the person wrote the amount of what could not be read.
    supplied: bool,
}

impl Errand {
    /// The person begins; `index` was never used before.
    pub(super) fn begin(plan: Plan, index: usize, person: &Person, google: &FakeGemini) -> Self {
        let words = load::words(index);
        let words = words.split_once(' ').map_or("", |(_, words)| words);
        let written = match plan {
            Plan::Wonder => format!("{WRITTEN} {words}"),
            _ => format!("{WRITTEN} {words} [Utilities]"),
        };
        let (message, amount, awaits) = match plan {
            Plan::Photo | Plan::Discard => {
                let photo = photo(words, google);
                let kept = (plan == Plan::Photo).then_some(READ);
                (person.photo(photo, ""), kept, Awaits::Draft)
            }
            Plan::Voice => {
                let spoken = person.voice(voice(words, google), 3);
                (spoken, Some(READ), Awaits::Draft)
            }
            Plan::EditAtOnce => {
                let message = person.say(&written);
                person.edit(message, &edited(words));
                (message, Some(EDITED), Awaits::Confirmed(EDITED))
            }
            Plan::UndoByCommand => {
                let message = person.say(&written);
                person.say("/undo");
                (message, None, Awaits::Removed)
            }
            _ => {
                let awaits = Awaits::Confirmed(WRITTEN);
                (person.say(&written), Some(WRITTEN), awaits)
            }
        };
        Self {
            plan,
            index,
            words: words.to_owned(),
            owner: person.id(),
            amount,
            message,
            awaits: Some(awaits),
            draft: None,
            supplied: false,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.awaits.is_none()
    }

    /// What the person means by now, with the number that they were told.
    pub(super) fn meant(&self, told: Option<u32>) -> Meant {
        let waits = self
            .awaits
            .map(|awaits| format!("{awaits:?} ({:?})", self.plan));
        Meant {
            index: self.index,
            owner: self.owner,
            amount: self.amount,
            told,
            waits,
        }
    }

    /// The draft that was opened for it, by its button.
    pub(super) fn draft(&self) -> Option<&String> {
        self.draft.as_ref()
    }

    /// The bot said this; the person goes on when it is what they waited for.
    pub(super) fn hear(&mut self, said: &Message, person: &Person, dice: &mut Dice) {
        let words = said.words();
        let ours = words.contains(&self.words);
        let numbered = ours && words.starts_with('#');
        match self.awaits {
            Some(Awaits::Confirmed(amount)) if numbered && words.contains(amount) => {
                self.confirmed(said, person, dice);
            }
            Some(Awaits::Removed) if ours && words.starts_with("Undone.") => self.awaits = None,
            Some(Awaits::Draft) => self.draft_shown(said, person, dice),
            Some(Awaits::Saved(amount)) if numbered && words.contains(amount) => {
                self.awaits = None;
            }
            // They wrote an amount and had it read again, too: whichever came last before the tap
            // is saved, and what they are told is what must be kept.
            Some(Awaits::Saved(_)) if numbered && self.supplied && words.contains(SUPPLIED) => {
                self.amount = Some(SUPPLIED);
                self.awaits = None;
            }
            Some(Awaits::Discarded) if words.starts_with("Discarded.") => self.awaits = None,
            _ => {}
        }
    }

    fn confirmed(&mut self, said: &Message, person: &Person, dice: &mut Dice) {
        self.awaits = match self.plan {
            Plan::Edit if self.amount == Some(WRITTEN) => {
                person.edit(self.message, &edited(&self.words));
                self.amount = Some(EDITED);
                Some(Awaits::Confirmed(EDITED))
            }
            Plan::Correct if self.amount == Some(WRITTEN) => {
                person.reply(said.message_id, CORRECTED);
                self.amount = Some(CORRECTED);
                Some(Awaits::Confirmed(CORRECTED))
            }
            Plan::Undo => {
                tap(person, said, "Undo", dice);
                self.amount = None;
                Some(Awaits::Removed)
            }
            _ => None,
        };
    }

    fn draft_shown(&mut self, said: &Message, person: &Person, dice: &mut Dice) {
        let Some(draft) = said.button("Discard").and_then(|button| button.data) else {
            return;
        };
        if *self.draft.get_or_insert_with(|| draft.clone()) != draft {
            return;
        }
        let words = said.words();
        let is_read = said.button("Save").is_some();
        let is_unread = words.contains("What was the amount?");
        if self.plan == Plan::Discard {
            // Whoever lets the reading go on discards what it came to, since nothing follows.
            if is_read || is_unread || dice.below(2) == 0 {
                tap(person, said, "Discard", dice);
                self.awaits = Some(Awaits::Discarded);
            }
        } else if is_read && words.contains(&self.words) {
            tap(person, said, "Save", dice);
            let amount = if words.contains(SUPPLIED) {
                SUPPLIED
            } else {
                READ
            };
            self.amount = Some(amount);
            self.awaits = Some(Awaits::Saved(amount));
        } else if is_unread {
            match said.button("again").filter(|_| dice.below(2) == 0) {
                Some(again) => person.press_button(said.message_id, &again),
                None => {
                    self.supplied = true;
                    person.reply(said.message_id, &format!("{SUPPLIED} {}", self.words));
                }
            }
        }
    }
}

/// Presses it, one time in three twice.
fn tap(person: &Person, message: &Message, label: &str, dice: &mut Dice) {
    person.press(message, label);
    if dice.below(3) == 0 {
        person.press(message, label);
    }
}

fn edited(words: &str) -> String {
    format!("{EDITED} {words} [Utilities]")
}

/// A photo that no other is like, and what the model sees in it.
fn photo(words: &str, google: &FakeGemini) -> Vec<u8> {
    let photo = [b"\xFF\xD8\xFF", words.as_bytes()].concat();
    let fields = json!({
        "kind": "receipt", "merchant": words, "currency": "EUR", "total_printed": READ,
        "total": READ, "category": "Utilities",
    });
    google.knows(&photo, fields);
    photo
}

fn voice(words: &str, google: &FakeGemini) -> Vec<u8> {
    let voice = [b"OggS", words.as_bytes()].concat();
    let fields = json!({
        "kind": "expense", "transcript": format!("seven and a quarter for {words}"),
        "amount": READ, "currency": "EUR", "description": words, "category": "Utilities",
    });
    google.knows(&voice, fields);
    voice
}
