//! Attachments in memory.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use uuid::Uuid;

use super::locked;
use crate::domain::attachment::{Attachment, Fingerprint};
use crate::domain::limits;
use crate::ports::attachments::Attachments;
use crate::ports::error::{Fault, PortError, Result};

/// [`Attachments`] that are handed in beforehand.
#[derive(Debug, Default)]
pub struct MemoryAttachments {
    files: Mutex<HashMap<String, Bytes>>,
}

impl MemoryAttachments {
    /// Keeps a file, whatever its size, and says how to fetch it. The same content has the same
    /// fingerprint.
    pub fn hold(&self, content: impl Into<Bytes>) -> Attachment {
        let content = content.into();
        let print = Uuid::new_v5(&Uuid::NAMESPACE_OID, &content).to_string();
        let attachment = Attachment {
            reference: print.clone(),
            fingerprint: Fingerprint(print.clone()),
            bytes: u64::try_from(content.len()).ok(),
        };
        locked(&self.files).insert(print, content);
        attachment
    }

    /// Drops a file: it is gone for good.
    pub fn drop_file(&self, attachment: &Attachment) {
        locked(&self.files).remove(&attachment.reference);
    }
}

#[async_trait]
impl Attachments for MemoryAttachments {
    async fn fetch(&self, attachment: &Attachment) -> Result<Bytes> {
        let denied = || PortError::new("attachments", "fetch", Fault::Denied);
        let files = locked(&self.files);
        let content = files.get(&attachment.reference).ok_or_else(denied)?;
        if content.len() > limits::ATTACHMENT_BYTES {
            return Err(denied().because("the file is larger than allowed"));
        }
        Ok(content.clone())
    }
}
