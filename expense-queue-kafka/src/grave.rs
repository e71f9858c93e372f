//! Looking at buried updates, and reviving them.
//!
//! They lie in one partition, in the order in which they were buried, each by the key of its update;
//! a record without a value takes one out.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use expense_core::conversation::event::Envelope;
use expense_core::domain::keys::UpdateKey;
use expense_core::ports::queue::Buried;
use rdkafka::message::{Message, OwnedHeaders};

use crate::error::Failure;
use crate::message::{self, Notes};
use crate::publisher::Record;
use crate::queue::Shared;
use crate::reader;

/// How long looking may take.
const LOOKING: Duration = Duration::from_secs(60);
/// The only partition.
const ONLY: [i32; 1] = [0];

/// The oldest of them.
pub(crate) async fn list(shared: &Arc<Shared>, limit: usize) -> Result<Vec<Buried>, Failure> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    looking(shared, move |shared| {
        let lying = lying(shared)?;
        let mut buried = Vec::new();
        walk(shared, |key, offset, value, notes| {
            if lying.get(key) == Some(&offset)
                // What this version can't read is left to one that can.
                && let Some(envelope) = value.and_then(message::update)
            {
                buried.push(Buried {
                    envelope,
                    reason: notes().reason.unwrap_or_default(),
                });
            }
            buried.len() < limit
        })?;
        Ok(buried)
    })
    .await
}

/// Publishes it anew, and only then takes it out of its grave.
pub(crate) async fn revive(shared: &Arc<Shared>, key: &UpdateKey) -> Result<bool, Failure> {
    let wanted = key.as_str().to_owned();
    let found: Option<Envelope> = looking(shared, move |shared| {
        let mut found = None;
        walk(shared, |key, _, value, _| {
            if key == wanted.as_bytes() {
                found = value.and_then(message::update);
            }
            true
        })?;
        Ok(found)
    })
    .await?;
    let Some(envelope) = found else {
        return Ok(false);
    };
    shared.publish(&envelope).await?;
    let gone = shared.publisher.send(Record {
        topic: &shared.names.dead,
        partition: None,
        key: key.as_str(),
        value: None,
        headers: OwnedHeaders::new(),
    })?;
    gone.confirmed().await?;
    Ok(true)
}

/// Where those lie that were not taken out.
fn lying(shared: &Shared) -> Result<HashMap<Vec<u8>, i64>, Failure> {
    let mut lying = HashMap::new();
    walk(shared, |key, offset, value, _| {
        if value.is_some() {
            lying.insert(key.to_owned(), offset);
        } else {
            lying.remove(key);
        }
        true
    })?;
    Ok(lying)
}

/// Shows them one after the other until `show` says that it is enough.
fn walk(
    shared: &Shared,
    mut show: impl FnMut(&[u8], i64, Option<&[u8]>, &dyn Fn() -> Notes) -> bool,
) -> Result<(), Failure> {
    let dead = &shared.names.dead;
    reader::read(&shared.config, dead, &ONLY, LOOKING, |record| {
        let key = record.key().unwrap_or_default();
        show(key, record.offset(), record.payload(), &|| {
            Notes::read(record)
        })
    })
}

/// Looks on a thread that may wait.
async fn looking<T: Send + 'static>(
    shared: &Arc<Shared>,
    look: impl FnOnce(&Shared) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    drop(shared.ready_made().await?);
    shared.on_a_thread(look).await
}
