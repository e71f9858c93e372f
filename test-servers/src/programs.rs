//! Where the servers' programs are, and who may run them.

use std::path::{Path, PathBuf};

/// Debian keeps every version in a folder of its own.
const DEBIAN: &str = "/usr/lib/postgresql";
/// The user without rights of every Unix, where there is no other.
const NOBODY: u32 = 65_534;

/// The folder with `initdb` and `postgres`: the newest that Debian installed, else one of `PATH`.
pub(crate) fn folder() -> Option<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| Some((version(&entry.path())?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").is_file())
        .max();
    newest.map(|(_, bin)| bin).or_else(|| on_path("initdb"))
}

/// This program, where `PATH` leads to it.
pub(crate) fn named(program: &str) -> Option<PathBuf> {
    Some(on_path(program)?.join(program))
}

/// The folder of `PATH` that holds this program.
fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).find(|folder| folder.join(program).is_file())
}

fn version(folder: &Path) -> Option<u32> {
    folder.file_name()?.to_str()?.parse().ok()
}

/// As whom a server runs: PostgreSQL refuses to run as root. `None`: as whoever runs this.
pub(crate) fn user(folder: &Path) -> std::io::Result<Option<(u32, u32)>> {
    use std::os::unix::fs::MetadataExt;

    if std::fs::metadata(folder)?.uid() != 0 {
        return Ok(None);
    }
    let known = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let postgres = known.lines().find_map(|line| {
        let mut fields = line.strip_prefix("postgres:")?.split(':').skip(1);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    Ok(Some(postgres.unwrap_or((NOBODY, NOBODY))))
}
