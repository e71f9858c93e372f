//! Processes that are measured.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::shell::{Result, TaskError};

/// A process that ends with this value.
pub(super) struct Running(pub(super) Child);

impl Running {
    /// It has no input, and what it says is not looked at.
    pub(super) fn start(mut command: Command) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        Ok(Self(command.spawn()?))
    }

    /// The processor time that it has used so far.
    pub(super) fn processor_time(&self) -> Result<Duration> {
        Ok(test_servers::processor_time_of(self.0.id())?)
    }

    /// Asks it to end: how long that took, and how it ended.
    pub(super) fn stop(mut self) -> Result<(Duration, ExitStatus)> {
        let asked = Instant::now();
        kill_process(Pid::from_child(&self.0), Signal::TERM).map_err(std::io::Error::from)?;
        let status = self.0.wait()?;
        Ok((asked.elapsed(), status))
    }

    /// Its memory at this moment.
    pub(super) fn resident_kb(&self) -> Result<u64> {
        resident_kb(self.0.id())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already where it was asked to.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Memory of a process at this moment (VmRSS), in kilobytes.
pub(super) fn resident_kb(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kb = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kb.ok_or_else(|| TaskError::Wrong("no VmRSS in /proc".to_owned()))
}
