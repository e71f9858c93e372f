//! Every metric there is: what `/metrics` explains, and what `docs/metrics.md` lists.

/// One metric.
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// The names of its labels, separated by commas.
    #[cfg_attr(not(test), allow(dead_code, reason = "the page in docs/ lists them"))]
    pub(crate) labels: &'static str,
    /// One line for people.
    pub(crate) help: &'static str,
}

/// What a metric does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It rises.
    Counter,
    /// It rises and falls.
    Gauge,
    /// How often values fell into which bucket.
    Histogram,
}

use Kind::{Counter, Gauge, Histogram};

impl Kind {
    /// As the text format of Prometheus calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Counter => "counter",
            Gauge => "gauge",
            Histogram => "histogram",
        }
    }
}

const fn metric(
    name: &'static str,
    kind: Kind,
    labels: &'static str,
    help: &'static str,
) -> Metric {
    Metric {
        name,
        kind,
        labels,
        help,
    }
}

/// All of them. Every label has few values, and none that a stranger could think of.
#[rustfmt::skip] // a table is read by its rows
pub(crate) const METRICS: &[Metric] = &[
    metric("bot_info", Gauge, "version", "Always 1: which program this is."),
    metric("bot_requests_total", Counter, "command,outcome", "Updates that were handled: done, retried (another try follows) or buried (given up). command is a command, a kind of update (text, photo, voice, press, edited and so on) or other."),
    metric("bot_request_duration_seconds", Histogram, "command", "Time from a worker's claim of an update until its replies were sent or parked."),
    metric("bot_active_users", Gauge, "", "People whose updates this process handled within 24 hours: exact up to 4,096, beyond that to within some hundredths."),
    metric("bot_replies_total", Counter, "result", "Replies: sent, parked (kept in the database until they can be sent), given_up (after days of tries) or refused (the chat does not take them)."),
    metric("bot_errors_total", Counter, "port,kind", "Errors that were met and dealt with, by the part that failed and by kind: busy, unavailable, full, denied, corrupt or bug."),
    metric("queue_depth", Gauge, "", "Updates of this process that wait for a worker or are in its hands; none where a broker keeps them."),
    metric("broker_depth", Gauge, "", "Updates that wait for a worker in the broker, the same whichever door tells it."),
    metric("queue_lag_seconds", Histogram, "", "Time from when a person sent an update until a worker began with it. The platform tells whole seconds."),
    metric("jobs_waiting", Gauge, "kind", "Work that waits in the database, for all processes: reading (receipts and voice notes), reply (parked ones), suggestion (categories), rate (exchange rates)."),
    metric("cache_requests_total", Counter, "cache,outcome", "Questions to caches: hit, miss, or error where the cache itself failed."),
    metric("port_calls_total", Counter, "port,operation,outcome", "Calls to what the bot stands on, further tries not counted: ok or the kind of error."),
    metric("port_call_duration_seconds", Histogram, "port,operation", "Time of these calls, further tries and waits for a turn included."),
    metric("gemini_queue_depth", Gauge, "", "Requests of this process that wait for their turn to ask Gemini."),
    metric("gemini_request_duration_seconds", Histogram, "kind", "Time of one request to Gemini."),
    metric("gemini_quota_used", Counter, "", "Requests that were made to Gemini, each of which costs the quota."),
    metric("gemini_quota_limit", Gauge, "", "Requests to Gemini that all processes together may make in a day."),
    metric("db_pool_connections_max", Gauge, "", "Connections to PostgreSQL that this process may have."),
    metric("db_pool_connections", Gauge, "state", "Connections to PostgreSQL that are open: busy or idle."),
    metric("db_pool_waiting", Gauge, "", "Reads that wait for a connection to PostgreSQL."),
    metric("store_reads_total", Counter, "place", "Reads by where they were answered: the primary or a replica."),
    metric("replica_lag_bytes", Gauge, "replica", "Write-ahead log that a replica has not replayed yet."),
    metric("replica_in_use", Gauge, "replica", "Whether this process reads from a replica (1) or has left it out (0)."),
    metric("breaker_open", Gauge, "of", "Whether a server is left alone for a moment because it fails: 1 or 0."),
    metric("rate_limits_stood_in_total", Counter, "", "Limits that this process kept by itself because what counts for all did not answer."),
    metric("replica_lag_seconds", Gauge, "replica", "Time since a replica was last known to be level with the primary."),
    metric("process_cpu_seconds_total", Counter, "", "Processor time that this process has used, in whole seconds."),
    metric("process_resident_memory_bytes", Gauge, "", "Memory that this process holds."),
    metric("process_open_fds", Gauge, "", "Files and connections that this process has open."),
    metric("process_start_time_seconds", Gauge, "", "When this process started, in seconds since 1970."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The rows of the table, each as it has to stand in the page.
    fn rows() -> impl Iterator<Item = String> {
        METRICS.iter().map(|metric| {
            let labels: Vec<String> = metric
                .labels
                .split(',')
                .filter(|label| !label.is_empty())
                .map(|label| format!("`{label}`"))
                .collect();
            let (name, kind) = (metric.name, metric.kind.name());
            format!(
                "| `{name}` | {kind} | {} | {} |",
                labels.join(", "),
                metric.help
            )
        })
    }

    #[test]
    fn the_page_lists_every_metric_and_no_other() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/metrics.md");
        let page = std::fs::read_to_string(page).expect("docs/metrics.md");
        let listed: BTreeSet<&str> = page
            .lines()
            .filter(|line| line.starts_with("| `"))
            .collect();
        let wanted: Vec<String> = rows().collect();
        let wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
        let missing: Vec<_> = wanted.difference(&listed).collect();
        let unknown: Vec<_> = listed.difference(&wanted).collect();
        assert!(
            missing.is_empty() && unknown.is_empty(),
            "docs/metrics.md lacks {missing:#?} and has {unknown:#?}"
        );
    }

    #[test]
    fn names_are_unique_and_say_what_they_count() {
        let names: BTreeSet<&str> = METRICS.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), METRICS.len());
        for Metric {
            name, kind, help, ..
        } in METRICS
        {
            assert!(!help.contains(['\n', '|']), "{name}");
            // The product gave this one its name.
            let counts = name.ends_with("_total") || *name == "gemini_quota_used";
            assert_eq!(*kind == Counter, counts, "{name}");
        }
    }
}
