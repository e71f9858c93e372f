//! Photos and files that people send, by reference.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something that a transport can fetch: the bytes stay where they are until they are read.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Attachment {
    /// What the transport needs to fetch it: a file id, a path.
    pub reference: String,
    /// The same for the same content, as far as the transport can tell before fetching.
    pub fingerprint: Fingerprint,
    /// Its size in bytes, where the transport knows it.
    pub bytes: Option<u64>,
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({:?} bytes)", self.bytes)
    }
}

/// Recognizes an image that comes again.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(pub String);

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint(…)")
    }
}
