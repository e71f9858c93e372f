//! A file that gets its name once it is whole.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::ArchiveError;

/// What the name of an unfinished file ends with.
pub(crate) const SUFFIX: &str = ".part";

/// A file on its way: it is removed unless it is named.
#[derive(Debug)]
pub(crate) struct Part {
    to: PathBuf,
    part: PathBuf,
}

impl Part {
    /// Begins the file that will have this name, readable by its owner alone. What a killed
    /// program had begun under the name is begun anew.
    pub(crate) fn begin(to: &Path) -> Result<(Self, File), ArchiveError> {
        if to.exists() {
            return Err(ArchiveError::Exists(to.to_owned()));
        }
        let part = beside(to);
        let _ = fs::remove_file(&part);
        let file = private(&part).map_err(|error| ArchiveError::writing(to, &error))?;
        let to = to.to_owned();
        Ok((Self { to, part }, file))
    }

    /// Where it is while it is unfinished.
    pub(crate) fn path(&self) -> &Path {
        &self.part
    }

    /// Gives it its name, so that it survives a loss of power. A file that came to have the name in
    /// the meantime is left alone.
    pub(crate) fn name(self) -> Result<(), ArchiveError> {
        match fs::hard_link(&self.part, &self.to) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(ArchiveError::Exists(self.to.clone()));
            }
            // Some file systems know no links.
            Err(_) => {
                let renamed = fs::rename(&self.part, &self.to);
                renamed.map_err(|error| ArchiveError::writing(&self.to, &error))?;
            }
        }
        sync_folder(&self.to)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.part);
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(SUFFIX);
    PathBuf::from(name)
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes the names in a file's folder survive a loss of power.
pub(crate) fn sync_folder(path: &Path) -> Result<(), ArchiveError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let synced = File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
    synced.map_err(|error| ArchiveError::writing(path, &error))
}
