//! What reading photos takes, where it is to be fetched first.

use async_trait::async_trait;

/// The models of the reader behind a console. They are fetched when the person says so, never
/// before.
#[async_trait]
pub trait Models: Send + Sync {
    /// Whether photos could be read if the models were fetched: after the first photo of a run
    /// the person is told what that takes. Looked at anew each time.
    fn missing(&self) -> bool;

    /// What fetching takes, in a few words: "31 MB, once, with pip".
    fn effort(&self) -> &str;

    /// Makes sure that they are there and sound. Dropping the future ends it and leaves what was
    /// there before.
    ///
    /// # Errors
    ///
    /// Why not and what to do about it, in words for the person, without a full stop.
    async fn fetch(&self) -> Result<(), String>;
}
