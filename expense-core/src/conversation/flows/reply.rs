//! A reply to one of the bot's messages corrects what that message shows. The message is known
//! by its buttons.

use super::{edit, receipt};
use crate::conversation::action::Action;
use crate::conversation::context::{Context, Flow};
use crate::conversation::session::Topic;
use crate::domain::keys::{DraftId, ExpenseId};

/// What a message shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// An expense.
    Expense(ExpenseId),
    /// A receipt's draft.
    Draft(DraftId),
}

/// What the message with these buttons shows, where it is one thing that can be corrected.
pub(crate) fn target(buttons: &[Action]) -> Option<Target> {
    let mut found = None;
    for action in buttons {
        let target = match action {
            Action::Edit(id)
            | Action::EditField(id, _)
            | Action::SetCategory(id, _)
            | Action::SetPayer(id, _)
            | Action::Show(id) => Target::Expense(*id),
            Action::EditDraft(id)
            | Action::EditDraftField(id, _)
            | Action::SetDraftCategory(id, _)
            | Action::SetDraftPayer(id, _)
            | Action::ShowDraft(id)
            | Action::ReadAgain(id)
            | Action::Discard(id) => Target::Draft(*id),
            _ => continue,
        };
        if found.is_some_and(|earlier| earlier != target) {
            return None;
        }
        found = Some(target);
    }
    found
}

/// Whether the message with these buttons confirms several expenses at once.
pub(crate) fn shows_several(buttons: &[Action]) -> bool {
    matches!(buttons, [Action::Undo(_)])
}

/// Whether that is what was asked about.
pub(crate) fn is_about(target: Target, topic: &Topic) -> bool {
    match (target, topic) {
        (Target::Expense(id), Topic::Expense(asked, _)) => id == *asked,
        (Target::Draft(id), Topic::Draft(asked, _)) => id == *asked,
        _ => false,
    }
}

/// Corrects it.
pub(crate) fn decide(ctx: &Context<'_>, target: Target, text: &str) -> Flow {
    match target {
        Target::Expense(id) => {
            let expense = ctx.living(id)?;
            edit::correct(ctx, &expense, text, super::confirmation_of(id))
        }
        Target::Draft(id) => receipt::edit::answer(ctx, id, None, text),
    }
}
