//! What the service says by itself when something broke.

/// For an update that could not be handled.
pub(crate) const UNFINISHED: &str = "Something went wrong on my side and I could not finish this. \
    Please look at /list and send it again if it is missing.";

/// For an update that is tried again and again.
pub(crate) const DELAYED: &str = "I can't get at your expenses just now. I have your message and keep trying; \
    you need not send it again.";

/// For an update that finds no room on the disk.
pub(crate) const FULL: &str = "The disk that I write on is full, so I can't record this yet. Nothing is lost: I have your \
    message and keep trying. Whoever runs me must free some space.";

/// In place of a reply that can't be shown.
pub(crate) const UNSHOWN: &str =
    "I could not show this answer. What you asked for is done; /list shows it.";
