//! Files that come and go: photos and recordings by path, exports saved.

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use expense_core::domain::attachment::{Attachment, Fingerprint};
use expense_core::domain::limits::ATTACHMENT_BYTES;
use expense_core::ports::attachments::Attachments;
use expense_core::ports::error::{Fault, PortError, Result};
use expense_core::ports::messenger::Rendered;
use sha2::{Digest, Sha256};

/// How many files of one name are kept apart by a number.
const SAME_NAMES: usize = 10_000;

/// Why a path is nothing to send, in words for the person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FileError {
    #[error("There is no file {0}. Check the name, or put it in quotes if it has spaces.")]
    Missing(String),
    #[error("{0} is no file. Name a photo, a PDF or a recording.")]
    NotAFile(String),
    #[error("{0} can't be opened. Check who may read it.")]
    Unreadable(String),
    #[error("{0} is larger than {max} MB. Send a smaller one.", max = ATTACHMENT_BYTES / 1024 / 1024)]
    TooLarge(String),
}

/// Fetches attachments whose reference is a path on this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Files;

#[async_trait]
impl Attachments for Files {
    async fn fetch(&self, attachment: &Attachment) -> Result<Bytes> {
        let path = PathBuf::from(&attachment.reference);
        let error = |fault| PortError::new("attachments", "fetch", fault);
        tokio::task::spawn_blocking(move || read(&path))
            .await
            .map_err(|_| error(Fault::Unavailable))?
            .map(Bytes::from)
            .map_err(|refused| error(Fault::Denied).because(refused.kind()))
    }
}

/// What is at a path, as the conversation refers to it.
pub(crate) fn attachment(path: &Path) -> std::result::Result<Attachment, FileError> {
    let named = path.display().to_string();
    let absolute = std::path::absolute(path).map_err(|_| FileError::Missing(named))?;
    let bytes = read(&absolute)?;
    Ok(Attachment {
        // A path that is no text could not be stored and found again.
        reference: absolute
            .to_str()
            .ok_or_else(|| FileError::Unreadable(path.display().to_string()))?
            .to_owned(),
        fingerprint: Fingerprint(hex(&Sha256::digest(&bytes))),
        bytes: u64::try_from(bytes.len()).ok(),
    })
}

/// Saves a file under its name, with a number where that is taken, and says where.
pub(crate) fn save(directory: &Path, file: &Rendered) -> io::Result<PathBuf> {
    std::fs::create_dir_all(directory)?;
    // The last component alone: a name never leads out of the directory.
    let name = Path::new(&file.name).file_name().unwrap_or("file".as_ref());
    let name = Path::new(name);
    let stem = name.file_stem().unwrap_or_default().to_string_lossy();
    let extension = name
        .extension()
        .map(|e| format!(".{}", e.to_string_lossy()));
    let extension = extension.unwrap_or_default();
    for copy in 1..=SAME_NAMES {
        let path = match copy {
            1 => directory.join(name),
            _ => directory.join(format!("{stem}-{copy}{extension}")),
        };
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(taken) if taken.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(mut out) => {
                out.write_all(&file.bytes)?;
                return Ok(path);
            }
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn read(path: &Path) -> std::result::Result<Vec<u8>, FileError> {
    let named = || path.display().to_string();
    let refused = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileError::Missing(named()),
        _ => FileError::Unreadable(named()),
    };
    // Asked before it is opened: opening a pipe would wait for its other end.
    if !std::fs::metadata(path).map_err(refused)?.is_file() {
        return Err(FileError::NotAFile(named()));
    }
    let file = std::fs::File::open(path).map_err(refused)?;
    let mut bytes = Vec::new();
    let bound = ATTACHMENT_BYTES as u64 + 1;
    file.take(bound).read_to_end(&mut bytes).map_err(refused)?;
    if bytes.len() > ATTACHMENT_BYTES {
        return Err(FileError::TooLarge(named()));
    }
    Ok(bytes)
}

impl FileError {
    /// The kind alone, for where a path must not be named.
    fn kind(&self) -> &'static str {
        match self {
            Self::Missing(_) => "the file is gone",
            Self::NotAFile(_) => "it is no file",
            Self::Unreadable(_) => "the file can't be read",
            Self::TooLarge(_) => "the file is too large",
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(name: &str) -> Rendered {
        Rendered {
            name: name.to_owned(),
            bytes: Bytes::from_static(b"a,b"),
        }
    }

    #[test]
    fn saves_without_overwriting_and_within_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        let saved = |name: &str| save(&dir.path().join("new"), &csv(name)).unwrap();
        assert!(saved("e.csv").ends_with("new/e.csv"));
        assert!(saved("e.csv").ends_with("new/e-2.csv"));
        assert!(saved("../../e.csv").ends_with("new/e-3.csv"));
        assert!(saved("..").ends_with("new/file"));
        assert_eq!(std::fs::read(saved("plain")).unwrap(), b"a,b");
    }

    #[tokio::test]
    async fn fetches_what_it_took() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a b.jpg");
        std::fs::write(&path, b"bytes").unwrap();
        let attachment = attachment(&path).unwrap();
        assert_eq!(attachment.bytes, Some(5));
        assert_eq!(Files.fetch(&attachment).await.unwrap(), "bytes");

        std::fs::remove_file(&path).unwrap();
        let gone = Files.fetch(&attachment).await.unwrap_err();
        assert_eq!(gone.fault, Fault::Denied);
        assert!(!format!("{gone:?}").contains("a b"), "{gone:?}");
    }

    #[test]
    fn refuses_with_a_sentence() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(
            attachment(dir.path()),
            Err(FileError::NotAFile(_))
        ));
        let missing = attachment(Path::new("no such.jpg")).unwrap_err();
        assert!(missing.to_string().starts_with("There is no file "));
        let large = dir.path().join("large");
        let file = std::fs::File::create(&large).unwrap();
        file.set_len(ATTACHMENT_BYTES as u64 + 1).unwrap();
        assert!(
            attachment(&large)
                .unwrap_err()
                .to_string()
                .contains("20 MB")
        );
    }
}
