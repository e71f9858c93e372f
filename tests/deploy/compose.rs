//! The compose files.

use std::collections::BTreeMap;

use rstest::rstest;
use serde_json::{Map, Value};

use super::checkers;
use super::program::{Told, understands};

const IMAGE: &str = "${EXPENSE_BOT_IMAGE";
const SECRETS: &str = "/run/secrets/";
#[rstest]
#[case("compose.yaml")]
#[case("compose.scaled.yaml")]
fn a_compose_file_fits_the_schema_and_the_program(#[case] name: &str) {
    let Some(checkers) = checkers::installed() else {
        return;
    };
    let file = super::deploy(name);
    let schema = ["--builtin-schema", "vendor.compose-spec"].map(Into::into);
    checkers.run(
        "check-jsonschema",
        schema.into_iter().chain([file.clone().into_os_string()]),
    );
    let compose = checkers.document(&file);
    let secrets = super::secrets();
    let services = object(&compose["services"]);
    let mut bots = 0;
    for (service, what) in services {
        for mounted in mounted(what) {
            let there = super::deploy(mounted).exists();
            assert!(there, "{service} mounts {mounted}, which is not there");
        }
        assert!(
            what["logging"]["options"]["max-size"].is_string(),
            "the log of {service} grows for ever"
        );
        assert!(
            what["deploy"]["resources"]["limits"]["memory"].is_string(),
            "{service} may take all memory"
        );
        if !what["image"]
            .as_str()
            .is_some_and(|image| image.starts_with(IMAGE))
        {
            continue;
        }
        bots += 1;
        understands(&told(what), SECRETS, secrets.path());
        let grace = seconds(&what["stop_grace_period"]);
        assert!(
            grace > super::ending(),
            "{service} is killed after {grace} s"
        );
    }
    assert!(bots > 1, "no bot in {name}");
    for secret in object(&compose["secrets"]).values() {
        let made = secret["file"]
            .as_str()
            .and_then(|file| file.strip_prefix("secrets/"));
        let made = made.expect("a file in deploy/secrets");
        assert!(
            secrets.path().join(made).exists(),
            "secrets.sh makes no {made}"
        );
    }
}

/// What Prometheus asks is there to be asked.
#[test]
fn prometheus_asks_services_that_there_are() {
    let Some(checkers) = checkers::installed() else {
        return;
    };
    let compose = checkers.document(&super::deploy("compose.scaled.yaml"));
    let prometheus = checkers.document(&super::deploy("prometheus/prometheus.yml"));
    let jobs = prometheus["scrape_configs"]
        .as_array()
        .into_iter()
        .flatten();
    let watchers = prometheus["alerting"]["alertmanagers"].as_array();
    let asked = jobs.chain(watchers.into_iter().flatten());
    let found = asked.flat_map(|job| job["dns_sd_configs"].as_array().into_iter().flatten());
    let names: Vec<String> = found.flat_map(|names| strings(&names["names"])).collect();
    assert!(!names.is_empty(), "Prometheus asks nobody");
    for name in names {
        assert!(
            compose["services"][&name].is_object(),
            "there is no service {name}"
        );
    }
}

/// Every variable of the compose files is explained in `env.example`, with the same value.
#[test]
fn what_may_be_set_is_told() {
    let told = super::read(super::deploy("env.example"));
    for name in ["compose.yaml", "compose.scaled.yaml"] {
        let text = super::read(super::deploy(name));
        for (variable, usual) in text.split("${").skip(1).filter_map(variable) {
            assert!(
                told.lines()
                    .any(|line| line == format!("{variable}={usual}")),
                "env.example has no {variable}={usual}"
            );
        }
    }
}

/// `NAME:-usual}…` as name and usual value.
fn variable(text: &str) -> Option<(&str, &str)> {
    text.split_once('}')?.0.split_once(":-")
}

/// What the program is told by this service.
fn told(service: &Value) -> Told {
    let environment = object(&service["environment"]).iter().map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), expanded);
        (name.clone(), value)
    });
    let arguments = strings(&service["command"]);
    // Behind a shell stands a script.
    let arguments = match service["entrypoint"].is_array() {
        true => words_of_script(&arguments.concat()),
        false => arguments,
    };
    Told {
        environment: environment.collect::<BTreeMap<_, _>>(),
        arguments,
    }
}

fn words_of_script(script: &str) -> Vec<String> {
    let line = script
        .lines()
        .find_map(|line| line.trim().strip_prefix("expense-bot "));
    let words = line.expect("it starts the program").split(' ');
    words.map(str::to_owned).collect()
}

/// With the usual value where a variable stands.
fn expanded(text: &str) -> String {
    match text.strip_prefix("${").and_then(variable) {
        Some((_, usual)) => usual.to_owned(),
        None => text.to_owned(),
    }
}

/// The files of the repository that are mounted.
fn mounted(service: &Value) -> Vec<&str> {
    let volumes = service["volumes"].as_array().into_iter().flatten();
    let own = volumes.filter_map(|volume| volume.as_str()?.strip_prefix("./"));
    own.filter_map(|volume| volume.split(':').next()).collect()
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().expect("a mapping")
}

fn strings(value: &Value) -> Vec<String> {
    let words = value.as_array().into_iter().flatten();
    words.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn seconds(value: &Value) -> u64 {
    let text = value.as_str().and_then(|text| text.strip_suffix('s'));
    text.and_then(|text| text.parse().ok()).expect("seconds")
}
