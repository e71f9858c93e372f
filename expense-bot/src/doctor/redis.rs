//! The Redis server that instances share.

use crate::config::Config;

/// Whether it can be used, and what it is; nothing where none is configured.
pub(super) async fn examine(config: &Config) -> Option<Result<String, String>> {
    let settings = crate::wire::shared::settings(config)?;
    let examined = expense_redis::examine(&settings).await;
    Some(match examined {
        Ok(Some(server)) => Ok(server.to_string()),
        Ok(None) => Ok("a cluster that answers".to_owned()),
        Err(error) => Err(error.to_string()),
    })
}
