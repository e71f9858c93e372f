//! `doctor`: looks at every configured part and says what is wrong and how to mend it.

use std::fmt::Display;
use std::process::{Command, ExitCode, Stdio};

use expense_ocr_local::Models;
use expense_store_sqlite::examine;

use crate::config::{Config, ConfigError};
use crate::models;

/// Free space below which recording may soon fail, in bytes.
const ROOM: u64 = 100 * 1024 * 1024;

/// One part and how it is: a fact, or what is wrong and how to mend it.
struct Finding {
    part: &'static str,
    state: Result<String, String>,
}

/// Looks at everything; exit code 1 where something is wrong.
pub(crate) async fn run(config: Result<Config, ConfigError>) -> ExitCode {
    let findings = match config {
        Ok(config) => examine_all(&config).await,
        Err(ConfigError(mistakes)) => mistakes
            .into_iter()
            .map(|mistake| finding("configuration", Err::<&str, _>(mistake)))
            .collect(),
    };
    let mut problems = 0;
    for Finding { part, state } in findings {
        match state {
            Ok(fact) => println!("ok       {part:<15}{fact}"),
            Err(wrong) => {
                problems += 1;
                println!("PROBLEM  {part:<15}{wrong}");
            }
        }
    }
    match problems {
        0 => println!("Everything is well."),
        1 => println!("1 problem."),
        _ => println!("{problems} problems."),
    }
    ExitCode::from(u8::from(problems > 0))
}

async fn examine_all(config: &Config) -> Vec<Finding> {
    let mut findings = vec![
        finding("configuration", Ok::<_, String>("no mistakes")),
        finding("data directory", data_directory(config)),
        finding("free space", room(config)),
        finding("database", database(config).await),
    ];
    if config.telegram {
        findings.push(finding(
            "telegram",
            Err::<&str, _>(crate::run::no_telegram()),
        ));
    }
    findings.extend(reader(config));
    findings
}

fn finding(part: &'static str, state: Result<impl Display, impl Display>) -> Finding {
    let state = match state {
        Ok(fact) => Ok(fact.to_string()),
        Err(wrong) => Err(wrong.to_string()),
    };
    Finding { part, state }
}

fn data_directory(config: &Config) -> Result<String, String> {
    let named = config.data.display();
    let writable = crate::run::make_private(&config.data).and_then(|()| {
        let probe = config.data.join(format!(".doctor-{}", std::process::id()));
        std::fs::write(&probe, b"")?;
        std::fs::remove_file(&probe)
    });
    match writable {
        Ok(()) => Ok(named.to_string()),
        Err(error) => Err(format!(
            "{named} can't be written ({error}): give yourself the right to, or set XDG_DATA_HOME"
        )),
    }
}

fn room(config: &Config) -> Result<String, String> {
    let folder = match config.database.parent() {
        Some(folder) if folder.is_dir() => folder,
        _ => &config.data,
    };
    let about = rustix::fs::statvfs(folder)
        .map_err(|error| format!("the disk of {} can't be asked ({error})", folder.display()))?;
    let free = about.f_bavail.saturating_mul(about.f_frsize);
    let told = format!("{} MB", free / 1024 / 1024);
    if free < ROOM {
        return Err(format!(
            "{told} are left at {}: free some",
            folder.display()
        ));
    }
    Ok(told)
}

async fn database(config: &Config) -> Result<String, String> {
    let named = config.database.display();
    match examine(&config.database).await {
        Ok(None) => Ok(format!("{named} will be made by the first start")),
        Ok(Some(schema)) => Ok(format!("{named}, sound, schema {schema}")),
        Err(error) => Err(error.to_string()),
    }
}

fn reader(config: &Config) -> Vec<Finding> {
    if config.reader.is_none() {
        return vec![finding(
            "reader",
            Ok::<_, String>("none, as OCR says: photos ask for the amount"),
        )];
    }
    let folder = models::folder(config);
    let models = Models::locate(&folder).and_then(|models| models.verify());
    let missing = models.is_err();
    let sound = format!("{}, complete and sound", folder.display());
    let mut findings = vec![finding("models", models.map(|()| sound))];
    // Pip is needed once: with the models in place nobody misses it.
    if missing {
        findings.push(finding("pip", pip()));
    }
    findings
}

fn pip() -> Result<&'static str, &'static str> {
    let there = [
        ("pip3", &["--version"][..]),
        ("pip", &["--version"]),
        ("python3", &["-m", "pip", "--version"]),
    ]
    .into_iter()
    .any(|(program, args)| {
        let quiet = Command::new(program)
            .args(args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        quiet.is_ok_and(|status| status.success())
    });
    if there {
        Ok("ready to fetch the models")
    } else {
        Err("is not there: install Python 3 with pip to fetch the models, or set OCR_MODEL_DIR")
    }
}
