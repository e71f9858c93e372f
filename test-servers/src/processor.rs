//! How much processor time a family of processes has used, from `/proc`.

use std::time::Duration;

/// The unit of `/proc/PID/stat`, `USER_HZ`: a hundredth of a second on every Linux.
const TICK: Duration = Duration::from_millis(10);

/// Of this process and its children, those that ended included.
pub(crate) fn of_family(parent: u32) -> std::io::Result<Duration> {
    let mut ticks = 0;
    for (id, fields) in processes()? {
        if id == parent {
            ticks += fields.own + fields.ended_children;
        } else if fields.parent == parent {
            ticks += fields.own;
        }
    }
    Ok(TICK * ticks)
}

/// The children of this process that live.
pub(crate) fn children(parent: u32) -> std::io::Result<Vec<u32>> {
    let children = processes()?.into_iter();
    let children = children.filter(|(_, fields)| fields.parent == parent);
    Ok(children.map(|(id, _)| id).collect())
}

/// Every process of this machine. One that ends meanwhile may be missing.
fn processes() -> std::io::Result<Vec<(u32, Fields)>> {
    let entries = std::fs::read_dir("/proc")?.flatten();
    let process = |entry: std::fs::DirEntry| {
        let id = entry.file_name().to_string_lossy().parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        Some((id, fields(&stat)?))
    };
    Ok(entries.filter_map(process).collect())
}

struct Fields {
    parent: u32,
    own: u32,
    ended_children: u32,
}

/// The fields stand behind the program's name, which ends with the last bracket: see proc(5).
fn fields(stat: &str) -> Option<Fields> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |place: usize| fields.get(place)?.parse::<u32>().ok();
    Some(Fields {
        parent: number(1)?,
        own: number(11)? + number(12)?,
        ended_children: number(13)? + number(14)?,
    })
}
