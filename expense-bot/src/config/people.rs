//! Whom the bot talks to.

use std::collections::BTreeSet;

use super::source::Source;
use super::values::yes_or_no;

/// Whom the bot talks to, by the ids of Telegram. Names change hands and count for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct People {
    /// Those who decide about others.
    pub(crate) owners: BTreeSet<i64>,
    /// Those who may always use it.
    pub(crate) users: BTreeSet<i64>,
    /// Chats in which everybody may use it.
    pub(crate) chats: BTreeSet<i64>,
    /// Everybody may use it.
    pub(crate) open: bool,
}

/// The people that are configured. What can't be understood stops the start: nobody is let in
/// by a slip of the pen.
pub(super) fn read(source: &mut Source) -> People {
    let mut people = |name| source.take(name, |text| ids(text, 1)).unwrap_or_default();
    let (owners, users) = (people("OWNER_IDS"), people("ALLOWED_USER_IDS"));
    let chats = source.take("ALLOWED_CHAT_IDS", |text| ids(text, i64::MIN));
    People {
        owners,
        users,
        chats: chats.unwrap_or_default(),
        open: source.take("OPEN_TO_ALL", yes_or_no).unwrap_or(false),
    }
}

fn ids(text: &str, least: i64) -> Result<BTreeSet<i64>, String> {
    text.split([',', ' ', ';'])
        .filter(|word| !word.is_empty())
        .map(|word| match word.parse() {
            Ok(id) if id >= least && id != 0 => Ok(id),
            _ => Err(
                "write numeric ids with commas between, for example 4711,4712; \
                      /id in the chat tells them"
                    .to_owned(),
            ),
        })
        .collect()
}
