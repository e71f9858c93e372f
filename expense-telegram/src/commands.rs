//! The menu of commands, as Telegram shows it.

use expense_core::conversation::command::{Audience, Command, for_audience};
use teloxide_core::payloads::{
    GetMyCommands, GetMyCommandsSetters, SetMyCommands, SetMyCommandsSetters,
};
use teloxide_core::types::{BotCommand, BotCommandScope, ChatId, Recipient};

use crate::client::Client;
use crate::refusal::CallError;

/// Registers the commands: everybody's in private and in groups, all of them in the owners' own
/// chats. There is one language, so it stands for all.
pub(crate) async fn register(client: &Client, owners: &[i64]) {
    let (everyone, all) = (menu(Audience::Everyone), menu(Audience::Owners));
    let own = |owner: &i64| BotCommandScope::Chat {
        chat_id: Recipient::Id(ChatId(*owner)),
    };
    let common = [
        (BotCommandScope::AllPrivateChats, &everyone),
        (BotCommandScope::AllGroupChats, &everyone),
    ];
    let owned = owners.iter().map(|owner| (own(owner), &all));
    for (scope, commands) in common.into_iter().chain(owned) {
        if let Err(error) = show(client, scope, commands).await {
            // An owner who never wrote to the bot has no chat with it: the next start finds one.
            tracing::warn!(%error, "a menu of commands was not registered");
        }
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
