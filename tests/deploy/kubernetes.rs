//! The manifests, as kustomize puts them together.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::Value;

use super::checkers::{self, Checkers};
use super::program::{Told, understands};
use super::{deploy, read};

const SECRETS: &str = "/run/secrets/expense-bot/";
/// The oldest and the newest Kubernetes that they are for.
const VERSIONS: [&str; 2] = ["1.30", "1.37"];

#[rstest]
#[case("one-box", 1)]
#[case("scaled", 3)]
fn an_overlay_fits_the_schemas_and_the_program(#[case] name: &str, #[case] deployments: usize) {
    let Some(checkers) = checkers::installed() else {
        return;
    };
    let folder = deploy("kubernetes").join(name);
    let built = checkers.run("kubectl", ["kustomize".as_ref(), folder.as_os_str()]);
    let whole = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(whole.path(), &built).expect("room on the disk");
    for version in VERSIONS {
        let options = ["--strict", "-k", version].map(Into::into);
        let arguments = options
            .into_iter()
            .chain([whole.path().as_os_str().to_owned()]);
        checkers.run("kubernetes-validate", arguments);
    }
    let objects = checkers.yaml(&built);
    let secrets = secrets(&checkers);
    let environment = environment(&objects);
    let mut seen = 0;
    for pod in pods(&objects) {
        seen += 1;
        let grace = pod["terminationGracePeriodSeconds"].as_u64();
        let containers = pod["containers"].as_array().into_iter().flatten();
        for container in containers.clone() {
            let pause = container["lifecycle"]["preStop"]["sleep"]["seconds"].as_u64();
            let ending = pause.expect("a pause") + super::ending();
            assert!(
                grace.is_some_and(|grace| grace > ending),
                "{grace:?}, {ending} s"
            );
        }
        let first = pod["initContainers"].as_array().into_iter().flatten();
        for container in first.chain(containers) {
            let confined = &container["securityContext"];
            assert_eq!(confined["readOnlyRootFilesystem"], true);
            let arguments = container["args"].as_array().into_iter().flatten();
            let told = Told {
                environment: environment.clone(),
                arguments: arguments
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
            };
            understands(&told, SECRETS, secrets.path());
        }
    }
    assert_eq!(seen, deployments);
    asks_for_metrics_that_the_adapter_knows(&checkers, &objects);
}

/// The autoscaler's outer metrics are those of the adapter, and nothing else.
fn asks_for_metrics_that_the_adapter_knows(checkers: &Checkers, objects: &[Value]) {
    let scalers = of_kind(objects, "HorizontalPodAutoscaler");
    let metrics =
        scalers.flat_map(|scaler| scaler["spec"]["metrics"].as_array().into_iter().flatten());
    let asked: BTreeSet<&str> = metrics
        .filter_map(|metric| metric["external"]["metric"]["name"].as_str())
        .collect();
    let values = checkers.document(&deploy("kubernetes/prometheus-adapter-values.yaml"));
    let rules = values["rules"]["external"].as_array().into_iter().flatten();
    let known: BTreeSet<&str> = rules
        .filter_map(|rule| rule["name"]["as"].as_str())
        .collect();
    assert!(
        asked.is_subset(&known),
        "{asked:?} are asked, {known:?} known"
    );
}

/// The entries of the template, as files.
fn secrets(checkers: &Checkers) -> tempfile::TempDir {
    let file = deploy("kubernetes/secret.example.yaml");
    checkers.run(
        "kubernetes-validate",
        ["--strict".as_ref(), file.as_os_str()],
    );
    let secret = checkers.yaml(&read(file)).remove(0);
    let folder = tempfile::tempdir().expect("a folder");
    let entries = secret["stringData"].as_object().expect("entries");
    for (name, value) in entries {
        let value = value.as_str().expect("a text");
        std::fs::write(folder.path().join(name), value).expect("room on the disk");
    }
    folder
}

/// The settings that all pods have.
fn environment(objects: &[Value]) -> std::collections::BTreeMap<String, String> {
    let maps = of_kind(objects, "ConfigMap").filter_map(|map| map["data"].as_object());
    let values = maps.flatten().map(|(name, value)| {
        let value = value.as_str().expect("a text");
        (name.clone(), value.to_owned())
    });
    values.collect()
}

fn pods(objects: &[Value]) -> impl Iterator<Item = &Value> {
    of_kind(objects, "Deployment").map(|deployment| &deployment["spec"]["template"]["spec"])
}

fn of_kind<'a>(objects: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    objects.iter().filter(move |object| object["kind"] == kind)
}
