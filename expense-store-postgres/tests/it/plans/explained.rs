//! What the server says about how it went about each statement.

use expense_store_postgres::BY_LEDGER;
use serde_json::Value;
use sqlx::{Executor, PgConnection};

/// Rows that a step may look at: less than any ledger of the tests that is large holds, and more
/// than a page and what is bounded beside it.
const ROWS: f64 = 2_500.0;

/// Tables for all ledgers, with rows for each of them.
const FOR_ALL: [&str; 2] = ["chats", "state"];

/// From the next connection on every statement is explained in the server's log, as it ran.
pub(super) const EXPLAINING: &str = "
    LOAD 'auto_explain';
    ALTER DATABASE postgres SET session_preload_libraries = 'auto_explain';
    ALTER DATABASE postgres SET auto_explain.log_min_duration = 0;
    ALTER DATABASE postgres SET auto_explain.log_analyze = on;
    ALTER DATABASE postgres SET auto_explain.log_buffers = on;
    ALTER DATABASE postgres SET auto_explain.log_timing = off;
    ALTER DATABASE postgres SET auto_explain.log_format = 'json';";

/// What is wrong with a step.
pub(super) struct Fault {
    pub(super) kind: Kind,
    /// Which step, and what it did.
    pub(super) step: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It goes by no index.
    NoIndex,
    /// It goes by an index for all ledgers.
    AllLedgers,
    /// It looks at more than a page takes.
    TooMuch,
}

/// A statement as it ran.
pub(super) struct Explained {
    /// The statement, with single spaces.
    pub(super) statement: String,
    plan: Value,
}

/// Waits until nobody of ours is connected: by then everything is in the log.
pub(super) async fn wait_for_the_end(stranger: &mut PgConnection) {
    let ours = "SELECT FROM pg_stat_activity WHERE application_name = 'expense-bot'";
    while stranger.fetch_optional(ours).await.unwrap().is_some() {
        tokio::task::yield_now().await;
    }
}

/// Everything that the log explains.
pub(super) fn explained(log: &str) -> Vec<Explained> {
    let mut found = Vec::new();
    let mut lines = log.lines().peekable();
    while let Some(line) = lines.next() {
        if !(line.contains("LOG:  duration:") && line.ends_with("plan:")) {
            continue;
        }
        let mut text = String::new();
        while let Some(more) = lines.next_if(|line| line.starts_with('\t')) {
            text += more;
            text.push('\n');
        }
        let mut plan: Value = serde_json::from_str(&text).unwrap();
        let statement = spaced(plan["Query Text"].as_str().unwrap());
        let plan = plan["Plan"].take();
        found.push(Explained { statement, plan });
    }
    found
}

/// The text with single spaces.
pub(super) fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Explained {
    /// What is wrong with it: nothing where all went by the right index.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let mut found = Vec::new();
        self.each(&mut |step| found.extend(faults(step)));
        found
    }

    /// The tables that it looked at.
    pub(super) fn tables(&self) -> Vec<String> {
        let mut tables = Vec::new();
        self.each(&mut |step| tables.extend(table(step).map(ToOwned::to_owned)));
        tables
    }

    fn each(&self, look: &mut impl FnMut(&Value)) {
        each(&self.plan, look);
    }
}

fn each(step: &Value, look: &mut impl FnMut(&Value)) {
    look(step);
    for below in step["Plans"].as_array().into_iter().flatten() {
        each(below, look);
    }
}

/// The table that this step scans, where it may be large.
fn table(step: &Value) -> Option<&str> {
    let scans = step["Node Type"].as_str()?.ends_with("Scan");
    let table = step["Relation Name"].as_str().filter(|_| scans)?;
    (BY_LEDGER.contains(&table) || FOR_ALL.contains(&table)).then_some(table)
}

fn faults(step: &Value) -> Vec<Fault> {
    let kind = step["Node Type"].as_str().unwrap_or_default();
    let index = step["Index Name"].as_str().unwrap_or_default();
    let condition = step["Index Cond"].as_str().unwrap_or_default();
    // The words of a search are looked for together with their ledger.
    let by_ledger = condition.contains("ledger_id") || condition.contains("expense_grams");
    if kind == "Bitmap Index Scan" {
        let fault = Fault {
            kind: Kind::AllLedgers,
            step: format!("{kind} by {index}"),
        };
        return Vec::from_iter((!by_ledger).then_some(fault));
    }
    let Some(table) = table(step) else {
        return Vec::new();
    };
    let (rows, loops, blocks) = (rows(step), count(step, "Actual Loops"), blocks(step));
    let step = format!("{kind} of {table} {index}: {rows} rows in {blocks} blocks, {loops} times");
    let leads = by_ledger || FOR_ALL.contains(&table) && !condition.is_empty();
    // Whoever walks an index that does not lead anywhere looks at no row, but at all its blocks.
    let too_much = rows > ROWS || blocks > 50.0 + 5.0 * (rows + loops);
    let found = [
        (Kind::NoIndex, kind == "Seq Scan"),
        (Kind::AllLedgers, kind.starts_with("Index") && !leads),
        (Kind::TooMuch, too_much),
    ];
    let found = found.into_iter().filter(|(_, is)| *is);
    found
        .map(|(kind, _)| Fault {
            kind,
            step: step.clone(),
        })
        .collect()
}

fn count(step: &Value, what: &str) -> f64 {
    step[what].as_f64().unwrap_or_default()
}

/// The rows that it looked at, whether or not they were asked for.
fn rows(step: &Value) -> f64 {
    let once = count(step, "Actual Rows")
        + count(step, "Rows Removed by Filter")
        + count(step, "Rows Removed by Index Recheck");
    once * count(step, "Actual Loops")
}

/// The blocks that it looked at itself.
fn blocks(step: &Value) -> f64 {
    let of = |step: &Value| count(step, "Shared Hit Blocks") + count(step, "Shared Read Blocks");
    let below = step["Plans"].as_array().into_iter().flatten();
    of(step) - below.map(of).sum::<f64>()
}
