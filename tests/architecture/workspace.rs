//! The workspace as cargo sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::sources::root;

/// The workspace as cargo sees it on this platform: what others would need was not fetched.
fn metadata() -> Value {
    let version = Command::new("rustc")
        .arg("-vV")
        .output()
        .expect("rustc runs");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--offline",
            "--all-features",
        ])
        .args(["--filter-platform", host.expect("rustc names its host")])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    serde_json::from_slice(&output.stdout).expect("cargo prints JSON")
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub(crate) fn members() -> Vec<String> {
    let metadata = metadata();
    let ids: BTreeSet<String> = array(&metadata["workspace_members"]).map(text).collect();
    array(&metadata["packages"])
        .filter(|package| ids.contains(&text(&package["id"])))
        .map(|package| text(&package["name"]))
        .collect()
}

/// What a member names in `[dependencies]`, with features; what only its tests use is left out.
pub(crate) fn dependencies(member: &str) -> Vec<(String, Vec<String>)> {
    let metadata = metadata();
    let package = array(&metadata["packages"]).find(|package| package["name"] == member);
    array(&package.expect("it is a member")["dependencies"])
        .filter(|dependency| dependency["kind"].is_null())
        .map(|dependency| {
            let features = array(&dependency["features"]).map(text).collect();
            (text(&dependency["name"]), features)
        })
        .collect()
}

/// The names of all packages that a release of this one is built from.
pub(crate) fn reachable(member: &str) -> BTreeSet<String> {
    let metadata = metadata();
    let names: BTreeMap<String, String> = array(&metadata["packages"])
        .map(|package| (text(&package["id"]), text(&package["name"])))
        .collect();
    let edges: BTreeMap<String, Vec<String>> = array(&metadata["resolve"]["nodes"])
        .map(|node| {
            let released = array(&node["deps"]).filter(|dependency| {
                array(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null())
            });
            (
                text(&node["id"]),
                released
                    .map(|dependency| text(&dependency["pkg"]))
                    .collect(),
            )
        })
        .collect();
    let start = names.iter().find(|(_, name)| *name == member);
    let mut open = vec![start.expect("it is a member").0.clone()];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if seen.insert(id.clone()) {
            open.extend(edges.get(&id).into_iter().flatten().cloned());
        }
    }
    seen.iter()
        .filter_map(|id| names.get(id).cloned())
        .collect()
}
