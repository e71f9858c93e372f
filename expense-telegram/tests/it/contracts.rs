//! The contract of what people send, beside those of a frontend, which `frontend.rs` has.

use std::sync::Arc;

use bytes::Bytes;
use expense_core::domain::attachment::{Attachment, Fingerprint};
use expense_core::domain::limits::ATTACHMENT_BYTES;
use expense_core::testing::conformance::attachments::AttachmentsBench;

use crate::app::{config, fake, telegram};

async fn fresh_attachments() -> AttachmentsBench {
    let fake = fake().await;
    let content = Bytes::from_static(b"a receipt");
    let anna = fake.user(7);
    let sent = [
        anna.document("a.pdf", "application/pdf", content.clone(), ""),
        anna.document(
            "b.pdf",
            "application/pdf",
            vec![0; ATTACHMENT_BYTES + 1],
            "",
        ),
    ];
    let attachment = |message| {
        let message = fake.chat(7).message(message).expect("the message");
        let media = message.media().expect("a file");
        Attachment {
            reference: media.file_id.clone(),
            fingerprint: Fingerprint(media.file_unique_id.clone()),
            bytes: u64::try_from(media.file_size).ok(),
        }
    };
    let [small, large] = sent.map(attachment);
    let gone = Attachment {
        reference: "gone".to_owned(),
        ..small.clone()
    };
    let port = Arc::new(telegram(config(&fake)));
    // The server ends with its handle, so it stays for the rest of the test's process.
    std::mem::forget(fake);
    AttachmentsBench {
        port,
        small: (small, content),
        large,
        gone,
    }
}

expense_core::attachments_conformance!(fresh_attachments);
