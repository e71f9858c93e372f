//! Whether Telegram can be talked to as configured, in words for the operator.

use serde::Deserialize;
use teloxide_core::payloads::{GetMe, GetWebhookInfo};
use teloxide_core::requests::Payload;

use crate::client::{ANSWER, Client};
use crate::config::{Config, Transport};
use crate::refusal::{CallError, Remedy};
use crate::update::Bot;

/// A fact, or what is wrong and how to mend it.
type Finding = Result<String, String>;

/// What is wanted of `WebhookInfo`.
#[derive(Deserialize)]
struct Hook {
    url: String,
    #[serde(default)]
    pending_update_count: u64,
    last_error_message: Option<String>,
}

/// Asks Telegram and changes nothing.
pub(crate) async fn check(client: &Client, config: &Config) -> Vec<Finding> {
    let bot: Bot = match client.call_for(GetMe::NAME, &GetMe {}, ANSWER).await {
        Ok(bot) => bot,
        Err(error) => return vec![Err(unreachable(&error))],
    };
    let mut findings = vec![Ok(format!("@{}", bot.username)), Ok(in_groups(&bot))];
    let hook: Result<Hook, _> = client
        .call_for(GetWebhookInfo::NAME, &GetWebhookInfo {}, ANSWER)
        .await;
    match hook {
        Ok(hook) => findings.extend(webhook(&hook, config)),
        Err(error) => findings.push(Err(unreachable(&error))),
    }
    findings
}

fn unreachable(error: &CallError) -> String {
    match error {
        CallError::Refused(refusal) if refusal.remedy() == Remedy::Token => {
            "Telegram does not know this bot: TELEGRAM_BOT_TOKEN is wrong or was revoked. Ask \
             BotFather for the token"
                .to_owned()
        }
        CallError::Refused(_) => format!("{error}: try again in a moment"),
        _ => format!(
            "{error}: check the network, and TELEGRAM_API_URL if you use a server of your own"
        ),
    }
}

fn in_groups(bot: &Bot) -> String {
    match (bot.can_join_groups, bot.can_read_all_group_messages) {
        (false, _) => "can't be added to groups (BotFather: /setjoingroups)",
        (true, false) => "in groups it gets commands, mentions and replies, which is enough",
        (true, true) => "in groups it gets every message (BotFather: /setprivacy)",
    }
    .to_owned()
}

fn webhook(hook: &Hook, config: &Config) -> Vec<Finding> {
    let wanted = match &config.transport {
        Transport::Polling => "",
        Transport::Webhook(webhook) => webhook.url.as_str(),
    };
    let place = match (wanted, hook.url.as_str()) {
        ("", "") => "updates are polled".to_owned(),
        ("", _) => "a webhook is set: the start takes it away and polls".to_owned(),
        (_, "") => "WEBHOOK_URL is not set with Telegram yet: the start does that".to_owned(),
        (wanted, set) if wanted == set => "updates come to WEBHOOK_URL".to_owned(),
        _ => "updates go to another address than WEBHOOK_URL: the start changes that".to_owned(),
    };
    let mut findings = vec![Ok(format!(
        "{place}, {} waiting",
        hook.pending_update_count
    ))];
    let ours = !wanted.is_empty() && wanted == hook.url;
    if let Some(trouble) = hook.last_error_message.as_ref().filter(|_| ours) {
        // It brings an update until it is taken: where none waits, it has come since.
        findings.push(match hook.pending_update_count {
            0 => Ok(format!(
                "Telegram could not deliver for a while ({trouble}), and has since"
            )),
            _ => Err(format!(
                "Telegram could not deliver to WEBHOOK_URL: {trouble}. The address has to lead to \
                 HTTP_ADDR, and WEBHOOK_SECRET has to be the same on all instances"
            )),
        });
    }
    findings
}
