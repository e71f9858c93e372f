//! The image.

use std::process::Command;

use super::{checkers, deploy, read, root};

#[test]
fn the_dockerfile_is_well_written() {
    if let Some(checkers) = checkers::installed() {
        checkers.run("hadolint", [deploy("Dockerfile")]);
    }
}

/// The image is built of a part of the repository: the workspace, and what is copied by name.
#[test]
fn what_the_image_is_built_of_gets_to_the_engine() {
    let ignore = read(root().join(".dockerignore"));
    let let_in: Vec<&str> = ignore
        .lines()
        .filter_map(|line| line.strip_prefix('!'))
        .collect();
    let gets_in = |path: &str| {
        let_in
            .iter()
            .any(|pattern| match pattern.strip_suffix('*') {
                Some(beginning) => path.starts_with(beginning),
                None => path == *pattern,
            })
    };
    let workspace = read(root().join("Cargo.toml"));
    let (_, members) = workspace.split_once("members = [").expect("a workspace");
    let (members, _) = members.split_once(']').expect("a list");
    let members = members
        .split(',')
        .map(|member| member.trim().trim_matches('"'));
    for member in members.filter(|member| !member.is_empty()) {
        assert!(gets_in(member), "{member} is kept from the engine");
    }
    for path in ["Cargo.toml", "Cargo.lock"] {
        assert!(gets_in(path), "{path} is kept from the engine");
    }
    let dockerfile = read(deploy("Dockerfile"));
    let copied = dockerfile
        .lines()
        .filter_map(|line| line.strip_prefix("COPY "));
    let copied = copied.filter(|words| !words.contains("--from="));
    for words in copied {
        let mut words = words.split(' ').filter(|word| !word.starts_with("--"));
        let source = words.next().expect("a source");
        assert!(
            source == "." || gets_in(source),
            "{source} is kept from the engine"
        );
        assert!(root().join(source).exists(), "{source} is not there");
    }
}

/// The last stage is bare: the program has to do with the C library and its companion.
#[test]
fn the_program_needs_no_library_that_the_image_lacks() {
    const HERE: [&str; 5] = [
        "linux-vdso.so",
        "libgcc_s.so",
        "libm.so",
        "libc.so",
        "ld-linux-",
    ];
    let needed = checkers::succeed(Command::new("ldd").arg(expense_tests::bot()), "");
    for line in needed.lines().map(str::trim) {
        let name = line
            .split(' ')
            .next()
            .and_then(|path| path.rsplit('/').next());
        let name = name.unwrap_or_default();
        assert!(HERE.iter().any(|known| name.starts_with(known)), "{line}");
    }
}

/// The program is asked to be built with features that it has.
#[test]
fn the_image_asks_for_features_that_there_are() {
    let dockerfile = read(deploy("Dockerfile"));
    let features = dockerfile
        .lines()
        .find_map(|line| line.strip_prefix("ARG FEATURES="));
    let manifest = read(root().join("expense-bot/Cargo.toml"));
    for feature in features.expect("a list of features").split(',') {
        let known = manifest.contains(&format!("\n{feature} = ["));
        assert!(known, "there is no feature {feature}");
    }
}
