//! Somebody changed a message of theirs: its lines are the expenses that it says now.

use chrono::NaiveDate;

use super::record::{self, Recording, Said, details};
use crate::conversation::categorize;
use crate::conversation::command::{self, Routed};
use crate::conversation::context::{Context, Flow};
use crate::conversation::decision::Decision;
use crate::conversation::entry::{Invalid, Line, Reading};
use crate::conversation::patch;
use crate::conversation::question::ExpenseFilter;
use crate::conversation::reply::{Reply, Text};
use crate::conversation::wording::{buttons, change, entry as words};
use crate::domain::expense::{Details, Expense, Origin};
use crate::domain::keys::{MessageKey, UserKey};

/// Whether the message that was changed is recorded.
pub(crate) fn is_recorded(ctx: &Context<'_>) -> Flow<bool> {
    match ctx.turn.message.clone() {
        Some(message) => Ok(!recorded(ctx, message)?.is_empty()),
        None => Ok(false),
    }
}

fn recorded(ctx: &Context<'_>, message: MessageKey) -> Flow<Vec<Expense>> {
    ctx.few(ExpenseFilter {
        message: Some(message),
        removed: true,
        ..ExpenseFilter::default()
    })
}

/// Lines that changed amend their expense, new ones add, missing ones delete, undone ones stay
/// undone. A line that is no expense any more is asked about.
pub(crate) fn decide(ctx: &Context<'_>, text: &str) -> Flow {
    let Some(message) = ctx.turn.message.clone() else {
        return Ok(ctx.nothing());
    };
    let text = match command::route(text, ctx.audience()) {
        Routed::Known(command, arguments) if command.name == "add" => arguments,
        Routed::NotACommand => text,
        // A command was carried out as it stood.
        Routed::Known(..) | Routed::Unknown(_) => return Ok(ctx.nothing()),
    };
    let mut before = recorded(ctx, message)?;
    before.sort_by_key(line_of);
    // "yesterday" still means the day before the message was first sent.
    let origins = before.iter().filter_map(|known| known.origin.as_ref());
    let sent_on = origins.map(|origin| origin.sent_on).min();
    let sent_on = sent_on.unwrap_or_else(|| ctx.today());
    let lines = record::read(ctx, sent_on, text);
    if let [
        Said {
            line:
                Line {
                    reading: Reading::Invalid(reason),
                    ..
                },
            ..
        },
    ] = lines.as_slice()
        && matches!(reason, Invalid::MessageTooLong | Invalid::TooManyLines)
    {
        return Ok(ctx.say(reason.to_string()));
    }
    let mut editing = Editing::new(ctx, sent_on);
    for (place, line) in lines.iter().enumerate() {
        let known = before.iter().find(|known| line_of(known) == Some(place));
        editing.line(place, line, known, lines.len() == 1);
    }
    let living = before.iter().filter(|known| !known.removed);
    let missing = living.filter(|known| line_of(known).is_some_and(|line| line >= lines.len()));
    if lines
        .iter()
        .any(|said| matches!(said.line.reading, Reading::Expense(_)))
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
    /// The lines that are new, and those that were amended.
    recording: Recording<'c, 'a>,
    deleted: Vec<Expense>,
    /// No expense any more.
    unsaid: Vec<&'e Expense>,
}

impl<'c, 'a, 'e> Editing<'c, 'a, 'e> {
    fn new(ctx: &'c Context<'a>, sent_on: NaiveDate) -> Self {
        Self {
            ctx,
            recording: Recording::new(ctx, sent_on),
            deleted: Vec::new(),
            unsaid: Vec::new(),
        }
    }

    fn line(&mut self, place: usize, said: &Said, known: Option<&'e Expense>, alone: bool) {
        match known {
            Some(known) => self.known(place, said, known),
            None => self.new_line(place, said, alone),
        }
    }

    fn known(&mut self, place: usize, said: &Said, known: &'e Expense) {
        let (ctx, line) = (self.ctx, &said.line);
        let origin = self.recording.origin(place, said);
        let as_before = match (&known.origin, &origin) {
            (Some(before), Some(now)) => before.says_what(now),
            (before, now) => before.is_none() && now.is_none(),
        };
        if known.removed || as_before {
            return;
        }
        let notes = &mut self.recording.notes;
        match &line.reading {
            Reading::Expense(entry) => {
                let details = kept_category(ctx, details(ctx, entry), entry.category, known);
                if entry.category.is_some() {
                    self.settle(known, &details);
                }
                self.amend(known, details, origin, said.payer.clone());
            }
            Reading::Invalid(reason) => {
                let why = patch::why_refused(ctx, *reason, &line.text);
                notes.push(words::line_refused(&line.text, &why));
            }
            Reading::Ask { question, .. } => {
                notes.push(ctx.wording().doubt(&line.text, *question));
            }
            Reading::Unsure(_) | Reading::NotAnExpense => self.unsaid.push(known),
        }
    }

    fn new_line(&mut self, place: usize, said: &Said, alone: bool) {
        match &said.line.reading {
            // An amount alone was an answer to something.
            Reading::Expense(entry) if alone && entry.description.is_empty() => {}
            // Chat stays chat.
            Reading::NotAnExpense => {}
            _ => self.recording.line(place, said, alone),
        }
    }

    /// A line that names Others means it, whatever is suggested later.
    fn settle(&mut self, known: &Expense, details: &Details) {
        let ctx = self.ctx;
        if !ctx.turn.suggests || details.description != known.details.description {
            return;
        }
        let changes = &mut self.recording.changes;
        let settled = categorize::settle(changes, ctx.ledger(), details);
        let category = ctx.wording().category(details.category);
        let note = settled.map(|known| change::learned(&known, category));
        self.recording.notes.extend(note);
    }

    /// Who paid stays who it was where the line does not say and did not say before.
    fn amend(
        &mut self,
        known: &Expense,
        details: Details,
        origin: Option<Origin>,
        payer: Option<UserKey>,
    ) {
        let after = self.recording.changes.amend(known, |expense| {
            let said = known.origin.as_ref().is_some_and(Origin::names_payer);
            let unsaid = if said {
                &known.entered_by
            } else {
                &known.paid_by
            };
            expense.details = details;
            expense.origin = origin;
            expense.paid_by = payer.unwrap_or_else(|| unsaid.clone());
        });
        self.recording.recorded.push(after);
    }

    fn delete(&mut self, missing: impl Iterator<Item = &'e Expense>) {
        for known in missing {
            let removed = self.recording.changes.remove(known);
            self.deleted.push(removed);
        }
    }

    fn finish(mut self) -> Decision {
        let wording = self.ctx.wording();
        let first = self.said();
        let asks = self.unsaid.iter().map(|known| wording.ask_unsaid(known));
        let replies = first.into_iter().chain(self.recording.asks).chain(asks);
        let replies = replies.collect();
        self.ctx.decide(self.recording.changes.finish(), replies)
    }

    /// What was recorded, amended and deleted. One expense alone is shown where it was confirmed.
    fn said(&mut self) -> Option<Reply> {
        let first = self.recording.said();
        if self.deleted.is_empty() {
            return match self.recording.recorded.as_slice() {
                [one] if self.recording.notes.is_empty() => {
                    first.map(|reply| reply.at(super::confirmation_of(one.id)))
                }
                _ => first,
            };
        }
        let wording = self.ctx.wording();
        let mut text = first.map_or_else(Text::default, |reply| reply.text);
        for deleted in &self.deleted {
            let gap = if text.0.is_empty() { "" } else { "\n" };
            text = text.then(gap).and(wording.deleted(deleted).text);
        }
        let undo = buttons::undo(self.recording.changes.id());
        Some(Reply::text(text).row(vec![undo]))
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
