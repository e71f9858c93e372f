//! The suite of [`Attachments`].

use std::sync::Arc;

use bytes::Bytes;

use crate::domain::attachment::Attachment;
use crate::ports::attachments::Attachments;
use crate::ports::error::Fault;

/// What the suite is given.
pub struct AttachmentsBench {
    /// The adapter.
    pub port: Arc<dyn Attachments>,
    /// Something that can be fetched, and what it is.
    pub small: (Attachment, Bytes),
    /// Something of more than `limits::ATTACHMENT_BYTES`, whatever its `bytes` says.
    pub large: Attachment,
    /// Something that is gone for good.
    pub gone: Attachment,
}

/// Proves [`Attachments`](crate::ports::attachments::Attachments).
#[macro_export]
macro_rules! attachments_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; attachments {
            the_whole_content_is_fetched,
            what_is_too_large_is_denied,
            what_is_gone_is_denied,
        } }
    };
}

/// As often as it is asked for.
pub async fn the_whole_content_is_fetched(bench: AttachmentsBench) {
    let (attachment, content) = bench.small;
    for _ in 0..2 {
        let fetched = bench.port.fetch(&attachment).await.expect("the content");
        assert_eq!(fetched, content);
    }
}

/// Also where its size was not announced.
pub async fn what_is_too_large_is_denied(bench: AttachmentsBench) {
    for bytes in [bench.large.bytes, None, Some(1)] {
        let attachment = Attachment {
            bytes,
            ..bench.large.clone()
        };
        let error = bench.port.fetch(&attachment).await.expect_err("too large");
        assert_eq!(error.fault, Fault::Denied);
    }
}

/// Trying again is of no use.
pub async fn what_is_gone_is_denied(bench: AttachmentsBench) {
    let error = bench.port.fetch(&bench.gone).await.expect_err("gone");
    assert_eq!(error.fault, Fault::Denied);
}
