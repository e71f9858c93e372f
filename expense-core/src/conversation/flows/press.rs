//! Buttons.

use super::{categories, delete, edit, forget, list, people, receipt, undo};
use crate::conversation::action::Action;
use crate::conversation::context::{Context, Flow};
use crate::conversation::reply::{Place, Reply};
use crate::conversation::wording::change as words;
use crate::domain::access::Role;

/// What a button does. What it shows takes the place of the message that it hangs on.
pub(crate) fn decide(ctx: &Context<'_>, action: &Action) -> Flow {
    let place = || {
        let message = ctx.turn.message.clone();
        message.map_or(Place::New, Place::Message)
    };
    match *action {
        Action::Undo(change) => undo::press(ctx, change, false, place()),
        Action::UndoAnyway(change) => undo::press(ctx, change, true, place()),
        Action::Edit(id) => edit::press(ctx, id, place()),
        Action::EditField(id, field) => edit::press_field(ctx, id, field, place()),
        Action::SetCategory(id, category) => edit::press_category(ctx, id, category, place()),
        Action::SetPayer(id, payer) => edit::press_payer(ctx, id, payer, place()),
        Action::SetDraftPayer(id, payer) => receipt::edit::press_payer(ctx, id, payer, place()),
        Action::Show(id) => edit::show(ctx, id, place()),
        Action::Delete(id) => delete::press(ctx, id, place()),
        Action::Save(id, choice) => receipt::save::press(ctx, id, choice, place()),
        Action::EditDraft(id) => receipt::edit::press(ctx, id, place()),
        Action::EditDraftField(id, field) => receipt::edit::press_field(ctx, id, field, place()),
        Action::SetDraftCategory(id, category) => {
            receipt::edit::press_category(ctx, id, category, place())
        }
        Action::ShowDraft(id) => receipt::edit::show(ctx, id, place()),
        Action::Discard(id) => receipt::save::discard(ctx, id, place()),
        Action::ReadAgain(id) => receipt::photo::again(ctx, id, place()),
        Action::More(ref listing) => list::more(ctx, listing),
        Action::DeleteCategory { from, to } => categories::press_delete(ctx, from, to, place()),
        Action::Approve(ref who) => people::press(ctx, who, Role::Admitted, place()),
        Action::Refuse(ref who) => people::press(ctx, who, Role::Expelled, place()),
        Action::Erase => Ok(forget::once(ctx, place())),
        Action::EraseForGood => Ok(forget::twice(ctx, place())),
        Action::Cancel => {
            let mut decision = ctx.say(Reply::plain(words::KEPT).at(place()));
            decision.session.forget(&ctx.turn.who);
            Ok(decision)
        }
    }
}
