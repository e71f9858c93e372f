//! From records to a file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use expense_core::memory::record::Record;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use crate::error::ArchiveError;
use crate::manifest::{End, Header, Manifest, Tally};
use crate::part::Part;
use crate::read::verify;

/// What is gathered before it is written, in bytes.
const BUFFER: usize = 256 * 1024;

/// An archive that is being written. It gets its name by [`Writer::finish`]; without it, nothing
/// is left behind.
pub struct Writer {
    path: PathBuf,
    part: Part,
    out: GzEncoder<BufWriter<File>>,
    header: Header,
    tally: Tally,
    line: Vec<u8>,
}

/// An archive that was written and read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What it says about itself.
    pub manifest: Manifest,
    /// Its size.
    pub bytes: u64,
}

impl Writer {
    /// Begins an archive, which only its owner can read.
    ///
    /// # Errors
    ///
    /// [`ArchiveError::Exists`] where there is a file, or why there can't be one.
    pub fn create(path: &Path, header: Header) -> Result<Self, ArchiveError> {
        let (part, file) = Part::begin(path)?;
        let buffered = BufWriter::with_capacity(BUFFER, file);
        let mut writer = Self {
            path: path.to_owned(),
            part,
            out: GzEncoder::new(buffered, Compression::new(6)),
            header,
            tally: Tally::default(),
            line: Vec::new(),
        };
        writer.encode(&writer.header.clone())?;
        writer.write()?;
        Ok(writer)
    }

    /// Adds a record. Memory is taken for one at a time.
    ///
    /// # Errors
    ///
    /// Why the file can't be written.
    pub fn put(&mut self, record: &Record) -> Result<(), ArchiveError> {
        self.encode(record)?;
        self.tally.add(record, &self.line);
        self.write()
    }

    /// Ends the archive, reads back all of it, and gives it its name.
    ///
    /// # Errors
    ///
    /// Why the file can't be written, or [`ArchiveError::Damaged`] where the disk does not give
    /// back what it was given.
    pub fn finish(mut self) -> Result<Written, ArchiveError> {
        let tally = std::mem::take(&mut self.tally);
        let manifest = Manifest {
            header: self.header.clone(),
            holds: tally.summary(),
        };
        let end = End { end: manifest };
        self.encode(&end)?;
        self.write()?;
        let (path, manifest) = (self.path, end.end);
        let ended = self.out.finish().and_then(|buffered| {
            let file = buffered.into_inner().map_err(io::Error::from)?;
            file.sync_all()?;
            file.metadata()
        });
        let file = ended.map_err(|error| ArchiveError::writing(&path, &error))?;
        if verify(self.part.path())? != manifest {
            return Err(ArchiveError::damaged(
                &path,
                "it reads otherwise than it was written",
            ));
        }
        self.part.name()?;
        let bytes = file.len();
        Ok(Written { manifest, bytes })
    }

    /// Makes a line of it.
    fn encode(&mut self, value: &impl Serialize) -> Result<(), ArchiveError> {
        self.line.clear();
        let encoded = serde_json::to_writer(&mut self.line, value);
        encoded.map_err(|error| ArchiveError::writing(&self.path, &error.into()))?;
        self.line.push(b'\n');
        Ok(())
    }

    fn write(&mut self) -> Result<(), ArchiveError> {
        let written = self.out.write_all(&self.line);
        written.map_err(|error| ArchiveError::writing(&self.path, &error))
    }
}
