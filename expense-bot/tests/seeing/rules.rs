//! `deploy/prometheus` is what promtool takes, and its alerts fire when they should.

use std::path::PathBuf;
use std::process::Command;

use rstest::rstest;

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/prometheus"))
}

#[rstest]
#[case::the_configuration(&["check", "config", "prometheus.yml"])]
#[case::the_rules(&["check", "rules", "recording.yml", "alerts.yml"])]
#[case::when_they_fire(&["test", "rules", "alerts_test.yml"])]
fn promtool_is_content(#[case] arguments: &[&str]) {
    let checked = Command::new("promtool")
        .args(arguments)
        .current_dir(folder())
        .output();
    let Ok(checked) = checked else {
        eprintln!("NOT RUN: promtool is not installed (Debian: apt-get install prometheus)");
        return;
    };
    let said = [checked.stdout, checked.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(checked.status.success(), "{said}");
}

/// Each alert says what is wrong and leads to a section that says what to do, and each is tested.
#[test]
fn every_alert_leads_to_help_and_is_tested() {
    let read = |name: &str| std::fs::read_to_string(folder().join(name)).unwrap();
    let (alerts, tests) = (read("alerts.yml"), read("alerts_test.yml"));
    let help = std::fs::read_to_string(folder().join("../../docs/metrics.md")).unwrap();
    let sections: Vec<String> = help
        .lines()
        .filter_map(|line| Some(line.strip_prefix("### ")?.to_lowercase()))
        .collect();
    let rules: Vec<&str> = alerts.split("- alert: ").skip(1).collect();
    assert!(rules.len() > 10, "the alerts were not read");
    for rule in rules {
        let name = rule.lines().next().unwrap();
        for key in ["summary: ", "description: ", "severity: "] {
            assert!(rule.contains(key), "{name} has no {key}");
        }
        let (_, link) = rule.split_once("runbook: docs/metrics.md#").unwrap();
        let section = link.lines().next().unwrap().to_owned();
        assert!(
            sections.contains(&section),
            "{name} leads to #{section}, which is not there"
        );
        assert!(
            tests.contains(&format!("alertname: {name}")),
            "{name} is not tested"
        );
    }
}
