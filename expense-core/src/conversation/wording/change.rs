//! Changing, deleting, undoing.

use super::{Wording, buttons, quoted};
use crate::conversation::action::Action;
use crate::conversation::reply::{Anchor, Reply, Text};
use crate::domain::category::CategoryId;
use crate::domain::draft::DraftField;
use crate::domain::expense::Expense;
use crate::domain::keys::{ChangeId, Number};
use crate::domain::limits;
use crate::domain::text::{DESCRIPTION_CHARS, Tag};

/// A button names what the ledger does not have.
pub(crate) const GONE: &str = "I can't find this any more. /list shows what there is.";
/// Nothing happened.
pub(crate) const KEPT: &str = "Nothing was changed.";
/// `/undo` with nothing to undo.
pub(crate) const NOTHING_TO_UNDO: &str = "There is nothing to undo.";
/// A correction that says what is known.
pub(crate) const LIKE_THAT: &str = "It is like that already.";
/// A second tap.
pub(crate) const UNDONE_BEFORE: &str = "That was undone already.";
/// `/cancel`.
pub(crate) const CANCELLED: &str = "Cancelled.";
/// `/edit` without a number.
pub(crate) const EDIT: &str =
    "Which one? Write its number, for example /edit 12 or /edit 12 9.80 yesterday.";
/// `/delete` without a number.
pub(crate) const DELETE: &str = "Which one? Write its number, for example /delete 12.";
/// `/tag` without a number or tags.
pub(crate) const TAG: &str = "Write a number and tags, for example /tag 12 work trip.";
/// `/untag` without a number or tags.
pub(crate) const UNTAG: &str = "Write a number and tags, for example /untag 12 work.";
/// A text sets no field.
pub(crate) const NOT_A_FIELD: &str = "I don't see what to change. Write for example 9.80, \
    yesterday, #work, [Transportation] or a new description.";
/// A text is no amount.
pub(crate) const NOT_AN_AMOUNT: &str = "I can't read this as an amount. Write for example 12.50.";
/// A text is no day.
pub(crate) const NOT_A_DATE: &str =
    "I can't read this as a day. Write for example yesterday, 3 May or 2026-05-03.";
/// A text is no currency.
pub(crate) const NOT_A_CURRENCY: &str =
    "I don't know this currency. Write its three letters, for example EUR or USD.";
/// A text is empty.
pub(crate) const NO_DESCRIPTION: &str = "Please write a description.";

/// `#12` was never recorded.
pub(crate) fn no_such(number: Number) -> String {
    format!("There is no {number}. /list shows what there is.")
}

/// `#12` is deleted.
pub(crate) fn deleted(number: Number) -> String {
    format!("{number} is deleted. /list shows what there is; /undo takes your last change back.")
}

/// More tags than an expense has.
pub(crate) fn too_many_tags() -> String {
    format!(
        "An expense has at most {} tags: please remove one first.",
        limits::TAGS_PER_EXPENSE
    )
}

/// A description is too long.
pub(crate) fn too_long() -> String {
    format!("This is too long: please use at most {DESCRIPTION_CHARS} characters.")
}

/// Something was learned, as a note below a confirmation.
pub(crate) fn learned(words: &str, category: &str) -> String {
    format!("Next time {} goes to {category}.", quoted(words))
}

/// A category was suggested, as a note below a confirmation.
pub(crate) fn suggested(place: &str) -> String {
    format!("Category suggested {place}.")
}

/// The same below several expenses.
pub(crate) fn suggested_among(number: Option<Number>, place: &str) -> String {
    match number {
        Some(number) => format!("Category of {number} suggested {place}."),
        None => suggested(place),
    }
}

/// What to write as the new value of a field.
pub(crate) fn ask_field(field: DraftField) -> &'static str {
    match field {
        DraftField::Amount => "Write the new amount, for example 12.50.",
        DraftField::Currency => "Write the currency, for example EUR or USD.",
        DraftField::Date => "Write the day, for example yesterday, 3 May or 2026-05-03.",
        DraftField::Merchant => "Write who sold it, or - for nobody.",
        DraftField::Description => "Write what it was for.",
        DraftField::Category => "Choose a category, or write its name.",
        DraftField::Tags => "Write all tags, for example work trip, or - for none.",
        DraftField::Payer => "Who paid? Choose, or write the name.",
    }
}

/// What can be changed, to be chosen or written.
pub(crate) const WHAT: &str =
    "What do you want to change? Choose, or write it, for example 9.80 or yesterday.";

/// Nobody here has that name.
pub(crate) fn unknown_payer(name: &str) -> String {
    format!(
        "I know nobody here called {}: I know people once they have written to me in this group.",
        quoted(name)
    )
}

/// Several people here have that name.
pub(crate) fn several_payers(name: &str) -> String {
    format!(
        "Several people here are called {}: please write the whole name.",
        quoted(name)
    )
}

impl Wording<'_> {
    /// Among others, only a reply is meant for the bot.
    pub(crate) fn how_to_answer(&self) -> &'static str {
        if self.ledger.members.is_empty() {
            ""
        } else {
            " Write it as a reply to this message."
        }
    }

    /// The menu of an expense.
    pub(crate) fn menu(&self, expense: &Expense) -> Reply {
        let text = self.expense(expense).then("\n");
        let text = text.then(WHAT).then(self.how_to_answer());
        let mut reply = Reply {
            anchor: Some(Anchor::Expense(expense.id)),
            ..Reply::text(text)
        };
        reply.buttons = buttons::fields(self.ledger, |field| Action::EditField(expense.id, field));
        reply.row(vec![
            buttons::delete(expense.id),
            buttons::button("Back", Action::Show(expense.id)),
        ])
    }

    /// The question for a field of an expense.
    pub(crate) fn prompt(&self, expense: &Expense, field: DraftField) -> Reply {
        let text = self.expense(expense).then("\n");
        let text = text.then(ask_field(field)).then(self.how_to_answer());
        let mut reply = Reply {
            anchor: Some(Anchor::Expense(expense.id)),
            ..Reply::text(text)
        };
        let id = expense.id;
        match field {
            DraftField::Category => {
                let choose = |category| Action::SetCategory(id, category);
                reply.buttons = buttons::categories(self.ledger, None, choose);
            }
            DraftField::Payer => {
                reply.buttons = buttons::members(self.ledger, |who| Action::SetPayer(id, who));
            }
            _ => {}
        }
        reply.row(vec![buttons::button("Back", Action::Show(expense.id))])
    }

    /// Whether to delete it.
    pub(crate) fn ask_delete(&self, expense: &Expense) -> Reply {
        let text = Text::plain("Delete ").and(self.expense(expense)).then("?");
        Reply::text(text).row(vec![buttons::delete(expense.id), buttons::keep()])
    }

    /// It is deleted.
    pub(crate) fn deleted(&self, expense: &Expense) -> Reply {
        let text = Text::plain("Deleted: ").and(self.expense(expense));
        Reply::text(text).row(vec![buttons::undo(expense.change)])
    }

    /// A message's line is no expense any more.
    pub(crate) fn ask_unsaid(&self, expense: &Expense) -> Reply {
        let text = Text::plain("Your message says this no more. Delete ")
            .and(self.expense(expense))
            .then("?");
        Reply::text(text).row(vec![buttons::delete(expense.id), buttons::keep()])
    }

    /// What undoing an expense's change came to.
    pub(crate) fn undone_expense(&self, expense: &Expense) -> Text {
        if expense.removed {
            Text::plain("Removed: ").and(self.expense(expense))
        } else {
            self.expense(expense)
        }
    }

    /// A category's name as it was restored, or that it is gone.
    pub(crate) fn undone_category(&self, name: &str, gone: bool) -> String {
        if gone {
            format!("The category {} is gone.", quoted(name))
        } else {
            format!("The category is {} again.", quoted(name))
        }
    }

    /// A lesson as it was restored, or that it is gone.
    pub(crate) fn undone_lesson(&self, words: &str, category: Option<CategoryId>) -> String {
        match category {
            Some(id) => learned(words, self.category(id)),
            None => format!("I forgot where {} goes.", quoted(words)),
        }
    }
}

/// The settings are as before.
pub(crate) const UNDONE_SETTINGS: &str = "The settings are as before.";

/// Above what undoing came to.
pub(crate) const UNDONE: &str = "Undone.";

/// Whether to undo what was touched since.
pub(crate) fn ask_undo(change: ChangeId) -> Reply {
    Reply::plain("Something was changed after that. Undo it all the same?")
        .row(vec![buttons::undo_anyway(change), buttons::keep()])
}

/// A category's old name is taken.
pub(crate) fn name_taken(name: &str) -> String {
    format!(
        "I can't undo that: there is another category {} now. Rename it first.",
        quoted(name)
    )
}

/// A word is no tag.
pub(crate) fn not_a_tag(word: &str, reason: &str) -> String {
    format!("{}: {reason}.", quoted(word))
}

/// What `/untag` did not find.
pub(crate) fn no_such_tag(number: Number, tag: &Tag) -> String {
    format!("{number} has no tag #{tag}. /tags lists yours.")
}
