//! The words of a call: parsed, trimmed and measured.

use crate::error::ApiError;
use crate::html::{self, Marked};
use crate::params::Params;

/// UTF-16 units that a message takes.
const MAX_TEXT: usize = 4096;
/// UTF-16 units that a caption takes.
const MAX_CAPTION: usize = 1024;

/// The words of a message.
pub(super) fn text(params: &Params) -> Result<Marked, ApiError> {
    let Some(raw) = params.text("text") else {
        return Err(ApiError::bad("message text is empty"));
    };
    let marked = marked(raw, params)?;
    match html::units(&marked.text) {
        0 => Err(ApiError::bad("text must be non-empty")),
        1..=MAX_TEXT => Ok(marked),
        _ => Err(ApiError::bad("message is too long")),
    }
}

/// The words below a file, which may be none.
pub(super) fn caption(params: &Params) -> Result<Marked, ApiError> {
    let marked = marked(params.text("caption").unwrap_or_default(), params)?;
    match html::units(&marked.text) {
        0..=MAX_CAPTION => Ok(marked),
        _ => Err(ApiError::bad("message caption is too long")),
    }
}

/// Only HTML is known; the official server knows two kinds of Markdown as well.
fn marked(raw: &str, params: &Params) -> Result<Marked, ApiError> {
    match params.text("parse_mode") {
        None => Ok(html::trimmed(Marked {
            text: raw.to_owned(),
            entities: Vec::new(),
        })),
        Some(mode) if mode.eq_ignore_ascii_case("html") => html::parse(raw),
        Some(_) => Err(ApiError::bad("unsupported parse_mode")),
    }
}
