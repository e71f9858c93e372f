//! The menu of commands, as Telegram shows it.

use expense_core::conversation::command::{COMMANDS, Command};
use teloxide::payloads::{
    GetMyCommands, GetMyCommandsSetters, SetMyCommands, SetMyCommandsSetters,
};
use teloxide::types::{BotCommand, BotCommandScope};

use crate::client::Client;
use crate::refusal::CallError;

/// Registers the commands, in private and in groups. There is one language, so it stands for
/// all.
pub(crate) async fn register(client: &Client) {
    let commands = menu();
    for scope in [
        BotCommandScope::AllPrivateChats,
        BotCommandScope::AllGroupChats,
    ] {
        if let Err(error) = show(client, scope, &commands).await {
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

fn menu() -> Vec<BotCommand> {
    let entry = |command: &Command| BotCommand {
        command: command.name.to_owned(),
        description: command.help.to_owned(),
    };
    COMMANDS.iter().map(entry).collect()
}
