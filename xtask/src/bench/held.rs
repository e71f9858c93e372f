//! A process held to a part of a core, by Linux' control groups.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;

use crate::shell::{Result, TaskError};

/// Where both versions of control groups are found.
const ROOT: &str = "/sys/fs/cgroup";
/// How often a process gets its part, in microseconds: a process that has used it up waits for
/// the next.
const PERIOD: u64 = 25_000;

/// The group of a process. It goes with this value, after its process.
pub(super) struct Held(PathBuf);

impl Held {
    /// Lets a process have so many hundredths of a core from now on.
    pub(super) fn to(hundredths: u64, process: &Child) -> Result<Self> {
        let id = process.id();
        let quota = PERIOD * hundredths / 100;
        let held = hold(id, quota);
        held.map_err(|error| {
            TaskError::Wrong(format!(
                "a process can't be held to a part of a core ({error}): this needs control \
                 groups for the processor and the right to make one, as root has it"
            ))
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // One that stays is empty, and costs nothing.
        let _ = fs::remove_dir(&self.0);
    }
}

fn hold(process: u32, quota: u64) -> std::io::Result<Held> {
    let root = Path::new(ROOT);
    let unified = root.join("cgroup.controllers").is_file();
    let parent = match unified {
        true => root.to_owned(),
        false => root.join("cpu"),
    };
    let group = parent.join(format!("expense-bench-{process}"));
    fs::create_dir(&group)?;
    let held = Held(group.clone());
    if unified {
        fs::write(parent.join("cgroup.subtree_control"), "+cpu")?;
        fs::write(group.join("cpu.max"), format!("{quota} {PERIOD}"))?;
    } else {
        fs::write(group.join("cpu.cfs_period_us"), PERIOD.to_string())?;
        fs::write(group.join("cpu.cfs_quota_us"), quota.to_string())?;
    }
    fs::write(group.join("cgroup.procs"), process.to_string())?;
    Ok(held)
}
