//! Replies as a script shows them.

use super::script;
use crate::conversation::reply::{File, Reply};

/// A reply; `edits` where it took the place of a message.
pub(super) fn reply(reply: &Reply, edits: bool) -> String {
    let mut text = reply.text.to_plain();
    for file in &reply.files {
        let File::Csv { period, .. } = file;
        let days = period.map_or_else(
            || "all".to_owned(),
            |period| format!("{} to {}", period.from(), period.last()),
        );
        text.push_str(&format!("   <csv {days}>"));
    }
    let rows: Vec<String> = reply
        .buttons
        .iter()
        .map(|row| {
            let labels: Vec<String> = row.iter().map(|b| format!("[{}]", b.label)).collect();
            labels.join(" ")
        })
        .collect();
    match rows.as_slice() {
        [row] => text.push_str(&format!("   {row}")),
        rows => text.extend(rows.iter().map(|row| format!("\n{row}"))),
    }
    script::written(if edits { "bot edits" } else { "bot" }, &text)
}
