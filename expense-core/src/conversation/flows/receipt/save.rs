//! [Save], [Discard] and [Ignore].

use super::{category, details, live};
use crate::conversation::categorize;
use crate::conversation::changes::{By, Changes};
use crate::conversation::context::{Context, Flow};
use crate::conversation::question::ExpenseFilter;
use crate::conversation::reply::{Place, Reply};
use crate::conversation::wording::{change, receipt as words};
use crate::conversation::write::Write;
use crate::domain::draft::{Draft, DraftContent, DraftField, DraftState, ReceiptDraft};
use crate::domain::expense::Details;
use crate::domain::keys::DraftId;

/// Records what a draft says; `choice` is the reading of a doubtful line.
pub(crate) fn press(ctx: &Context<'_>, id: DraftId, choice: u8, place: Place) -> Flow {
    let draft = live(ctx, id)?;
    let mut changes = Changes::new(ctx.turn);
    let (details, taught, undecided) = match &draft.content {
        DraftContent::Entry(choices) => {
            not_said_anew(ctx, &draft)?;
            let chosen = choices.get(usize::from(choice));
            let chosen = chosen.cloned().ok_or_else(|| ctx.stop(change::GONE))?;
            // The line may have named Others itself.
            (chosen, None, false)
        }
        DraftContent::Receipt(receipt) => {
            let details = match details(ctx, receipt) {
                Some(Ok(details)) => details,
                Some(Err(misfit)) => return Ok(ctx.say(misfit.say())),
                None => return Ok(ctx.say(words::NO_AMOUNT)),
            };
            let taught = teach(ctx, &mut changes, receipt, &details);
            let undecided = receipt.fields.category.is_none()
                && categorize::is_undecided(ctx.ledger(), &details);
            (details, taught, undecided)
        }
    };
    let by = By {
        paid: draft.paid_by.clone(),
        entered: draft.opened_by.clone(),
    };
    let expense = changes.record(draft.expense, details, draft.origin.clone(), Some(id), by);
    if undecided {
        changes.want_category(expense.id);
    }
    changes.draft(Draft {
        state: DraftState::Saved,
        revision: draft.revision + 1,
        ..draft
    });
    let wording = ctx.wording();
    let category = wording.category(expense.details.category);
    let note = taught.map_or_else(String::new, |known| change::learned(&known, category));
    let reply = wording.confirmation_with(&expense, &note).at(place);
    let mut decision = ctx.decide(changes.finish(), vec![reply]);
    decision.session.forget(&ctx.turn.who);
    Ok(decision)
}

/// Stops where the line that was in doubt was changed since and is recorded in other words.
fn not_said_anew(ctx: &Context<'_>, draft: &Draft) -> Flow<()> {
    let Some(origin) = &draft.origin else {
        return Ok(());
    };
    let recorded = ctx.few(ExpenseFilter {
        message: Some(origin.message.clone()),
        ..ExpenseFilter::default()
    })?;
    let same_line = |line| line == Some(origin.line);
    match recorded
        .iter()
        .find(|expense| same_line(expense.origin.as_ref().map(|own| own.line)))
    {
        Some(expense) => Err(ctx.stop(words::said_anew(expense))),
        None => Ok(()),
    }
}

/// A category that a person chose against what was proposed is a correction.
fn teach(
    ctx: &Context<'_>,
    changes: &mut Changes<'_>,
    receipt: &ReceiptDraft,
    details: &Details,
) -> Option<String> {
    let mut proposed = receipt.clone();
    proposed
        .by_person
        .retain(|field| *field != DraftField::Category);
    proposed.fields.category = None;
    if category(ctx, &proposed) == details.category {
        return None;
    }
    receipt
        .by_person
        .contains(&DraftField::Category)
        .then(|| categorize::teach(changes, details))
        .flatten()
}

/// [Discard], or [Ignore] for a line of text.
pub(crate) fn discard(ctx: &Context<'_>, id: DraftId, place: Place) -> Flow {
    let draft = live(ctx, id)?;
    let said = match draft.content {
        DraftContent::Entry(_) => words::IGNORED,
        DraftContent::Receipt(_) => words::DISCARDED,
    };
    let write = Write::PutDraft(Box::new(Draft {
        state: DraftState::Discarded,
        revision: draft.revision + 1,
        ..draft
    }));
    let mut decision = ctx.decide(vec![write], vec![Reply::plain(said).at(place)]);
    decision.session.forget(&ctx.turn.who);
    Ok(decision)
}
