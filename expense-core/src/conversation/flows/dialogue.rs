//! The message that answers what was asked.

use super::{edit, receipt, record};
use crate::conversation::context::{Context, Flow};
use crate::conversation::session::Topic;
use crate::conversation::wording::buttons;
use crate::domain::draft::DraftField;
use crate::domain::text::fold;

/// What the answer means.
pub(crate) fn answer(ctx: &Context<'_>, about: &Topic, text: &str) -> Flow {
    match about {
        Topic::Expense(id, field) => edit::answer(ctx, *id, *field, text),
        Topic::Draft(id, field) => receipt::edit::answer(ctx, *id, *field, text),
        // Only its buttons answer that.
        Topic::Erase => record::plain(ctx, text),
    }
}

/// The field that a person names by its word.
pub(crate) fn field_named(text: &str) -> Option<DraftField> {
    let wanted = fold(text);
    buttons::FIELDS
        .into_iter()
        .find(|field| fold(buttons::field(*field)) == wanted)
}
