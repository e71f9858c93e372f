//! The rules of the house, read from `use` lines and from `cargo metadata`.

mod sources;
mod workspace;

use sources::{code, core, root, sources};
use workspace::{dependencies, members, reachable};

/// The rooms of `expense-core` and the rooms that each may name.
const ROOMS: [(&str, &[&str]); 7] = [
    ("domain", &[]),
    ("conversation", &["domain"]),
    ("ports", &["domain", "conversation"]),
    ("service", &["domain", "conversation", "ports"]),
    // Of the conversation only the values that stand in contracts; see `SIGNATURES`.
    ("wrap", &["domain", "conversation", "ports"]),
    // `in_process` fills the ports of a service.
    ("memory", &["domain", "conversation", "ports", "service"]),
    (
        "testing",
        &[
            "domain",
            "conversation",
            "ports",
            "service",
            "wrap",
            "memory",
        ],
    ),
];

/// What decorators may name of the conversation: the signatures of ports are made of it.
const SIGNATURES: [&str; 3] = ["event", "question", "reply"];

/// What no code of a room contains. Paths are below `expense-core/src`.
const NEVER: [(&str, &[&str]); 6] = [
    (
        "domain",
        &[
            "async fn", ".await", "tokio", "std::fs", "std::net", "std::env",
        ],
    ),
    (
        "conversation",
        &[
            "async fn", ".await", "tokio", "std::fs", "std::net", "std::env", "html", "telegram",
        ],
    ),
    ("service", &["sqlx", "teloxide", "telegram", "SELECT "]),
    ("wrap", &["std::fs", "std::net", "tokio::fs", "tokio::net"]),
    (
        "memory",
        &["std::fs", "std::net", "tokio::fs", "tokio::net"],
    ),
    (
        "",
        &[
            "Utc::now",
            "Local::now",
            "SystemTime::now",
            "Instant::now",
            "tokio::spawn",
            "new_v4",
        ],
    ),
];

/// The only places that may ask for the time: the clock, and the one of simulations, whose
/// runtime makes the time up.
const CLOCKS: [&str; 2] = ["memory/clock.rs", "testing/simulation/clock.rs"];

/// Where floats may stand in a crate that handles money: measurements are no amounts.
const FLOATS: [&str; 1] = ["wrap/meter.rs"];

#[test]
fn rooms_use_only_the_rooms_to_their_left() {
    let mut broken = Vec::new();
    for (room, allowed) in ROOMS {
        for file in sources(&core().join(room)) {
            for (line, code) in code(&file) {
                for named in rooms_named(&code) {
                    if named != room && !allowed.contains(&named) {
                        broken.push(format!("{}:{line} names {named}", file.display()));
                    }
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn decorators_know_contracts_and_no_decisions() {
    let mut broken = Vec::new();
    for file in sources(&core().join("wrap")) {
        for (line, code) in code(&file) {
            let Some((_, rest)) = code.split_once("crate::conversation::") else {
                continue;
            };
            if !SIGNATURES.iter().any(|module| rest.starts_with(module)) {
                broken.push(format!("{}:{line} {code}", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn no_room_does_what_it_never_does() {
    let mut broken = Vec::new();
    for (room, never) in NEVER {
        for file in sources(&core().join(room)) {
            if CLOCKS.iter().any(|clock| file.ends_with(clock)) {
                continue;
            }
            for (line, code) in code(&file) {
                for word in never.iter().filter(|word| code.contains(**word)) {
                    broken.push(format!("{}:{line} has {word}", file.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn no_float_comes_near_money() {
    let mut broken = Vec::new();
    let stores = members()
        .into_iter()
        .filter(|name| name.starts_with("expense-store"));
    for member in std::iter::once("expense-core".to_owned()).chain(stores) {
        for file in sources(&root().join(member).join("src")) {
            if FLOATS.iter().any(|allowed| file.ends_with(allowed)) {
                continue;
            }
            for (line, code) in code(&file) {
                if ["f32", "f64", "REAL", "DOUBLE"]
                    .iter()
                    .any(|word| has_word(&code, word))
                {
                    broken.push(format!("{}:{line} {code}", file.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_core_depends_on_no_database_no_transport_and_no_network() {
    let known = reachable("expense-core");
    for banned in [
        "sqlx",
        "sqlx-core",
        "reqwest",
        "hyper",
        "teloxide",
        "redis",
        "lapin",
    ] {
        assert!(!known.contains(banned), "expense-core depends on {banned}");
    }
    assert!(
        known.contains("rust_decimal"),
        "the graph was not read: {known:?}"
    );
}

#[test]
fn adapters_know_the_core_and_not_each_other() {
    let wiring = ["expense-core", "expense-bot", "expense-tests"];
    let adapters = members()
        .into_iter()
        .filter(|name| name.starts_with("expense-") && !wiring.contains(&name.as_str()));
    for adapter in adapters {
        for (dependency, _) in dependencies(&adapter) {
            let ours = dependency.starts_with("expense-");
            assert!(
                !ours || dependency == "expense-core",
                "{adapter} depends on {dependency}"
            );
        }
    }
}

#[test]
fn only_programs_use_anyhow() {
    for member in members() {
        let uses = dependencies(&member)
            .iter()
            .any(|(name, _)| name == "anyhow");
        let program = ["expense-bot", "xtask", "examples"].contains(&member.as_str());
        assert!(!uses || program, "{member} is a library and uses anyhow");
    }
}

#[test]
fn nothing_that_is_released_contains_the_test_kit() {
    for member in members() {
        for (dependency, features) in dependencies(&member) {
            let kit = features.iter().any(|feature| feature == "testing");
            assert!(!kit, "{member} ships {dependency} with the feature testing");
        }
    }
}

#[test]
fn the_rules_notice_what_breaks_them() {
    assert_eq!(rooms_named("use crate::service::Service;"), ["service"]);
    assert_eq!(rooms_named("pub(in crate::memory) fn f() {}"), ["memory"]);
    assert_eq!(
        rooms_named("use crate::{domain, testing};"),
        ["domain", "testing"]
    );
    assert!(has_word("let x: f64 = 0.0;", "f64"));
    assert!(!has_word("let half64 = 1;", "f64"));
}

/// The rooms that a line of code names through `crate::`.
fn rooms_named(code: &str) -> Vec<&'static str> {
    let named = |room: &&str| {
        let grouped = code
            .split_once("crate::{")
            .is_some_and(|(_, rest)| has_word(rest, room));
        grouped || code.contains(&format!("crate::{room}"))
    };
    ROOMS.iter().map(|(room, _)| *room).filter(named).collect()
}

fn has_word(code: &str, word: &str) -> bool {
    code.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|other| other == word)
}
