//! Buttons below a message.

use expense_core::conversation::reply::Button;
use teloxide_core::types::{InlineKeyboardButton, InlineKeyboardMarkup};

/// The buttons in Telegram's form; nothing where there are none. What a button carries names
/// things by ids of the chat's own ledger: see `Action`, which also keeps it below the 64 bytes
/// of `callback_data`.
pub(crate) fn keyboard(rows: &[Vec<Button>]) -> Option<InlineKeyboardMarkup> {
    let button = |button: &Button| {
        InlineKeyboardButton::callback(&button.label, String::from(button.action.clone()))
    };
    let rows = rows.iter().filter(|row| !row.is_empty());
    let rows: Vec<Vec<_>> = rows.map(|row| row.iter().map(button).collect()).collect();
    (!rows.is_empty()).then(|| InlineKeyboardMarkup::new(rows))
}
