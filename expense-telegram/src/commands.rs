//! The menu of commands, as Telegram shows it.

use std::collections::BTreeSet;

use expense_core::conversation::command::{Audience, Command, for_audience};
use teloxide_core::payloads::{
    GetMyCommands, GetMyCommandsSetters, SetMyCommands, SetMyCommandsSetters,
};
use teloxide_core::types::{BotCommand, BotCommandScope, ChatId, Recipient};

use crate::client::Client;
use crate::refusal::CallError;

/// Registers the commands: everybody's in private and in groups, all of them in the owners' own
/// chats. There is one language, so it stands for all.
pub(crate) async fn register(client: &Client, owners: &BTreeSet<i64>) {
    for scope in [
        BotCommandScope::AllPrivateChats,
        BotCommandScope::AllGroupChats,
    ] {
        offer(client, scope, Audience::Everyone).await;
    }
    for owner in owners {
        offer_in(client, *owner, Audience::Owners).await;
    }
}

/// Offers the commands of this audience in one chat.
pub(crate) async fn offer_in(client: &Client, chat: i64, audience: Audience) {
    let chat_id = Recipient::Id(ChatId(chat));
    offer(client, BotCommandScope::Chat { chat_id }, audience).await;
}

/// A menu is a courtesy: the next start offers what this one could not, as to an owner who never
/// wrote to the bot and has no chat with it.
async fn offer(client: &Client, scope: BotCommandScope, audience: Audience) {
    if let Err(error) = show(client, scope, &menu(audience)).await {
        tracing::warn!(%error, "a menu of commands was not registered");
    }
}

/// Registers a menu, unless it stands there already.
async fn show(
    client: &Client,
    scope: BotCommandScope,
    commands: &[BotCommand],
) -> Result<(), CallError> {
    let shown = GetMyCommands::new().scope(scope.clone());
    if client.call(&shown).await? != commands {
        let menu = SetMyCommands::new(commands.to_vec()).scope(scope);
        client.call(&menu).await?;
    }
    Ok(())
}

fn menu(audience: Audience) -> Vec<BotCommand> {
    let entry = |command: &Command| BotCommand {
        command: command.name.to_owned(),
        description: command.help.to_owned(),
    };
    for_audience(audience).map(entry).collect()
}
