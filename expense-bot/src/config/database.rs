//! Where the ledgers are kept.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::source::Source;
use super::values::count;

/// Where the ledgers are kept.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    /// One file on this machine.
    Sqlite(PathBuf),
    /// A PostgreSQL server.
    Postgres(Postgres),
}

/// A PostgreSQL server and how much of it is used.
#[derive(Debug, Clone)]
pub(crate) struct Postgres {
    /// Its address, with the password.
    pub(crate) url: SecretString,
    /// The addresses of its standbys that are read from.
    pub(crate) replicas: Vec<SecretString>,
    /// Connections at most.
    pub(crate) max_connections: u32,
    /// Connections that are kept open.
    pub(crate) min_connections: u32,
}

/// What `DATABASE_URL` may say.
pub(super) enum Url {
    Sqlite(PathBuf),
    Postgres(SecretString),
}

const WRITE: &str = "write sqlite://FILE, for example sqlite:///var/lib/expense-bot/expenses.sqlite, or postgres://USER:PASSWORD@HOST/DATABASE";
/// What a build says that has no file to fall back on.
const NEEDED: &str = "is needed, as this build lacks the feature `sqlite`: write postgres://USER:PASSWORD@HOST/DATABASE, or build with it";
const WRITE_REPLICAS: &str = "write postgres://USER:PASSWORD@HOST/DATABASE, several with commas between them; a comma in a password is %2C";
/// What is said of standbys of no server.
const NO_SERVER: &str = "needs a server to be a replica of: set DATABASE_URL to postgres://USER:PASSWORD@HOST/DATABASE, or unset this";
/// Replicas at most: each is looked at several times a second.
const REPLICAS: usize = 16;
const MAX_CONNECTIONS: u32 = 25;
const MIN_CONNECTIONS: u32 = 2;

/// The address that is set.
pub(super) fn url(source: &mut Source) -> Option<Url> {
    source.take("DATABASE_URL", parse)
}

/// The database at this address, the file in `data` where there is none.
pub(super) fn read(source: &mut Source, url: Option<Url>, data: &Path) -> Database {
    let max = source.take("DATABASE_MAX_CONNECTIONS", |text| count(text, 1, 1_000));
    let min = source.take("DATABASE_MIN_CONNECTIONS", |text| count(text, 0, 1_000));
    let max_connections = max.unwrap_or(MAX_CONNECTIONS);
    let min_connections = min.unwrap_or(MIN_CONNECTIONS.min(max_connections));
    if min_connections > max_connections {
        source.wrong(
            "DATABASE_MIN_CONNECTIONS",
            format!("is more than DATABASE_MAX_CONNECTIONS, {max_connections}"),
        );
    }
    if url.is_none() && !cfg!(feature = "sqlite") && !source.is_wrong("DATABASE_URL") {
        source.wrong("DATABASE_URL", NEEDED);
    }
    let replicas = source.take("DATABASE_REPLICA_URLS", parse_replicas);
    let replicas = replicas.unwrap_or_default();
    match &url {
        Some(Url::Postgres(primary)) => {
            let primary = primary.expose_secret();
            if replicas.iter().any(|url| url.expose_secret() == primary) {
                let what = "names the server of DATABASE_URL itself: name its standbys";
                source.wrong("DATABASE_REPLICA_URLS", what);
            }
        }
        _ if replicas.is_empty() || source.is_wrong("DATABASE_URL") => {}
        _ => source.wrong("DATABASE_REPLICA_URLS", NO_SERVER),
    }
    match url {
        None => Database::Sqlite(data.join("expenses.sqlite")),
        Some(Url::Sqlite(file)) => Database::Sqlite(file),
        Some(Url::Postgres(url)) => Database::Postgres(Postgres {
            url,
            replicas,
            max_connections,
            min_connections,
        }),
    }
}

fn parse_replicas(urls: &str) -> Result<Vec<SecretString>, String> {
    if !cfg!(feature = "postgres") {
        return Err(
            "this build lacks the feature `postgres`: build with it, or unset it".to_owned(),
        );
    }
    let urls: Vec<&str> = urls.split(',').map(str::trim).collect();
    let server = |url: &&str| url.starts_with("postgres://") || url.starts_with("postgresql://");
    if !urls.iter().all(server) {
        return Err(WRITE_REPLICAS.to_owned());
    }
    if urls.len() > REPLICAS {
        return Err(format!("names more than {REPLICAS} servers: name fewer"));
    }
    let different: BTreeSet<&&str> = urls.iter().collect();
    if different.len() < urls.len() {
        return Err("names a server twice: name each once".to_owned());
    }
    Ok(urls.into_iter().map(SecretString::from).collect())
}

fn parse(url: &str) -> Result<Url, &'static str> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return if cfg!(feature = "postgres") {
            Ok(Url::Postgres(url.into()))
        } else {
            Err("this build lacks the feature `postgres`: build with it, or write sqlite://FILE")
        };
    }
    let file = url
        .strip_prefix("sqlite://")
        .or_else(|| url.strip_prefix("sqlite:"));
    match file {
        Some("" | ":memory:") | None => Err(WRITE),
        Some(_) if !cfg!(feature = "sqlite") => {
            Err("this build lacks the feature `sqlite`: build with it, or write postgres://…")
        }
        Some(file) if file.contains('?') => {
            Err("parameters after ? are not known; write sqlite://FILE")
        }
        Some(file) => Ok(Url::Sqlite(PathBuf::from(file))),
    }
}
