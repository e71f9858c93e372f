//! What Telegram answers instead of a result, and what follows from it.

use std::time::Duration;

use expense_core::ports::error::{Fault, PortError};
use serde::Deserialize;

/// Why a call has no result. Neither of them shows the token, which stands in every address, nor
/// a description, which may repeat what somebody wrote.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// Telegram said no.
    #[error("{0}")]
    Refused(Refusal),
    /// No answer came; whether the call acted is unknown.
    #[error("{0}")]
    Unreachable(&'static str),
    /// The answer is not in the form of the Bot API.
    #[error("the answer is not that of a Bot API server")]
    Garbled,
    /// The answer is larger than it may be.
    #[error("the answer is too large")]
    TooLarge,
    /// The call could not even be spelled.
    #[error("the request can't be spelled")]
    Unspeakable,
}

impl CallError {
    /// A mistake on our side.
    pub(crate) const OURS: Self = Self::Unspeakable;

    /// The error of the HTTP client, without the address that it would show.
    pub(crate) fn unreachable(error: reqwest::Error) -> Self {
        Self::Unreachable(if error.is_timeout() {
            "the server did not answer in time"
        } else if error.is_connect() {
            "the server can't be reached"
        } else {
            "the connection broke"
        })
    }

    /// In the terms of a port.
    pub(crate) fn into_port(self, port: &'static str, operation: &'static str) -> PortError {
        let fault = match &self {
            Self::Refused(refusal) => refusal.remedy().fault(),
            Self::Unreachable(_) | Self::Garbled => Fault::Unavailable,
            Self::TooLarge => Fault::Denied,
            Self::Unspeakable => Fault::Bug,
        };
        PortError::new(port, operation, fault).because(self)
    }
}

/// A refusal as the Bot API spells it, see "Making requests" and `ResponseParameters`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, thiserror::Error)]
#[error("Telegram refused with {error_code} ({})", self.remedy().name())]
pub(crate) struct Refusal {
    pub(crate) error_code: u16,
    #[serde(default)]
    description: String,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
struct Parameters {
    migrate_to_chat_id: Option<i64>,
    retry_after: Option<u64>,
}

/// What follows from a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// The message already says so: fine.
    Unchanged,
    /// The message can't be edited: a new one says it.
    SendAnew,
    /// The topic is closed or gone: the general one takes it.
    General,
    /// The markup was not understood: the bare words go out.
    Plain,
    /// The buttons were not understood: the words go out without them.
    WithoutButtons,
    /// The chat goes on under this id.
    Moved(i64),
    /// Too much at once: this chat waits, the others go on.
    Wait(Duration),
    /// The chat takes nothing from us.
    Denied,
    /// The server has trouble of its own.
    Later,
    /// The token is wrong.
    Token,
    /// Another process takes this bot's updates.
    Conflict,
    /// Telegram does not find the webhook's host, which may be new.
    Host,
    /// Telegram does not take the webhook as it is configured.
    Webhook,
    /// We asked for something that there is not: a mistake on our side.
    Bug,
}

impl Remedy {
    /// Its name in `docs/failures.md`, fit for a log.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::SendAnew => "send anew",
            Self::General => "general topic",
            Self::Plain => "plain text",
            Self::WithoutButtons => "without buttons",
            Self::Moved(_) => "moved",
            Self::Wait(_) => "wait",
            Self::Denied => "denied",
            Self::Later => "later",
            Self::Token => "token",
            Self::Conflict => "conflict",
            Self::Host => "host unknown",
            Self::Webhook => "webhook",
            Self::Bug => "bug",
        }
    }

    /// What it is where nothing better can be done.
    pub(crate) fn fault(self) -> Fault {
        match self {
            Self::Wait(wait) => Fault::Busy {
                retry_after: Some(wait),
            },
            // Whoever mends the token wants what is said meanwhile to be said then.
            Self::Later | Self::Conflict | Self::Host | Self::Token => Fault::Unavailable,
            Self::Denied => Fault::Denied,
            Self::Unchanged
            | Self::SendAnew
            | Self::General
            | Self::Plain
            | Self::WithoutButtons
            | Self::Moved(_)
            | Self::Webhook
            | Self::Bug => Fault::Bug,
        }
    }
}

/// How long to wait where Telegram does not say.
const WAIT: Duration = Duration::from_secs(5);

/// What the description holds, in small letters, and what follows. The first row that fits
/// counts; `docs/failures.md` tells the same to people.
#[rustfmt::skip] // a table is read by its rows
const RULES: &[(&str, Remedy)] = &[
    ("message is not modified", Remedy::Unchanged),
    ("message to edit not found", Remedy::SendAnew),
    ("message can't be edited", Remedy::SendAnew),
    ("message_id_invalid", Remedy::SendAnew),
    ("message identifier is not specified", Remedy::SendAnew),
    ("there is no text in the message to edit", Remedy::SendAnew),
    ("message thread not found", Remedy::General),
    ("topic_", Remedy::General),
    ("can't parse entities", Remedy::Plain),
    ("can't parse messageentity", Remedy::Plain),
    ("unsupported parse_mode", Remedy::Plain),
    ("entity_", Remedy::Plain),
    ("keyboard", Remedy::WithoutButtons),
    ("button_", Remedy::WithoutButtons),
    ("button style", Remedy::WithoutButtons),
    ("text buttons", Remedy::WithoutButtons),
    ("reply markup", Remedy::WithoutButtons),
    ("reply_markup", Remedy::WithoutButtons),
    ("chat not found", Remedy::Denied),
    ("upgraded to a supergroup", Remedy::Denied),
    ("have no access to the user", Remedy::Denied),
    ("peer_id_invalid", Remedy::Denied),
    ("user_is_", Remedy::Denied),
    ("user_deactivated", Remedy::Denied),
    ("channel_private", Remedy::Denied),
    ("chat_restricted", Remedy::Denied),
    ("_forbidden", Remedy::Denied),
    ("not enough rights", Remedy::Denied),
    ("have no rights", Remedy::Denied),
    ("administrator rights", Remedy::Denied),
    ("file is too big", Remedy::Denied),
    ("wrong file_id", Remedy::Denied),
    ("terminated by other", Remedy::Conflict),
    ("webhook is active", Remedy::Conflict),
    ("already been closed", Remedy::Later),
    ("logged out", Remedy::Later),
    ("proxy connection is not ready", Remedy::Later),
    ("no connection", Remedy::Later),
    ("canceled", Remedy::Later),
    ("failed to resolve", Remedy::Host),
    ("webhook", Remedy::Webhook),
    ("secret token", Remedy::Webhook),
    ("certificate", Remedy::Webhook),
    ("ip address", Remedy::Webhook),
    ("ipv6", Remedy::Webhook),
    ("url is too long", Remedy::Webhook),
    ("method not found", Remedy::Bug),
];

impl Refusal {
    /// The refusal in an answer, if it is one.
    pub(crate) fn read(answer: &[u8]) -> Option<Self> {
        serde_json::from_slice(answer).ok()
    }

    /// What the status alone tells.
    pub(crate) fn by_status(error_code: u16) -> Self {
        Self {
            error_code,
            description: String::new(),
            parameters: Parameters::default(),
        }
    }

    /// What follows from it.
    pub(crate) fn remedy(&self) -> Remedy {
        if let Some(id) = self.parameters.migrate_to_chat_id {
            return Remedy::Moved(id);
        }
        if self.error_code == 429 || self.parameters.retry_after.is_some() {
            let asked = self.parameters.retry_after.map(Duration::from_secs);
            return Remedy::Wait(asked.unwrap_or(WAIT));
        }
        let description = self.description.to_lowercase();
        let rule = RULES.iter().find(|(holds, _)| description.contains(holds));
        match (rule, self.error_code) {
            (Some((_, remedy)), _) => *remedy,
            (None, 401 | 404 | 421) => Remedy::Token,
            (None, 403) => Remedy::Denied,
            (None, 409) => Remedy::Conflict,
            (None, 500..) => Remedy::Later,
            (None, _) => Remedy::Bug,
        }
    }
}

#[cfg(test)]
mod tests;
