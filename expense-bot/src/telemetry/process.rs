//! What this process takes of its machine, from `/proc`: nothing where that does not tell.

use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The unit of times in `/proc/PID/stat`, `USER_HZ`: a hundredth of a second on every Linux.
const TICKS: u64 = 100;

/// Shows it as it is now.
pub(super) fn sample() {
    if let Some(stat) = fs::read_to_string("/proc/self/stat")
        .ok()
        .as_deref()
        .and_then(read)
    {
        metrics::counter!("process_cpu_seconds_total").absolute(stat.processor / TICKS);
        if let Some(booted) = booted() {
            show("process_start_time_seconds", booted + stat.started / TICKS);
        }
    }
    if let Some(resident) = fs::read_to_string("/proc/self/status")
        .ok()
        .as_deref()
        .and_then(resident)
    {
        show("process_resident_memory_bytes", resident);
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        show("process_open_fds", open.count().try_into().unwrap_or(0));
    }
}

struct Stat {
    /// Clock ticks of the processor.
    processor: u64,
    /// Clock ticks since the machine booted.
    started: u64,
}

/// The fields stand behind the program's name, which ends with the last bracket: see proc(5).
fn read(stat: &str) -> Option<Stat> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Stat {
        processor: number(11)? + number(12)?,
        started: number(19)?,
    })
}

/// The bytes of memory that are held, by the line `VmRSS: 1234 kB`.
fn resident(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// When the machine booted, in seconds since 1970.
fn booted() -> Option<u64> {
    let uptime = fs::read_to_string("/proc/uptime").ok()?;
    let seconds: f64 = uptime.split_whitespace().next()?.parse().ok()?;
    let up = Duration::try_from_secs_f64(seconds).ok()?;
    let booted = SystemTime::now().checked_sub(up)?;
    Some(booted.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

fn show(name: &'static str, value: u64) {
    metrics::gauge!(name).set(value as f64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_process_are_read() {
        let stat = "71 (a b) c) S 1 71 71 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 3 0 900 1000 42 0";
        let stat = read(stat).unwrap();
        assert_eq!((stat.processor, stat.started), (300, 900));
        assert_eq!(resident("Name: a\nVmRSS:\t  12 kB\n"), Some(12_288));
    }
}
