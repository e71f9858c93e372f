//! What `docs/failures.md` says of RabbitMQ is shown row by row.

use std::path::{Path, PathBuf};

const BROKER: &str = "expense-queue-rabbitmq/tests/it/broker.rs";
const PARTITIONS: &str = "expense-queue-rabbitmq/tests/it/partitions.rs";
const SHARING: &str = "expense-queue-rabbitmq/tests/it/sharing.rs";
const PROMISES: &str = "expense-queue-rabbitmq/tests/it/promises.rs";
/// The suite that `contracts.rs` runs on a broker.
const SUITE: &str = "expense-core/src/testing/conformance/queue/mod.rs";
/// What a service does with any queue, and a door with any refusal.
const SERVICE: &str = "expense-core/src/service/worker/tests.rs";
const DOOR: &str = "expense-telegram/tests/it/webhook.rs";
const PROGRAM: &str = "expense-bot/tests/cli/queue.rs";

/// What happens, in the words of the page, and the tests that show what follows.
const SHOWN: &[(&str, &[(&str, &str)])] = &[
    (
        "a node of a cluster dies",
        &[
            (BROKER, "a_node_of_a_cluster_dies_and_the_others_go_on"),
            (BROKER, "a_channel_that_confirms_nothing_is_given_up"),
        ],
    ),
    (
        "the broker dies or restarts",
        &[
            (BROKER, "a_broker_that_dies_comes_back_with_everything"),
            (DOOR, "is_safe_or_comes_again"),
        ],
    ),
    (
        "the network is cut",
        &[
            (BROKER, "a_network_that_is_cut_loses_nothing"),
            (BROKER, "a_silent_broker_keeps_nobody_waiting"),
        ],
    ),
    (
        "the disk or the memory of the broker is full",
        &[(BROKER, "a_full_disk_stops_the_door_and_not_the_workers")],
    ),
    (
        "a partition has 10,000 updates",
        &[(PARTITIONS, "a_full_partition_refuses_its_chats_alone")],
    ),
    (
        "a queue was deleted",
        &[
            (BROKER, "what_is_wrong_with_a_broker_is_told_or_mended"),
            (BROKER, "a_half_made_broker_leads_nobody_astray"),
        ],
    ),
    (
        "a worker dies",
        &[
            (SHARING, "a_killed_worker_loses_nothing"),
            (SHARING, "a_waiting_chat_survives_its_worker_in_order"),
        ],
    ),
    (
        "an update fails for the moment",
        &[
            (SUITE, "a_retry_comes_back_after_its_time_before_later_ones"),
            (SUITE, "only_its_own_chat_waits_for_a_retry"),
            (SERVICE, "a_person_is_told_what_is_going_on"),
            (
                SERVICE,
                "what_fails_while_others_are_served_is_given_up_sooner",
            ),
        ],
    ),
    (
        "an update fails for good, or too often",
        &[
            (SUITE, "a_dead_update_is_buried_with_its_reason"),
            (SUITE, "a_poisonous_update_is_buried_after_bounded_attempts"),
            (SERVICE, "a_person_is_told_what_is_going_on"),
            (PROGRAM, "what_was_given_up_is_looked_at_and_replayed"),
        ],
    ),
    (
        "an update of a newer version",
        &[(
            PARTITIONS,
            "an_update_of_a_newer_version_is_buried_as_it_is",
        )],
    ),
    (
        "a wrong password, a missing right",
        &[
            (BROKER, "what_is_wrong_with_a_broker_is_told_or_mended"),
            (PROMISES, "what_keeps_it_from_working_is_told"),
            (
                PROGRAM,
                "a_broker_that_is_not_there_is_told_without_its_password",
            ),
        ],
    ),
];

fn read(path: &str) -> String {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(root.join(path)).expect(path)
}

#[test]
fn every_row_is_shown_by_tests() {
    let page = read("docs/failures.md");
    let sections = page.split("\n## ");
    let mut sections = sections.filter(|section| section.starts_with("RabbitMQ\n"));
    let lines = sections.next().expect("the section").lines();
    let rows = lines.filter(|line| line.starts_with('|')).skip(2);
    let rows = rows.map(|row| row.split('|').nth(1).expect("a cell").trim());
    let shown: Vec<&str> = SHOWN.iter().map(|(row, _)| *row).collect();
    assert_eq!(rows.collect::<Vec<_>>(), shown);
}

#[test]
fn the_tests_are_there() {
    for (row, tests) in SHOWN {
        assert!(!tests.is_empty(), "{row}");
        for (file, test) in *tests {
            let code = read(file);
            let (before, _) = code
                .split_once(&format!("fn {test}("))
                .unwrap_or_else(|| panic!("no {test} in {file}, which shows: {row}"));
            // A case of a suite is a test by the list of its macro.
            let listed = before.contains(&format!("            {test},\n"));
            let marked = before
                .rsplit("\n\n")
                .next()
                .is_some_and(|own| own.contains("test"));
            assert!(listed || marked, "{test} in {file} is no test");
        }
    }
}
