//! The database.

use crate::config::{Config, Database};

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
        Ok(None) => Ok(format!("{named} will be made by the first start")),
        Ok(Some(schema)) => Ok(format!("{named}, sound, schema {schema}")),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(feature = "postgres")]
async fn postgres(server: &crate::config::Postgres) -> Result<String, String> {
    let settings = crate::wire::store::postgres(server);
    let examined = expense_store_postgres::examine(&settings).await;
    let examined = examined.map_err(|error| error.to_string())?;
    let (wanted, granted) = (server.max_connections, examined.connections);
    if wanted > granted {
        return Err(format!(
            "{examined}, grants {granted} connections and DATABASE_MAX_CONNECTIONS asks for \
             {wanted}: ask for fewer, or raise max_connections of the server"
        ));
    }
    Ok(format!(
        "{examined}, up to {wanted} of its {granted} connections"
    ))
}
