//! Rules and dashboards ask for metrics that there are.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::program::{Program, explained};

const DEPLOY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy");
/// Of Prometheus itself, of the files that backups write, and of kube-state-metrics.
const OTHERS: [&str; 3] = [
    "up",
    "backup_last_success_timestamp_seconds",
    "kube_cronjob_status_last_successful_time",
];
const SUFFIXES: [&str; 3] = ["_bucket", "_sum", "_count"];

#[tokio::test]
async fn every_metric_that_is_asked_for_is_exported() {
    let program = Program::start(&[]).await;
    let page = program.metrics();
    let mut known: BTreeSet<&str> = explained(&page).into_iter().chain(OTHERS).collect();
    let rules = read("prometheus/recording.yml") + &read("prometheus/alerts.yml");
    let recorded = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- record: "));
    known.extend(recorded);
    let mut asked: Vec<(String, String)> = Vec::new();
    for line in rules.lines().map(str::trim) {
        let is_expression =
            line.starts_with("expr: ") || line.starts_with("sum by") || line.starts_with('/');
        if is_expression {
            asked.push((
                "a rule".to_owned(),
                line.trim_start_matches("expr:").to_owned(),
            ));
        }
    }
    for file in dashboards() {
        let dashboard: Value = serde_json::from_str(&read(&file)).unwrap();
        for target in dashboard["panels"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(targets)
        {
            asked.push((file.clone(), target));
        }
    }
    assert!(asked.len() > 50, "the questions were not read: {asked:?}");
    for (file, expression) in asked {
        for name in names(&expression) {
            let plain = SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix));
            let is_known =
                known.contains(&*name) || plain.is_some_and(|plain| known.contains(plain));
            assert!(
                is_known,
                "{file} asks for {name}, which there is not: {expression}"
            );
        }
    }
}

#[test]
fn dashboards_have_ids_of_their_own_and_place_for_every_panel() {
    let mut ids = BTreeSet::new();
    for file in dashboards() {
        let dashboard: Value = serde_json::from_str(&read(&file)).unwrap();
        assert!(
            ids.insert(dashboard["uid"].as_str().unwrap().to_owned()),
            "{file}"
        );
        for panel in dashboard["panels"].as_array().unwrap() {
            let place = &panel["gridPos"];
            let right = place["x"].as_u64().unwrap() + place["w"].as_u64().unwrap();
            assert!(
                right <= 24 && !panel["title"].as_str().unwrap().is_empty(),
                "{file}"
            );
        }
    }
    assert_eq!(ids.len(), 4);
}

fn read(file: &str) -> String {
    std::fs::read_to_string(Path::new(DEPLOY).join(file)).unwrap()
}

fn dashboards() -> Vec<String> {
    let files = std::fs::read_dir(Path::new(DEPLOY).join("grafana/dashboards")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names
        .map(|name| format!("grafana/dashboards/{name}"))
        .collect()
}

fn targets(panel: &Value) -> Vec<String> {
    let targets = panel["targets"].as_array().unwrap().iter();
    targets
        .map(|target| target["expr"].as_str().unwrap().to_owned())
        .collect()
}

/// The metrics of an expression: what is neither a function, a keyword, a label nor a number.
fn names(expression: &str) -> Vec<String> {
    // Labels and values in braces, and the labels that are grouped by, are no metrics.
    let mut bare = String::new();
    let (mut braces, mut text) = (0_u32, expression);
    while let Some(next) = text.chars().next() {
        match next {
            '{' | '[' => braces += 1,
            '}' | ']' => braces -= 1,
            _ if braces == 0 => bare.push(next),
            _ => {}
        }
        text = &text[next.len_utf8()..];
    }
    while let Some(at) = bare.find(" by (") {
        let end = bare[at..].find(')').unwrap() + at;
        bare.replace_range(at..=end, " ");
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let words = bare.split(|c| !is_part(c)).map(str::to_owned);
    words
        .filter(|word| word.contains(['_', ':']) || word == "up")
        .filter(|word| word != "histogram_quantile")
        .collect()
}

#[test]
fn the_names_in_an_expression_are_found() {
    let found = names(
        r#"histogram_quantile(0.99, sum by (le, a_b) (rate(x_bucket{c_d="e_f"}[5m]))) > bot:y"#,
    );
    assert_eq!(found, ["x_bucket", "bot:y"]);
}
