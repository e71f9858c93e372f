//! Where the models are on this machine.

use std::path::PathBuf;

use expense_ocr_local::Models;

/// The models in `OCR_MODEL_DIR`, else in the user's data directory; `None` where they are in
/// neither.
pub(crate) fn find() -> Option<Models> {
    let named = std::env::var_os("OCR_MODEL_DIR").map(PathBuf::from);
    let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    let ours = data.or(home).map(|data| data.join("expense-bot/models"));
    [named, ours]
        .into_iter()
        .flatten()
        .find_map(|folder| Models::locate(folder).ok())
}
