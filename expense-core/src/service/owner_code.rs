//! The code by which the first owner makes themselves known, where none is configured.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Inner;
use crate::conversation::command::{self, Audience, Routed};
use crate::conversation::event::{Envelope, Event, Scene};
use crate::domain::access::Role;
use crate::domain::keys::UserKey;
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::rate::{Quota, Take, Verdict};
use crate::ports::state::Saved;

/// Where it is kept, for every instance.
const KEY: &str = "owner-code";
/// How long a code is good for; the next start makes another.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How often somebody may try a code.
const TRIES: Quota = Quota {
    burst: 5,
    period: Duration::from_secs(10 * 60),
};
/// How often all together may.
const ALL_TRIES: Quota = Quota {
    burst: 30,
    period: Duration::from_secs(60 * 60),
};

/// A one-time code. It does not show itself in `Debug`: it goes to the operator's terminal alone.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnerCode(String);

impl OwnerCode {
    /// The code of these random bytes, which must come from the operating system.
    #[must_use]
    pub fn of(random: [u8; 16]) -> Self {
        Self(random.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// What is sent after `/start`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares digests, so that the time it takes tells nothing about the code.
    fn is(&self, sent: &str) -> bool {
        Sha256::digest(self.0.as_bytes()) == Sha256::digest(sent.as_bytes())
    }
}

impl fmt::Debug for OwnerCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnerCode(…)")
    }
}

/// The code as it is kept. Whoever sent it first has it, so that their update can come again.
#[derive(Serialize, Deserialize)]
struct Kept {
    code: String,
    taken: Option<UserKey>,
}

impl Inner {
    /// The code that makes its sender the first owner: the one that is kept, else `fresh`. `None`
    /// where there is an owner.
    pub(super) async fn owner_code(&self, fresh: OwnerCode) -> Result<Option<OwnerCode>> {
        if self.has_owner().await? {
            return Ok(None);
        }
        let value = written(&Kept {
            code: fresh.0.clone(),
            taken: None,
        })?;
        for _ in 0..3 {
            let found = self.ports.common.load(KEY).await?;
            let version = found.as_ref().map(|found| found.version);
            match found.and_then(|found| serde_json::from_slice::<Kept>(&found.value).ok()) {
                Some(Kept { code, taken: None }) => return Ok(Some(OwnerCode(code))),
                // It was sent, but what it was sent with is gone: it starts over.
                _ => match self.ports.common.save(KEY, version, &value, KEPT).await? {
                    Saved::Done(_) => return Ok(Some(fresh)),
                    Saved::Lost => {}
                },
            }
        }
        let busy = Fault::Busy { retry_after: None };
        Err(PortError::new("service", "owner_code", busy))
    }

    async fn has_owner(&self) -> Result<bool> {
        if !self.options.access.owners.is_empty() {
            return Ok(true);
        }
        let roles = self.roles().await?;
        Ok(roles.values().any(|role| *role == Role::Owner))
    }

    /// Whether this is somebody's try to become the first owner, and what came of it.
    pub(super) async fn tried_code(&self, envelope: &Envelope) -> Result<Option<Event>> {
        let Some(sent) = sent_code(envelope) else {
            return Ok(None);
        };
        if self.has_owner().await? {
            return Ok(None);
        }
        let Some(found) = self.ports.common.load(KEY).await? else {
            return Ok(None);
        };
        if let Some(retry_after_s) = self.too_many_tries(envelope).await? {
            return Ok(Some(Event::Limited { retry_after_s }));
        }
        let wrong = Ok(Some(Event::Code { right: false }));
        let Ok(kept) = serde_json::from_slice::<Kept>(&found.value) else {
            return wrong;
        };
        if !OwnerCode(kept.code.clone()).is(sent) {
            return wrong;
        }
        let right = match kept.taken {
            Some(first) => first == envelope.who,
            None => {
                let value = written(&Kept {
                    code: kept.code,
                    taken: Some(envelope.who.clone()),
                })?;
                let common = &self.ports.common;
                let saved = common.save(KEY, Some(found.version), &value, KEPT).await?;
                if saved == Saved::Lost {
                    let busy = Fault::Busy { retry_after: None };
                    return Err(PortError::new("service", "owner_code", busy));
                }
                true
            }
        };
        Ok(Some(Event::Code { right }))
    }

    async fn too_many_tries(&self, envelope: &Envelope) -> Result<Option<u64>> {
        let buckets = [
            (format!("{KEY}/{}", envelope.who.as_str()), TRIES),
            (KEY.to_owned(), ALL_TRIES),
        ];
        for (bucket, quota) in buckets {
            let take = Take {
                bucket,
                token: Some(envelope.key.as_str().to_owned()),
                at: Some(envelope.sent_at),
            };
            if let Verdict::Limited { retry_after } = self.ports.limiter.take(&take, quota).await? {
                return Ok(Some(super::limited::seconds(retry_after)));
            }
        }
        Ok(None)
    }
}

/// What stands after `/start`, where somebody is alone with the bot.
fn sent_code(envelope: &Envelope) -> Option<&str> {
    let (Scene::Private, Event::Text { text, .. }) = (&envelope.scene, &envelope.event) else {
        return None;
    };
    match command::route(text, Audience::Everyone) {
        Routed::Known(command, arguments) if command.name == "start" && !arguments.is_empty() => {
            Some(arguments)
        }
        _ => None,
    }
}

fn written(kept: &Kept) -> Result<Vec<u8>> {
    serde_json::to_vec(kept)
        .map_err(|error| PortError::new("service", "owner_code", Fault::Bug).because(error))
}
