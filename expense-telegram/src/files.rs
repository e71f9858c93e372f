//! What people send beside words.

use expense_core::conversation::event::Event;
use expense_core::domain::attachment::{Attachment, Fingerprint};
use expense_core::domain::keys::MessageKey;

use crate::update::{File, Message};

/// A photo, a document or something said aloud, with what stands below it.
pub(crate) fn event(message: Message, caption: String, album: Option<MessageKey>) -> Option<Event> {
    let of_no_use = message.is_of_no_use();
    let largest = message
        .photo
        .into_iter()
        .max_by_key(|size| u64::from(size.width) * u64::from(size.height));
    let document = message
        .document
        .filter(|file| message.animation.is_none() && may_be_receipt(file));
    if let Some(file) = largest.or(document) {
        return Some(Event::Photo {
            attachment: attachment(file),
            caption,
            album,
        });
    }
    if let Some(file) = message.voice.or(message.audio) {
        return Some(Event::Voice {
            seconds: file.duration,
            attachment: attachment(file),
            caption,
        });
    }
    of_no_use.then_some(Event::Unsupported)
}

/// What stands below a file now.
pub(crate) fn recaptioned(event: Event) -> Option<Event> {
    match event {
        Event::Photo {
            attachment,
            caption,
            ..
        }
        | Event::Voice {
            attachment,
            caption,
            ..
        } => Some(Event::Recaptioned {
            file: attachment.fingerprint,
            caption,
        }),
        _ => None,
    }
}

fn attachment(file: File) -> Attachment {
    Attachment {
        reference: file.file_id,
        fingerprint: Fingerprint(file.file_unique_id),
        bytes: file.file_size,
    }
}

/// Images and PDFs, by their type, by their name where the sender's application told none.
fn may_be_receipt(file: &File) -> bool {
    if let Some(kind) = &file.mime_type {
        return kind.starts_with("image/") || kind == "application/pdf";
    }
    let name = file.file_name.as_deref().unwrap_or_default();
    let extension = name.rsplit_once('.').map(|(_, end)| end.to_lowercase());
    let extension = extension.as_deref();
    matches!(
        extension,
        Some("pdf" | "jpg" | "jpeg" | "png" | "webp" | "heic" | "heif")
    )
}
