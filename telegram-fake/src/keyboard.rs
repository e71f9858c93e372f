//! Buttons under messages.

use serde_json::Value;

use crate::error::ApiError;
use crate::params::Params;

/// The platform's bounds.
const MAX_DATA: usize = 64;
const MAX_BUTTONS: usize = 100;
/// What a button may do, besides having a text.
const ACTIONS: [&str; 10] = [
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
];

/// The inline keyboard of a call; any other kind of markup changes nothing on the message.
pub(crate) fn inline(params: &Params) -> Result<Option<Value>, ApiError> {
    let Some(markup) = params.json("reply_markup", "reply keyboard markup")? else {
        return Ok(None);
    };
    let Some(fields) = markup.as_object() else {
        return Err(ApiError::bad("object expected as reply markup"));
    };
    let Some(rows) = fields.get("inline_keyboard") else {
        return Ok(None);
    };
    let wrong = || {
        ApiError::bad(
            "field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays",
        )
    };
    let mut count = 0;
    for row in rows.as_array().ok_or_else(wrong)? {
        for button in row.as_array().ok_or_else(wrong)? {
            check(button)?;
            count += 1;
        }
    }
    match count {
        0 => Ok(None),
        count if count > MAX_BUTTONS => Err(ApiError::bad("REPLY_MARKUP_TOO_LONG")),
        _ => Ok(Some(markup)),
    }
}

fn check(button: &Value) -> Result<(), ApiError> {
    let refuse = |why: &str| {
        Err(ApiError::bad(format_args!(
            "can't parse inline keyboard button: {why}"
        )))
    };
    let Some(fields) = button.as_object() else {
        return refuse("InlineKeyboardButton must be an Object");
    };
    match fields.get("text").map(|text| text.as_str()) {
        None => return refuse("Can't find field \"text\""),
        Some(None) => return refuse("Field \"text\" must be of type String"),
        Some(Some("")) => return refuse("Button text is empty"),
        Some(Some(_)) => {}
    }
    let actions = ACTIONS
        .iter()
        .filter(|action| fields.contains_key(**action));
    if actions.count() == 0 {
        return refuse("Text buttons are unallowed in the inline keyboard");
    }
    match fields.get("callback_data").and_then(Value::as_str) {
        Some(data) if data.is_empty() || data.len() > MAX_DATA => {
            Err(ApiError::bad("BUTTON_DATA_INVALID"))
        }
        _ => Ok(()),
    }
}
