//! The menu of commands, as Telegram shows it.

use std::collections::BTreeSet;

use expense_core::conversation::command::{Audience, Command, for_audience};
use futures::future::join_all;
use teloxide_core::payloads::{
    GetMyCommands, GetMyCommandsSetters, SetMyCommands, SetMyCommandsSetters,
};
use teloxide_core::types::{BotCommand, BotCommandScope, ChatId, Recipient};

use crate::client::Client;
use crate::patience::patiently;
use crate::refusal::{CallError, Remedy};

/// Registers the commands: everybody's in private and in groups, all of them in the owners' own
/// chats. There is one language, so it stands for all. One that has to be asked for again holds up
/// no other.
pub(crate) async fn register(client: &Client, owners: &BTreeSet<i64>) {
    let everybodys = [
        BotCommandScope::AllPrivateChats,
        BotCommandScope::AllGroupChats,
    ];
    let everybodys = everybodys.map(|scope| offer(client, scope, Audience::Everyone));
    let owners = owners.iter();
    let owners = owners.map(|owner| offer_in(client, *owner, Audience::Owners));
    tokio::join!(join_all(everybodys), join_all(owners));
}

/// Offers the commands of this audience in one chat.
pub(crate) async fn offer_in(client: &Client, chat: i64, audience: Audience) {
    let chat_id = Recipient::Id(ChatId(chat));
    offer(client, BotCommandScope::Chat { chat_id }, audience).await;
}

/// Offers a menu until Telegram takes it, or refuses it: the next start offers what this one could
/// not, as to an owner who never wrote to the bot and has no chat with it.
async fn offer(client: &Client, scope: BotCommandScope, audience: Audience) {
    let menu = menu(audience);
    let shown = patiently(|| show(client, scope.clone(), &menu), refused).await;
    if let Err(remedy) = shown {
        let refusal = remedy.name();
        tracing::warn!(refusal, "a menu of commands was not registered");
    }
}

/// What another try would not change. Whether the token is good is found out by others.
fn refused(remedy: Remedy) -> Option<Remedy> {
    match remedy {
        Remedy::Wait(_) | Remedy::Later | Remedy::Conflict | Remedy::Token => None,
        refused => Some(refused),
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
