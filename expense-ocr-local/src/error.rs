//! What goes wrong while the networks run, apart from what is wrong with a picture.

use crate::models::ModelsError;

/// The engine can't do its work: no receipt is to blame.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EngineError {
    #[error(transparent)]
    Models(#[from] ModelsError),
    #[error("the model can't be loaded")]
    Load(#[from] rten::LoadError),
    #[error("the model can't be run")]
    Run(#[from] rten::RunError),
    #[error("the model answers in another shape than PP-OCR's")]
    Shape,
    #[error("the model holds no list of characters")]
    Dictionary,
}
