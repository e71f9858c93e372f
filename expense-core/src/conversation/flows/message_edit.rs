//! Somebody changed a message of theirs: its lines are the expenses that it says now.

use super::record::{details, origin};
use crate::conversation::changes::Changes;
use crate::conversation::command::{self, Routed};
use crate::conversation::context::{Context, Flow};
use crate::conversation::decision::Decision;
use crate::conversation::entry::{self, Invalid, Line, Reading};
use crate::conversation::question::ExpenseFilter;
use crate::conversation::reply::Text;
use crate::conversation::wording::entry as said;
use crate::domain::expense::{Details, Expense, Origin};
use crate::domain::keys::ExpenseId;

/// Lines that changed amend their expense, new ones add, missing ones delete, undone ones stay
/// undone. A line that is no expense any more is asked about.
pub(crate) fn decide(ctx: &Context<'_>, text: &str) -> Flow {
    let Some(message) = ctx.turn.message.clone() else {
        return Ok(ctx.nothing());
    };
    let text = match command::route(text) {
        Routed::Known(command, arguments) if command.name == "add" => arguments,
        Routed::NotACommand => text,
        // A command was carried out as it stood.
        Routed::Known(..) | Routed::Unknown(_) => return Ok(ctx.nothing()),
    };
    let mut before = ctx.few(ExpenseFilter {
        message: Some(message),
        removed: true,
        ..ExpenseFilter::default()
    })?;
    before.sort_by_key(line_of);
    let zone = ctx.ledger().settings.zone;
    // "yesterday" still means the day before the message was first sent.
    let today = before
        .first()
        .map_or_else(|| ctx.today(), |known| zone.civil_date(known.recorded_at));
    let currency = ctx.ledger().settings.currency;
    let lines = ctx.reading_in(currency, today, |entry| entry::read(text, entry));
    if let [
        Line {
            reading: Reading::Invalid(reason),
            ..
        },
    ] = lines.as_slice()
        && matches!(reason, Invalid::MessageTooLong | Invalid::TooManyLines)
    {
        return Ok(ctx.say(reason.to_string()));
    }
    let mut editing = Editing::new(ctx);
    for (place, line) in lines.iter().enumerate() {
        let known = before.iter().find(|known| line_of(known) == Some(place));
        editing.line(place, line, known);
    }
    let living = before.iter().filter(|known| !known.removed);
    let missing = living.filter(|known| line_of(known).is_some_and(|line| line >= lines.len()));
    if lines
        .iter()
        .any(|line| matches!(line.reading, Reading::Expense(_)))
    {
        editing.delete(missing);
    } else {
        editing.unsaid.extend(missing);
    }
    Ok(editing.finish())
}

fn line_of(expense: &Expense) -> Option<usize> {
    expense
        .origin
        .as_ref()
        .map(|origin| usize::from(origin.line))
}

/// The lines of a changed message on their way into the ledger.
struct Editing<'c, 'a, 'e> {
    ctx: &'c Context<'a>,
    changes: Changes<'a>,
    /// Recorded or amended.
    shown: Vec<Expense>,
    deleted: Vec<Expense>,
    /// No expense any more.
    unsaid: Vec<&'e Expense>,
    notes: Vec<String>,
}

impl<'c, 'a, 'e> Editing<'c, 'a, 'e> {
    fn new(ctx: &'c Context<'a>) -> Self {
        Self {
            ctx,
            changes: Changes::new(ctx.turn),
            shown: Vec::new(),
            deleted: Vec::new(),
            unsaid: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn line(&mut self, place: usize, line: &Line, known: Option<&'e Expense>) {
        let ctx = self.ctx;
        let origin = origin(ctx, place, line);
        match (&line.reading, known) {
            (_, Some(known)) if known.removed || known.origin == origin => {}
            (Reading::Expense(entry), Some(known)) => {
                let details = kept_category(ctx, details(ctx, entry), entry.category, known);
                self.amend(known, details, origin);
            }
            // An amount alone was an answer to something.
            (Reading::Expense(entry), None) if !entry.description.is_empty() => {
                let id = ExpenseId::derive(ctx.ledger().id, &ctx.turn.update, place);
                let details = details(ctx, entry);
                let expense = self.changes.record(id, details, origin, None);
                self.shown.push(expense);
            }
            (Reading::Invalid(reason), Some(_)) => self
                .notes
                .push(said::line_refused(&line.text, &reason.to_string())),
            (Reading::Ask { question, .. }, Some(_)) => {
                self.notes.push(ctx.wording().doubt(&line.text, *question))
            }
            (Reading::Unsure(_) | Reading::NotAnExpense, Some(known)) => self.unsaid.push(known),
            (_, None) => {}
        }
    }

    fn amend(&mut self, known: &Expense, details: Details, origin: Option<Origin>) {
        let after = self.changes.amend(known, |expense| {
            expense.details = details;
            expense.origin = origin;
        });
        self.shown.push(after);
    }

    fn delete(&mut self, missing: impl Iterator<Item = &'e Expense>) {
        for known in missing {
            let removed = self.changes.remove(known);
            self.deleted.push(removed);
        }
    }

    fn finish(self) -> Decision {
        let wording = self.ctx.wording();
        let mut replies = Vec::new();
        let quiet = self.deleted.is_empty() && self.notes.is_empty();
        match self.shown.as_slice() {
            [one] if quiet => {
                let place = super::confirmation_of(one.id);
                replies.push(wording.confirmation(one).at(place));
            }
            [] if quiet => {}
            shown => {
                let mut reply = wording.confirmations(shown, self.changes.id(), &self.notes);
                for deleted in &self.deleted {
                    let gap = if reply.text.0.is_empty() { "" } else { "\n" };
                    let line = Text::plain(gap).and(wording.deleted(deleted).text);
                    reply.text = reply.text.and(line);
                }
                if self.changes.is_empty() {
                    reply.buttons.clear();
                }
                replies.push(reply);
            }
        }
        let asks = self.unsaid.iter().map(|known| wording.ask_unsaid(known));
        replies.extend(asks);
        self.ctx.decide(self.changes.finish(), replies)
    }
}

/// A category that somebody chose stays, unless the line names one or speaks of something else.
fn kept_category(
    ctx: &Context<'_>,
    details: Details,
    named: Option<usize>,
    known: &Expense,
) -> Details {
    let old = &known.details;
    let same = named.is_none() && details.description == old.description;
    let category = if same || ctx.ledger().resolve(old.category) == details.category {
        old.category
    } else {
        details.category
    };
    Details {
        category,
        merchant: old.merchant.clone(),
        ..details
    }
}
