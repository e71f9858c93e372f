//! Photos, files and recordings that people send.

use bytes::Bytes;

use super::{FrontendBench, text};
use crate::conversation::event::Event;
use crate::domain::attachment::Attachment;
use crate::domain::keys::MessageKey;
use crate::domain::limits::ATTACHMENT_BYTES;
use crate::ports::error::Fault;

const JPEG: &[u8] = b"\xff\xd8\xff\xe0 a receipt";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n a receipt";
const PDF: &[u8] = b"%PDF-1.7 an invoice \x00\xff";
const OGG: &[u8] = b"OggS twelve euros fifty for lunch";

/// A photo that came in.
struct Photo {
    attachment: Attachment,
    caption: String,
    album: Option<MessageKey>,
}

impl FrontendBench {
    async fn next_photo(&self) -> Photo {
        let came = self.next().await;
        assert!(came.message.is_some());
        match came.event {
            Event::Photo {
                attachment,
                caption,
                album,
            } => Photo {
                attachment,
                caption,
                album,
            },
            other => panic!("{other:?}"),
        }
    }

    /// The next photo is this one, alone, with these words below it.
    async fn expect_photo(&self, content: &'static [u8], caption: &str) {
        let photo = self.next_photo().await;
        assert_eq!((photo.caption.as_str(), photo.album), (caption, None));
        self.expect_content(&photo.attachment, content).await;
    }

    /// Fetched by somebody who has nothing but the envelope, as often as they like.
    async fn expect_content(&self, attachment: &Attachment, content: &'static [u8]) {
        for _ in 0..2 {
            let fetched = self.attachments.fetch(attachment).await;
            assert_eq!(fetched.expect("the content"), content);
        }
        let bytes = u64::try_from(content.len()).ok();
        assert!(attachment.bytes.is_none_or(|told| Some(told) == bytes));
    }
}

/// With the words below it, or without any.
pub async fn a_photo_comes_in_and_can_be_fetched(bench: FrontendBench) {
    bench.person.photo(Bytes::from_static(JPEG), "#work").await;
    bench.expect_photo(JPEG, "#work").await;
    bench.person.photo(Bytes::from_static(JPEG), "").await;
    bench.expect_photo(JPEG, "").await;
}

/// As whoever wants every pixel sends it.
pub async fn an_image_sent_as_a_file_is_a_photo(bench: FrontendBench) {
    let content = Bytes::from_static(PNG);
    bench.person.file("receipt.png", content, "12 lunch").await;
    bench.expect_photo(PNG, "12 lunch").await;
}

/// Its pages are read as photos are.
pub async fn a_pdf_is_a_photo(bench: FrontendBench) {
    let content = Bytes::from_static(PDF);
    bench.person.file("invoice.pdf", content, "#work").await;
    bench.expect_photo(PDF, "#work").await;
}

/// Its parts come in their order and belong together, the next album's do not.
pub async fn an_album_is_one(bench: FrontendBench) {
    let both = || vec![Bytes::from_static(JPEG), Bytes::from_static(PNG)];
    bench.person.album(both(), "trip to Rome").await;
    bench.person.album(both(), "").await;
    let mut albums = Vec::new();
    for caption in ["trip to Rome", ""] {
        let first = bench.next_photo().await;
        let second = bench.next_photo().await;
        let captions = [first.caption.as_str(), second.caption.as_str()];
        assert_eq!(captions, [caption, ""]);
        bench.expect_content(&first.attachment, JPEG).await;
        bench.expect_content(&second.attachment, PNG).await;
        assert!(first.album.is_some() && first.album == second.album);
        albums.push(first.album);
    }
    assert_ne!(albums[0], albums[1]);
}

/// However the platform packs it.
pub async fn a_voice_note_comes_in_and_can_be_fetched(bench: FrontendBench) {
    bench.person.voice(Bytes::from_static(OGG)).await;
    let came = bench.next().await;
    assert!(came.message.is_some());
    match came.event {
        Event::Voice { attachment, .. } => bench.expect_content(&attachment, OGG).await,
        other => panic!("{other:?}"),
    }
}

/// A receipt that comes again is recognized before it is read.
pub async fn the_same_content_has_the_same_fingerprint(bench: FrontendBench) {
    let mut prints = Vec::new();
    for content in [JPEG, PNG, JPEG] {
        bench.person.photo(Bytes::from_static(content), "").await;
        prints.push(bench.next_photo().await.attachment.fingerprint);
    }
    assert_eq!(prints[0], prints[2]);
    assert_ne!(prints[0], prints[1]);
}

/// Words below a file are no message of their own: nothing is recorded of them twice.
pub async fn a_changed_caption_names_its_file(bench: FrontendBench) {
    let content = Bytes::from_static(JPEG);
    bench.person.photo(content, "12.50 lunch").await;
    let photo = bench.next_photo().await;
    bench.person.rewrite("13 lunch").await;
    let expected = Event::Recaptioned {
        file: photo.attachment.fingerprint,
        caption: "13 lunch".to_owned(),
    };
    let changed = bench.next().await.event;
    assert!(changed == expected, "{changed:?}");
}

/// It is refused where it is sent, or where it is fetched, and holds up nothing.
pub async fn what_is_too_large_is_never_fetched(bench: FrontendBench) {
    let large = Bytes::from(vec![b'%'; ATTACHMENT_BYTES + 1]);
    bench.person.file("invoice.pdf", large, "").await;
    bench.person.say("12.50 lunch").await;
    let mut came = bench.next().await;
    if let Event::Photo { attachment, .. } = came.event {
        for bytes in [attachment.bytes, None, Some(1)] {
            let attachment = Attachment {
                bytes,
                ..attachment.clone()
            };
            let fetched = bench.attachments.fetch(&attachment).await;
            assert_eq!(fetched.expect_err("too large").fault, Fault::Denied);
        }
        came = bench.next().await;
    }
    assert_eq!(came.event, text("12.50 lunch"));
}

/// Trying again is of no use.
pub async fn what_is_gone_is_denied(bench: FrontendBench) {
    bench.person.photo(Bytes::from_static(JPEG), "").await;
    let gone = Attachment {
        reference: "gone".to_owned(),
        ..bench.next_photo().await.attachment
    };
    let fetched = bench.attachments.fetch(&gone).await;
    assert_eq!(fetched.expect_err("gone").fault, Fault::Denied);
}
