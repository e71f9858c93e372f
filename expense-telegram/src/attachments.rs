//! Fetching photos and files by their `file_id`.

use std::time::Duration;

use bytes::Bytes;
use expense_core::domain::attachment::Attachment;
use expense_core::domain::limits::ATTACHMENT_BYTES;
use expense_core::ports::error::{Fault, PortError, Result};
use serde::Deserialize;
use teloxide_core::payloads::GetFile;
use teloxide_core::requests::Payload;
use teloxide_core::types::FileId;

use crate::client::{ANSWER, Client};
use crate::refusal::CallError;

/// How long fetching one file may take: 20 MB over a slow line.
const DOWNLOAD: Duration = Duration::from_secs(60);
/// A path on the server holds for an hour: one that has run out is asked for once more.
const TRIES: usize = 2;

/// What is wanted of `File`.
#[derive(Deserialize)]
struct Located {
    file_path: Option<String>,
}

/// The whole content: at most 20 MB, the bound of `getFile` and of the product alike.
pub(crate) async fn fetch(client: &Client, attachment: &Attachment) -> Result<Bytes> {
    let announced = attachment.bytes.unwrap_or(0);
    if usize::try_from(announced).map_or(true, |bytes| bytes > ATTACHMENT_BYTES) {
        return Err(error(Fault::Denied));
    }
    for _ in 0..TRIES {
        match located(client, attachment).await {
            Ok(content) => return Ok(content),
            Err(CallError::Refused(refusal)) if refusal.error_code == 404 => {}
            Err(other) => return Err(other.into_port("attachments", "fetch")),
        }
    }
    Err(error(Fault::Denied))
}

/// Asks where the file is and fetches it.
async fn located(
    client: &Client,
    attachment: &Attachment,
) -> std::result::Result<Bytes, CallError> {
    let question = GetFile::new(FileId(attachment.reference.clone()));
    let file: Located = client.call_for(GetFile::NAME, &question, ANSWER).await?;
    let path = file.file_path.ok_or(CallError::Garbled)?;
    client.download(&path, ATTACHMENT_BYTES, DOWNLOAD).await
}

fn error(fault: Fault) -> PortError {
    PortError::new("attachments", "fetch", fault)
}
