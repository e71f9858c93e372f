//! Recording: plain text and `/add`, each line its own expense.

use chrono::NaiveDate;

use super::receipt;
use crate::conversation::action::Action;
use crate::conversation::categorize;
use crate::conversation::changes::{By, Changes};
use crate::conversation::context::{Context, Flow};
use crate::conversation::decision::Decision;
use crate::conversation::entry::{self, Entry, Line, Reading};
use crate::conversation::reply::Reply;
use crate::conversation::wording::{self, buttons};
use crate::conversation::{patch, payer};
use crate::domain::draft::{Draft, DraftContent, DraftState};
use crate::domain::expense::{Details, Expense, Origin};
use crate::domain::keys::{DraftId, ExpenseId, UserKey};

/// `/add 12.50 lunch`
pub(crate) fn add(ctx: &Context<'_>, arguments: &str) -> Flow {
    if arguments.is_empty() {
        return Ok(ctx.say(wording::entry::ADD));
    }
    plain(ctx, arguments)
}

/// A message that is no command and answers nothing. An amount alone belongs to the newest
/// receipt that lacks one.
pub(crate) fn plain(ctx: &Context<'_>, text: &str) -> Flow {
    let lines = read(ctx, ctx.today(), text);
    if let [said] = lines.as_slice()
        && is_bare(&said.line.reading)
        && let Some(draft) = receipt::edit::wanting(ctx)?
    {
        return receipt::edit::answer(ctx, draft.id, None, text);
    }
    Ok(record(ctx, &lines))
}

/// Whether a text holds an expense with a description of its own.
pub(crate) fn says_more(ctx: &Context<'_>, text: &str) -> bool {
    let lines = read(ctx, ctx.today(), text);
    lines.iter().any(|said| match &said.line.reading {
        Reading::NotAnExpense | Reading::Invalid(_) => false,
        reading => !is_bare(reading),
    })
}

fn is_bare(reading: &Reading) -> bool {
    match reading {
        Reading::Expense(entry) | Reading::Unsure(entry) => entry.description.is_empty(),
        Reading::Ask { choices, .. } => choices.iter().all(|entry| entry.description.is_empty()),
        Reading::NotAnExpense | Reading::Invalid(_) => false,
    }
}

fn record(ctx: &Context<'_>, lines: &[Said]) -> Decision {
    let mut recording = Recording::new(ctx, ctx.today());
    for (place, said) in lines.iter().enumerate() {
        recording.line(place, said, lines.len() == 1);
    }
    recording.finish()
}

/// A line of a message, and who paid where it says so.
pub(super) struct Said {
    pub(super) line: Line,
    pub(super) payer: Option<UserKey>,
    /// Why it is not clear who paid.
    unclear: Option<String>,
}

/// Reads a message of that day line by line.
pub(super) fn read(ctx: &Context<'_>, sent_on: NaiveDate, text: &str) -> Vec<Said> {
    let currency = ctx.ledger().settings.currency;
    let read = |text: &str| ctx.reading_in(currency, sent_on, |entry| entry::read(text, entry));
    let lines = read(text).into_iter();
    lines.map(|line| who_paid(ctx, line, read)).collect()
}

/// Reads a line that says who paid once more, without that.
fn who_paid(ctx: &Context<'_>, line: Line, read: impl Fn(&str) -> Vec<Line>) -> Said {
    let (rest, payer) = payer::cut(ctx.ledger(), &ctx.turn.who, &line.text);
    let (payer, unclear) = match payer.known() {
        Ok(payer) => (payer, None),
        Err(why) => (None, Some(why)),
    };
    let without = payer.as_ref().and_then(|_| read(&rest).pop());
    let line = match without {
        Some(Line { reading, .. }) => Line { reading, ..line },
        None => line,
    };
    Said {
        line,
        payer,
        unclear,
    }
}

/// The lines of one message on their way into the ledger.
pub(super) struct Recording<'c, 'a> {
    ctx: &'c Context<'a>,
    /// The sender's day when the message was sent.
    sent_on: NaiveDate,
    pub(super) changes: Changes<'a>,
    /// What is confirmed.
    pub(super) recorded: Vec<Expense>,
    /// What is said below that.
    pub(super) notes: Vec<String>,
    /// What is asked about lines in doubt, each a message of its own.
    pub(super) asks: Vec<Reply>,
}

impl<'c, 'a> Recording<'c, 'a> {
    pub(super) fn new(ctx: &'c Context<'a>, sent_on: NaiveDate) -> Self {
        Self {
            ctx,
            sent_on,
            changes: Changes::new(ctx.turn),
            recorded: Vec::new(),
            notes: Vec::new(),
            asks: Vec::new(),
        }
    }

    /// Records a line that is new, or asks about it, or says why not; `alone` where the message
    /// has no other.
    pub(super) fn line(&mut self, place: usize, said: &Said, alone: bool) {
        let (ctx, line) = (self.ctx, &said.line);
        match &line.reading {
            Reading::Expense(entry) => self.expense(place, said, entry, alone),
            Reading::Ask { question, choices } => {
                let choices: Vec<Details> = choices.iter().map(|e| details(ctx, e)).collect();
                let text = ctx.wording().doubt(&line.text, *question);
                self.ask(place, said, choices, &text, false);
            }
            Reading::Unsure(entry) => {
                let details = details(ctx, entry);
                let text = ctx.wording().unsure(&details);
                self.ask(place, said, vec![details], &text, true);
            }
            Reading::NotAnExpense if alone => self.notes.push(wording::entry::HINT.to_owned()),
            Reading::NotAnExpense => self.notes.push(wording::entry::left_out(&line.text)),
            Reading::Invalid(reason) => {
                let why = patch::why_refused(ctx, *reason, &line.text);
                self.notes.push(match alone {
                    true => why,
                    false => wording::entry::line_refused(&line.text, &why),
                });
            }
        }
    }

    fn expense(&mut self, place: usize, said: &Said, entry: &Entry, alone: bool) {
        let (ctx, line) = (self.ctx, &said.line);
        let details = details(ctx, entry);
        if entry.assumed_currency {
            let among = (!alone).then_some(line.text.as_str());
            self.notes.push(ctx.wording().assumed(&details, among));
        }
        let id = ExpenseId::derive(ctx.ledger().id, &ctx.turn.update, place);
        let origin = self.origin(place, said);
        let expense = self
            .changes
            .record(id, details, origin, None, self.by(said));
        self.notes.extend(said.unclear.clone());
        if entry.category.is_none() && categorize::is_undecided(ctx.ledger(), &expense.details) {
            self.changes.want_category(id);
        }
        self.recorded.push(expense);
    }

    fn by(&self, said: &Said) -> By {
        let who = &self.ctx.turn.who;
        By {
            paid: said.payer.as_ref().unwrap_or(who).clone(),
            entered: who.clone(),
        }
    }

    fn ask(&mut self, place: usize, said: &Said, choices: Vec<Details>, text: &str, whether: bool) {
        let ctx = self.ctx;
        let id = DraftId::derive(ctx.ledger().id, &ctx.turn.update, place);
        self.asks.push(ask(ctx, id, &choices, text, whether));
        let draft = Draft {
            id,
            expense: ExpenseId::derive(ctx.ledger().id, &ctx.turn.update, place),
            revision: 1,
            opened_by: ctx.turn.who.clone(),
            paid_by: self.by(said).paid,
            origin: self.origin(place, said),
            expires_at: ctx.turn.now + ctx.turn.policy.draft_ttl,
            state: DraftState::Open,
            content: DraftContent::Entry(choices),
        };
        self.changes.draft(draft);
    }

    /// The line of the person's message, where the message has a name.
    pub(super) fn origin(&self, place: usize, said: &Said) -> Option<Origin> {
        let message = self.ctx.turn.message.clone()?;
        let place = u16::try_from(place).ok()?;
        let origin = Origin::new(message, place, &said.line.text, self.sent_on);
        Some(match said.payer {
            Some(_) => origin.naming_payer(),
            None => origin,
        })
    }

    /// The confirmation with its notes.
    pub(super) fn said(&mut self) -> Option<Reply> {
        self.notes.dedup();
        let wording = self.ctx.wording();
        match self.recorded.as_slice() {
            [] if self.notes.is_empty() => None,
            [] => Some(Reply::plain(self.notes.join("\n"))),
            [one] => Some(wording.confirmation_with(one, &self.notes.join("\n"))),
            several => Some(wording.confirmations(several, self.changes.id(), &self.notes)),
        }
    }

    fn finish(mut self) -> Decision {
        let replies = self.said().into_iter().chain(self.asks).collect();
        self.ctx.decide(self.changes.finish(), replies)
    }
}

/// The question that a doubtful line's draft asks: each reading is a button, or the only one is
/// saved where what is in doubt is whether it is an expense at all.
fn ask(ctx: &Context<'_>, draft: DraftId, choices: &[Details], text: &str, whether: bool) -> Reply {
    let reply = Reply::plain(text);
    if whether {
        return reply.row(vec![buttons::save(draft), buttons::ignore(draft)]);
    }
    let ways = (0..).zip(choices).map(|(place, choice)| {
        let label = ctx.wording().choice(choice, choices);
        buttons::button(label, Action::Save(draft, place))
    });
    reply.row(ways.chain([buttons::ignore(draft)]).collect())
}

/// What an entry records.
pub(crate) fn details(ctx: &Context<'_>, entry: &Entry) -> Details {
    let ledger = ctx.ledger();
    let named = entry
        .category
        .and_then(|place| ledger.living_categories().nth(place))
        .map(|category| category.id);
    let mut tags = entry.tags.clone();
    tags.sort();
    tags.dedup();
    Details {
        money: entry.money,
        category: named
            .unwrap_or_else(|| categorize::choose(ledger, None, &entry.description, None)),
        description: entry.description.clone(),
        merchant: None,
        tags,
        date: entry.date,
    }
}
