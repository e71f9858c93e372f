//! What the service says by itself when something broke.

/// For an update that could not be handled.
pub(crate) const UNFINISHED: &str = "Something went wrong on my side and I could not finish this. \
    Please look at /list and send it again if it is missing.";

/// For an update that is tried again and again.
pub(crate) const DELAYED: &str = "I can't get at your expenses just now. I have your message and keep trying; \
    you need not send it again.";

/// In place of a reply that can't be shown.
pub(crate) const UNSHOWN: &str =
    "I could not show this answer. What you asked for is done; /list shows it.";
