//! Fetching what people send.

use async_trait::async_trait;
use bytes::Bytes;

use super::error::Result;
use crate::domain::attachment::Attachment;

/// Fetches photos and files from the transport that they came by.
///
/// Promises: never more than `limits::ATTACHMENT_BYTES`, `Fault::Denied` instead; what is gone
/// for good is `Fault::Denied`, what may come later is transient.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait Attachments: Send + Sync {
    /// The whole content.
    async fn fetch(&self, attachment: &Attachment) -> Result<Bytes>;
}
