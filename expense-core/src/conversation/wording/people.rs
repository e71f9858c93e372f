//! Who may use the bot.

use super::{buttons, count};
use crate::conversation::action::{Action, MAX_PAYLOAD_BYTES};
use crate::conversation::question::Census;
use crate::conversation::reply::{Reply, Span, Text};
use crate::domain::access::{Access, Person, Role};
use crate::domain::keys::{ChatKey, UserKey};
use crate::domain::person::PersonName;

/// The most people that `/users` names.
const MOST: usize = 100;

pub(crate) const APPROVE: &str = "Whom shall I let in? Write their id, for example /approve 4711. \
    They see it with /start or /id; names can change hands.";
pub(crate) const REVOKE: &str =
    "Whom shall I turn away? Write their id, for example /revoke 4711. /users lists the ids.";
pub(crate) const YOURSELF: &str = "That is you: another owner would have to decide that.";
pub(crate) const WRONG_CODE: &str = "This is not the code, or it was used already. The one that \
    counts stands where the bot was started.";
pub(crate) const FIRST_OWNER: &str = "You are the owner of this bot now. /users shows who may use \
    it, /approve and /revoke change that.";
/// To somebody who was let in.
pub(crate) const WELCOME: &str = "You may use me now. Write what you spent, for example 12.50 \
    lunch, or send a photo of a receipt. /help lists everything.";

/// What a stranger hears.
pub(crate) fn denied(who: &UserKey, asked: bool) -> Text {
    let text = Text::plain("Hi! This bot is private. Your id is ").and(code(who.as_str()));
    text.then(if asked {
        ". I asked its owner to let you in; you will hear from me."
    } else {
        ". Its owner can let you in with it."
    })
}

/// What a group hears that is not let in.
pub(crate) fn uninvited(chat: &ChatKey) -> Text {
    Text::plain("Hi! This bot is private. Its owner can let this group in: ")
        .and(code(&format!("/approve {}", chat.as_str())))
}

/// What an owner is asked when somebody comes who is not let in.
pub(crate) fn asks(who: &UserKey, name: Option<&PersonName>) -> Reply {
    let name = name.map_or("Somebody", PersonName::as_str);
    let text = Text::plain(format!("{name} (")).and(code(who.as_str()));
    let reply = Reply::text(text.then(") would like to use me."));
    let answers = [
        ("Approve", Action::Approve(who.clone())),
        ("Refuse", Action::Refuse(who.clone())),
    ];
    if String::from(Action::Approve(who.clone())).len() > MAX_PAYLOAD_BYTES {
        return reply;
    }
    reply.row(
        answers
            .map(|(label, action)| buttons::button(label, action))
            .into(),
    )
}

pub(crate) fn configured_owner(who: &UserKey) -> String {
    format!(
        "{} is an owner by the bot's configuration: only that changes it.",
        who.as_str()
    )
}

pub(crate) fn owner(who: &UserKey) -> String {
    format!("{} is an owner.", who.as_str())
}

pub(crate) fn decided_before(who: &UserKey, role: Role) -> String {
    let who = who.as_str();
    match role {
        Role::Owner => format!("{who} is an owner already."),
        Role::Admitted => format!("{who} is let in already."),
        Role::Expelled => format!("{who} is turned away already."),
    }
}

pub(crate) fn too_many() -> String {
    "There are too many decisions about people already. Please allow a whole group, or open the \
     bot to all."
        .to_owned()
}

pub(crate) fn decided(
    who: &UserKey,
    name: Option<&PersonName>,
    role: Role,
    access: &Access,
) -> String {
    let id = who.as_str();
    let shown = name.map_or_else(|| id.to_owned(), |name| format!("{} ({id})", name.as_str()));
    let configured = access.users.contains(who)
        || access
            .chats
            .iter()
            .any(|chat| chat.as_str() == who.as_str());
    match role {
        Role::Owner => format!("{shown} is an owner now."),
        Role::Admitted => format!("{shown} is let in."),
        Role::Expelled if configured => {
            format!("{shown} is turned away, although the configuration names them.")
        }
        Role::Expelled => format!("{shown} is turned away. /approve {id} lets them in again."),
    }
}

/// `/users`
pub(crate) fn users(access: &Access, people: &[Person]) -> Text {
    let with = |role| people.iter().filter(move |person| person.role == role);
    let configured = |key: &str| format!("{key} (configured)");
    let owners = access.owners.iter().map(|who| configured(who.as_str()));
    let users = access.users.iter().map(|who| configured(who.as_str()));
    let chats = access.chats.iter().map(|chat| configured(chat.as_str()));
    let text = section(
        Text::default(),
        "Owners",
        owners.chain(with(Role::Owner).map(line)).collect(),
    );
    let admitted = users.chain(chats).chain(with(Role::Admitted).map(line));
    let text = section(text, "Let in", admitted.collect());
    let text = section(
        text,
        "Turned away",
        with(Role::Expelled).map(line).collect(),
    );
    if access.open {
        text.then("\n\nEverybody else may use me, too.")
    } else {
        text.then("\n\nNobody else may use me. /approve ID lets somebody in.")
    }
}

fn section(mut text: Text, heading: &str, lines: Vec<String>) -> Text {
    if lines.is_empty() {
        return text;
    }
    if !text.0.is_empty() {
        text = text.then("\n\n");
    }
    text.0.push(Span::Strong(heading.to_owned()));
    for line in lines.iter().take(MOST) {
        text = text.then("\n").then(line);
    }
    match lines.len().saturating_sub(MOST) {
        0 => text,
        more => text.then(&format!("\nand {more} more")),
    }
}

fn line(person: &Person) -> String {
    let id = person.who.as_str();
    match &person.name {
        Some(name) => format!("{id} · {}", name.as_str()),
        None => id.to_owned(),
    }
}

/// `/stats`
pub(crate) fn stats(access: &Access, people: &[Person], census: Census) -> String {
    let with = |role| people.iter().filter(|person| person.role == role).count() as u64;
    let configured = |set: usize| set as u64;
    let owners = with(Role::Owner) + configured(access.owners.len());
    let admitted = with(Role::Admitted) + configured(access.users.len() + access.chats.len());
    format!(
        "{}, {} let in, {} turned away.\n{}, {} recorded.",
        count(owners, "owner", "owners"),
        admitted,
        with(Role::Expelled),
        count(census.ledgers, "ledger", "ledgers"),
        count(census.expenses, "expense", "expenses"),
    )
}

fn code(text: &str) -> Text {
    Text(vec![Span::Code(text.to_owned())])
}
