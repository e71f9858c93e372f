//! The database.

#[cfg(feature = "postgres")]
use chrono::TimeDelta;

use crate::config::{Config, Database};

/// How far clocks of machines may be apart: a second is nothing to claims of minutes.
#[cfg(feature = "postgres")]
const APART: TimeDelta = TimeDelta::seconds(5);

/// Whether it can be used, and what it is.
pub(super) async fn examine(config: &Config) -> Result<String, String> {
    match &config.database {
        #[cfg(feature = "sqlite")]
        Database::Sqlite(file) => sqlite(file).await,
        #[cfg(feature = "postgres")]
        Database::Postgres(server) => postgres(server).await,
        // The configuration has refused it.
        #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
        _ => Err("this build lacks it".to_owned()),
    }
}

#[cfg(feature = "sqlite")]
async fn sqlite(file: &std::path::Path) -> Result<String, String> {
    let named = file.display();
    match expense_store_sqlite::examine(file).await {
        Ok(None) => match can_be_made(file) {
            Ok(()) => Ok(format!("{named} will be made by the first start")),
            Err(error) => Err(format!(
                "{named} can't be made ({error}): check the path of DATABASE_URL and its permissions"
            )),
        },
        Ok(Some(schema)) => Ok(format!("{named}, sound, schema {schema}")),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether the nearest folder above that is there takes another file: the rest is made by the start.
#[cfg(feature = "sqlite")]
fn can_be_made(file: &std::path::Path) -> std::io::Result<()> {
    let above = file.ancestors().skip(1).find(|folder| folder.exists());
    let folder = above.unwrap_or(std::path::Path::new("."));
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    std::fs::write(&probe, b"")?;
    std::fs::remove_file(&probe)
}

#[cfg(feature = "postgres")]
async fn postgres(server: &crate::config::Postgres) -> Result<String, String> {
    let settings = crate::wire::store::postgres(server);
    let examined = expense_store_postgres::examine(&settings).await;
    let examined = examined.map_err(|error| error.to_string())?;
    apart(&examined.to_string(), examined.ahead)?;
    room(&examined.to_string(), server.max_connections, &examined)
}

#[cfg(feature = "postgres")]
fn apart(said: &str, ahead: TimeDelta) -> Result<(), String> {
    if ahead.abs() <= APART {
        return Ok(());
    }
    let (seconds, way) = match ahead.num_seconds() {
        seconds @ 0.. => (seconds, "ahead of"),
        seconds => (-seconds, "behind"),
    };
    Err(format!(
        "{said}, and its clock is {seconds} s {way} this machine's: who works on what is told by \
         time, let NTP set both"
    ))
}

/// Each standby that is named: whether it can be read from, and how far it is behind.
#[cfg(feature = "postgres")]
pub(super) async fn examine_replicas(config: &Config) -> Vec<Result<String, String>> {
    let Database::Postgres(server) = &config.database else {
        return Vec::new();
    };
    if server.replicas.is_empty() {
        return Vec::new();
    }
    let primary = crate::wire::store::postgres(server);
    let Ok(primary) = expense_store_postgres::examine(&primary).await else {
        return vec![Err(
            "the server of DATABASE_URL is to be mended first".to_owned()
        )];
    };
    let mut found = Vec::new();
    for (place, settings) in crate::wire::replicas::settings(server).enumerate() {
        let examined = expense_store_postgres::examine_standby(&settings, &primary).await;
        let state = match examined {
            Ok(examined) => replica(server, &examined),
            Err(error) => Err(error.to_string()),
        };
        // All of them are in one variable: the place tells which.
        let named = |words: String| {
            let variable = format!("DATABASE_REPLICA_URLS (number {})", place + 1);
            words.replace("DATABASE_URL", &variable)
        };
        found.push(state.map_err(named));
    }
    found
}

#[cfg(feature = "postgres")]
fn replica(
    server: &crate::config::Postgres,
    examined: &expense_store_postgres::Examined,
) -> Result<String, String> {
    let behind = examined.behind.unwrap_or_default();
    let wanted = server.max_connections;
    let said = format!(
        "PostgreSQL {}, {} bytes and {} ms behind",
        examined.server,
        behind.bytes,
        behind.time.as_millis()
    );
    if behind.time > expense_core::wrap::replica::BEHIND {
        return Err(format!(
            "{said}: it is left out until it catches up; look for a paused replay \
             (pg_is_wal_replay_paused), a long query there, or a slow disk"
        ));
    }
    room(&said, wanted, examined)
}

/// How many instances the server carries beside whoever else is connected.
#[cfg(feature = "postgres")]
fn room(
    said: &str,
    wanted: u32,
    examined: &expense_store_postgres::Examined,
) -> Result<String, String> {
    let (granted, taken) = (examined.connections, examined.taken);
    match examined.carries(wanted) {
        0 => Err(format!(
            "{said}, grants {granted} connections, of which others hold {taken}, and \
             DATABASE_MAX_CONNECTIONS asks for {wanted}: ask for fewer, or raise max_connections \
             of the server"
        )),
        carried => Ok(format!(
            "{said}, has room for {carried} instances of up to {wanted} connections ({granted} \
             granted, {taken} held by others)"
        )),
    }
}

#[cfg(all(test, feature = "postgres"))]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(TimeDelta::zero(), Ok(()))]
    #[case(-APART, Ok(()))]
    #[case(TimeDelta::seconds(60), Err("60 s ahead of"))]
    #[case(TimeDelta::seconds(-61), Err("61 s behind"))]
    fn a_clock_that_is_apart_is_told(#[case] ahead: TimeDelta, #[case] told: Result<(), &str>) {
        let told = told.map_err(|how| {
            format!(
                "PostgreSQL 15, and its clock is {how} this machine's: who works on what is told by \
                 time, let NTP set both"
            )
        });
        assert_eq!(apart("PostgreSQL 15", ahead), told);
    }
}
