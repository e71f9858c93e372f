//! From a file to records.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use expense_core::memory::record::Record;
use flate2::bufread::GzDecoder;

use crate::error::ArchiveError;
use crate::manifest::{End, FORMAT, Header, Manifest, NAME, Tally};

/// The longest line that is read, in bytes: whatever a file claims, this bounds the memory.
const MAX_LINE: u64 = 64 * 1024 * 1024;
/// What is read at once, in bytes.
const BUFFER: usize = 256 * 1024;

/// What the last line begins with.
const END: &[u8] = b"{\"end\":";

/// An archive, record by record. The last item that it yields is an error unless the archive is
/// whole: what was read is to be believed only once [`Reader::manifest`] says what it was.
pub struct Reader {
    path: PathBuf,
    lines: BufReader<GzDecoder<BufReader<File>>>,
    header: Header,
    tally: Tally,
    line: Vec<u8>,
    manifest: Option<Manifest>,
    ended: bool,
}

impl Reader {
    /// Opens an archive and reads what it says about itself.
    ///
    /// # Errors
    ///
    /// An [`ArchiveError`] where it is none of ours, or of a newer format.
    pub fn open(path: &Path) -> Result<Self, ArchiveError> {
        let file = File::open(path).map_err(|error| ArchiveError::reading(path, &error))?;
        if file.metadata().is_ok_and(|file| file.is_dir()) {
            return Err(ArchiveError::Foreign(path.to_owned()));
        }
        let decoder = GzDecoder::new(BufReader::with_capacity(BUFFER, file));
        if decoder.header().is_none() {
            return Err(ArchiveError::Foreign(path.to_owned()));
        }
        let mut lines = BufReader::with_capacity(BUFFER, decoder);
        let mut line = Vec::new();
        let header = header(path, &mut lines, &mut line)?;
        Ok(Self {
            path: path.to_owned(),
            lines,
            header,
            tally: Tally::default(),
            line,
            manifest: None,
            ended: false,
        })
    }

    /// What it says about itself at its beginning.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What it holds, once all of it was read and found to be that.
    #[must_use]
    pub fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    fn step(&mut self) -> Result<Option<Record>, ArchiveError> {
        if !line(&self.path, &mut self.lines, &mut self.line)? {
            return Err(ArchiveError::Truncated(self.path.clone()));
        }
        if self.line.starts_with(END) {
            return self.end().map(|()| None);
        }
        let record: Record = serde_json::from_slice(&self.line)
            .map_err(|_| ArchiveError::damaged(&self.path, "a record can't be read"))?;
        self.tally.add(&record, &self.line);
        Ok(Some(record))
    }

    /// Holds the last line against all that was read.
    fn end(&mut self) -> Result<(), ArchiveError> {
        let damaged = |what| Err(ArchiveError::damaged(&self.path, what));
        let Ok(End { end }) = serde_json::from_slice(&self.line) else {
            return damaged("its end can't be read");
        };
        if end.header != self.header {
            return damaged("its beginning and its end don't belong together");
        }
        if std::mem::take(&mut self.tally).summary() != end.holds {
            return damaged("its records are not those that were written");
        }
        // The sum of the compressed stream comes after the last line.
        if line(&self.path, &mut self.lines, &mut self.line)? {
            return damaged("something follows its end");
        }
        let rest = self.lines.get_mut().get_mut().fill_buf();
        if rest.is_ok_and(|rest| !rest.is_empty()) {
            return damaged("something follows its end");
        }
        self.manifest = Some(end);
        Ok(())
    }
}

impl Iterator for Reader {
    type Item = Result<Record, ArchiveError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let step = self.step().transpose();
        self.ended = !matches!(step, Some(Ok(_)));
        step
    }
}

/// Reads all of an archive and says what it holds.
///
/// # Errors
///
/// An [`ArchiveError`] where it is not whole.
pub fn verify(path: &Path) -> Result<Manifest, ArchiveError> {
    let mut reader = Reader::open(path)?;
    reader.try_for_each(|record| record.map(drop))?;
    let Reader { manifest, path, .. } = reader;
    manifest.ok_or(ArchiveError::Truncated(path))
}

/// The next line, with its break; `false` at the end of the file.
fn line(path: &Path, lines: &mut impl BufRead, line: &mut Vec<u8>) -> Result<bool, ArchiveError> {
    line.clear();
    let read = lines.take(MAX_LINE).read_until(b'\n', line);
    match read.map_err(|error| ArchiveError::reading(path, &error))? {
        0 => Ok(false),
        _ if line.ends_with(b"\n") => Ok(true),
        _ => Err(ArchiveError::damaged(path, "a record has no end")),
    }
}

fn header(
    path: &Path,
    lines: &mut impl BufRead,
    first: &mut Vec<u8>,
) -> Result<Header, ArchiveError> {
    /// What every format begins with, however it goes on.
    #[derive(serde::Deserialize)]
    struct Known {
        archive: String,
        format: u32,
    }
    if !line(path, lines, first)? {
        return Err(ArchiveError::Truncated(path.to_owned()));
    }
    let foreign = || ArchiveError::Foreign(path.to_owned());
    let known: Known = serde_json::from_slice(first).map_err(|_| foreign())?;
    if known.archive != NAME {
        return Err(foreign());
    }
    if known.format > FORMAT {
        return Err(ArchiveError::Newer {
            path: path.to_owned(),
            found: known.format,
            known: FORMAT,
        });
    }
    serde_json::from_slice(first)
        .map_err(|_| ArchiveError::damaged(path, "its beginning can't be read"))
}
